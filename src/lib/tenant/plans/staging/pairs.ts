/** The known facts about a row and a record that may belong together. */
interface PairFacts {
  readonly agrees: boolean;
  readonly isDoubted?: boolean | undefined;
}

/**
 * Returns true if a row that matches two records belongs to the first, because the second was deleted locally and has
 * the same values.
 */
type FirstRecordTest = (pk: number, other: number) => boolean;

/**
 * The rows and records that may belong together, as pairs, with the information which pairs agree in all columns except
 * the key.
 */
export class CandidatePairs {
  readonly #rows = new Map<number, Set<number>>();
  readonly #records = new Map<number, Set<number>>();
  readonly #agreeing = new Set<string>();
  readonly #doubted: (readonly [row: number, pk: number])[] = [];
  readonly #stands: FirstRecordTest;
  readonly decided: (readonly [row: number, pk: number])[] = [];

  /** @param stands decides between two records that agree with the same row */
  constructor(stands: FirstRecordTest) {
    this.#stands = stands;
  }

  /**
   * Adds a pair.
   *
   * @param agrees true if the row has the values that the record has or may have had, apart from the key
   * @param isDoubted true if a user confirmed that the console no longer has the record under this key
   */
  add(row: number, pk: number, { agrees, isDoubted = false }: PairFacts): void {
    this.#join(row, pk);
    if (agrees) this.#agreeing.add(`${row} ${pk}`);
    if (isDoubted) this.#doubted.push([row, pk]);
  }

  get agreeing(): readonly (readonly [row: number, pk: number])[] {
    return [...this.#rows].flatMap(([row, records]) =>
      [...records].flatMap((pk) => (this.#agreeing.has(`${row} ${pk}`) ? [[row, pk] as const] : [])),
    );
  }

  /**
   * Decides which rows belong to which records, if this is clear. A doubted pair counts only if its row has no other
   * pair.
   */
  decide(): void {
    this.#decideAll();
    const doubted = this.#doubted.splice(0).filter(([row, pk]) => this.#rows.get(row)?.delete(pk));
    for (const [row, pk] of doubted) this.#records.get(pk)?.delete(row);
    this.#decideAll();
    const without = doubted.filter(([row, pk]) => this.#rows.get(row)?.size === 0 && this.#records.has(pk));
    for (const [row, pk] of without) this.#join(row, pk);
    this.#decideAll();
  }

  #join(row: number, pk: number): void {
    this.#rows.set(row, (this.#rows.get(row) ?? new Set()).add(pk));
    this.#records.set(pk, (this.#records.get(pk) ?? new Set()).add(row));
  }

  #decideAll(): void {
    while (this.#decideOne((row, pk) => this.#isOnly(row, pk)) || this.#decideOne((row, pk) => this.#agrees(row, pk)));
  }

  /** The rows that do not belong to any of their possible records, because these records belong to other rows. */
  get others(): readonly number[] {
    return [...this.#rows].flatMap(([row, records]) => (records.size === 0 ? [row] : []));
  }

  get ambiguous(): ReadonlyMap<number, ReadonlySet<number>> {
    return new Map([...this.#rows].filter(([, records]) => records.size > 0));
  }

  #isOnly(row: number, pk: number): boolean {
    const isDoubted = this.#doubted.some(([one, other]) => one === row && other === pk);
    return this.#rows.get(row)?.size === 1 && this.#records.get(pk)?.size === 1 && !isDoubted;
  }

  #agrees(row: number, pk: number): boolean {
    const isAgreeing = (one: number, other: number): boolean => this.#agreeing.has(`${one} ${other}`);
    return (
      isAgreeing(row, pk) &&
      [...(this.#rows.get(row) ?? [])].every(
        (other) => other === pk || !isAgreeing(row, other) || this.#stands(pk, other),
      ) &&
      [...(this.#records.get(pk) ?? [])].every((other) => other === row || !isAgreeing(other, pk))
    );
  }

  #decideOne(isDecided: (row: number, pk: number) => boolean): boolean {
    for (const [row, records] of this.#rows) {
      const pk = [...records].find((one) => isDecided(row, one));
      if (pk === undefined) continue;
      this.decided.push([row, pk]);
      this.#rows.delete(row);
      for (const other of this.#records.get(pk) ?? []) this.#rows.get(other)?.delete(pk);
      for (const other of records) this.#records.get(other)?.delete(row);
      this.#records.delete(pk);
      return true;
    }
    return false;
  }
}
