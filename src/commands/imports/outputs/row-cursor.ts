/**
 * Looks up items by row number, in ascending order. Reads only as many batches of items as the current rows need, so
 * that
 * few items are held in memory.
 */
export class RowCursor<T extends { readonly row: number }> {
  readonly #batches: AsyncGenerator<readonly T[]>;
  /** items that were read ahead; those before index `#at` have been passed */
  #ahead: readonly T[] = [];
  #at = 0;

  /** @param batches sorted by row, without duplicate rows */
  constructor(batches: AsyncGenerator<readonly T[]>) {
    this.#batches = batches;
  }

  /** Reads ahead until a row is reached.  @throws errors of the source */
  async advanceTo(row: number): Promise<void> {
    while ((this.#ahead.at(-1)?.row ?? 0) < row) {
      const next = await this.#batches.next();
      if (next.done === true) return;
      this.#ahead = this.#at < this.#ahead.length ? [...this.#ahead.slice(this.#at), ...next.value] : next.value;
      this.#at = 0;
    }
  }

  /**
   * Returns the item of a row that was already reached; undefined if the row has no item. Call it with ascending rows.
   */
  at(row: number): T | undefined {
    for (; this.#at < this.#ahead.length; this.#at += 1) {
      const found = this.#ahead[this.#at];
      if (found !== undefined && found.row >= row) return found.row === row ? found : undefined;
    }
    return undefined;
  }

  /** Reads to the end, discarding the items. @throws errors of the source */
  async finish(): Promise<void> {
    for (let next = await this.#batches.next(); next.done !== true;) next = await this.#batches.next();
  }

  async close(): Promise<void> {
    await this.#batches.return(undefined);
  }
}
