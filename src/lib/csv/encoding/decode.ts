import { SEQUENCE_MEASURERS, countUnfinishedBytes, decodeEucJp } from "./decode-sequence.ts";
import type { Encoding } from "../records/record.ts";

export interface TextSink {
  /** Receives at least one character. A surrogate pair is never split between two calls. */
  text(text: string): void;
  /** Receives invalid bytes as hexadecimal text such as `81 FF`. */
  invalid(bytes: string): void;
}

const MAX_PIECE_BYTES = 32 * 1024;

/** Restores U+001A, U+001C and U+007F, which the decoder of Node.js interchanges. @see icu's ibm-943_P15A-2003 */
const restoreControlCharacters = (text: string): string =>
  text.includes("\u001a") || text.includes("\u001c") || text.includes("\u007f")
    ? text.replace(/[\u001a\u001c\u007f]/g, (control) =>
        control === "\u001c" ? "\u001a" : control === "\u007f" ? "\u001c" : "\u007f",
      )
    : text;

const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");

export class Decoder {
  readonly #encoding: Encoding;
  readonly #decode: (bytes: Uint8Array) => string;
  readonly #sink: TextSink;
  #tail: Uint8Array = new Uint8Array(0);
  #atStart = true;

  constructor(encoding: Encoding, sink: TextSink) {
    this.#encoding = encoding;
    const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    this.#decode = encoding === "euc-jp" ? decodeEucJp : (bytes) => decoder.decode(bytes);
    this.#sink = sink;
  }

  write(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; from += MAX_PIECE_BYTES) {
      this.#writePiece(bytes.subarray(from, from + MAX_PIECE_BYTES));
    }
  }

  end(): void {
    if (this.#tail.length > 0) this.#decodeAround(this.#tail);
  }

  #writePiece(piece: Uint8Array): void {
    const bytes = this.#tail.length === 0 ? piece : Buffer.concat([this.#tail, piece]);
    const tail = countUnfinishedBytes(this.#encoding, bytes);
    // The bytes are copied, because the caller may reuse its buffer. Buffer.slice() would not copy them.
    this.#tail = Uint8Array.prototype.slice.call(bytes, bytes.length - tail);
    this.#decodePiece(tail === 0 ? bytes : bytes.subarray(0, bytes.length - tail));
  }

  #decodePiece(bytes: Uint8Array): void {
    let text: string;
    try {
      text = this.#decode(bytes);
    } catch {
      this.#decodeAround(bytes);
      return;
    }
    this.#give(text);
  }

  #decodeAround(bytes: Uint8Array): void {
    const lengthAt = SEQUENCE_MEASURERS[this.#encoding];
    let from = 0;
    let at = 0;
    while (at < bytes.length) {
      const length = lengthAt(bytes, at);
      if (length > 0) {
        at += length;
        continue;
      }
      if (at > from) this.#give(this.#decode(bytes.subarray(from, at)));
      from = at - length;
      this.#atStart = false;
      this.#sink.invalid(toHex(bytes.subarray(at, from)));
      at = from;
    }
    if (at > from) this.#give(this.#decode(bytes.subarray(from, at)));
  }

  #give(decoded: string): void {
    if (decoded === "") return;
    let text = this.#encoding === "shift_jis" ? restoreControlCharacters(decoded) : decoded;
    if (this.#atStart && text.startsWith("\ufeff")) text = text.slice(1);
    this.#atStart = false;
    if (text !== "") this.#sink.text(text);
  }
}
