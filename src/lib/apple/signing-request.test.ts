import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MAX_RENEWAL_FILE_BYTES } from "../nouns/renewal.ts";
import { readRenewables, readSigningRequest } from "./index.ts";
import { describeWithOpenssl, createPropertyList, OpensslWorkspace } from "#support/apple/openssl.ts";

const NAME = "CertificateSigningRequest.csr";

describeWithOpenssl("signing requests made by openssl", () => {
  describe.each(["rsa", "ec"] as const)("%s", (kind) => {
    let workshop: OpensslWorkspace;
    let [pem, der]: [Buffer, Buffer] = [Buffer.alloc(0), Buffer.alloc(0)];
    let publicKey: string | null = null;

    beforeAll(async () => {
      workshop = new OpensslWorkspace();
      const key = workshop.key(kind);
      const file = workshop.request(key, "/emailAddress=push@example.jp/CN=Taro Yamada/C=JP");
      pem = readFileSync(file);
      der = workshop.run("req", "-in", file, "-outform", "DER");
      const certificate = Buffer.from(workshop.certificate({ subject: "/CN=a" }, key).certificate);
      const evidence = (await readRenewables({ name: "a", bytes: certificate }))[0]?.evidence;
      publicKey = evidence?.of === "certificate" ? evidence.publicKey : null;
    });
    afterAll(() => workshop.close());

    const vendor = (request: string): string =>
      createPropertyList(
        `<key>PushCertCertificateChain</key><string>-----BEGIN CERTIFICATE-----</string>
       <key>PushCertRequestCSR</key><string>${request}</string><key>PushCertSignature</key><string>QQ==</string>`,
      );

    test.each([
      ["PEM", () => pem],
      ["PEM, CRLF", () => Buffer.from(pem.toString().replaceAll("\n", "\r\n"))],
      ["DER", () => der],
      ["base64", () => Buffer.from(der.toString("base64"))],
      ["vendor-signed, in lines", () => Buffer.from(linesOf(vendor(der.toString("base64"))))],
      ["vendor-signed, PEM inside", () => Buffer.from(linesOf(vendor(pem.toString())))],
      ["vendor-signed, bare", () => Buffer.from(vendor(der.toString("base64")))],
    ])("%s: has the same public key as the certificate made from it", async (_, write) => {
      expect(await readSigningRequest({ name: NAME, bytes: write() })).toEqual({ publicKey });
    });

    test("reads a file of the maximum size, and refuses a larger one", async () => {
      const padded = (size: number): Buffer => Buffer.concat([pem, Buffer.alloc(size - pem.length, "\n")]);
      expect((await readSigningRequest({ name: NAME, bytes: padded(MAX_RENEWAL_FILE_BYTES) })).publicKey).toBe(
        publicKey,
      );
      await expect(readSigningRequest({ name: NAME, bytes: padded(MAX_RENEWAL_FILE_BYTES + 1) })).rejects.toThrow(
        "not a certificate signing request (CSR)",
      );
    });

    test("refuses what is not a signing request", async () => {
      const certificate = workshop.certificate({ subject: "/CN=a" });
      for (const bytes of [
        Buffer.from(certificate.certificate),
        workshop.der(certificate),
        der.subarray(0, der.length - 200),
        Buffer.from(vendor("")),
        Buffer.from("hello"),
        Buffer.alloc(0),
      ]) {
        await expect(readSigningRequest({ name: NAME, bytes })).rejects.toThrow(
          "the file is not a certificate signing request (CSR), or is broken",
        );
      }
    });
  });
});

const linesOf = (text: string): string => Buffer.from(text).toString("base64").replaceAll(/.{64}/g, "$&\n");
