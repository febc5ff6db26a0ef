/** CSV rows are counted in raw bytes. For this reason, this code is separate from the code that reads records. */

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/**
 * Counts the rows of a CSV file from its bytes, in the form that an export writes. This works because a quote inside
 * quotes is doubled, and because in the encodings of these files, the second and later bytes of a character are never a
 * quote or a newline.
 */
export class RowCounter {
  readonly #end: number;
  #isQuoted = false;
  #rows = 0;

  /** @param newline the line ending from the manifest */
  constructor(newline = "crlf") {
    this.#end = newline === "cr" ? CR : LF;
  }

  take(chunk: Uint8Array): void {
    const end = this.#end;
    let isQuoted = this.#isQuoted;
    let rows = 0;
    // by index, because iterating over the bytes is several times slower
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (byte === QUOTE) isQuoted = !isQuoted;
      else if (byte === end && !isQuoted) rows += 1;
    }
    this.#isQuoted = isQuoted;
    this.#rows += rows;
  }

  /** number of rows so far, without the header */
  get records(): number {
    return this.#rows - 1;
  }
}
