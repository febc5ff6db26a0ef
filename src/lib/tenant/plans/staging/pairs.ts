export interface CandidatePair {
  readonly row: number;
  readonly pk: number;
  readonly agreeing: number;
  readonly isUnknown: boolean;
  /** true if the row is probably about another person with the same key, so that the pair is never matched */
  readonly isOther?: boolean;
}

interface DecidedPairs {
  readonly decided: ReadonlyMap<number, number>;
  readonly contested: ReadonlyMap<number, ReadonlySet<number>>;
}

/** Pairs rows with records: rows with one candidate first, then the most similar pairs. */
export const decidePairs = (pairs: readonly CandidatePair[]): DecidedPairs => {
  const decided = new Map<number, number>();
  const taken = new Set<number>();
  const left = (): readonly CandidatePair[] =>
    pairs.filter(({ row, pk, isOther }) => isOther !== true && !decided.has(row) && !taken.has(pk));
  const takeOnly = (among: readonly CandidatePair[]): boolean => {
    const [byRow, byRecord] = [Map.groupBy(among, ({ row }) => row), Map.groupBy(among, ({ pk }) => pk)];
    const found = among.filter(({ row, pk }) => byRow.get(row)?.length === 1 && byRecord.get(pk)?.length === 1);
    for (const { row, pk } of found) decided.set(row, pk);
    for (const { pk } of found) taken.add(pk);
    return found.length > 0;
  };
  const listAgreeing = () => {
    const among = left();
    const [byRow, byRecord] = [Map.groupBy(among, ({ row }) => row), Map.groupBy(among, ({ pk }) => pk)];
    return among.filter((one) =>
      [...(byRow.get(one.row) ?? []), ...(byRecord.get(one.pk) ?? [])].every(
        (other) => other === one || other.agreeing < one.agreeing,
      ),
    );
  };
  const listKnown = () => left().filter(({ isUnknown }) => !isUnknown);
  while ([left, listAgreeing, listKnown].some((list) => takeOnly(list())));
  const rows = Map.groupBy(pairs, ({ row }) => row);
  const open = [...rows].filter(([row]) => !decided.has(row));
  const contested = open.map(
    ([row, all]) => [row, new Set(all.flatMap(({ pk }) => (taken.has(pk) ? [] : [pk])))] as const,
  );
  return { decided, contested: new Map(contested) };
};
