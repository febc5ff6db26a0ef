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

const RSA_ENCRYPTION = "1.2.840.113549.1.1.1";
const AES_256_CBC = "2.16.840.1.101.3.4.1.42";
const NULL = new Uint8Array([5, 0]).buffer;

/**
 * Encrypts for the key of a certificate, as S/MIME does: CMS EnvelopedData with AES-256-CBC, its content key encrypted by
 * RSA PKCS#1 v1.5.
 *
 * @param certificate in PEM, with an RSA key
 * @returns the message (ContentInfo) in DER
 * @throws Error where it is no certificate, or has a key of another kind
 * @see RFC 5652 section 6; apple 0 (Apple's own server tokens are opened by every S/MIME tool, which means PKCS#1 v1.5)
 */
export function encryptFor(certificate: string, plain: Uint8Array): Uint8Array {
  const { publicKey, raw } = new X509Certificate(certificate);
  if (publicKey.asymmetricKeyType !== "rsa") throw new TypeError("the certificate's key is not RSA");
  const { issuer, serialNumber } = AsnConvert.parse(raw, Certificate).tbsCertificate;
  const [contentKey, initialisation] = [randomBytes(32), randomBytes(16)];
  const cipher = createCipheriv("aes-256-cbc", contentKey, initialisation);
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  const recipient = new KeyTransRecipientInfo({
    rid: new RecipientIdentifier({ issuerAndSerialNumber: new IssuerAndSerialNumber({ issuer, serialNumber }) }),
    keyEncryptionAlgorithm: new KeyEncryptionAlgorithmIdentifier({ algorithm: RSA_ENCRYPTION, parameters: NULL }),
    encryptedKey: new OctetString(publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, contentKey)),
  });
  const content = new EnvelopedData({
    recipientInfos: new RecipientInfos([new RecipientInfo({ ktri: recipient })]),
    encryptedContentInfo: new EncryptedContentInfo({
      contentType: id_data,
      contentEncryptionAlgorithm: new ContentEncryptionAlgorithmIdentifier({
        algorithm: AES_256_CBC,
        parameters: AsnConvert.serialize(new OctetString(initialisation)),
      }),
      encryptedContent: new EncryptedContent({ value: new OctetString(encrypted) }),
    }),
  });
  const message = new ContentInfo({ contentType: id_envelopedData, content: AsnConvert.serialize(content) });
  return new Uint8Array(AsnConvert.serialize(message));
}
