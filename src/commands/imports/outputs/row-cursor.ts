/**
 * Items by row, read from batches in step with something else that has the same rows: no more is held than what was read
 * ahead.
 */
export class RowCursor<T extends { readonly row: number }> {
  readonly #batches: AsyncGenerator<readonly T[]>;
  /** what was read ahead, and the first of it that is not passed yet */
  #ahead: readonly T[] = [];
  #at = 0;

  /** @param batches in the order of their rows, a row once */
  constructor(batches: AsyncGenerator<readonly T[]>) {
    this.#batches = batches;
  }

  /** Reads on until a row is reached. @throws what reading throws */
  async advanceTo(row: number): Promise<void> {
    while ((this.#ahead.at(-1)?.row ?? 0) < row) {
      const next = await this.#batches.next();
      if (next.done === true) return;
      this.#ahead = this.#at < this.#ahead.length ? [...this.#ahead.slice(this.#at), ...next.value] : next.value;
      this.#at = 0;
    }
  }

  /** The item of a row that was reached, later than any asked about before; undefined where there is none. */
  at(row: number): T | undefined {
    for (; this.#at < this.#ahead.length; this.#at += 1) {
      const found = this.#ahead[this.#at];
      if (found !== undefined && found.row >= row) return found.row === row ? found : undefined;
    }
    return undefined;
  }

  /** Reads to the end and drops what comes. @throws what reading throws */
  async finish(): Promise<void> {
    for (let next = await this.#batches.next(); next.done !== true;) next = await this.#batches.next();
  }

  async close(): Promise<void> {
    await this.#batches.return(undefined);
  }
}
