import { loadX509, newSigningKeys, pemOf, SIGNING } from "./x509.ts";

/** Makes the key of a push certificate: RSA 2048, as PKCS#8 in PEM. */
export const createRequestKey = async (): Promise<string> => pemOf((await newSigningKeys()).privateKey);

/** What a request for a push certificate says of who asks. */
export interface RequestSubject {
  /** the Apple Account it is made with; ASCII */
  readonly email: string;
  /** given and family name, in half-width letters and digits */
  readonly name: string;
  /** two letters of ISO 3166-1 */
  readonly country: string;
}

/**
 * A signing request (PKCS#10) in PEM, signed by its key. The same key and subject give the same request.
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
      privateKey: own.toCryptoKey(SIGNING, false, ["sign"]),
      publicKey: createPublicKey(own).toCryptoKey(SIGNING, true, ["verify"]),
    },
    signingAlgorithm: SIGNING,
  });
  return `${request.toString("pem")}\n`;
}
