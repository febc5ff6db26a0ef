import { isAscii, isUtf8 } from "node:buffer";
import { countUnfinishedBytes, SEQUENCE_MEASURERS } from "./decode-sequence.ts";
import { hasByteOrderMark, ENCODINGS, type Encoding } from "../records/record.ts";

export type UnsupportedKind = "pdf" | "html" | "binary" | "utf-16le" | "utf-16be" | "utf-32" | "euc-jp" | "iso-2022-jp";

const toLatin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");

/** First bytes of ZIP archives (such as .xlsx) and of older Office files. No text file begins with these bytes. */
const WORKBOOK_SIGNATURES = ["PK\u0003\u0004", "\u00d0\u00cf\u0011\u00e0"];

/** Returns true for old and damaged workbooks, too. Call this function before {@link detectUnsupportedKind}. */
export const isWorkbook = (head: Uint8Array): boolean => WORKBOOK_SIGNATURES.includes(toLatin1(head.subarray(0, 4)));

function detectSignature(start: string): UnsupportedKind | undefined {
  if (start.startsWith("%PDF-")) return "pdf";
  if (/^(?:\u001f\u008b|\u0089PNG|\u00ff\u00d8\u00ff|\u007fELF|MZ|7z\u00bc)/.test(start) && /[\0-\u0008]/.test(start))
    return "binary";
  if (/^(?:\u00ff\u00fe\0\0|\0\0\u00fe\u00ff)/.test(start)) return "utf-32";
  return /^(?:\u00ef\u00bb\u00bf)?\s*<(?:!doctype|html|head|body|table|script|meta|\?xml|!--)/i.test(start)
    ? "html"
    : undefined;
}

const MIN_NUL_SHARE = 0.02;
const MAX_CONTROL_SHARE = 0.05;
const MIN_CONTROL_CHARACTERS = 8;

function detectWideEncoding(start: string): UnsupportedKind | undefined {
  const nuls: [number, number, number, number] = [0, 0, 0, 0];
  for (let at = start.indexOf("\0"); at >= 0; at = start.indexOf("\0", at + 1)) nuls[at % 4] = (nuls[at % 4] ?? 0) + 1;
  const [a, b, c, d] = nuls;
  const all = a + b + c + d;
  if (all < Math.max(MIN_CONTROL_CHARACTERS, start.length * MIN_NUL_SHARE)) return undefined;
  const characters = Math.floor(start.length / 4);
  if (Math.min(a, b) >= characters || Math.min(c, d) >= characters) return "utf-32";
  if (b + d > all * 0.75) return "utf-16le";
  return a + c > all * 0.75 ? "utf-16be" : undefined;
}

function isBinary(start: string): boolean {
  const controls = start.match(/[\0-\u0008\u000e-\u0019\u001c-\u001f]/g)?.length ?? 0;
  return controls > Math.max(MIN_CONTROL_CHARACTERS, start.length * MAX_CONTROL_SHARE);
}

const EUC_CHARACTERS = /[\u00a1-\u00fe]{2}|\u008e[\u00a1-\u00df]|\u008f[\u00a1-\u00fe]{2}/g;
const COMMON_EUC_CHARACTER = /^[\u00a1-\u00a5\u00b0-\u00cf]/;
const MIN_EUC_CHARACTERS = 8;

/** In EUC-JP, all characters are complete and most are common, unlike half-width kana in CP932. */
function isEucJp(start: string): boolean {
  const rest = start.replace(EUC_CHARACTERS, "");
  if (/[\u0080-\u00ff]./s.test(rest) || !/[\u00e0-\u00fe]/.test(start)) return false;
  const pairs = start.match(EUC_CHARACTERS) ?? [];
  const common = pairs.filter((pair) => COMMON_EUC_CHARACTER.test(pair)).length;
  return pairs.length >= MIN_EUC_CHARACTERS && common >= pairs.length * 0.75;
}

