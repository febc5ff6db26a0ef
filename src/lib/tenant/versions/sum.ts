import { createHash } from "node:crypto";
import { either, quoteIdentifier } from "../store/sql/forms.ts";
import type { Params, Reader } from "../store/store.ts";
import { VERSIONS, versionTable } from "./tables.ts";

/** The sum of a change's versions, as its audit record has it. */
export interface VersionsSum {
  /** number of lines */
  readonly count: number;
  /** SHA-256 of the lines, see {@link summing} */
  readonly sha256: string;
}

/** A statement, and the values of its parameters. */
interface Statement {
  readonly sql: string;
  readonly params: Params;
}

/** The values of one row; a tenant's file that was altered may have any in it. */
type UncheckedRow = Readonly<Record<string, unknown>>;

/** Rows that one statement reads: few enough to hold their lines in memory. */
const BATCH_ROWS = 1024;

/** What a statement reads of a batch; a batch without rows has no lines. */
interface RowBatch {
  readonly rows: number;
  readonly lines: string | null;
  readonly last: number;
}

/** Rows of one table that belong to a change. */
interface TableRows {
  readonly table: string;
  /** the thing, if the rows are ranges of new records */
  readonly ranges?: string | undefined;
  /** SQL: up to {@link BATCH_ROWS} rows `:after` a key, as `rows`, their `lines` and the `last` key */
  readonly batch: string;
}

/** SQL: a row as a line of JSON: its table, then the columns that have a value, by name. */
const lineOf = (table: string, columns: readonly string[]): string => {
  const members = columns.toSorted().map((name) => {
    const value = `v.${quoteIdentifier(name)}`;
    return either(`${value} is null`, "''", `',"${name}":' || json_quote(${value})`);
  });
  return [`'{"table":"${table}"'`, ...members, `'}' || char(10)`].join(" || ");
};

const partOf = (table: string, key: string, columns: readonly string[], which = "true"): TableRows => ({
  table,
  batch: `select count(*) as rows, max(key) as last, string_agg(line, '') as lines
    from (select v.${key} as key, ${lineOf(table, columns)} as line from main.${table} v
          where v.revision = :revision and ${which} and v.${key} > :after order by v.${key} limit ${BATCH_ROWS}) batch`,
});

const VERSION_PARTS: readonly TableRows[] = [...VERSIONS.values()]
  .map((versions) => {
    const columns = versions.columns.map(({ name }) => name);
    return partOf(versionTable(versions), "pk", ["pk", "revision", "action", "changed", ...columns, ...versions.times]);
  })
  .toSorted((one, other) => (one.table < other.table ? -1 : 1));

const RANGES = partOf("created_range", "first", ["revision", "thing", "first", "last"], "v.thing = :thing");

/** SQL: the tables that have rows of the change `:revision`; `created_range` once for each thing. */
const PRESENT = [
  ...VERSION_PARTS.map(
    ({ table }) =>
      `select '${table}' as source, null as thing where exists (select 1 from main.${table} where revision = :revision)`,
  ),
  "select distinct 'created_range', thing from main.created_range where revision = :revision",
].join(" union all ");

/** The parts of which a change has rows, in the order in which they are summed. */
const partsIn = (present: readonly UncheckedRow[]): readonly TableRows[] => {
  const tables = new Set(present.map(({ source }) => source));
  const things = present.flatMap(({ thing }) => (thing === null ? [] : [thing as string]));
  return [
    ...VERSION_PARTS.filter(({ table }) => tables.has(table)),
    ...things.toSorted().map((thing) => ({ ...RANGES, ranges: thing })),
  ];
};

/**
 * Sums the versions of a change: a line of JSON for each of its rows in the tables of versions, by table and number, then for
 * each of its ranges of new records, by thing and first number. Yields the statements to run and expects their rows, so that
 * one order serves readers that answer at once and those that do not. Memory does not grow with the number of rows.
 *
 * @returns undefined if the change has none
 */
export function* summing(revision: number): Generator<Statement, VersionsSum | undefined, readonly UncheckedRow[]> {
  const parts = partsIn(yield { sql: PRESENT, params: { revision } });
  if (parts.length === 0) return undefined;
  const hash = createHash("sha256");
  let count = 0;
  for (const { batch, ranges = null } of parts) {
    // every number is greater
    let after = -Number.MAX_VALUE;
    for (let rows = BATCH_ROWS; rows === BATCH_ROWS;) {
      const [found] = yield { sql: batch, params: { revision, thing: ranges, after } };
      const { rows: read, lines, last } = found as unknown as RowBatch;
      rows = read;
      count += rows;
      hash.update(lines ?? "");
      after = last;
    }
  }
  return { count, sha256: hash.digest("hex") };
}

/** Returns the sum of a change's versions, once all of them are settled; undefined if it has none. */
export const sumOfVersions = async (
  reader: Pick<Reader, "all">,
  revision: number,
): Promise<VersionsSum | undefined> => {
  const sum = summing(revision);
  let step = sum.next();
  while (step.done !== true) step = sum.next(await reader.all(step.value.sql, step.value.params));
  return step.value;
};
