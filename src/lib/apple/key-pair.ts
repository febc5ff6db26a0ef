import { DAY_MS, MINUTE_MS } from "../model/time.ts";

/** Apple accepts 2048-bit keys for server tokens. @see apple 1 */
const RSA_PARAMETERS = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: Uint8Array.of(1, 0, 1),
} as const;

/** The private key is PKCS#8 in PEM. The certificate is valid for one year from ten minutes before `now` (in milliseconds). @see apple 1 */
export async function createKeyPair(commonName: string, now: number) {
  // `@peculiar/x509` needs `reflect-metadata`, and both load slowly
  await import("reflect-metadata");
  const { KeyUsageFlags, KeyUsagesExtension, Name, X509CertificateGenerator } = await import("@peculiar/x509");
  const { KeyObject } = await import("node:crypto");
  const keys = await crypto.subtle.generateKey(RSA_PARAMETERS, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    keys,
    name: new Name([{ CN: [{ utf8String: commonName }] }]),
    serialNumber: "01",
    notBefore: new Date(now - 10 * MINUTE_MS),
    notAfter: new Date(now + 365 * DAY_MS),
    signingAlgorithm: RSA_PARAMETERS,
    extensions: [new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true)],
  });
  const privateKey = KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }).toString();
  return { privateKey, certificate: `${certificate.toString("pem")}\n` };
}
