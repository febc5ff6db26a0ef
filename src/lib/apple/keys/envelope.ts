import {
  ContentEncryptionAlgorithmIdentifier,
  ContentInfo,
  EncryptedContent,
  EncryptedContentInfo,
  EnvelopedData,
  IssuerAndSerialNumber,
  KeyEncryptionAlgorithmIdentifier,
  KeyTransRecipientInfo,
  RecipientIdentifier,
  RecipientInfo,
  RecipientInfos,
  id_data,
  id_envelopedData,
} from "@peculiar/asn1-cms";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { Certificate } from "@peculiar/asn1-x509";
import { constants, createCipheriv, publicEncrypt, randomBytes, X509Certificate } from "node:crypto";

const RSA_ENCRYPTION_OID = "1.2.840.113549.1.1.1";
const AES_256_CBC_OID = "2.16.840.1.101.3.4.1.42";
const ASN1_NULL = new Uint8Array([5, 0]).buffer;

/**
 * Encrypts data with the public key of a certificate, as S/MIME does: CMS EnvelopedData with AES-256-CBC. The content
 * key is encrypted with RSA PKCS#1 v1.5.
 *
 * @param certificate a PEM certificate with an RSA key
 * @returns the message (ContentInfo) in DER
 * @throws Error if the text is not a certificate, or if its key is not an RSA key
 * @see RFC 5652 section 6; apple 0 (every S/MIME tool can open Apple's own server tokens, which implies PKCS#1 v1.5)
 */
export function encryptForCertificate(certificate: string, plain: Uint8Array): Uint8Array {
  const { publicKey, raw } = new X509Certificate(certificate);
  if (publicKey.asymmetricKeyType !== "rsa") throw new TypeError("the certificate's key is not RSA");
  const { issuer, serialNumber } = AsnConvert.parse(raw, Certificate).tbsCertificate;
  const [contentKey, initialisation] = [randomBytes(32), randomBytes(16)];
  const cipher = createCipheriv("aes-256-cbc", contentKey, initialisation);
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  const recipient = new KeyTransRecipientInfo({
    rid: new RecipientIdentifier({ issuerAndSerialNumber: new IssuerAndSerialNumber({ issuer, serialNumber }) }),
    keyEncryptionAlgorithm: new KeyEncryptionAlgorithmIdentifier({
      algorithm: RSA_ENCRYPTION_OID,
      parameters: ASN1_NULL,
    }),
    encryptedKey: new OctetString(publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, contentKey)),
  });
  const content = new EnvelopedData({
    recipientInfos: new RecipientInfos([new RecipientInfo({ ktri: recipient })]),
    encryptedContentInfo: new EncryptedContentInfo({
      contentType: id_data,
      contentEncryptionAlgorithm: new ContentEncryptionAlgorithmIdentifier({
        algorithm: AES_256_CBC_OID,
        parameters: AsnConvert.serialize(new OctetString(initialisation)),
      }),
      encryptedContent: new EncryptedContent({ value: new OctetString(encrypted) }),
    }),
  });
  const message = new ContentInfo({ contentType: id_envelopedData, content: AsnConvert.serialize(content) });
  return new Uint8Array(AsnConvert.serialize(message));
}
