import { loadX509, generateSigningKeys, exportPrivateKeyPem, RSA_SIGNING_PARAMETERS } from "./x509.ts";

/** Creates the key of a push certificate: RSA 2048, as PKCS#8 in PEM. */
export const createRequestKey = async (): Promise<string> =>
  exportPrivateKeyPem((await generateSigningKeys()).privateKey);

/** The subject of a request for a push certificate: the person who requests it. */
export interface RequestSubject {
  /** the Apple Account with which the certificate is requested; ASCII */
  readonly email: string;
  /** given name and family name, in half-width letters and digits */
  readonly name: string;
  /** country code: two letters of ISO 3166-1 */
  readonly country: string;
}

/**
 * Creates a signing request (PKCS#10) in PEM, signed with its key. The same key and subject always result in the same
 * request.
 *
 * @param privateKey RSA, in PEM
 * @see apple 4: subject CN, C and emailAddress
 */
export async function createCertificateRequest({
  privateKey,
  email,
  name,
  country,
}: RequestSubject & { readonly privateKey: string }): Promise<string> {
  const { createPrivateKey, createPublicKey } = await import("node:crypto");
  const { Name, Pkcs10CertificateRequestGenerator } = await loadX509();
  const own = createPrivateKey(privateKey);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: new Name([
      { CN: [{ utf8String: name }] },
      { C: [{ printableString: country }] },
      { E: [{ ia5String: email }] },
    ]),
    keys: {
      privateKey: own.toCryptoKey(RSA_SIGNING_PARAMETERS, false, ["sign"]),
      publicKey: createPublicKey(own).toCryptoKey(RSA_SIGNING_PARAMETERS, true, ["verify"]),
    },
    signingAlgorithm: RSA_SIGNING_PARAMETERS,
  });
  return `${request.toString("pem")}\n`;
}
