import { TAG } from "./ber.ts";

export interface PemBlock {
  readonly label: string;
  readonly text: string;
}

const BEGIN_MARK = "-----BEGIN ";
const DASHES = "-----";
const MAX_LABEL_LENGTH = 64;

/** A block without an END line extends to the next block or the end of the text. */
export function* findPemBlocks(text: string): Generator<PemBlock> {
  let at = 0;
  for (;;) {
    const begin = text.indexOf(BEGIN_MARK, at);
    if (begin === -1) return;
    const labelAt = begin + BEGIN_MARK.length;
    const head = text.slice(labelAt, labelAt + MAX_LABEL_LENGTH + DASHES.length);
    const label = head.slice(0, Math.max(head.indexOf(DASHES), 0));
    at = labelAt;
    if (label === "" || label.includes("\n")) continue;
    const endMark = `-----END ${label}-----`;
    const nextBegin = text.indexOf(BEGIN_MARK, labelAt);
    const limit = nextBegin === -1 ? text.length : nextBegin;
    const block = text.slice(begin, limit);
    const end = block.indexOf(endMark);
    yield { label, text: end === -1 ? block : block.slice(0, end + endMark.length) };
    at = limit;
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
