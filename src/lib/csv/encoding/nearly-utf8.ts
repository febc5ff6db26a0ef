import { SEQUENCE_LENGTH, unfinishedTail } from "./decode-sequence.ts";

const NOTHING = new Uint8Array(0);

/** Sequences that are not UTF-8 after which a file is something else, if hardly anything in it is UTF-8. */
const CERTAIN = 64;
/** Characters of two bytes for each broken sequence: two half-width kana of CP932 may look like one. */
const NEARLY = 20;

/**
 * Weighs a file that is not UTF-8 against CP932. Nearly each character of CP932 has a byte that breaks UTF-8; of its
 * hiragana, katakana and first-level kanji never more look like UTF-8 of three bytes than break it.
 */
export class Utf8Weight {
  #tail: Uint8Array = NOTHING;
  #narrow = 0;
  #wide = 0;
  #broken = 0;

  write(chunk: Uint8Array): void {
    const bytes = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    const size = bytes.length - unfinishedTail("utf-8", bytes);
    this.#tail = Uint8Array.prototype.slice.call(bytes, size);
    this.#weigh(bytes.subarray(0, size));
  }

  /** Whether what follows cannot make it nearly UTF-8. */
  get settled(): boolean {
    return this.#broken >= CERTAIN && this.#broken > this.#wide + this.#narrow;
  }

  /** Valid after the last chunk. */
  end(): boolean {
    this.#weigh(this.#tail);
    return this.#wide > this.#broken || this.#wide + this.#narrow > NEARLY * this.#broken;
  }

  #weigh(bytes: Uint8Array): void {
    const lengthAt = SEQUENCE_LENGTH["utf-8"];
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
