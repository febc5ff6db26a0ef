import { constants, createDecipheriv, createPrivateKey, privateDecrypt, type KeyObject } from "node:crypto";
import { attempt } from "./foreign.ts";
import { childrenOf, elementOf, octetsOf, TAG, type Element } from "./ber.ts";

/** The content of object identifiers, in hexadecimal digits: 1.2.840.113549.1.7.3, 1.7.2 and 1.1.7. */
const ENVELOPED = "2a864886f70d010703";
const SIGNED = "2a864886f70d010702";
const RSA_OAEP = "2a864886f70d010107";

/** Apple has not said which one it takes; these are those of S/MIME. @see RFC 8551 section 2.7 */
export const CIPHERS = new Map([
  ["608648016503040102", "aes-128-cbc"],
  ["608648016503040116", "aes-192-cbc"],
  ["60864801650304012a", "aes-256-cbc"],
  ["2a864886f70d0307", "des-ede3-cbc"],
]);

/** By which the parameters of OAEP name a hash; SHA-1 where they name none. @see RFC 8017 appendix A.2.1 */
const OAEP_HASHES = new Map([
  ["608648016503040201", "sha256"],
  ["608648016503040202", "sha384"],
  ["608648016503040203", "sha512"],
]);

/** Apple's messages have one recipient key; this bounds the work of a hostile one. */
const MAX_RECIPIENTS = 8;

/** The content key as one recipient's key opens it. */
interface Recipient {
  /** the certificate of the key, by issuer and serial number: `CN=clomo, serial 0x17a8`; null if it is named otherwise */
  readonly certificate: string | null;
  readonly algorithm: string;
  readonly parameters: string;
  readonly encryptedKey: Uint8Array;
}

/** A message's type follows its outer length, which takes six bytes at most. */
const TYPE_WITHIN = 20;

/** Which message some bytes begin as, be they whole or not; undefined where it is another one, or none. */
export function messageTypeOf(message: Uint8Array): "enveloped" | "signed" | undefined {
  const start = Buffer.from(message.subarray(0, TYPE_WITHIN));
  const is = (type: string): boolean => start.includes(Buffer.from(`0609${type}`, "hex"));
  if (is(ENVELOPED)) return "enveloped";
  return is(SIGNED) ? "signed" : undefined;
}

/** Encrypted content (CMS EnvelopedData) with the keys it may be opened by. */
export interface Envelope {
  /** as node:crypto calls it; undefined where it is none of S/MIME's */
  readonly cipher: string | undefined;
  readonly initialisation: Uint8Array;
  readonly content: Uint8Array;
  readonly recipients: readonly Recipient[];
}

/**
 * What an encrypted message says of itself, DER or BER.
 *
 * @returns undefined where the bytes are no such message or are cut off
 * @see RFC 5652 section 6
 */
export function envelopeOf(message: Uint8Array): Envelope | undefined {
  return attempt(() => {
    const parts = partsOf(message, ENVELOPED);
    const [recipients, encrypted] = parts.slice(parts.findIndex(({ tag }) => tag === TAG.set));
    const [, algorithm, content] = children(encrypted);
    const [cipher, initialisation] = children(algorithm);
    return {
      cipher: CIPHERS.get(hex(cipher)),
      initialisation: octetsOf(present(initialisation)),
      content: octetsOf(present(content)),
      recipients: children(recipients)
        .filter(({ tag }) => tag === TAG.sequence)
        .slice(0, MAX_RECIPIENTS)
        .map(recipientOf),
    };
  });
}

/** KeyTransRecipientInfo: version, who, by which algorithm, the content key. */
function recipientOf(recipient: Element): Recipient {
  const [, identifier, encryption, encryptedKey] = childrenOf(recipient);
  const [algorithm, parameters] = children(encryption);
  return {
    certificate: attempt(() => certificateNameOf(present(identifier))) ?? null,
    algorithm: hex(algorithm),
    parameters: hex(parameters),
    encryptedKey: octetsOf(present(encryptedKey)),
  };
}

