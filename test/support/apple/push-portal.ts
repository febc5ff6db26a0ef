import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  Name,
  Pkcs10CertificateRequest,
  X509CertificateGenerator,
  type JsonNameParams,
} from "@peculiar/x509";
import { newSigningKeys, SIGNING } from "../../../src/lib/apple/keys/x509.ts";

/** How the portal issues a certificate. */
export interface Issuing {
  readonly topic: string;
  readonly from: string;
  readonly to: string;
  /** Apple's by default */
  readonly issuer?: JsonNameParams;
  /** of the subject */
  readonly organisation?: string;
}

const APPLE: JsonNameParams = [
  { CN: [{ utf8String: "Apple Application Integration 2 Certification Authority" }] },
  { O: [{ utf8String: "Apple Inc." }] },
];

/** A push certificate in PEM for the key of a request, as Apple's portal makes it, but for who signs it. */
export async function issuePushCertificate(
  request: string,
  { topic, from, to, issuer = APPLE, organisation }: Issuing,
): Promise<string> {
  const { publicKey } = new Pkcs10CertificateRequest(request);
  const { privateKey } = await newSigningKeys();
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
    signingAlgorithm: SIGNING,
    extensions: [new AuthorityKeyIdentifierExtension("0102030405060708090a0b0c0d0e0f1011121314")],
  });
  return certificate.toString("pem");
}
