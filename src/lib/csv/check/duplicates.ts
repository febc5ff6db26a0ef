import type { CheckOptions } from "./reading.ts";
import type { FileHandle } from "../../files/read.ts";
import { comparisonKey } from "../../model/normalise.ts";
import type { Problem } from "../../model/problem.ts";
import {
  findSharedHashes,
  toHashId,
  hashValue,
  toStoredRow,
  type HashPart,
  type SharedHashes,
  type ValueHash,
} from "./hashes.ts";
import { toLooseKey, RowKeys, type KeySpace } from "./keys.ts";
import { createRecordSink } from "./part.ts";
import { readBytes } from "./read.ts";
import type { Layout } from "../layout/layout.ts";
import { RecordReader, type RecordReaderOptions } from "../records/reader.ts";
import { RowChecker, type RowOptions } from "../layout/rows.ts";

/**
 * Maximum number of repeated values that are verified in one pass over the file. Further values need more passes, but
 * no more memory.
 */
const MAX_VALUES_PER_PASS = 100_000;

interface FirstOccurrence {
  readonly exact: string;
  readonly row: number;
  /** true if the value identifies the row */
  readonly key: boolean;
  readonly place: Omit<Problem, "code" | "params">;
  /** the last row that has the same value, by kind of problem */
  readonly repeated: Map<"key-duplicate" | "value-duplicate", number>;
}

export interface DuplicateSearch {
  readonly layout: Layout;
  readonly reading: RecordReaderOptions;
  readonly fix?: RowOptions["fix"];
  readonly today: string;
  readonly records?: CheckOptions["records"];
  readonly report: (problem: Problem) => void;
  /** when aborted, the search throws the signal's reason */
  readonly signal?: AbortSignal | undefined;
  /** hash function; tests pass one with collisions */
  readonly hash?: ValueHash | undefined;
  readonly valuesAReading?: number | undefined;
}

class DuplicateCheck {
  readonly #layout: Layout;
  readonly #report: (problem: Problem) => void;
  readonly #hash: ValueHash;
  readonly #ids: ReadonlySet<number>;
  readonly #rows: ReadonlySet<number>;
  /** number of values with a repeated hash that have not been read again yet */
  #left: number;
  readonly #checker: RowChecker;
  readonly #keys: RowKeys;
  readonly #holders = new Map<string, FirstOccurrence[]>();
  readonly #word = new Uint32Array(2);

  constructor({ layout, report, fix, today, hash = hashValue }: DuplicateSearch, repeats: readonly SharedHashes[]) {
    this.#layout = layout;
    this.#report = report;
    this.#hash = hash;
    this.#ids = new Set(repeats.flatMap(({ ids }) => ids));
    this.#rows = new Set(repeats.flatMap(({ rows }) => rows));
    this.#left = repeats.reduce((sum, { rows }) => sum + rows.length, 0);
    this.#checker = new RowChecker(layout, () => {}, { fix, today });
    this.#keys = new RowKeys(layout);
  }

  /** True if all values with a repeated hash have been read again. */
  get done(): boolean {
    return this.#left === 0;
  }

  record(cells: readonly string[], count: number, row: number, line: number, sound: boolean): void {
    if (row === this.#layout.place.row || !sound || !this.#rows.has(toStoredRow(row))) return;
    this.#checker.check(cells, count, row, line);
    if (!this.#checker.complete) return;
    const keys = this.#keys;
    keys.gather(this.#checker);
    const named = new Set<number>();
    for (let i = 0; i < keys.count; i += 1) {
      const s = keys.spaceOf[i] ?? 0;
      const space = keys.spaces[s];
      if (space === undefined) continue;
      // if a column occurs several times, its first value identifies the row
      const key = space.key && !named.has(s);
      named.add(s);
      const exact = keys.values[i] ?? "";
      this.#hash(exact, space.comparison, s, this.#word);
      if (!this.#ids.has(toHashId(this.#word[0] ?? 0, this.#word[1] ?? 0))) continue;
      this.#left -= 1;
      const place = this.#placeOf(space, exact, cells, { row, line });
      this.#compare(space, `${s} ${toLooseKey(space.comparison, exact)}`, {
        exact,
        row,
        key,
        place,
        repeated: new Map(),
      });
    }
  }

  #compare(space: KeySpace, key: string, holder: FirstOccurrence): void {
    const earlier = this.#holders.get(key);
    if (earlier === undefined) {
      this.#holders.set(key, [holder]);
      return;
    }
    const { place } = holder;
    const keyOf = ({ exact }: FirstOccurrence): string => comparisonKey(space.comparison, exact);
    const same = space.caseMatters ? earlier.find((other) => keyOf(other) === keyOf(holder)) : earlier[0];
    if (same !== undefined) {
      const code = same.key && holder.key ? "key-duplicate" : "value-duplicate";
      this.#report({ ...place, code, params: { header: place.header, row: same.row } });
      same.repeated.set(code, holder.row);
      return;
    }
    earlier.push(holder);
  }

  end(): void {
    for (const { place, repeated } of [...this.#holders.values()].flat()) {
      for (const [code, row] of repeated) this.#report({ ...place, code, params: { header: place.header, row } });
    }
  }

  #placeOf(
    { column, comparison }: KeySpace,
    exact: string,
    cells: readonly string[],
    { row, line }: Pick<Problem, "row" | "line">,
  ): Omit<Problem, "code" | "params"> {
    const found = this.#layout.columns[column];
    const positions = found?.positions ?? [];
    const wanted = comparisonKey(comparison, exact);
    const position = positions.find((p) => comparisonKey(comparison, cells[p] ?? "") === wanted) ?? positions[0] ?? -1;
    return { row, line, column: position + 1, header: this.#layout.headers[position] ?? found?.header ?? "" };
  }
}

const verifyDuplicates = async (
  file: FileHandle,
  search: DuplicateSearch,
  repeats: readonly SharedHashes[],
): Promise<void> => {
  const verification = new DuplicateCheck(search, repeats);
  const sink = createRecordSink((cells, count, row, line, sound) =>
    verification.record(cells, count, row, line, sound),
  );
  if (search.records !== undefined) {
    for await (const _ of search.records(sink)) {
      search.signal?.throwIfAborted();
      if (verification.done) break;
    }
    verification.end();
    return;
  }
  const reader = new RecordReader(search.reading, sink);
  await readBytes(file, (bytes) => {
    search.signal?.throwIfAborted();
    reader.write(bytes);
    return !verification.done;
  });
  if (!verification.done) reader.end();
  verification.end();
};

/**
 * Reports every repeated value that must be unique in the file. Rows with equal hashes are read again and their values
 * compared, so that there are no false positives. If no hashes are equal, the file is not read again.
 */
export const findDuplicates = async (file: FileHandle, hashes: HashPart, search: DuplicateSearch): Promise<void> => {
  const limit = search.valuesAReading ?? MAX_VALUES_PER_PASS;
  let waiting: SharedHashes[] = [];
  let values = 0;
  for (const repeats of findSharedHashes(hashes)) {
    waiting.push(repeats);
    values += repeats.ids.length;
    if (values < limit) continue;
    await verifyDuplicates(file, search, waiting);
    waiting = [];
    values = 0;
  }
  if (waiting.length > 0) await verifyDuplicates(file, search, waiting);
};
