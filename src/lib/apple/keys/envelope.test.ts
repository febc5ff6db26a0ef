import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseEnvelope, decryptEnvelope } from "../encoding/cms.ts";
import { createTestKey } from "#support/apple/simulator/key.ts";
import { describeWithOpenssl, OpensslWorkspace } from "#support/apple/openssl.ts";
import { encryptForCertificate } from "./envelope.ts";

const [KEY, OTHER] = [createTestKey(), createTestKey()];

test("only the certificate's key decrypts the message, with AES-256-CBC and PKCS#1 v1.5", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 2000 }), (text) => {
      const envelope = parseEnvelope(encryptForCertificate(KEY.certificate, Buffer.from(text)));
      expect(envelope).toMatchObject({ cipher: "aes-256-cbc", recipients: [{ algorithm: "2a864886f70d010101" }] });
      if (envelope === undefined) return;
      expect(decryptEnvelope(envelope, [KEY.privateKey])).toBe(Buffer.from(text).toString("utf8"));
    }),
    { numRuns: 20 },
  );
  const envelope = parseEnvelope(encryptForCertificate(KEY.certificate, Buffer.from("{}")));
  expect(envelope && decryptEnvelope(envelope, [OTHER.privateKey])).not.toBe("{}");
});

test("refuses what is not a certificate or does not have an RSA key", () => {
  expect(() =>
    encryptForCertificate("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", Buffer.from("a")),
  ).toThrow(/PEM|asn1|ASN|routines/i);
  expect(() => encryptForCertificate("", Buffer.from("a"))).toThrow(/PEM|asn1|ASN|routines/i);
});

describeWithOpenssl("encrypted messages, by openssl", () => {
  test("openssl decrypts them, and an elliptic key is refused", () => {
    const workshop = new OpensslWorkspace();
    const { certificate, certificateFile, keyFile } = workshop.certificate({ subject: "/CN=clomoctl" });
    const file = workshop.file("message.der");
    writeFileSync(file, encryptForCertificate(certificate, Buffer.from("あ\r\n")));
    const from = ["cms", "-decrypt", "-binary", "-inform", "DER", "-in", file];
    const opened = workshop.run(...from, "-inkey", keyFile, "-recip", certificateFile);
    expect(opened.toString()).toBe("あ\r\n");
    const elliptic = workshop.certificate({ subject: "/CN=ec", key: "ec" });
    expect(() => encryptForCertificate(readFileSync(elliptic.certificateFile, "utf8"), Buffer.from("a"))).toThrow(
      "not RSA",
    );
    workshop.close();
  });
});
