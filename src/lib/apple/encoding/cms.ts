import { constants, createDecipheriv, createPrivateKey, privateDecrypt } from "node:crypto";
import { tryOrUndefined } from "../../errors/index.ts";
import { readChildren, readElement, readOctets, TAG, type BerElement } from "./ber.ts";

const ENVELOPED_DATA_OID = "2a864886f70d010703";
const SIGNED_DATA_OID = "2a864886f70d010702";

/** Several ciphers, because Apple does not document which one it uses. @see RFC 8551 section 2.7 */
const SMIME_CIPHERS = new Map([
  ["608648016503040102", "aes-128-cbc"],
  ["608648016503040116", "aes-192-cbc"],
  ["60864801650304012a", "aes-256-cbc"],
  ["2a864886f70d0307", "des-ede3-cbc"],
]);

/** Apple's messages have one recipient. A hostile message could have thousands. */
const MAX_RECIPIENTS = 8;

interface Recipient {
  /** certificate of the recipient, such as `CN=clomo, serial 0x17a8`; null if the message names no certificate */
  readonly certificate: string | null;
  readonly encryptedKey: Uint8Array;
}

const TYPE_SEARCH_BYTES = 20;

export function detectMessageType(message: Uint8Array): "enveloped" | "signed" | undefined {
  const start = Buffer.from(message.subarray(0, TYPE_SEARCH_BYTES));
  const is = (type: string): boolean => start.includes(Buffer.from(`0609${type}`, "hex"));
  if (is(ENVELOPED_DATA_OID)) return "enveloped";
  return is(SIGNED_DATA_OID) ? "signed" : undefined;
}

export interface Envelope {
  readonly cipher: string | undefined;
  readonly initialisation: Uint8Array;
  readonly content: Uint8Array;
  readonly recipients: readonly Recipient[];
}

/** Returns undefined if the message is invalid or incomplete. @see RFC 5652 section 6 */
export function parseEnvelope(message: Uint8Array): Envelope | undefined {
  return tryOrUndefined(() => {
    const parts = readMessageParts(message, ENVELOPED_DATA_OID);
    const [recipients, encrypted] = parts.slice(parts.findIndex(({ tag }) => tag === TAG.set));
    const [, algorithm, content] = readRequiredChildren(encrypted);
    const [cipher, initialisation] = readRequiredChildren(algorithm);
    return {
      cipher: SMIME_CIPHERS.get(elementToHex(cipher)),
      initialisation: readOctets(requireElement(initialisation)),
      content: readOctets(requireElement(content)),
      recipients: readRequiredChildren(recipients)
        .filter(({ tag }) => tag === TAG.sequence)
        .slice(0, MAX_RECIPIENTS)
        .map(parseRecipient),
    };
  });
}

function parseRecipient(recipient: BerElement): Recipient {
  const [, identifier, , encryptedKey] = readChildren(recipient);
  return {
    certificate: tryOrUndefined(() => formatCertificateName(requireElement(identifier))) ?? null,
    encryptedKey: readOctets(requireElement(encryptedKey)),
  };
}

function formatCertificateName(identifier: BerElement): string | null {
  if (identifier.tag !== TAG.sequence) return null;
  const [issuer, serial] = readChildren(identifier);
  const attributes = readRequiredChildren(issuer)
    .flatMap((set) => readChildren(set))
    .map((attribute) => {
      const [type, value] = readChildren(attribute);
      return `${ATTRIBUTE_NAMES.get(elementToHex(type)) ?? elementToHex(type)}=${Buffer.from(requireElement(value).content).toString("utf8")}`;
    });
  return [...attributes, `serial 0x${elementToHex(requireElement(serial)).replace(/^(?:00)+(?=.)/, "")}`].join(", ");
}

/** Keys are object identifiers. @see RFC 5280 appendix A */
const ATTRIBUTE_NAMES = new Map([
  ["550403", "CN"],
  ["550406", "C"],
  ["55040a", "O"],
  ["55040b", "OU"],
]);

/** Does not verify signatures. @see RFC 5652 section 5 */
export function extractSignedContent(message: Uint8Array): Uint8Array | undefined {
  return tryOrUndefined(() => {
    const [, , encapsulated] = readMessageParts(message, SIGNED_DATA_OID);
    const [, content] = readRequiredChildren(encapsulated);
    return readOctets(readElement(requireElement(content).content));
  });
}

function readMessageParts(message: Uint8Array, wanted: string): readonly BerElement[] {
  const [type, content] = readChildren(readElement(message));
  if (elementToHex(type) !== wanted) throw new RangeError("another type of message");
  return readChildren(readElement(requireElement(content).content));
}

/** Accepts only valid UTF-8, because decryption with a wrong key can yield random bytes. */
export function decryptEnvelope({ cipher, ...envelope }: Envelope, keys: readonly string[]): string | undefined {
  if (cipher === undefined) return undefined;
  for (const pem of keys) {
    const key = tryOrUndefined(() => createPrivateKey(pem));
    if (key?.asymmetricKeyType !== "rsa") continue;
    for (const { encryptedKey } of envelope.recipients) {
      const text = tryOrUndefined(() => {
        const contentKey = privateDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, encryptedKey);
        const decipher = createDecipheriv(cipher, contentKey, envelope.initialisation);
        const plain = Buffer.concat([decipher.update(envelope.content), decipher.final()]);
        return new TextDecoder("utf-8", { fatal: true }).decode(plain);
      });
      if (text !== undefined) return text;
    }
  }
  return undefined;
}

const readRequiredChildren = (element: BerElement | undefined): readonly BerElement[] =>
  readChildren(requireElement(element));

const elementToHex = (element: BerElement | undefined): string => Buffer.from(element?.content ?? []).toString("hex");

function requireElement(element: BerElement | undefined): BerElement {
  if (element === undefined) throw new RangeError("a part is missing");
  return element;
}
