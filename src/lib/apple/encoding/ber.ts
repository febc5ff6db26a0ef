export interface BerElement {
  /** one byte with class, form and number: 0x30 is a SEQUENCE */
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

export const TAG = {
  integer: 0x02,
  sequence: 0x30,
  set: 0x31,
} as const;

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

/** @throws RangeError if the content is not BER, or has too many elements */
export function readChildren({ content }: BerElement): readonly BerElement[] {
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
export function readOctets(element: BerElement, depth = 0): Uint8Array {
  if ((element.tag & CONSTRUCTED_BIT) === 0) return element.content;
  if (depth > MAX_DEPTH) throw new RangeError("nested too deep");
  return Buffer.concat(readChildren(element).map((piece) => readOctets(piece, depth + 1)));
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new RangeError("cut off");
  return byte;
}
