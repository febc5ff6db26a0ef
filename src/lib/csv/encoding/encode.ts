import { toCp932Form } from "../../model/normalise.ts";
import { getUnicodeToCp932 } from "./cp932.ts";
import type { Encoding } from "../records/record.ts";

export interface EncoderOptions {
  /** if CP932 or another encoding lacks the character, `replace` writes 〓 (U+FFFD in UTF-8 and UTF-16) */
  readonly onUnmappable: "error" | "replace";
  readonly bom?: boolean | undefined;
  readonly report?: ((codePoint: number) => void) | undefined;
}

const GETA_MARK_CODE = 0x81ac;
const isHighSurrogate = (unit: number): boolean => (unit & 0xfc00) === 0xd800;

/** Creates the encoder for one file. EUC-JP is not supported: such a file is written as UTF-8. */
export const createEncoder = (encoding: Encoding, options: EncoderOptions): Encoder =>
  encoding === "shift_jis"
    ? new Cp932Encoder(options)
    : new UnicodeEncoder(encoding === "euc-jp" ? "utf-8" : encoding, options);

/** Ignores seven JIS characters that are written as look-alikes. @returns a code point */
export function findUnmappable(encoding: Encoding, text: string): number | undefined {
  if (encoding === "shift_jis" ? isInCp932Table(text) : text.isWellFormed()) return undefined;
  let first: number | undefined;
  const encoder = createEncoder(encoding, { onUnmappable: "error", report: (found) => (first ??= found) });
  encoder.write(text);
  encoder.end();
  return first;
}

function isInCp932Table(text: string): boolean {
  const table = getUnicodeToCp932();
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0x80 && table[unit] === 0) return false;
  }
  return true;
}

abstract class Encoder {
  readonly #options: EncoderOptions;
  /** number of characters that were replaced by a look-alike with the same JIS code */
  folded = 0;
  replaced = 0;
  #pending: string;

  constructor(options: EncoderOptions, start = "") {
    this.#options = options;
    this.#pending = start;
  }

  write(piece: string): Buffer {
    let text = this.#pending + piece;
    this.#pending = "";
    if (isHighSurrogate(text.charCodeAt(text.length - 1))) {
      this.#pending = text.slice(-1);
      text = text.slice(0, -1);
    }
    return this.encode(text);
  }

  end(): Buffer {
    const rest = this.#pending;
    this.#pending = "";
    return this.encode(rest);
  }

  protected abstract encode(text: string): Buffer;

  protected refuse(codePoint: number): boolean {
    if (this.#options.onUnmappable === "replace") {
      this.replaced++;
      return true;
    }
    this.#options.report?.(codePoint);
    return false;
  }
}

/** This encoder is faster than iconv-lite, with the same result. @see docs/decisions/003-cp932-encoder.md */
class Cp932Encoder extends Encoder {
  readonly #table = getUnicodeToCp932();

  protected encode(text: string): Buffer {
    const table = this.#table;
    const size = text.length;
    const bytes = Buffer.allocUnsafe(size * 2);
    let to = 0;
    for (let at = 0; at < size; at++) {
      const unit = text.charCodeAt(at);
      if (unit < 0x80) {
        bytes[to++] = unit;
        continue;
      }
      let code = table[unit] ?? 0;
      if (code === 0) {
        const codePoint = text.codePointAt(at) ?? unit;
        code = this.#outsideTable(codePoint);
        if (codePoint > 0xffff) at++;
        if (code === 0) continue;
      }
      if (code > 0xff) bytes[to++] = code >> 8;
      bytes[to++] = code & 0xff;
    }
    return bytes.subarray(0, to);
  }

  #outsideTable(codePoint: number): number {
    const character = String.fromCodePoint(codePoint);
    const folded = toCp932Form(character);
    if (folded === character) return this.refuse(codePoint) ? GETA_MARK_CODE : 0;
    this.folded++;
    return this.#table[folded.charCodeAt(0)] ?? 0;
  }
}

class UnicodeEncoder extends Encoder {
  readonly #encoding: Encoding;

  constructor(encoding: Encoding, options: EncoderOptions) {
    super(options, options.bom === true ? "\ufeff" : "");
    this.#encoding = encoding;
  }

  protected encode(text: string): Buffer {
    const replace = (half: string): string => (this.refuse(half.charCodeAt(0)) ? "\ufffd" : "");
    const sound = text.isWellFormed() ? text : text.replace(/\p{Surrogate}/gu, replace);
    if (this.#encoding === "utf-8") return Buffer.from(sound, "utf8");
    const bytes = Buffer.from(sound, "utf16le");
    return this.#encoding === "utf-16be" ? bytes.swap16() : bytes;
  }
}
