import { isLead, isTrail, pairsToUnicode } from "./cp932.ts";
import type { Encoding } from "../records/record.ts";

/**
 * Length of the sequence at `at`: positive for a valid character, negative for invalid bytes. Bytes past the end
 * count as missing. Invalid bytes end where the WHATWG decoders end them: an ASCII byte is never swallowed.
 *
 * @see https://encoding.spec.whatwg.org/#utf-8-decoder
 */
export type SequenceLength = (bytes: Uint8Array, at: number) => number;

const cp932Length: SequenceLength = (bytes, at) => {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80 || (lead >= 0xa1 && lead <= 0xdf)) return 1;
  if (!isLead(lead)) return -1;
  const trail = bytes[at + 1];
  if (trail === undefined) return -1;
  if (isTrail(trail) && pairsToUnicode()[(lead << 8) | trail] !== 0) return 2;
  return trail < 0x80 ? -1 : -2;
};

/** The range of a UTF-8 sequence's second byte: narrower after four of the lead bytes. */
function secondByteRange(lead: number): readonly [number, number] {
  if (lead === 0xe0) return [0xa0, 0xbf];
  if (lead === 0xed) return [0x80, 0x9f];
  if (lead === 0xf0) return [0x90, 0xbf];
  if (lead === 0xf4) return [0x80, 0x8f];
  return [0x80, 0xbf];
}

/** Length in bytes of a UTF-8 sequence with this lead byte; 0 for a byte that cannot lead. */
function utf8Size(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

const utf8Length: SequenceLength = (bytes, at) => {
  const lead = bytes[at] ?? 0;
  const size = utf8Size(lead);
  if (size === 0) return -1;
  let [low, high] = secondByteRange(lead);
  for (let have = 1; have < size; have++) {
    const byte = bytes[at + have] ?? 0;
    if (byte < low || byte > high) return -have;
    [low, high] = [0x80, 0xbf];
  }
  return size;
};

const utf16Length =
  (high: 0 | 1): SequenceLength =>
  (bytes, at) => {
    if (at + 2 > bytes.length) return at - bytes.length;
    const top = (bytes[at + high] ?? 0) & 0xfc;
    if (top === 0xdc) return -2;
    if (top !== 0xd8) return 2;
    return ((bytes[at + 2 + high] ?? 0) & 0xfc) === 0xdc && at + 4 <= bytes.length ? 4 : -2;
  };

export const SEQUENCE_LENGTH: Readonly<Record<Encoding, SequenceLength>> = {
  "utf-8": utf8Length,
  shift_jis: cp932Length,
  "utf-16le": utf16Length(1),
  "utf-16be": utf16Length(0),
};

/** Number of bytes at the end that the next chunk may complete; `bytes` starts at a character boundary. */
export function unfinishedTail(encoding: Encoding, bytes: Uint8Array): number {
  const size = bytes.length;
  if (encoding === "utf-8") {
    for (let back = 1; back <= 3 && back <= size; back++) {
      const byte = bytes[size - back] ?? 0;
      if (byte >= 0xc0) return utf8Size(byte) > back ? back : 0;
      if (byte < 0x80) return 0;
    }
    return 0;
  }
  if (encoding === "shift_jis") {
    let leads = 0;
    while (leads < size && isLead(bytes[size - leads - 1] ?? 0)) leads++;
    return leads % 2;
  }
  const odd = size % 2;
  const high = bytes[size - odd - (encoding === "utf-16le" ? 1 : 2)] ?? 0;
  return (high & 0xfc) === 0xd8 ? odd + 2 : odd;
}
