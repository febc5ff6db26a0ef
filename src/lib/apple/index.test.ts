import { afterAll, beforeAll, describe, expect, test } from "vitest";
import fc from "fast-check";
import { Failure } from "../errors/index.ts";
import { MAX_RENEWAL_FILE_BYTES, type ExpiringItem } from "../nouns/renewal.ts";
import { readRenewables, readSigningRequest } from "./index.ts";
import {
  describeWithOpenssl,
  createPropertyList,
  createServerToken,
  OpensslWorkspace,
  readExpiringItems,
} from "#support/apple/openssl.ts";

const vpp = (fields: unknown): Buffer => Buffer.from(Buffer.from(JSON.stringify(fields)).toString("base64"));
const VPP = { token: "VPP_secret", expDate: "2027-03-01T14:59:59+0000", orgName: "株式会社例" };

describe("content tokens", () => {
  test.each([
    ["2027-03-01T14:59:59+0000", "2027-03-01T14:59:59Z"],
    ["2027-03-01T14:59:59Z", "2027-03-01T14:59:59Z"],
    ["2027-03-01T23:59:59+09:00", "2027-03-01T14:59:59Z"],
    ["2099-12-31T16:00:00-0800", "2100-01-01T00:00:00Z"],
    ["2028-02-29T00:00:00.999Z", "2028-02-29T00:00:00Z"],
  ])("%s", async (expDate, expiresAt) => {
    const bytes = vpp({ ...VPP, expDate });
    const [found] = await readRenewables({ name: "sToken_for_東京本社_.vpptoken", bytes });
    expect(found?.expiring).toMatchObject({
      kind: "vpp-token",
      name: "東京本社",
      organisation: "株式会社例",
      expiresAt,
    });
    expect(found?.evidence).toEqual({ of: "vpp-token", location: "東京本社" });
    expect(JSON.stringify(found)).not.toContain("secret");
  });

  test("finds the location in the name of a repeated download, and the organisation under any name", async () => {
    const nameOf = async (name: string) => (await readExpiringItems({ name, bytes: vpp(VPP) }))[0]?.name;
    expect(await nameOf("sToken_for_大阪_ (1).vpptoken")).toBe("大阪");
    expect(await nameOf("token.txt")).toBe("株式会社例");
    expect(await nameOf("sToken_for_____.vpptoken")).toBe("株式会社例");
    expect(await nameOf("sToken_for_Tokyo___.vpptoken")).toBe("Tokyo__");
  });

  test.each([
    [{ ...VPP, expDate: "2027-02-30T00:00:00Z" }, "not a content token"],
    [{ ...VPP, expDate: "soon" }, "not a content token"],
    [{ ...VPP, expDate: 20_270_301 }, "not a content token"],
    [{ expDate: VPP.expDate }, "not a content token"],
  ])("refuses %j", async (fields, what) => {
    await expect(readExpiringItems({ name: "a.vpptoken", bytes: vpp(fields) })).rejects.toThrow(what);
  });
});

