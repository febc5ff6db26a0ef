import { constants, createDecipheriv, createPrivateKey, privateDecrypt, type KeyObject } from "node:crypto";
import { ContentInfo, EnvelopedData, SignedData, type KeyTransRecipientInfo } from "@peculiar/asn1-cms";
import { AsnConvert, OctetString } from "@peculiar/asn1-schema";
import { attempt } from "./attempt.ts";

const ENVELOPED = "1.2.840.113549.1.7.3";
const SIGNED = "1.2.840.113549.1.7.2";
const RSA_OAEP = "1.2.840.113549.1.1.7";

/** Apple has not said which one it takes; these are those of S/MIME. @see RFC 8551 section 2.7 */
const CIPHERS = new Map([
  ["2.16.840.1.101.3.4.1.2", "aes-128-cbc"],
  ["2.16.840.1.101.3.4.1.22", "aes-192-cbc"],
  ["2.16.840.1.101.3.4.1.42", "aes-256-cbc"],
  ["1.2.840.113549.3.7", "des-ede3-cbc"],
]);

/** The DER of 2.16.840.1.101.3.4.2.n, by which the parameters of OAEP name a hash; SHA-1 where they name none. */
const OAEP_HASHES = new Map([
  ["608648016503040201", "sha256"],
  ["608648016503040202", "sha384"],
  ["608648016503040203", "sha512"],
]);

/** A message for several keys is none of Apple's; this bounds the work of a hostile one. */
const MOST_RECIPIENTS = 8;

/** Encrypted content (CMS EnvelopedData) with the keys it may be opened by. */
export interface Envelope {
  readonly cipher: string | undefined;
  readonly initialisation: Uint8Array;
  readonly content: Uint8Array;
  readonly recipients: readonly KeyTransRecipientInfo[];
}

/**
 * What an encrypted message says of itself, DER or BER.
 *
 * @returns undefined where the bytes are no such message or are cut off
 * @see RFC 5652 section 6
 */
export function envelopeOf(message: Uint8Array): Envelope | undefined {
  return attempt(() => {
    const { contentType, content } = AsnConvert.parse(message, ContentInfo);
    if (contentType !== ENVELOPED) return undefined;
    const { recipientInfos, encryptedContentInfo } = AsnConvert.parse(content, EnvelopedData);
    const { encryptedContent, contentEncryptionAlgorithm } = encryptedContentInfo;
    const { algorithm, parameters } = contentEncryptionAlgorithm;
    const { value, constructedValue = [] } = encryptedContent ?? {};
    const parts = value === undefined ? constructedValue : [value];
    if (parts.length === 0 || parameters === undefined || parameters === null) return undefined;
    return {
      cipher: CIPHERS.get(algorithm),
      initialisation: new Uint8Array(AsnConvert.parse(parameters, OctetString).buffer),
      content: Buffer.concat(parts.map(({ buffer }) => new Uint8Array(buffer))),
      recipients: [...recipientInfos].flatMap(({ ktri }) => ktri ?? []).slice(0, MOST_RECIPIENTS),
    };
  });
}

/**
 * The content of a signed message (CMS SignedData), DER or BER; who signed it is not looked at.
 *
 * @returns undefined where the bytes are no such message, are cut off, or hold no content
 * @see RFC 5652 section 5
 */
export function signedContentOf(message: Uint8Array): Uint8Array | undefined {
  return attempt(() => {
    const { contentType, content } = AsnConvert.parse(message, ContentInfo);
    if (contentType !== SIGNED) return undefined;
    const { single, any } = AsnConvert.parse(content, SignedData).encapContentInfo.eContent ?? {};
    if (single !== undefined) return new Uint8Array(single.buffer);
    return any === undefined ? undefined : new Uint8Array(AsnConvert.parse(any, OctetString).buffer);
  });
}

/**
 * The content of an envelope, opened by the first of our keys that gives text: a wrong key gives noise or nothing,
 * since OpenSSL does not tell a wrong RSA key from a right one.
 *
 * @param keys private keys in PEM; what is none is passed over
 */
export function openEnvelope({ cipher, ...envelope }: Envelope, keys: readonly string[]): string | undefined {
  if (cipher === undefined) return undefined;
  for (const pem of keys) {
    const key = attempt(() => createPrivateKey(pem));
    if (key === undefined) continue;
    for (const recipient of envelope.recipients) {
      const text = attempt(() => {
        const decipher = createDecipheriv(cipher, secretOf(recipient, key), envelope.initialisation);
        const plain = Buffer.concat([decipher.update(envelope.content), decipher.final()]);
        return new TextDecoder("utf-8", { fatal: true }).decode(plain);
      });
      if (text !== undefined) return text;
    }
  }
  return undefined;
}

function secretOf({ encryptedKey, keyEncryptionAlgorithm }: KeyTransRecipientInfo, key: KeyObject): Buffer {
  const encrypted = new Uint8Array(encryptedKey.buffer);
  if (keyEncryptionAlgorithm.algorithm !== RSA_OAEP) {
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, encrypted);
  }
  const parameters = Buffer.from(keyEncryptionAlgorithm.parameters ?? new ArrayBuffer()).toString("hex");
  const oaepHash = [...OAEP_HASHES].find(([oid]) => parameters.includes(oid))?.[1] ?? "sha1";
  return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, encrypted);
}