/** @param named true if the user specified the encoding; then only file signatures are checked */
export function detectUnsupportedKind(head: Uint8Array, named: boolean): UnsupportedKind | undefined {
  const start = toLatin1(head);
  const signature = detectSignature(start);
  if (signature !== undefined || named) return signature;
  if (ENCODINGS.some((encoding: Encoding) => hasByteOrderMark(head, encoding))) return undefined;
  const wide = detectWideEncoding(start);
  if (wide !== undefined) return wide;
  if (isBinary(start)) return "binary";
  if (/\u001b(?:\$[@B]|\([JI])/.test(start)) return "iso-2022-jp";
  const whole = head.subarray(0, head.length - countUnfinishedBytes("utf-8", head));
  return !isUtf8(whole) && isEucJp(start) ? "euc-jp" : undefined;
}

/** The file is valid as UTF-8 and as half-width kana in CP932. Only a person can tell which encoding is right. */
export interface EncodingAmbiguity {
  readonly row: number;
  /** a sample line of the file, read as UTF-8 (`Muñoz`) */
  readonly utf8: string;
  /** the same sample line, read as CP932 (`Muﾃｱoz`) */
  readonly cp932: string;
}

export interface EncodingGuess {
  readonly encoding: Encoding;
  /** true if no byte is above 7F, so that the text is the same in UTF-8 and CP932 */
  readonly ascii: boolean;
  readonly ambiguity: EncodingAmbiguity | undefined;
}

/** Maximum length in bytes of the sample line before the first kana. */
const PREFIX_BYTES = 16;
const SAMPLE_BYTES = 40;

/** Without a byte order mark, the encoding is UTF-8 if the bytes are valid UTF-8, else CP932. */
export class EncodingDetector {
  #start: Uint8Array = new Uint8Array(0);
  #bom: Encoding | undefined;
  #utf8 = true;
  #tail: Uint8Array = new Uint8Array(0);
  #ascii = true;
  #kana: KanaDetector | undefined = new KanaDetector();

  write(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    if (this.#start.length < 3) {
      this.#start = Buffer.concat([this.#start, chunk.subarray(0, 3 - this.#start.length)]);
      this.#bom = ENCODINGS.find((encoding) => hasByteOrderMark(this.#start, encoding));
    }
    if (this.#bom !== undefined || !this.#utf8) return;
    const ascii = isAscii(chunk);
    this.#ascii &&= ascii;
    if (!ascii || this.#tail.length > 0) this.#checkUtf8(chunk);
    if (this.#kana?.write(chunk) === false) this.#kana = undefined;
  }

  get settled(): boolean {
    return this.#bom !== undefined || !this.#utf8;
  }

  end(): EncodingGuess {
    const utf8 = this.#utf8 && this.#tail.length === 0;
    const isMarked = this.#bom !== undefined;
    return {
      encoding: this.#bom ?? (utf8 ? "utf-8" : "shift_jis"),
      ascii: this.#ascii && !isMarked,
      ambiguity: !isMarked && utf8 ? this.#kana?.end() : undefined,
    };
  }

  #checkUtf8(chunk: Uint8Array): void {
    const bytes = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    const tail = countUnfinishedBytes("utf-8", bytes);
    // The bytes are copied, because the caller may reuse its buffer. Buffer.slice() would not copy them.
    this.#tail = Uint8Array.prototype.slice.call(bytes, bytes.length - tail);
    this.#utf8 = isUtf8(tail === 0 ? bytes : bytes.subarray(0, bytes.length - tail));
  }
}

class KanaDetector {
  #row = 1;
  #inQuotes = false;
  #afterCr = false;
  #before: number[] = [];
  #sample: number[] | undefined;

  /** @returns false if a byte above 7F is not half-width kana */
  write(chunk: Uint8Array): boolean {
    let at = 0;
    if (this.#sample === undefined) at = this.#findFirst(chunk);
    for (; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (byte >= 0x80 && (byte < 0xa1 || byte > 0xdf)) return false;
      if (this.#sample !== undefined && this.#sample.length < SAMPLE_BYTES) this.#sample.push(byte);
    }
    return true;
  }

  end(): EncodingAmbiguity | undefined {
    if (this.#sample === undefined) return undefined;
    const bytes = Buffer.from(this.#sample);
    const whole = bytes.subarray(0, bytes.length - countUnfinishedBytes("utf-8", bytes));
    const line = (text: string): string => text.split(/[\r\n]/, 1)[0] ?? "";
    return {
      row: this.#row,
      utf8: line(new TextDecoder("utf-8").decode(whole)),
      cp932: line(new TextDecoder("shift_jis").decode(whole)),
    };
  }

  #findFirst(chunk: Uint8Array): number {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (byte >= 0x80) {
        this.#sample = this.#lineBefore(chunk, at);
        return at;
      }
      if (byte > 0x22) continue;
      const newline = byte === 0x0d || (byte === 0x0a && !this.#afterCr);
      if (byte === 0x22) this.#inQuotes = !this.#inQuotes;
      else if (newline && !this.#inQuotes) this.#row++;
      this.#afterCr = byte === 0x0d;
    }
    this.#before = this.#lineBefore(chunk, chunk.length);
    return chunk.length;
  }

  #lineBefore(chunk: Uint8Array, at: number): number[] {
    const near = [...this.#before, ...chunk.subarray(Math.max(0, at - PREFIX_BYTES), at)].slice(-PREFIX_BYTES);
    return near.slice(Math.max(near.lastIndexOf(0x0a), near.lastIndexOf(0x0d)) + 1);
  }
}

const MIN_INVALID_SEQUENCES = 64;
/** Minimum number of valid sequences per invalid sequence. Half-width kana can look like a valid two-byte sequence. */
const MIN_VALID_RATIO = 20;

/** In CP932 text, valid UTF-8 sequences of three bytes never outnumber invalid sequences. */
export class NearUtf8Detector {
  #tail: Uint8Array = new Uint8Array(0);
  #narrow = 0;
  #wide = 0;
  #broken = 0;

  write(chunk: Uint8Array): void {
    const bytes = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    const size = bytes.length - countUnfinishedBytes("utf-8", bytes);
    this.#tail = Uint8Array.prototype.slice.call(bytes, size);
    this.#weigh(bytes.subarray(0, size));
  }

  get settled(): boolean {
    return this.#broken >= MIN_INVALID_SEQUENCES && this.#broken > this.#wide + this.#narrow;
  }

  end(): boolean {
    this.#weigh(this.#tail);
    return this.#wide > this.#broken || this.#wide + this.#narrow > MIN_VALID_RATIO * this.#broken;
  }

  #weigh(bytes: Uint8Array): void {
    const lengthAt = SEQUENCE_MEASURERS["utf-8"];
    for (let at = 0; at < bytes.length;) {
      if ((bytes[at] ?? 0) < 0x80) {
        at += 1;
        continue;
      }
      const length = lengthAt(bytes, at);
      if (length < 0) this.#broken += 1;
      else if (length === 2) this.#narrow += 1;
      else this.#wide += 1;
      at += Math.abs(length);
    }
  }
}
