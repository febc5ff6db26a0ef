export interface CandidatePair {
  readonly row: number;
  readonly pk: number;
}

interface DecidedPairs {
  readonly decided: ReadonlyMap<number, number>;
  /** by row that is not decided, the candidates that no other row means */
  readonly contested: Map<number, ReadonlySet<number>>;
}

/**
 * A row with exactly one candidate means it, unless another row has only this candidate, too. The record is then no
 * candidate of other rows.
 */
export const decidePairs = (pairs: readonly CandidatePair[]): DecidedPairs => {
  const decided = new Map<number, number>();
  const contested = new Map<number, Set<number>>();
  const rowsOf = Map.groupBy(pairs, ({ pk }) => pk);
  for (const { row, pk } of pairs) contested.set(row, (contested.get(row) ?? new Set()).add(pk));
  for (let rows: readonly number[] = [...contested.keys()]; rows.length > 0;) {
    const found = rows.flatMap((row) => {
      const [pk, second] = contested.get(row) ?? [];
      const others = rowsOf.get(pk ?? 0) ?? [];
      const isOnly = others.every((other) => other.row === row || contested.get(other.row)?.size !== 1);
      return pk !== undefined && second === undefined && isOnly ? [[row, pk] as const] : [];
    });
    for (const [row, pk] of found) {
      decided.set(row, pk);
      contested.delete(row);
    }
    rows = found.flatMap(([, pk]) => (rowsOf.get(pk) ?? []).map(({ row }) => row)).filter((row) => contested.has(row));
    for (const [, pk] of found) for (const { row } of rowsOf.get(pk) ?? []) contested.get(row)?.delete(pk);
  }
  return { decided, contested };
};
