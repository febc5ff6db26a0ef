import { loadX509, newSigningKeys, pemOf, SIGNING } from "./x509.ts";

const MINUTE_MS = 60 * 1000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A key of our own, and the certificate that is uploaded to Apple in its public half's place. */
export interface KeyPair {
  /** PKCS#8 in PEM: a secret */
  readonly privateKey: string;
  /** X.509 in PEM */
  readonly certificate: string;
}

/**
 * Makes a key of RSA 2048 with a certificate that signs itself, valid for a year, as Apple takes it for server tokens.
 *
 * @param commonName whose it is, for people; Apple does not look at it
 * @param now in milliseconds since 1970; clocks that are ten minutes behind still find it valid
 * @see apple 1: the parts of the certificate; Apple does not check its expiry
 */
export async function createKeyPair({
  commonName,
  now,
}: {
  readonly commonName: string;
  readonly now: number;
}): Promise<KeyPair> {
  const { KeyUsageFlags, KeyUsagesExtension, Name, X509CertificateGenerator } = await loadX509();
  const keys = await newSigningKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    keys,
    name: new Name([{ CN: [{ utf8String: commonName }] }]),
    serialNumber: "01",
    notBefore: new Date(now - 10 * MINUTE_MS),
    notAfter: new Date(now + 365 * DAY_MS),
    signingAlgorithm: SIGNING,
    extensions: [new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true)],
  });
  return { privateKey: await pemOf(keys.privateKey), certificate: `${certificate.toString("pem")}\n` };
}
