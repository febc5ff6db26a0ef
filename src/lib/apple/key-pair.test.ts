import { createPrivateKey, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeWithOpenssl, OpensslWorkspace } from "#support/apple/openssl.ts";
import { createKeyPair } from "./key-pair.ts";

const NOW = Date.UTC(2026, 2, 1, 5);

test("creates a key and a matching certificate of one year, as Apple requires", async () => {
  const { privateKey, certificate } = await createKeyPair("本社", NOW);
  expect(privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  expect(certificate).toMatch(/^-----BEGIN CERTIFICATE-----\n[^-]+\n-----END CERTIFICATE-----\n$/);
  const key = createPrivateKey(privateKey);
  expect([key.asymmetricKeyType, key.asymmetricKeyDetails?.modulusLength]).toEqual(["rsa", 2048]);
  const read = new X509Certificate(certificate);
  expect(read.checkPrivateKey(key)).toBe(true);
  expect(read.verify(read.publicKey)).toBe(true);
  expect({ ...read.toLegacyObject().subject }).toEqual({ CN: "本社" });
  expect([read.issuer, read.serialNumber]).toEqual([read.subject, "01"]);
  expect([read.validFromDate.toISOString(), read.validToDate.toISOString()]).toEqual([
    "2026-03-01T04:50:00.000Z",
    "2027-03-01T05:00:00.000Z",
  ]);
  expect((await createKeyPair("本社", NOW)).privateKey).not.toBe(privateKey);
});

test.each(["#00", String.raw`a\0a`, '"quoted"', "a=b,c+d", "'; drop"])("accepts any name: %s", async (name) => {
  const { certificate } = await createKeyPair(name, NOW);
  expect({ ...new X509Certificate(certificate).toLegacyObject().subject }).toEqual({ CN: name });
});

describeWithOpenssl("read by openssl", () => {
  let workshop: OpensslWorkspace;
  beforeAll(() => {
    workshop = new OpensslWorkspace();
  });
  afterAll(() => workshop.close());

  test("openssl reads its parts, and decrypts a message encrypted for it", async () => {
    const { privateKey, certificate } = await createKeyPair("clomoctl", NOW);
    const [own, key] = [workshop.file("own.pem", certificate), workshop.file("own.key", privateKey)];
    const told = workshop.run("x509", "-in", own, "-noout", "-text").toString();
    for (const part of ["sha256WithRSAEncryption", "Digital Signature, Key Encipherment", "Serial Number: 1 (0x1)"]) {
      expect(told).toContain(part);
    }
    const plain = workshop.file("plain", "secret\n");
    const closed = workshop.file("closed", workshop.run("smime", "-encrypt", "-binary", "-aes256", "-in", plain, own));
    const opened = workshop.run("smime", "-decrypt", "-in", closed, "-inkey", key, "-recip", own);
    expect(opened.toString()).toBe("secret\n");
  });
});
