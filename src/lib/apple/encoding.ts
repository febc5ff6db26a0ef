import { constants, createDecipheriv, createPrivateKey, privateDecrypt } from "node:crypto";
import { tryOrUndefined } from "../errors/index.ts";
import { isObject, type JsonObject } from "./renewable.ts";

export interface BerElement {
  /** one byte with class, form and number: 0x30 is a SEQUENCE */
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

export const TAG = { integer: 0x02, sequence: 0x30, set: 0x31 } as const;

const CONSTRUCTED_BIT = 0x20;
/** Tag numbers of 31 or more take several bytes. The supported files have no such tags. */
const LONG_TAG = 0x1f;
const INDEFINITE_LENGTH = 0x80;

/** Apple's files have about 12 levels and some hundred siblings. */
const MAX_DEPTH = 40;
const MAX_CHILDREN = 20_000;

/**
 * No package is used: packages load slowly, and cannot read strings that BouncyCastle splits into fragments. @throws
 * RangeError if the bytes are not BER @see ITU-T X.690 8.1
 */
export function readElement(bytes: Uint8Array, depth = 0): BerElement {
  const [tag, first] = [byteAt(bytes, 0), byteAt(bytes, 1)];
  if ((tag & LONG_TAG) === LONG_TAG || depth > MAX_DEPTH) throw new RangeError("no BER of ours");
  if (first === INDEFINITE_LENGTH) return readIndefiniteElement(bytes, tag, depth);
  const lengthBytes = first < INDEFINITE_LENGTH ? 0 : first - INDEFINITE_LENGTH;
  if (lengthBytes > 4) throw new RangeError("longer than any file");
  let length = lengthBytes === 0 ? first : 0;
  for (let at = 2; at < 2 + lengthBytes; at += 1) length = length * 256 + byteAt(bytes, at);
  const start = 2 + lengthBytes;
  if (start + length > bytes.length) throw new RangeError("cut off");
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(0, start + length) };
}

function readIndefiniteElement(bytes: Uint8Array, tag: number, depth: number): BerElement {
  if ((tag & CONSTRUCTED_BIT) === 0) throw new RangeError("only a constructed element may leave its length open");
  let end = 2;
  while (byteAt(bytes, end) !== 0 || byteAt(bytes, end + 1) !== 0) {
    end += readElement(bytes.subarray(end), depth + 1).whole.length;
  }
  return { tag, content: bytes.subarray(2, end), whole: bytes.subarray(0, end + 2) };
}

/** @throws RangeError if the element is missing, or its content is not BER */
export function readChildren(element: BerElement | undefined): readonly BerElement[] {
  const { content } = requireElement(element);
  const children: BerElement[] = [];
  for (let at = 0; at < content.length;) {
    if (children.length === MAX_CHILDREN) throw new RangeError("too many elements");
    const child = readElement(content.subarray(at));
    children.push(child);
    at += child.whole.length;
  }
  return children;
}

/** Joins the fragments of a string. @throws RangeError if the fragments are not BER, or nested too deeply */
function readOctets(element: BerElement | undefined, depth = 0): Uint8Array {
  const { tag, content } = requireElement(element);
  if ((tag & CONSTRUCTED_BIT) === 0) return content;
  if (depth > MAX_DEPTH) throw new RangeError("nested too deep");
  return Buffer.concat(readChildren(element).map((piece) => readOctets(piece, depth + 1)));
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new RangeError("cut off");
  return byte;
}

const BEGIN_MARK = "-----BEGIN ";
const LABEL_PATTERN = /^(?!-)[^\n]{1,64}?(?=-----)/;

/** A block without an END line extends to the next block or the end of the text. */
export function* findPemBlocks(text: string): Generator<{ readonly label: string; readonly text: string }> {
  for (const part of text.split(BEGIN_MARK).slice(1)) {
    const [label] = LABEL_PATTERN.exec(part) ?? [];
    if (label === undefined) continue;
    const endMark = `-----END ${label}-----`;
    const end = part.indexOf(endMark);
    yield { label, text: BEGIN_MARK + (end === -1 ? part : part.slice(0, end + endMark.length)) };
  }
}

export const decodeLatin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");

export function decodeWrappedBase64(written: string): Buffer | undefined {
  for (const { label, text } of findPemBlocks(written)) {
    if (label === "PKCS7" || label === "CMS") return decodeBase64(text.replaceAll(/-----[^-\n]*-----/g, ""));
  }
  const headersEnd = /^[A-Za-z-]+:/.test(written) ? written.search(/\r?\n\r?\n/) : 0;
  return decodeBase64(written.slice(Math.max(headersEnd, 0)));
}

