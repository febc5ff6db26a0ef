/** The UTF-16 units of a text as numbers: read in a loop they take a fraction of what the characters of its slices do. */
export class Units {
  /** those of the text taken last; what stands behind them is not its own */
  all = new Uint16Array(0);
  #bytes = Buffer.alloc(0);

  take(text: string): void {
    if (text.length > this.all.length) {
      this.all = new Uint16Array(text.length);
      this.#bytes = Buffer.from(this.all.buffer);
    }
    this.#bytes.write(text, "utf16le");
    if (IS_BIG) this.#bytes.subarray(0, text.length * 2).swap16();
  }
}

const IS_BIG = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** Where the cells of a record are in the text that is being read. Valid as long as they are. */
export class CellUnits extends Units {
  /** a cell of the record has a control character, a line break, or more units than any value may have: they are to be looked at */
  isSuspect = false;
  /** where each cell begins; -1 if it is not a part of the text as it is */
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
