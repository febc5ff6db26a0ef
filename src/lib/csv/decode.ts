import { SEQUENCE_LENGTH, unfinishedTail } from "./decode-sequence.ts";
import type { Encoding } from "./record.ts";

/** Takes what a {@link Decoder} makes of a file's bytes, in their order. */
export interface TextSink {
  /** characters, never empty; no surrogate pair is split */
  text(text: string): void;
  /** bytes that are no character in the encoding, as hex: `81 FF` */
  invalid(bytes: string): void;
}

/** Larger writes are decoded in pieces, so that no string grows with what the caller happens to pass. */
const PIECE_BYTES = 32 * 1024;

const CTRL_Z = "\u001a";

/**
 * The platform's shift_jis table takes 1A for 1C, 1C for 7F and 7F for 1A, as IBM's did.
 *
 * @see https://github.com/unicode-org/icu ibm-943_P15A-2003, the converter that Node's TextDecoder uses
 */
const mendControls = (text: string): string =>
  text.includes("\u001a") || text.includes("\u001c") || text.includes("\u007f")
    ? text.replace(/[\u001a\u001c\u007f]/g, (control) =>
        control === "\u001c" ? "\u001a" : control === "\u007f" ? "\u001c" : "\u007f",
      )
    : text;

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");

/**
 * Decodes a file written to it in chunks of any size. Strict: what is no character is told apart from the text, with
 * its bytes, and decoding goes on behind it. A byte order mark at the start is skipped, and so is a Ctrl-Z (1A) that is
 * the very last character, the end-of-file mark of old DOS programs.
 */
export class Decoder {
  readonly #encoding: Encoding;
  readonly #decoder: InstanceType<typeof TextDecoder>;
  readonly #sink: TextSink;
  #tail: Uint8Array = new Uint8Array(0);
  #atStart = true;
  #heldCtrlZ = false;

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
   * Tells the end of the file.
   *
   * @returns whether a Ctrl-Z stood there
   */
  end(): boolean {
    if (this.#tail.length > 0) this.#decodeAround(this.#tail);
    return this.#heldCtrlZ;
  }

  #writePiece(piece: Uint8Array): void {
    const bytes = this.#tail.length === 0 ? piece : Buffer.concat([this.#tail, piece]);
    const tail = unfinishedTail(this.#encoding, bytes);
    // a copy: the caller may use its buffer again, and a Buffer's own slice is a view
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

  /** Decodes the valid stretches of `bytes` and tells the sequences between them. */
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
      this.#releaseCtrlZ();
      this.#atStart = false;
      this.#sink.invalid(hex(bytes.subarray(at, from)));
      at = from;
    }
    if (at > from) this.#give(this.#decoder.decode(bytes.subarray(from, at)));
  }

  #give(decoded: string): void {
    if (decoded === "") return;
    this.#releaseCtrlZ();
    let text = this.#encoding === "shift_jis" ? mendControls(decoded) : decoded;
    if (this.#atStart && text.startsWith("\ufeff")) text = text.slice(1);
    this.#atStart = false;
    this.#heldCtrlZ = text.endsWith(CTRL_Z);
    if (this.#heldCtrlZ) text = text.slice(0, -1);
    if (text !== "") this.#sink.text(text);
  }

  #releaseCtrlZ(): void {
    if (!this.#heldCtrlZ) return;
    this.#heldCtrlZ = false;
    this.#sink.text(CTRL_Z);
  }
}
