import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  Name,
  Pkcs10CertificateRequest,
  X509CertificateGenerator,
  type JsonNameParams,
} from "@peculiar/x509";
import { generateSigningKeys, RSA_SIGNING_PARAMETERS } from "../../../src/lib/apple/keys/x509.ts";

/** Options for a certificate that the portal issues. */
export interface PushCertificateOptions {
  readonly topic: string;
  readonly from: string;
  readonly to: string;
  /** Apple by default */
  readonly issuer?: JsonNameParams;
  /** organisation in the subject */
  readonly organisation?: string;
}

const APPLE: JsonNameParams = [
  { CN: [{ utf8String: "Apple Application Integration 2 Certification Authority" }] },
  { O: [{ utf8String: "Apple Inc." }] },
];

/**
 * Issues a push certificate in PEM for the key of a request, as Apple's portal does. Unlike a real certificate, it is
 * signed with a new key.
 */
export async function issuePushCertificate(
  request: string,
  { topic, from, to, issuer = APPLE, organisation }: PushCertificateOptions,
): Promise<string> {
  const { publicKey } = new Pkcs10CertificateRequest(request);
  const { privateKey } = await generateSigningKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: "02",
    subject: new Name([
      { "0.9.2342.19200300.100.1.1": [{ utf8String: topic }] },
      { CN: [{ utf8String: `APSP:${topic.slice("com.apple.mgmt.External.".length)}` }] },
      ...(organisation === undefined ? [] : [{ O: [{ utf8String: organisation }] }]),
      { C: [{ printableString: "JP" }] },
    ]),
    issuer: new Name(issuer),
    notBefore: new Date(from),
    notAfter: new Date(to),
    publicKey,
    signingKey: privateKey,
    signingAlgorithm: RSA_SIGNING_PARAMETERS,
    extensions: [new AuthorityKeyIdentifierExtension("0102030405060708090a0b0c0d0e0f1011121314")],
  });
  return certificate.toString("pem");
}
