import { isAscii, isUtf8 } from "node:buffer";
import { countUnfinishedBytes } from "./decode-sequence.ts";
import { hasByteOrderMark, ENCODINGS, type Encoding } from "../records/record.ts";

export interface EncodingGuess {
  readonly encoding: Encoding;
  /** true if no byte is above 7F, so that the text is the same in UTF-8 and CP932 */
  readonly ascii: boolean;
}

/**
 * Detects the encoding from the byte order mark. Without a mark, the encoding is UTF-8 if the bytes are valid UTF-8,
 * else CP932.
 */
export class EncodingDetector {
  #start: Uint8Array = new Uint8Array(0);
  #bom: Encoding | undefined;
  #utf8 = true;
  #tail: Uint8Array = new Uint8Array(0);
  #ascii = true;

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
  }

  get settled(): boolean {
    return this.#bom !== undefined || !this.#utf8;
  }

  end(): EncodingGuess {
    const utf8 = this.#utf8 && this.#tail.length === 0;
    return {
      encoding: this.#bom ?? (utf8 ? "utf-8" : "shift_jis"),
      ascii: this.#ascii && this.#bom === undefined,
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
