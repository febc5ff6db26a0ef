import { X509Certificate } from "node:crypto";
import { afterAll, expect, test } from "vitest";
import { APPLE_AUTHORITIES, verifyAppleSignature } from "./authorities.ts";
import { readRenewables } from "./index.ts";
import { fingerprintOf } from "./renewable.ts";
import { describeWithOpenssl, OpensslWorkspace, type CertificateOptions } from "#support/apple/openssl.ts";

const of = (name: keyof typeof APPLE_AUTHORITIES) => new X509Certificate(APPLE_AUTHORITIES[name].pem);

test.each([
  ["root", "CN=Apple Root CA", "2035-02-09"],
  ["push", "CN=Apple Application Integration 2 Certification Authority", "2028-05-24"],
] as const)("%s is the certificate that Apple publishes, and chains to the root", (name, subject, until) => {
  const certificate = of(name);
  expect(fingerprintOf(certificate.raw)).toBe(APPLE_AUTHORITIES[name].fingerprint);
  expect(certificate.subject.split("\n")).toContain(subject);
  expect(certificate.validToDate.toISOString()).toContain(until);
  expect(certificate.ca).toBe(true);
  const { keyId } = APPLE_AUTHORITIES[name];
  expect(certificate.raw.toString("hex")).toContain(`0603551d0e04160414${keyId}`);
  expect(verifyAppleSignature(certificate, null)).toBe("verified");
});

describeWithOpenssl("certificates of others", () => {
  const workshop = new OpensslWorkspace();
  afterAll(() => workshop.close());

  const APPLE =
    "/CN=Apple Application Integration 2 Certification Authority/OU=Apple Certification Authority/O=Apple Inc./C=US";
  const CA = "basicConstraints = critical, CA:TRUE";
  const APPLE_KEY = "F7BE7C216091DB3D1B7BD83A328169DF9E6C7F9B";

  /** What is read of a push certificate that an authority of our own has issued. */
  const issuedBy = (authority: CertificateOptions, extensions: string) => {
    const issuer = workshop.certificate(authority);
    const { certificate } = workshop.certificate({
      subject: "/UID=com.apple.mgmt.External.1/CN=APSP:1",
      issuer,
      extensions,
    });
    const [found] = readRenewables({ name: "push.pem", bytes: Buffer.from(certificate) });
    return found?.evidence;
  };

  test("a certificate of a false Apple authority is not Apple's, and shows that authority's key identifier", () => {
    const extensions = `${CA}\nsubjectKeyIdentifier = 0102030A`;
    expect(issuedBy({ subject: APPLE, extensions }, "authorityKeyIdentifier = keyid")).toMatchObject({
      issuer: { name: APPLE.slice(1).replaceAll("/", ", "), namesApple: true, keyId: "0102030a" },
      signature: "unknown",
    });
  });

  test.each([
    [
      "the key identifier of Apple's authority",
      `${CA}\nsubjectKeyIdentifier = ${APPLE_KEY}`,
      "authorityKeyIdentifier = keyid",
    ],
    ["no key identifier", CA, ""],
  ])("a certificate with Apple's name and %s is forged", (_, extensions, own) => {
    const evidence = issuedBy({ subject: APPLE, extensions }, own);
    expect(evidence).toMatchObject({ issuer: { namesApple: true }, signature: "forged" });
  });

  test("a certificate of another authority does not have Apple's signature", () => {
    const extensions = `${CA}\nsubjectKeyIdentifier = hash`;
    expect(issuedBy({ subject: "/CN=Own", extensions }, "authorityKeyIdentifier = keyid")).toMatchObject({
      issuer: { name: "CN=Own", namesApple: false, keyId: expect.stringMatching(/^[0-9a-f]{40}$/) },
      signature: "unknown",
    });
  });
});
