import { afterAll, beforeAll, expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import { openAdeToken, CONTENT_TOKEN_NAME_PATTERN, SERVER_TOKEN_NAME_PATTERN } from "./tokens.ts";
import { readRenewables } from "./index.ts";
import {
  describeWithOpenssl,
  createServerToken,
  OpensslWorkspace,
  type IssuedCertificate,
  readExpiringItems,
} from "#support/apple/openssl.ts";

const NAME = "東京本社_Token_2026-03-01T05-00-00Z_smime.p7m";
const EXPIRY = "2027-02-28T23:59:58Z";

describeWithOpenssl("server tokens made by openssl", () => {
  let workshop: OpensslWorkspace;
  let [own, other]: [IssuedCertificate | undefined, IssuedCertificate | undefined] = [undefined, undefined];

  beforeAll(() => {
    workshop = new OpensslWorkspace();
    own = workshop.certificate({ subject: "/CN=own" });
    other = workshop.certificate({ subject: "/CN=other" });
  });
  afterAll(() => workshop.close());

  const encrypt = (options: readonly string[], plain = createServerToken(EXPIRY)): Buffer => {
    const [file, to] = [workshop.file("token", plain), own?.certificateFile ?? ""];
    // what is said of a recipient's key stands behind the recipient
    return workshop.run("cms", "-encrypt", "-binary", "-in", file, "-recip", to, ...options);
  };
  const SMIME = ["-aes256", "-outform", "SMIME"];
  const keys = (): string[] => [own?.key ?? ""];
  const named = (pems: readonly string[]) =>
    pems.map((pem) => ({ name: pem === own?.key ? "own.key" : "other.key", bytes: Buffer.from(pem) }));

  const FORMS: readonly (readonly [string, readonly string[]])[] = [
    ["AES-128, S/MIME", ["-aes128", "-outform", "SMIME"]],
    ["AES-192, S/MIME", ["-aes192", "-outform", "SMIME"]],
    ["AES-256, S/MIME", SMIME],
    ["3DES, S/MIME", ["-des3", "-outform", "SMIME"]],
    ["DER", ["-aes256", "-outform", "DER"]],
    ["PEM", ["-aes256", "-outform", "PEM"]],
    ["BER", ["-aes256", "-outform", "DER", "-stream", "-indef"]],
    ["BER, 3DES, S/MIME", ["-des3", "-outform", "SMIME", "-stream", "-indef"]],
  ];

  test("an item of a token that a key opens is exact", async () => {
    const file = { name: NAME, bytes: encrypt(SMIME) };
    expect(await readExpiringItems(file, { keys: named([other?.key ?? "", ...keys()]) })).toEqual([
      {
        kind: "ade-token",
        name: "東京本社",
        expiresAt: EXPIRY,
        validFrom: "2026-03-01T05:00:00Z",
        certainty: "exact",
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        topic: null,
        organisation: null,
      },
    ]);
  });

  test.each(FORMS)("%s shows its recipient without any key", async (_, options) => {
    const serial = workshop.run("x509", "-noout", "-serial", "-in", own?.certificateFile ?? "").toString();
    const number = serial.trim().split("=")[1]?.toLowerCase();
    const [found] = await readRenewables({ name: NAME, bytes: encrypt(options) });
    expect(found?.evidence).toMatchObject({ recipient: `CN=own, serial 0x${number}` });
  });

  const OPENED = {
    consumerKey: "CK_1",
    consumerSecret: "CS_secret",
    accessToken: "AT_secret",
    accessSecret: "AS_secret",
    expiresAt: EXPIRY,
  };

  test.each([
    ...FORMS,
    ["smime, AES-128", "-aes128"],
    ["smime, AES-192", "-aes-192-cbc"],
    ["smime, AES-256", "-aes-256-cbc"],
    ["smime, 3DES", "-des3"],
    ["smime, BER", "-aes256 -stream -indef -outform DER"],
  ] as const)("%s is opened with its secrets", (_, options) => {
    const plain = workshop.file("in.txt", createServerToken(EXPIRY));
    const to = own?.certificateFile ?? "";
    const made =
      typeof options === "string"
        ? workshop.run("smime", "-encrypt", "-binary", ...options.split(" "), "-in", plain, to)
        : encrypt(options);
    for (const ends of ["\n", "\r\n"]) {
      const bytes = made[0] === 0x30 ? made : Buffer.from(made.toString("latin1").replaceAll(/\r?\n/g, ends));
      expect(openAdeToken({ name: NAME, bytes }, [other?.key ?? "", ...keys()])).toEqual(OPENED);
    }
  });

  test("opens BER after S/MIME headers and a byte order mark, as BouncyCastle writes it", async () => {
    const ber = encrypt(["-aes256", "-outform", "DER", "-stream", "-indef"]).toString("base64");
    const head = 'Content-Type: application/x-pkcs7-mime; name="smime.p7m"; smime-type=enveloped-data\r\n\r\n';
    const bytes = Buffer.from(`\uFEFF${head}${ber.replaceAll(/.{76}/g, "$&\r\n")}\r\n`);
    expect(ber).toMatch(/^MIAGCSqGSIb3DQEHA6CAMIA/);
    expect(openAdeToken({ name: NAME, bytes }, keys())).toEqual(OPENED);
  });

  const NO_TOKEN = [
    "not a server token: the file does not contain an encrypted message (S/MIME)",
    "exactly as downloaded",
  ] as const;

  test.each([
    ["encrypted for another key", () => encrypt(SMIME), "encrypted for another key", "clomoctl ade keypair create -o"],
    ["no message", () => Buffer.from("no token"), ...NO_TOKEN],
    ["empty", () => Buffer.alloc(0), ...NO_TOKEN],
    ["too large", () => Buffer.alloc(2 * 1024 * 1024, "A"), ...NO_TOKEN],
    ["a certificate", () => Buffer.from(own?.certificate ?? ""), ...NO_TOKEN],
    ["cut off", () => encrypt(["-aes256", "-outform", "DER"]).subarray(0, -9), "broken or truncated", "undefined"],
    ["another cipher", () => encrypt(["-camellia256", "-outform", "DER"]), "unknown cipher", "exactly as downloaded"],
  ])("refuses a token: %s", async (kind, made, what, hint) => {
    const tried = kind === "encrypted for another key" ? [other?.key ?? ""] : keys();
    const failed = await attemptFailure(async () => openAdeToken({ name: NAME, bytes: made() }, tried));
    expect([failed.code, failed.where, failed.cause]).toEqual(["input-rejected", NAME, undefined]);
    expect(failed.what.en).toContain(what);
    expect(String(failed.hint?.en)).toContain(hint);
  });

  test.each([
    ["another content", "hello"],
    ["no JSON", "{ canary"],
    ["a secret missing", createServerToken(EXPIRY).replace("access_secret", "access_canary")],
    ["a secret with a line break", createServerToken(EXPIRY).replace("CS_secret", String.raw`canary\r\nHost: a`)],
    ["a consumer key that is none", createServerToken(EXPIRY, "鍵 canary")],
    ["a date that is none", createServerToken("canary")],
  ])("refuses an opened token without revealing it: %s", async (_, plain) => {
    const failed = await attemptFailure(async () => openAdeToken({ name: NAME, bytes: encrypt(SMIME, plain) }, keys()));
    expect(failed.what.en).toBe("the file was decrypted, but it does not contain a server token");
    expect(JSON.stringify([failed, failed.cause ?? "", failed.stack])).not.toMatch(/CS_|AT_|AS_|canary/);
  });

  test.each([
    [NAME, "2027-03-01T05:00:00Z", "東京本社"],
    ["A_Token_B_Token_2026-03-01T05-00-00Z_smime (1).p7m", "2027-03-01T05:00:00Z", "A_Token_B"],
    ["本社_Token_2028-02-29T23-59-59Z_smime.p7m", "2029-02-28T23:59:59Z", "本社"],
  ])(
    "estimates one year after the time in the name if encrypted for another key: %s",
    async (name, expiresAt, server) => {
      const bytes = encrypt(SMIME);
      for (const tried of [[], [other?.key ?? ""], ["no key"]]) {
        const [found] = await readRenewables({ name, bytes }, { keys: named(tried) });
        expect(found?.expiring).toMatchObject({ expiresAt, certainty: "estimated", name: server });
        const recipient = expect.stringMatching(/^CN=own, serial 0x/);
        expect(found?.evidence).toEqual({ of: "ade-token", server, consumer: null, recipient, key: null });
      }
    },
  );

  test.each(["token.p7m", "本社_Token_2026-02-30T05-00-00Z_smime.p7m", "本社_Token_2026-03-01T25-00-00Z_smime.p7m"])(
    "refuses a token for another key without a valid time in the name: %s",
    async (name) => {
      const bytes = encrypt(SMIME);
      await expect(readExpiringItems({ name, bytes })).rejects.toThrow(
        "encrypted, and its file name does not contain the time of the download",
      );
    },
  );

  test("reveals no secrets", async () => {
    const found = await readRenewables({ name: NAME, bytes: encrypt(SMIME) }, { keys: named(keys()) });
    expect(JSON.stringify(found)).not.toMatch(/secret|CK_1/);
  });

  test("the consumer key distinguishes tokens of one server from those of two", async () => {
    const consumerOf = async (consumer: string) => {
      const bytes = encrypt(SMIME, createServerToken(EXPIRY, consumer));
      return (await readRenewables({ name: NAME, bytes }, { keys: named(keys()) }))[0]?.evidence;
    };
    expect(await consumerOf("CK_1")).toMatchObject({ key: "own.key" });
    expect(await consumerOf("CK_1")).toEqual(await consumerOf("CK_1"));
    expect(await consumerOf("CK_1")).not.toEqual(await consumerOf("CK_2"));
  });
});

async function attemptFailure(work: () => Promise<unknown>): Promise<Failure> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Failure) return error;
  }
  return expect.unreachable("it did not fail");
}

test.each(["", " (1)", "-3", " copy 2", "のコピー 2", " - コピー (2)"])("reads the name of a copy%j", (copy) => {
  const server = SERVER_TOKEN_NAME_PATTERN.exec(`本社_Token_2026-03-01T05-00-00Z_smime${copy}.p7m`)?.groups;
  expect(server).toMatchObject({ server: "本社", time: "05-00-00" });
  for (const location of ["Tokyo 2", "_", "Tokyo_-1"])
    expect(CONTENT_TOKEN_NAME_PATTERN.exec(`sToken_for_${location}_${copy}.vpptoken`)?.groups).toEqual({ location });
});
