/** One element of a structure in BER, of which DER is the stricter form. */
export interface Element {
  /** class, form and number in one byte, as written: 0x30 is a SEQUENCE */
  readonly tag: number;
  readonly content: Uint8Array;
  /** tag and length included */
  readonly whole: Uint8Array;
}

/** Tags of this folder's structures. */
export const TAG = {
  integer: 0x02,
  octets: 0x04,
  octetsInPieces: 0x24,
  null: 0x05,
  oid: 0x06,
  sequence: 0x30,
  set: 0x31,
  context0: 0xa0,
} as const;

const CONSTRUCTED = 0x20;
/** tag numbers of 31 and more take further bytes; none of the structures here has one */
const LONG_TAG = 0x1f;
const INDEFINITE = 0x80;

/** Apple's files are a dozen deep, and have some hundreds of elements side by side. */
const DEEPEST = 40;
const MAX_CHILDREN = 20_000;

/**
 * The first element of some bytes. Written by hand, since the packages for it take longer to load than all files of a
 * usual check to read, and leave out octet strings in pieces, which BouncyCastle writes.
 *
 * @throws RangeError when it is cut off, nested too deep, or no BER
 * @see ITU-T X.690 section 8.1
 */
export function elementOf(bytes: Uint8Array, depth = 0): Element {
  const [tag, first] = [byteAt(bytes, 0), byteAt(bytes, 1)];
  if ((tag & LONG_TAG) === LONG_TAG || depth > DEEPEST) throw new RangeError("no BER of ours");
  if (first === INDEFINITE) return indefinite(bytes, tag, depth);
  const lengthBytes = first < INDEFINITE ? 0 : first - INDEFINITE;
  if (lengthBytes > 4) throw new RangeError("longer than any file");
  let length = lengthBytes === 0 ? first : 0;
  for (let at = 2; at < 2 + lengthBytes; at += 1) length = length * 256 + byteAt(bytes, at);
  const start = 2 + lengthBytes;
  if (start + length > bytes.length) throw new RangeError("cut off");
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(0, start + length) };
}

/** Its end is where an element of two zero bytes stands among its children. */
function indefinite(bytes: Uint8Array, tag: number, depth: number): Element {
  if ((tag & CONSTRUCTED) === 0) throw new RangeError("only a constructed element may leave its length open");
  let end = 2;
  while (byteAt(bytes, end) !== 0 || byteAt(bytes, end + 1) !== 0) {
    end += elementOf(bytes.subarray(end), depth + 1).whole.length;
  }
  return { tag, content: bytes.subarray(2, end), whole: bytes.subarray(0, end + 2) };
}

/** The elements within a constructed one. @throws RangeError */
export function childrenOf({ content }: Element): readonly Element[] {
  const children: Element[] = [];
  for (let at = 0; at < content.length;) {
    if (children.length === MAX_CHILDREN) throw new RangeError("too many elements");
    const child = elementOf(content.subarray(at));
    children.push(child);
    at += child.whole.length;
  }
  return children;
}

/** An element that must be there and have this tag. @throws RangeError */
export function tagged(element: Element | undefined, tag: number): Element {
  if (element?.tag !== tag) throw new RangeError("another structure");
  return element;
}

/** The bytes of an octet string, in one piece or in several. @throws RangeError */
export function octetsOf(element: Element, depth = 0): Uint8Array {
  if ((element.tag & CONSTRUCTED) === 0) return element.content;
  if (depth > DEEPEST) throw new RangeError("nested too deep");
  return Buffer.concat(childrenOf(element).map((piece) => octetsOf(piece, depth + 1)));
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new RangeError("cut off");
  return byte;
}
