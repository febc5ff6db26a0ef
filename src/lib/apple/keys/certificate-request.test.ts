import { createPrivateKey } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSigningRequest } from "../signing-request.ts";
import { describeWithOpenssl, OpensslWorkspace } from "#support/apple/openssl.ts";
import { createCertificateRequest, createRequestKey } from "./certificate-request.ts";

const SUBJECT = { email: "mdm@example.co.jp", name: "Hanako Yamada", country: "JP" };

test("the same key and subject produce the same request, and another key another request", async () => {
  const [privateKey, other] = [await createRequestKey(), await createRequestKey()];
  const request = await createCertificateRequest({ privateKey, ...SUBJECT });
  expect(request).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n[^-]+\n-----END CERTIFICATE REQUEST-----\n$/);
  expect(await createCertificateRequest({ privateKey, ...SUBJECT })).toBe(request);
  const keyOf = (pem: string) => readSigningRequest({ name: "a.csr", bytes: Buffer.from(pem) }).publicKey;
  expect(keyOf(await createCertificateRequest({ privateKey: other, ...SUBJECT }))).not.toBe(keyOf(request));
});

describeWithOpenssl("read by openssl", () => {
  let workshop: OpensslWorkspace;
  beforeAll(() => {
    workshop = new OpensslWorkspace();
  });
  afterAll(() => workshop.close());

  test.each([
    [SUBJECT, "CN=Hanako Yamada,C=JP,emailAddress=mdm@example.co.jp"],
    [{ email: "a+b@example.jp", name: "#00", country: "US" }, String.raw`CN=\#00,C=US,emailAddress=a\+b@example.jp`],
  ])("is signed with its key and contains the subject: %j", async (subject, told) => {
    const privateKey = await createRequestKey();
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(privateKey);
    expect([asymmetricKeyType, asymmetricKeyDetails?.modulusLength]).toEqual(["rsa", 2048]);
    const file = workshop.file("made.csr", await createCertificateRequest({ privateKey, ...subject }));
    const key = workshop.run("pkey", "-in", workshop.file("own.key", privateKey), "-pubout").toString();
    // -verify fails with another exit code than 0 where it is not signed by its key
    expect(workshop.run("req", "-in", file, "-verify", "-noout", "-pubkey").toString()).toBe(key);
    const names = ["-nameopt", "sep_comma_plus,sname,esc_2253,utf8"];
    expect(workshop.run("req", "-in", file, "-noout", "-subject", ...names).toString()).toBe(`subject=${told}\n`);
    expect(workshop.run("req", "-in", file, "-noout", "-text").toString()).toContain("sha256WithRSAEncryption");
  });
});