test.each([
  ["nothing", "", "the file is empty"],
  ["words", "hello", "not a certificate, token or provisioning profile"],
  ["a Java key store", Buffer.from("feedfeed00000002", "hex"), "key store; extract the certificate first"],
  ["a PKCS#12 key store", Buffer.from("308204e3020103308204", "hex"), "openssl pkcs12 -in FILE -nokeys"],
  ["a start without an end", "-----BEGIN CERTIFICATE-----\nMIIB", "certificate 1 is broken or truncated"],
  ["a key", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----", "not a certificate, token or"],
  ["too much", new Uint8Array(MAX_RENEWAL_FILE_BYTES + 1), "the file is too large for a certificate or token"],
  ["starts without number", "-----BEGIN ".repeat(90_000), "not a certificate, token or provisioning profile"],
  ["empty blocks", "-----BEGIN CERTIFICATE-----\n".repeat(35_000), "certificate 1 is broken"],
  [
    "lengths left open",
    Buffer.alloc(200_000, Buffer.from("3080", "hex")),
    "not a certificate, token or provisioning profile",
  ],
])("refuses a file that contains %s", async (_, content, what) => {
  const file = { name: "a.pem", bytes: Buffer.from(content) };
  await expect(readExpiringItems(file)).rejects.toThrow(
    expect.objectContaining({ code: "input-rejected", where: "a.pem" }),
  );
  await expect(readExpiringItems(file)).rejects.toThrow(what);
});

describeWithOpenssl("made by openssl", () => {
  let workshop: OpensslWorkspace;
  let own: { readonly certificateFile: string; readonly keyFile: string; readonly key: string };
  const samples = new Map<string, Buffer>();

  const sign = (content: string, ...options: readonly string[]): Buffer => {
    const signer = ["-signer", own.certificateFile, "-inkey", own.keyFile];
    const file = workshop.file("list", content);
    return workshop.run("cms", "-sign", "-binary", "-in", file, ...signer, "-outform", "DER", ...options);
  };
  const PROFILE = createPropertyList(
    `<key>Name</key><string>業務アプリ</string><key>TeamName</key><string>株式会社例</string>
     <key>ProvisionedDevices</key><array><string>1</string></array>
     <key>CreationDate</key><date>2026-03-01T00:00:00Z</date><key>ExpirationDate</key><date>2027-03-01T14:59:59Z</date>`,
  );

  beforeAll(() => {
    workshop = new OpensslWorkspace();
    const made = workshop.certificate({ subject: "/UID=com.apple.mgmt.External.1/CN=APSP:1" });
    own = made;
    const token = workshop.file("token", createServerToken("2027-03-01T05:00:00Z"));
    const encrypted = ["cms", "-encrypt", "-binary", "-aes256", "-in", token, "-recip", made.certificateFile];
    samples.set("certificate.pem", Buffer.from(made.key + made.certificate));
    samples.set("certificate.der", workshop.der(made));
    samples.set("本社_Token_2026-03-01T05-00-00Z_smime.p7m", workshop.run(...encrypted));
    samples.set("ber.p7m", workshop.run(...encrypted, "-outform", "DER", "-stream", "-indef"));
    samples.set("a.mobileprovision", sign(PROFILE, "-nodetach"));
    samples.set("ber.mobileprovision", sign(PROFILE, "-nodetach", "-stream", "-indef"));
    samples.set("a.vpptoken", vpp(VPP));
    samples.set("a.csr", workshop.run("req", "-new", "-key", made.keyFile, "-subj", "/CN=a", "-outform", "DER"));
  });
  afterAll(() => workshop.close());

  test.each(["a.mobileprovision", "ber.mobileprovision"])("%s", async (name) => {
    expect(await readExpiringItems({ name, bytes: samples.get(name) ?? Buffer.alloc(0) })).toEqual([
      {
        kind: "agent-profile",
        name: "業務アプリ",
        expiresAt: "2027-03-01T14:59:59Z",
        validFrom: "2026-03-01T00:00:00Z",
        certainty: "exact",
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        topic: null,
        organisation: "株式会社例",
      },
    ]);
  });

  test("does not use the signer's certificate of a detached signature as an item", async () => {
    await expect(readExpiringItems({ name: "a.mobileprovision", bytes: sign(PROFILE) })).rejects.toThrow(
      "the file is not a provisioning profile",
    );
  });

  test("a truncated or altered file is either read with an expiry or refused", async () => {
    const damage = fc.record({
      name: fc.constantFrom(...samples.keys()),
      keep: fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
      flips: fc.array(
        fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.integer({ min: 0, max: 7 })),
      ),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ name, keep, flips }) => {
        const whole = samples.get(name) ?? Buffer.alloc(0);
        const bytes = Buffer.from(whole.subarray(0, Math.ceil(whole.length * keep)));
        for (const [place, bit] of flips) {
          const at = Math.floor(place * bytes.length);
          bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
        }
        const found = await readOrRefusal(() =>
          readExpiringItems({ name, bytes }, { keys: [{ name: "own.key", bytes: Buffer.from(own.key) }] }),
        );
        expect(found.join()).toMatch(/^(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|input-rejected)$/);
        expect(["none", "input-rejected"]).toContain(
          (await readOrRefusal(async () => [{ ...(await readSigningRequest({ name, bytes })), expiresAt: "none" }]))[0],
        );
      }),
      { numRuns: 100 },
    );
  });
});

/** What was read, or the code of the refusal; throws what is neither. */
async function readOrRefusal(read: () => Promise<readonly Partial<ExpiringItem>[]>): Promise<string[]> {
  try {
    return (await read()).map(({ expiresAt = "none" }) => expiresAt);
  } catch (error) {
    if (error instanceof Failure) return [error.code];
    throw error;
  }
}
