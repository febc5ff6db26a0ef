import type { decode } from "iconv-lite";
import { isLeadByte, isTrailByte, getCp932ToUnicode } from "./cp932.ts";
import type { Encoding } from "../records/record.ts";

/** The length is negative if the sequence is invalid. @see https://encoding.spec.whatwg.org/#utf-8-decoder */
export type SequenceMeasurer = (bytes: Uint8Array, at: number) => number;

const measureCp932: SequenceMeasurer = (bytes, at) => {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80 || (lead >= 0xa1 && lead <= 0xdf)) return 1;
  if (!isLeadByte(lead)) return -1;
  const trail = bytes[at + 1];
  if (trail === undefined) return -1;
  if (isTrailByte(trail) && getCp932ToUnicode()[(lead << 8) | trail] !== 0) return 2;
  return trail < 0x80 ? -1 : -2;
};

function getSecondByteRange(lead: number): readonly [number, number] {
  if (lead === 0xe0) return [0xa0, 0xbf];
  if (lead === 0xed) return [0x80, 0x9f];
  if (lead === 0xf0) return [0x90, 0xbf];
  if (lead === 0xf4) return [0x80, 0x8f];
  return [0x80, 0xbf];
}

/** Returns the length of the UTF-8 sequence; 0 if the byte cannot begin a sequence. */
function getUtf8SequenceSize(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

const measureUtf8: SequenceMeasurer = (bytes, at) => {
  const lead = bytes[at] ?? 0;
  const size = getUtf8SequenceSize(lead);
  if (size === 0) return -1;
  let [low, high] = getSecondByteRange(lead);
  for (let have = 1; have < size; have++) {
    const byte = bytes[at + have] ?? 0;
    if (byte < low || byte > high) return -have;
    [low, high] = [0x80, 0xbf];
  }
  return size;
};

const measureEucJpForm: SequenceMeasurer = (bytes, at) => {
  const size = getEucJpSize(bytes[at] ?? 0);
  const last = bytes[at] === 0x8e ? 0xdf : 0xfe;
  for (let have = 1; have < size; have++) {
    const byte = bytes[at + have] ?? 0;
    if (byte < 0xa1 || byte > last) return -have;
  }
  return size || -1;
};

const getEucJpSize = (lead: number): number => {
  if (lead < 0x80) return 1;
  if (lead === 0x8f) return 3;
  return lead === 0x8e || (lead >= 0xa1 && lead <= 0xfe) ? 2 : 0;
};

let iconv: { readonly decode: typeof decode };

/** Loads the decoder of EUC-JP, which takes 30 ms. Call this function before a text in EUC-JP is decoded. */
export const loadEncoding = async (encoding: string): Promise<void> => {
  if (encoding === "euc-jp") ({ default: iconv } = await import("iconv-lite"));
};

export const decodeEucJp = (bytes: Uint8Array): string => {
  const text = iconv.decode(bytes, "euc-jp");
  if (text.includes("\ufffd")) throw new TypeError("not EUC-JP");
  return text;
};

const measureEucJp: SequenceMeasurer = (bytes, at) => {
  const length = measureEucJpForm(bytes, at);
  const isKnown = length < 2 || !iconv.decode(bytes.subarray(at, at + length), "euc-jp").includes("\ufffd");
  return isKnown ? length : -length;
};

const createUtf16Measurer =
  (high: 0 | 1): SequenceMeasurer =>
  (bytes, at) => {
    if (at + 2 > bytes.length) return at - bytes.length;
    const top = (bytes[at + high] ?? 0) & 0xfc;
    if (top === 0xdc) return -2;
    if (top !== 0xd8) return 2;
    return ((bytes[at + 2 + high] ?? 0) & 0xfc) === 0xdc && at + 4 <= bytes.length ? 4 : -2;
  };

export const SEQUENCE_MEASURERS: Readonly<Record<Encoding, SequenceMeasurer>> = {
  "utf-8": measureUtf8,
  shift_jis: measureCp932,
  "utf-16le": createUtf16Measurer(1),
  "utf-16be": createUtf16Measurer(0),
  "euc-jp": measureEucJp,
};

/** Returns the number of bytes of an incomplete character at the end. `bytes` must begin with a whole character. */
export function countUnfinishedBytes(encoding: Encoding, bytes: Uint8Array): number {
  const size = bytes.length;
  if (encoding === "utf-8") {
    for (let back = 1; back <= 3 && back <= size; back++) {
      const byte = bytes[size - back] ?? 0;
      if (byte >= 0xc0) return getUtf8SequenceSize(byte) > back ? back : 0;
      if (byte < 0x80) return 0;
    }
    return 0;
  }
  if (encoding === "shift_jis") {
    let leads = 0;
    while (leads < size && isLeadByte(bytes[size - leads - 1] ?? 0)) leads++;
    return leads % 2;
  }
  if (encoding === "euc-jp") {
    let at = size;
    while (at > 0 && (bytes[at - 1] ?? 0) >= 0x80) at--;
    while (at + getEucJpSize(bytes[at] ?? 0) <= size && at < size) at += Math.abs(measureEucJpForm(bytes, at));
    return size - at;
  }
  const odd = size % 2;
  const high = bytes[size - odd - (encoding === "utf-16le" ? 1 : 2)] ?? 0;
  return (high & 0xfc) === 0xd8 ? odd + 2 : odd;
}