const UTF8_BOM = "\xef\xbb\xbf";

/** Decodes each byte as one character, and removes a UTF-8 byte order mark. */
export const decodeTextFile = (bytes: Uint8Array): string => decodeLatin1(bytes).replace(UTF8_BOM, "");

/** Binary files begin with a SEQUENCE whose length takes several bytes; ASCII text never does. */
export const isBinary = ([first, second = 0]: Uint8Array): boolean => first === TAG.sequence && second >= 0x80;

export function extractStructure(bytes: Uint8Array): Uint8Array | undefined {
  if (isBinary(bytes)) return bytes;
  const inside = decodeWrappedBase64(decodeTextFile(bytes));
  return inside !== undefined && isBinary(inside) ? inside : undefined;
}

export function decodeBase64(text: string): Buffer | undefined {
  const digits = text.replaceAll(/\s+/g, "");
  return /^[A-Za-z0-9+/]+={0,2}$/.test(digits) ? Buffer.from(digits, "base64") : undefined;
}

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

const TYPE_SEARCH_BYTES = 20;

export function detectMessageType(message: Uint8Array): "enveloped" | "signed" | undefined {
  const start = Buffer.from(message.subarray(0, TYPE_SEARCH_BYTES));
  const is = (type: string): boolean => start.includes(Buffer.from(`0609${type}`, "hex"));
  if (is(ENVELOPED_DATA_OID)) return "enveloped";
  return is(SIGNED_DATA_OID) ? "signed" : undefined;
}

export type Envelope = NonNullable<ReturnType<typeof parseEnvelope>>;

/** Returns undefined if the message is invalid or incomplete. @see RFC 5652 section 6 */
export function parseEnvelope(message: Uint8Array) {
  return tryOrUndefined(() => {
    const parts = readMessageParts(message, ENVELOPED_DATA_OID);
    const [recipients, encrypted] = parts.slice(parts.findIndex(({ tag }) => tag === TAG.set));
    const [, algorithm, content] = readChildren(encrypted);
    const [cipher, initialisation] = readChildren(algorithm);
    return {
      cipher: SMIME_CIPHERS.get(elementToHex(cipher)),
      initialisation: readOctets(initialisation),
      content: readOctets(content),
      recipients: readChildren(recipients)
        .filter(({ tag }) => tag === TAG.sequence)
        .slice(0, MAX_RECIPIENTS)
        .map(parseRecipient),
    };
  });
}

function parseRecipient(recipient: BerElement) {
  const [, identifier, , encryptedKey] = readChildren(recipient);
  return {
    /** such as `CN=clomo, serial 0x17a8`; null if the message names no certificate */
    certificate: tryOrUndefined(() => formatCertificateName(requireElement(identifier))) ?? null,
    encryptedKey: readOctets(encryptedKey),
  };
}

function formatCertificateName(identifier: BerElement): string | null {
  if (identifier.tag !== TAG.sequence) return null;
  const [issuer, serial] = readChildren(identifier);
  const attributes = readChildren(issuer)
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
    const [, content] = readChildren(encapsulated);
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

const elementToHex = (element: BerElement | undefined): string => Buffer.from(element?.content ?? []).toString("hex");

function requireElement(element: BerElement | undefined): BerElement {
  if (element === undefined) throw new RangeError("a part is missing");
  return element;
}

const MAX_LIST_CHARACTERS = 1024 * 1024;
const START_PATTERN = /^\s*<(?:\?xml(?![^>]*encoding=(?!["'](?:utf-8|us-ascii)["']))|!DOCTYPE plist|plist)\b/i;

export async function parsePropertyList(xml: string): Promise<JsonObject | undefined> {
  if (xml.length > MAX_LIST_CHARACTERS || !START_PATTERN.test(xml)) return undefined;
  // the parser accepts characters that XML does not allow
  if (/[^\t\n\r -\ud7ff\ue000-\ufffc\u{10000}-\u{10ffff}]/u.test(xml)) return undefined;
  const { parse } = await import("plist");
  // the parser writes errors, with parts of the secret input, to `console.error`
  const output = globalThis.console;
  const shown = Object.getOwnPropertyDescriptor(output, "error") ?? {};
  try {
    output.error = () => {
      throw new SyntaxError("not well-formed");
    };
    for (const [, date = ""] of xml.matchAll(/<date>([^<]*)/g))
      if (new Date(date).toISOString() !== date.replace("Z", ".000Z")) return undefined;
    const value: unknown = parse(xml);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  } finally {
    Object.defineProperty(output, "error", shown);
  }
}
