import { loadX509, generateSigningKeys, exportPrivateKeyPem, RSA_SIGNING_PARAMETERS } from "./x509.ts";

const MINUTE_MS = 60 * 1000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** A private key of our own, and the certificate that carries its public key to Apple. */
export interface KeyPair {
  /** secret; PKCS#8 in PEM */
  readonly privateKey: string;
  /** X.509 in PEM */
  readonly certificate: string;
}

/**
 * Creates a 2048-bit RSA key with a self-signed certificate that is valid for one year, which Apple accepts for server
 * tokens.
 *
 * @param commonName owner of the key, for human readers; Apple ignores it
 * @param now milliseconds since 1970-01-01 UTC; the certificate is backdated by ten minutes for clocks that are behind
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
  const keys = await generateSigningKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    keys,
    name: new Name([{ CN: [{ utf8String: commonName }] }]),
    serialNumber: "01",
    notBefore: new Date(now - 10 * MINUTE_MS),
    notAfter: new Date(now + 365 * DAY_MS),
    signingAlgorithm: RSA_SIGNING_PARAMETERS,
    extensions: [new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true)],
  });
  return { privateKey: await exportPrivateKeyPem(keys.privateKey), certificate: `${certificate.toString("pem")}\n` };
}
