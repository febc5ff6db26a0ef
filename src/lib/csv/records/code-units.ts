/** Stores a text as numbers, because loops read numbers several times faster than slices of the text. */
export class CodeUnits {
  all = new Uint16Array(0);
  #bytes = Buffer.alloc(0);

  take(text: string): void {
    if (text.length > this.all.length) {
      this.all = new Uint16Array(text.length);
      this.#bytes = Buffer.from(this.all.buffer);
    }
    this.#bytes.write(text, "utf16le");
    if (IS_BIG_ENDIAN) this.#bytes.subarray(0, text.length * 2).swap16();
  }
}

const IS_BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

export class CellUnits extends CodeUnits {
  /** True if the record needs a thorough check because of a control character, a newline or a long cell. */
  isSuspect = false;
  /** Start of each cell; -1 if the cell's text does not occur unchanged in the file. */
  starts = new Int32Array(64);

  place(cell: number, start: number): void {
    if (cell >= this.starts.length) {
      const grown = new Int32Array(this.starts.length * 2);
      grown.set(this.starts);
      this.starts = grown;
    }
    this.starts[cell] = start;
  }
}
