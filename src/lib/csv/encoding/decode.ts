import { SEQUENCE_MEASURERS, countUnfinishedBytes, decodeEucJp } from "./decode-sequence.ts";
import type { Encoding } from "../records/record.ts";

/** Receives the output of a {@link Decoder}, in file order. */
export interface TextSink {
  /** Receives characters, at least one. A surrogate pair is never split. */
  text(text: string): void;
  /** Receives bytes that are not a character of the encoding, as hexadecimal text such as `81 FF`. */
  invalid(bytes: string): void;
}

/** Maximum number of bytes decoded at once. Longer writes are decoded in pieces, to bound a string's size. */
const MAX_PIECE_BYTES = 32 * 1024;

const CTRL_Z = "\u001a";
const NUL = "\0";

/** Returns the start of a run of `character` that ends at `end`, or `end` if there is no such run. */
const findRunStart = (text: string, character: string, end: number): number => {
  let at = end;
  while (at > 0 && text[at - 1] === character) at -= 1;
  return at;
};

/**
 * Restores three control characters: the platform's shift_jis table, like IBM's, rotates them (1A is decoded as 1C, 1C
 * as 7F, and 7F as 1A).
 *
 * @see https://github.com/unicode-org/icu ibm-943_P15A-2003, the converter that Node's TextDecoder uses
 */
const restoreControlCharacters = (text: string): string =>
  text.includes("\u001a") || text.includes("\u001c") || text.includes("\u007f")
    ? text.replace(/[\u001a\u001c\u007f]/g, (control) =>
        control === "\u001c" ? "\u001a" : control === "\u007f" ? "\u001c" : "\u007f",
      )
    : text;

const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");

/**
 * Decodes a file that is written to it in chunks of any size. The decoder is strict: it reports invalid bytes
 * separately from the text, and continues after them. It skips a byte order mark at the start. It also skips Ctrl-Z
 * (1A) at the very end, which old DOS programs wrote as an end-of-file mark, and the NULs after it that fill the
 * sector.
 */
export class Decoder {
  readonly #encoding: Encoding;
  readonly #decode: (bytes: Uint8Array) => string;
  readonly #sink: TextSink;
  #tail: Uint8Array = new Uint8Array(0);
  #atStart = true;
  /** possible end of the file: the number of Ctrl-Z characters, and of NULs after them */
  #held = { marks: 0, nuls: 0 };

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

  /** @returns true if the file ended with a Ctrl-Z */
  end(): boolean {
    if (this.#tail.length > 0) this.#decodeAround(this.#tail);
    return this.#held.marks > 0;
  }

  #writePiece(piece: Uint8Array): void {
    const bytes = this.#tail.length === 0 ? piece : Buffer.concat([this.#tail, piece]);
    const tail = countUnfinishedBytes(this.#encoding, bytes);
    // copy: the caller may reuse its buffer, and Buffer's own slice() returns a view
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
      this.#releaseHeld();
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
    this.#giveHolding(text);
  }

  #giveHolding(text: string): void {
    const nulsAt = findRunStart(text, NUL, text.length);
    const marksAt = findRunStart(text, CTRL_Z, nulsAt);
    const [marks, nuls] = [nulsAt - marksAt, text.length - nulsAt];
    if (marksAt === 0 && marks === 0 && this.#held.marks > 0) {
      this.#held.nuls += nuls;
      return;
    }
    if (marksAt > 0 || this.#held.nuls > 0) this.#releaseHeld();
    const end = marks === 0 ? text.length : marksAt;
    if (end > 0) this.#sink.text(end === text.length ? text : text.slice(0, end));
    if (marks > 0) this.#held = { marks: this.#held.marks + marks, nuls };
  }

  #releaseHeld(): void {
    const { marks, nuls } = this.#held;
    this.#held = { marks: 0, nuls: 0 };
    this.#release(CTRL_Z, marks);
    this.#release(NUL, nuls);
  }

  #release(character: string, count: number): void {
    for (let left = count; left > 0; left -= MAX_PIECE_BYTES) {
      this.#sink.text(character.repeat(Math.min(left, MAX_PIECE_BYTES)));
    }
  }
}
