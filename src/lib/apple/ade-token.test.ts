import { afterAll, beforeAll, expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import { readExpiring, readRenewables } from "./index.ts";
import { describeWithOpenssl, serverToken, Workshop, type Made } from "./testing/openssl.ts";

const NAME = "東京本社_Token_2026-03-01T05-00-00Z_smime.p7m";
const EXPIRY = "2027-02-28T23:59:58Z";

describeWithOpenssl("server tokens made by openssl", () => {
  let workshop: Workshop;
  let [own, other]: [Made | undefined, Made | undefined] = [undefined, undefined];

  beforeAll(() => {
    workshop = new Workshop();
    own = workshop.certificate({ subject: "/CN=own" });
    other = workshop.certificate({ subject: "/CN=other" });
  });
  afterAll(() => workshop.close());

  const encrypt = (options: readonly string[], plain = serverToken(EXPIRY)): Buffer => {
    const [file, to] = [workshop.file("token", plain), own?.certificateFile ?? ""];
    // what is said of a recipient's key stands behind the recipient
    return workshop.run("cms", "-encrypt", "-binary", "-in", file, "-recip", to, ...options);
  };
  const SMIME = ["-aes256", "-outform", "SMIME"];
  const keys = (): string[] => [own?.key ?? ""];
  const OAEP = ["-keyopt", "rsa_padding_mode:oaep"];

  const FORMS: readonly (readonly [string, readonly string[]])[] = [
    ["AES-128, S/MIME", ["-aes128", "-outform", "SMIME"]],
    ["AES-192, S/MIME", ["-aes192", "-outform", "SMIME"]],
    ["AES-256, S/MIME", SMIME],
    ["3DES, S/MIME", ["-des3", "-outform", "SMIME"]],
    ["DER", ["-aes256", "-outform", "DER"]],
    ["PEM", ["-aes256", "-outform", "PEM"]],
    ["BER", ["-aes256", "-outform", "DER", "-stream", "-indef"]],
    ["BER, 3DES, S/MIME", ["-des3", "-outform", "SMIME", "-stream", "-indef"]],
    ["OAEP with SHA-1", ["-aes256", "-outform", "DER", ...OAEP]],
    ["OAEP with SHA-256", ["-aes256", "-outform", "DER", ...OAEP, "-keyopt", "rsa_oaep_md:sha256"]],
  ];

  test.each(FORMS)("%s, opened by our key", (_, options) => {
    for (const ends of ["\n", "\r\n"]) {
      const made = encrypt(options);
      const bytes = made[0] === 0x30 ? made : Buffer.from(made.toString("latin1").replaceAll(/\r?\n/g, ends));
      expect(readExpiring({ name: NAME, bytes }, { keys: [other?.key ?? "", ...keys()] })).toEqual([
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
    }
  });

  test("bare base64, as it comes from a mail", () => {
    const bytes = Buffer.from(encrypt(["-aes256", "-outform", "DER"]).toString("base64"));
    expect(readExpiring({ name: "token.txt", bytes }, { keys: keys() })[0]?.expiresAt).toBe(EXPIRY);
  });

  test.each([
    [NAME, "2027-03-01T05:00:00Z", "東京本社"],
    ["A_Token_B_Token_2026-03-01T05-00-00Z_smime (1).p7m", "2027-03-01T05:00:00Z", "A_Token_B"],
    ["本社_Token_2028-02-29T23-59-59Z_smime.p7m", "2029-02-28T23:59:59Z", "本社"],
  ])("for another key, a year from the time in the name: %s", (name, expiresAt, server) => {
    const bytes = encrypt(SMIME);
    for (const tried of [[], [other?.key ?? ""], ["no key"]]) {
      const [found] = readRenewables({ name, bytes }, { keys: tried });
      expect(found?.expiring).toMatchObject({ expiresAt, certainty: "estimated", name: server });
      expect(found?.evidence).toEqual({ of: "ade-token", server, consumer: null });
    }
  });

  test.each(["token.p7m", "本社_Token_2026-02-30T05-00-00Z_smime.p7m", "本社_Token_2026-03-01T25-00-00Z_smime.p7m"])(
    "for another key, without a time in the name: %s",
    (name) => {
      const bytes = encrypt(SMIME);
      expect(() => readExpiring({ name, bytes })).toThrow("encrypted, and its file name has no download time");
      expect(() => readExpiring({ name, bytes }, { keys: [other?.key ?? ""] })).toThrow("encrypted for another key");
    },
  );

  test("nothing secret leaves it", () => {
    const found = readRenewables({ name: NAME, bytes: encrypt(SMIME) }, { keys: keys() });
    expect(JSON.stringify(found)).not.toMatch(/secret|CK_1/);
    const bytes = encrypt(SMIME, serverToken("soon"));
    const failed = attemptFailure(() => readExpiring({ name: NAME, bytes }, { keys: keys() }));
    expect(failed.what.en).toBe("decrypted, but it does not contain a server token");
    expect(JSON.stringify([failed, failed.cause ?? "", failed.stack])).not.toMatch(/CS_secret|CK_1/);
  });

  test("the consumer tells two tokens of one server from those of two", () => {
    const consumerOf = (consumer: string) => {
      const bytes = encrypt(SMIME, serverToken(EXPIRY, consumer));
      return readRenewables({ name: NAME, bytes }, { keys: keys() })[0]?.evidence;
    };
    expect(consumerOf("CK_1")).toEqual(consumerOf("CK_1"));
    expect(consumerOf("CK_1")).not.toEqual(consumerOf("CK_2"));
  });

  test("one that is cut off is refused, even where its name would tell a time", () => {
    const bytes = encrypt(SMIME);
    for (const share of [0.3, 0.6, 0.9]) {
      const cut = bytes.subarray(0, Math.floor(bytes.length * share));
      expect(() => readExpiring({ name: NAME, bytes: cut }, { keys: keys() })).toThrow(Failure);
    }
  });
});

function attemptFailure(work: () => unknown): Failure {
  try {
    work();
  } catch (error) {
    if (error instanceof Failure) return error;
  }
  return expect.unreachable("it did not fail");
}
