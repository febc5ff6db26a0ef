import { SEQUENCE_MEASURERS, countUnfinishedBytes } from "./decode-sequence.ts";

const MIN_INVALID_SEQUENCES = 64;
/** Minimum number of valid sequences per invalid sequence. Half-width kana can look like a valid two-byte sequence. */
const MIN_VALID_RATIO = 20;

/**
 * Detects UTF-8 with a few invalid bytes. In CP932 text, valid UTF-8 sequences of three bytes never outnumber invalid
 * sequences.
 */
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
