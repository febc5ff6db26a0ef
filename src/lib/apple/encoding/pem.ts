import { TAG } from "./ber.ts";

/** One `-----BEGIN …-----` block. */
export interface PemBlock {
  /** `CERTIFICATE`, `PRIVATE KEY` */
  readonly label: string;
  /** the whole block, both marks included */
  readonly text: string;
}

const BEGIN = "-----BEGIN ";
const DASHES = "-----";
/** Longer than any label in use; what is longer is no mark. */
const LABEL_LENGTH = 64;

/**
 * The blocks of a text in their order, whatever stands before, between and after them: openssl writes certificates out
 * in words before the block, exported key stores name their bags. A block without its end goes to the end of the text.
 */
export function* pemBlocks(text: string): Generator<PemBlock> {
  let at = 0;
  for (;;) {
    const begin = text.indexOf(BEGIN, at);
    if (begin === -1) return;
    const labelAt = begin + BEGIN.length;
    const head = text.slice(labelAt, labelAt + LABEL_LENGTH + DASHES.length);
    const label = head.slice(0, Math.max(head.indexOf(DASHES), 0));
    at = labelAt;
    if (label === "" || label.includes("\n")) continue;
    const endMark = `-----END ${label}-----`;
    const nextBegin = text.indexOf(BEGIN, labelAt);
    const limit = nextBegin === -1 ? text.length : nextBegin;
    const block = text.slice(begin, limit);
    const end = block.indexOf(endMark);
    yield { label, text: end === -1 ? block : block.slice(0, end + endMark.length) };
    at = limit;
  }
}

/** Bytes as characters, one each; what is written in ASCII stays as it is. */
export const latin1Of = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");

/**
 * The bytes that a text carries as base64: in a PEM block of a message (PKCS#7, CMS), below the headers of S/MIME, or
 * bare. The headers say nothing that the bytes do not.
 *
 * @returns undefined where the text is nothing of the kind
 */
export function unwrapped(written: string): Buffer | undefined {
  for (const { label, text } of pemBlocks(written)) {
    if (label === "PKCS7" || label === "CMS") return fromBase64(text.replaceAll(/-----[^-\n]*-----/g, ""));
  }
  const headersEnd = /^[A-Za-z-]+:/.test(written) ? written.search(/\r?\n\r?\n/) : 0;
  return fromBase64(written.slice(Math.max(headersEnd, 0)));
}

const UTF8_MARK = "\xef\xbb\xbf";

/** The characters of a text file, one each, without the mark that may begin one in UTF-8. */
export const writtenIn = (bytes: Uint8Array): string => latin1Of(bytes).replace(UTF8_MARK, "");

/** A SEQUENCE too long to have its length in one byte, as all of these are; text in ASCII never begins so. */
export const isBinary = ([first, second = 0]: Uint8Array): boolean => first === TAG.sequence && second >= 0x80;

/**
 * The structure in BER that a file is, or has as {@link unwrapped} finds it.
 *
 * @returns undefined where the file is nothing of the kind
 */
export function structureIn(bytes: Uint8Array): Uint8Array | undefined {
  if (isBinary(bytes)) return bytes;
  const inside = unwrapped(writtenIn(bytes));
  return inside !== undefined && isBinary(inside) ? inside : undefined;
}

/** The bytes of a text that is nothing but base64 and white space; else undefined. */
function fromBase64(text: string): Buffer | undefined {
  const digits = text.replaceAll(/\s+/g, "");
  return /^[A-Za-z0-9+/]+={0,2}$/.test(digits) ? Buffer.from(digits, "base64") : undefined;
}
