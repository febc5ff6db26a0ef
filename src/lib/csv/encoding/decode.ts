import { SEQUENCE_LENGTH, unfinishedTail } from "./decode-sequence.ts";
import type { Encoding } from "../records/record.ts";

/** Receives the output of a {@link Decoder}, in file order. */
export interface TextSink {
  /** characters, never empty; no surrogate pair is split */
  text(text: string): void;
  /** bytes that are not a character in the encoding, as hex: `81 FF` */
  invalid(bytes: string): void;
}

/** Larger writes are decoded in pieces, so that no string grows with the size of a write. */
const PIECE_BYTES = 32 * 1024;

const CTRL_Z = "\u001a";
const NUL = "\0";

/** Start of the run of a character that ends at `end`; `end` itself if there is none. */
const startOfTail = (text: string, character: string, end: number): number => {
  let at = end;
  while (at > 0 && text[at - 1] === character) at -= 1;
  return at;
};

/**
 * The platform's shift_jis table swaps 1A, 1C and 7F in a circle (1A for 1C, 1C for 7F, 7F for 1A), as IBM's did.
 *
 * @see https://github.com/unicode-org/icu ibm-943_P15A-2003, the converter that Node's TextDecoder uses
 */
const restoreControls = (text: string): string =>
  text.includes("\u001a") || text.includes("\u001c") || text.includes("\u007f")
    ? text.replace(/[\u001a\u001c\u007f]/g, (control) =>
        control === "\u001c" ? "\u001a" : control === "\u007f" ? "\u001c" : "\u007f",
      )
    : text;

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");

/**
 * Decodes a file written to it in chunks of any size. Strict: invalid bytes are reported apart from the text, and
 * decoding continues after them. A byte order mark at the start is skipped, and so are Ctrl-Z (1A) as the very last
 * characters, the end-of-file mark of old DOS programs, with the NULs after them that fill up a sector.
 */
export class Decoder {
  readonly #encoding: Encoding;
  readonly #decoder: InstanceType<typeof TextDecoder>;
  readonly #sink: TextSink;
  #tail: Uint8Array = new Uint8Array(0);
  #atStart = true;
  /** possible end of the file: number of Ctrl-Z, and of NULs after them */
  #held = { marks: 0, nuls: 0 };

  constructor(encoding: Encoding, sink: TextSink) {
    this.#encoding = encoding;
    this.#decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    this.#sink = sink;
  }

  write(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      this.#writePiece(bytes.subarray(from, from + PIECE_BYTES));
    }
  }

  /**
   * Ends the file.
   *
   * @returns whether it ended with a Ctrl-Z
   */
  end(): boolean {
    if (this.#tail.length > 0) this.#decodeAround(this.#tail);
    return this.#held.marks > 0;
  }

  #writePiece(piece: Uint8Array): void {
    const bytes = this.#tail.length === 0 ? piece : Buffer.concat([this.#tail, piece]);
    const tail = unfinishedTail(this.#encoding, bytes);
    // a copy: the caller may reuse its buffer, and a Buffer's own slice is a view
    this.#tail = Uint8Array.prototype.slice.call(bytes, bytes.length - tail);
    this.#decode(tail === 0 ? bytes : bytes.subarray(0, bytes.length - tail));
  }

  #decode(bytes: Uint8Array): void {
    let text: string;
    try {
      text = this.#decoder.decode(bytes);
    } catch {
      this.#decodeAround(bytes);
      return;
    }
    this.#give(text);
  }

  /** Decodes the valid stretches of `bytes` and reports the invalid sequences between them. */
  #decodeAround(bytes: Uint8Array): void {
    const lengthAt = SEQUENCE_LENGTH[this.#encoding];
    let from = 0;
    let at = 0;
    while (at < bytes.length) {
      const length = lengthAt(bytes, at);
      if (length > 0) {
        at += length;
        continue;
      }
      if (at > from) this.#give(this.#decoder.decode(bytes.subarray(from, at)));
      from = at - length;
      this.#releaseHeld();
      this.#atStart = false;
      this.#sink.invalid(hex(bytes.subarray(at, from)));
      at = from;
    }
    if (at > from) this.#give(this.#decoder.decode(bytes.subarray(from, at)));
  }

  #give(decoded: string): void {
    if (decoded === "") return;
    let text = this.#encoding === "shift_jis" ? restoreControls(decoded) : decoded;
    if (this.#atStart && text.startsWith("\ufeff")) text = text.slice(1);
    this.#atStart = false;
    this.#giveHolding(text);
  }

  #giveHolding(text: string): void {
    const nulsAt = startOfTail(text, NUL, text.length);
    const marksAt = startOfTail(text, CTRL_Z, nulsAt);
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
    for (let left = count; left > 0; left -= PIECE_BYTES) {
      this.#sink.text(character.repeat(Math.min(left, PIECE_BYTES)));
    }
  }
}
