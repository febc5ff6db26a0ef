import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { envelopeOf, openEnvelope } from "../encoding/cms.ts";
import { testKey } from "#support/apple/simulator/key.ts";
import { describeWithOpenssl, Workshop } from "#support/apple/openssl.ts";
import { encryptFor } from "./envelope.ts";

const [KEY, OTHER] = [testKey(), testKey()];

test("only the key of the certificate opens it, with AES-256-CBC and PKCS#1 v1.5", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 2000 }), (text) => {
      const envelope = envelopeOf(encryptFor(KEY.certificate, Buffer.from(text)));
      expect(envelope).toMatchObject({ cipher: "aes-256-cbc", recipients: [{ algorithm: "2a864886f70d010101" }] });
      if (envelope === undefined) return;
      expect(openEnvelope(envelope, [KEY.privateKey])).toBe(Buffer.from(text).toString("utf8"));
    }),
    { numRuns: 20 },
  );
  const envelope = envelopeOf(encryptFor(KEY.certificate, Buffer.from("{}")));
  expect(envelope && openEnvelope(envelope, [OTHER.privateKey])).not.toBe("{}");
});

test("what is no certificate, or has no RSA key, is refused", () => {
  expect(() => encryptFor("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", Buffer.from("a"))).toThrow(
    /PEM|asn1|ASN|routines/i,
  );
  expect(() => encryptFor("", Buffer.from("a"))).toThrow(/PEM|asn1|ASN|routines/i);
});

describeWithOpenssl("encrypted messages, by openssl", () => {
  test("opens them, and an elliptic key is refused", () => {
    const workshop = new Workshop();
    const { certificate, certificateFile, keyFile } = workshop.certificate({ subject: "/CN=clomoctl" });
    const file = workshop.file("message.der");
    writeFileSync(file, encryptFor(certificate, Buffer.from("あ\r\n")));
    const from = ["cms", "-decrypt", "-binary", "-inform", "DER", "-in", file];
    const opened = workshop.run(...from, "-inkey", keyFile, "-recip", certificateFile);
    expect(opened.toString()).toBe("あ\r\n");
    const elliptic = workshop.certificate({ subject: "/CN=ec", key: "ec" });
    expect(() => encryptFor(readFileSync(elliptic.certificateFile, "utf8"), Buffer.from("a"))).toThrow("not RSA");
    workshop.close();
  });
});
