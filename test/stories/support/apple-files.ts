import "reflect-metadata";
import {
  constants,
  createCipheriv,
  createHash,
  createPublicKey,
  publicEncrypt,
  randomBytes,
  type webcrypto,
} from "node:crypto";
import * as cms from "@peculiar/asn1-cms";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { Name as Asn1Name } from "@peculiar/asn1-x509";
import {
  AuthorityKeyIdentifierExtension,
  Name,
  Pkcs10CertificateRequestGenerator,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { build } from "plist";

export type Keys = webcrypto.CryptoKeyPair;

const RSA = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

/** Makes keys as CLOMO and Apple do. */
export const createKeys = (): Promise<Keys> => crypto.subtle.generateKey(RSA, true, ["sign", "verify"]);

const APPLE = "CN=Apple Application Integration 2 Certification Authority, O=Apple Inc., C=US";

/** What a certificate says. */
export interface CertificateFacts {
  readonly keys: Keys;
  readonly expires: Date;
  /** UUID of a push certificate's topic; absent: the certificate of a server */
  readonly topic?: string;
  /** Apple by default */
  readonly issuer?: string;
}

const YEAR_MS = 365 * 86_400_000;

/** Issues a certificate for 365 days in PEM. It is signed with the key of its request; only its issuer could say so. */
export async function createCertificate({ keys, expires, topic, issuer = APPLE }: CertificateFacts): Promise<string> {
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomBytes(8).toString("hex").replace(/^./, "1"),
    subject: new Name(
      topic === undefined
        ? "CN=radius.example.jp"
        : [
            { "0.9.2342.19200300.100.1.1": [{ utf8String: `com.apple.mgmt.External.${topic}` }] },
            { CN: [{ utf8String: `APSP:${topic}` }] },
            { C: [{ printableString: "JP" }] },
          ],
    ),
    issuer: new Name(issuer),
    notBefore: new Date(expires.getTime() - YEAR_MS),
    notAfter: expires,
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: RSA,
    extensions: [new AuthorityKeyIdentifierExtension(createHash("sha256").update(issuer).digest("hex").slice(0, 40))],
  });
  return certificate.toString("pem");
}

/** Writes the signing request as CLOMO hands it out: base64 of a property list, signed by the vendor. @see apple 4 */
export async function createRequest(keys: Keys, vendor: Keys): Promise<string> {
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: "CN=Taro Yamada, C=JP, E=push@example.jp",
    keys,
    signingAlgorithm: RSA,
  });
  const chain = await createCertificate({ keys: vendor, expires: new Date("2030-01-01T00:00:00Z") });
  const signature = await crypto.subtle.sign(RSA, vendor.privateKey, request.rawData);
  const list = build({
    PushCertRequestCSR: Buffer.from(request.rawData).toString("base64"),
    PushCertCertificateChain: chain,
    PushCertSignature: Buffer.from(signature).toString("base64"),
  });
  return Buffer.from(list).toString("base64");
}

/** Returns an instant as it is in the names of Apple's files: 2026-03-01T05-00-00Z. */
const inFileName = (instant: Date): string => `${instant.toISOString().slice(0, 19).replaceAll(":", "-")}Z`;

/** A file as a browser stores it. */
export interface Download {
  readonly name: string;
  readonly content: string;
}

/** What a server token says. Only CLOMO can open it, so its date is only in its name. */
export interface ServerTokenFacts {
  readonly server: string;
  readonly made: Date;
  /** name of the key that CLOMO gave to Apple */
  readonly recipient: string;
  readonly keys: Keys;
}

/** Makes a server token in S/MIME as Apple's portal does, encrypted for a key. @see apple 1 */
export async function createServerToken({ server, made, recipient, keys }: ServerTokenFacts): Promise<Download> {
  const spki = Buffer.from(await crypto.subtle.exportKey("spki", keys.publicKey));
  const publicKey = createPublicKey({ key: spki, format: "der", type: "spki" });
  const [contentKey, start] = [randomBytes(32), randomBytes(16)];
  const cipher = createCipheriv("aes-256-cbc", contentKey, start);
  const encrypted = Buffer.concat([cipher.update(`{"consumer_key":"CK_${server}"}`), cipher.final()]);
  const issuer = AsnConvert.parse(new Name(`CN=${recipient}`).toArrayBuffer(), Asn1Name);
  const ktri = new cms.KeyTransRecipientInfo({
    rid: new cms.RecipientIdentifier({
      issuerAndSerialNumber: new cms.IssuerAndSerialNumber({ issuer, serialNumber: new Uint8Array([1]).buffer }),
    }),
    keyEncryptionAlgorithm: new cms.KeyEncryptionAlgorithmIdentifier({
      algorithm: "1.2.840.113549.1.1.1",
      parameters: new Uint8Array([5, 0]).buffer,
    }),
    encryptedKey: new OctetString(publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, contentKey)),
  });
  const content = new cms.EnvelopedData({
    recipientInfos: new cms.RecipientInfos([new cms.RecipientInfo({ ktri })]),
    encryptedContentInfo: new cms.EncryptedContentInfo({
      contentType: cms.id_data,
      contentEncryptionAlgorithm: new cms.ContentEncryptionAlgorithmIdentifier({
        algorithm: "2.16.840.1.101.3.4.1.42",
        parameters: AsnConvert.serialize(new OctetString(start)),
      }),
      encryptedContent: new cms.EncryptedContent({ value: new OctetString(encrypted) }),
    }),
  });
  const message = new cms.ContentInfo({ contentType: cms.id_envelopedData, content: AsnConvert.serialize(content) });
  const lines =
    Buffer.from(AsnConvert.serialize(message))
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  const head = [
    'Content-Type: application/pkcs7-mime; name="smime.p7m"; smime-type=enveloped-data',
    "Content-Transfer-Encoding: base64",
    'Content-Disposition: attachment; filename="smime.p7m"',
    "Content-Description: S/MIME Encrypted Message",
  ];
  return { name: `${server}_Token_${inFileName(made)}_smime.p7m`, content: [...head, "", ...lines, ""].join("\r\n") };
}

/** Makes a content token (VPP) as Apple's portal does. @see apple 5 */
export const createContentToken = (location: string, organisation: string, expires: Date): Download => ({
  name: `sToken_for_${location}_.vpptoken`,
  content: Buffer.from(
    JSON.stringify({
      token: randomBytes(24).toString("base64"),
      expDate: `${expires.toISOString().slice(0, 19)}+0000`,
      orgName: organisation,
    }),
  ).toString("base64"),
});