/** IssuerAndSerialNumber in one line. Attributes are compared by their values, whatever string type or length form they have. */
function certificateNameOf(identifier: Element): string | null {
  if (identifier.tag !== TAG.sequence) return null;
  const [issuer, serial] = childrenOf(identifier);
  const attributes = children(issuer)
    .flatMap((set) => childrenOf(set))
    .map((attribute) => {
      const [type, value] = childrenOf(attribute);
      return `${ATTRIBUTES.get(hex(type)) ?? hex(type)}=${Buffer.from(present(value).content).toString("utf8")}`;
    });
  return [...attributes, `serial 0x${hex(present(serial)).replace(/^(?:00)+(?=.)/, "")}`].join(", ");
}

/** The attributes of names that certificates of keys have. @see RFC 5280 appendix A */
const ATTRIBUTES = new Map([
  ["550403", "CN"],
  ["550406", "C"],
  ["55040a", "O"],
  ["55040b", "OU"],
]);

/**
 * The content of a signed message (CMS SignedData), DER or BER; who signed it is not looked at.
 *
 * @returns undefined where the bytes are no such message, are cut off, or hold no content
 * @see RFC 5652 section 5
 */
export function signedContentOf(message: Uint8Array): Uint8Array | undefined {
  return attempt(() => {
    const [, , encapsulated] = partsOf(message, SIGNED);
    const [, content] = children(encapsulated);
    return octetsOf(elementOf(present(content).content));
  });
}

/**
 * The certificates of a message that nobody has signed, which is how bundles of them are passed on (`.p7b`). A message
 * signed apart from its content has signers too, but is none.
 *
 * @returns undefined where the bytes are no such bundle
 */
export function signedCertificatesOf(message: Uint8Array): readonly Uint8Array[] | undefined {
  return attempt(() => {
    const [, , , certificates, ...rest] = partsOf(message, SIGNED);
    if (certificates?.tag !== TAG.context0 || present(rest.at(-1)).content.length > 0) return undefined;
    return childrenOf(certificates).map(({ whole }) => whole);
  });
}

/** The parts of the structure that a ContentInfo of this type holds. */
function partsOf(message: Uint8Array, wanted: string): readonly Element[] {
  const [type, content] = childrenOf(elementOf(message));
  if (hex(type) !== wanted) throw new RangeError("another type of message");
  return childrenOf(elementOf(present(content).content));
}

/**
 * The content of an envelope, opened by the first of our keys that gives text: a wrong key gives noise or nothing,
 * since OpenSSL does not tell a wrong RSA key from a right one.
 *
 * @param keys private keys in PEM; anything else is skipped
 */
export function openEnvelope({ cipher, ...envelope }: Envelope, keys: readonly string[]): string | undefined {
  if (cipher === undefined) return undefined;
  for (const pem of keys) {
    const key = attempt(() => createPrivateKey(pem));
    if (key?.asymmetricKeyType !== "rsa") continue;
    for (const recipient of envelope.recipients) {
      const text = attempt(() => {
        const decipher = createDecipheriv(cipher, contentKeyOf(recipient, key), envelope.initialisation);
        const plain = Buffer.concat([decipher.update(envelope.content), decipher.final()]);
        return new TextDecoder("utf-8", { fatal: true }).decode(plain);
      });
      if (text !== undefined) return text;
    }
  }
  return undefined;
}

function contentKeyOf({ algorithm, parameters, encryptedKey }: Recipient, key: KeyObject): Buffer {
  if (algorithm !== RSA_OAEP) return privateDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, encryptedKey);
  const oaepHash = [...OAEP_HASHES].find(([oid]) => parameters.includes(oid))?.[1] ?? "sha1";
  return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, encryptedKey);
}

const children = (element: Element | undefined): readonly Element[] => childrenOf(present(element));

/** The content of an element in hexadecimal digits; blank where it is missing. */
export const hex = (element: Element | undefined): string => Buffer.from(element?.content ?? []).toString("hex");

/** @throws RangeError where it is missing */
export function present(element: Element | undefined): Element {
  if (element === undefined) throw new RangeError("a part is missing");
  return element;
}
