import { toSpellingKey } from "../../csv/layout/value-damage.ts";
import { createInterruptedFailure } from "../../errors/index.ts";
import {
  comparisonKey,
  type Comparison,
  looseCode,
  looseKey,
  nameKey,
  toComparableName,
} from "../../model/normalise.ts";
import type { Database, Params } from "../store/database.ts";
import type { UndoneChange } from "../ledger/audit-change-number.ts";

const haveSimilarNames = (one: string, other: string): boolean => {
  const [a = [], b = []] = [one, other].map((name) =>
    nameKey(name).normalize("NFKC").toLowerCase().trim().split(/\s+/),
  );
  const [parts, whole] = a.length > 1 ? [a, b] : [b, a];
  const [family, given] = parts.length > 1 ? [parts[0], parts.at(-1)] : [parts[0]?.at(0), parts[0]?.at(-1)];
  const all = whole.join("");
  return all.startsWith(family ?? "") || all.endsWith(given ?? "");
};

export const registerSqlFunctions = (database: Database, interrupted: () => boolean): void => {
  database.define(
    "proceed",
    () => {
      if (interrupted()) throw createInterruptedFailure();
      return 1;
    },
    false,
  );
  database.define("loose_name", (name) =>
    String(name)
      .normalize("NFKC")
      .replaceAll(/[\s/\\>]/g, ""),
  );
  database.define("plain", (how, value) => toSpellingKey(how, String(value)));
  database.define("shares_name", (one, other) =>
    one === null || other === null ? null : Number(haveSimilarNames(String(one), String(other))),
  );
  database.define("loose_code", (code) => looseCode(String(code)));
  database.define("key_of", (how, value) => (value === null ? null : comparisonKey(how as Comparison, String(value))));
  database.define("loose_key", (key) => (key === null ? null : looseKey(String(key))));
  database.define("comparable", (name) => (name === null ? null : toComparableName(String(name))));
};

/** Between two visits of this many rows, a long job cannot be interrupted, and its progress does not change. */
export const ROWS_PER_VISIT = 4096;

/** @param rows roughly how many rows the rest of a job will visit */
export type RowExpectation = (rows: number) => void;

/** How often a job visits a record that the change creates, updates or deletes; measured with users. */
export const COMMIT_VISITS = { create: 3, update: 6, delete: 4 };
export const UNDO_VISITS = { create: 6, update: 12, delete: 16 };
export const UNDO_PLAN_VISITS = { create: 3, update: 4, delete: 2 };

export const countVisits = (counts: UndoneChange["counts"], visits: typeof COMMIT_VISITS): number =>
  [counts ?? [], counts?.beside ?? []]
    .flat()
    .reduce(
      (sum, one) => sum + one.create * visits.create + one.update * visits.update + one.delete * visits.delete,
      0,
    );

/** SQL: always true. Checks at every {@link ROWS_PER_VISIT}th row whether the user interrupted the command. */
export const buildInterruptCheckSql = (row: string): string => `((${row} & ${ROWS_PER_VISIT - 1}) <> 0 or proceed())`;

export type RowRange = Readonly<Record<"after" | "upTo", number>>;

/** Splits statements that call a function for each row. SQLite frees memory only when a statement ends. */
export const forEachNumberRange = (database: Database, last: number, body: (range: RowRange) => void): void => {
  for (let after = 0; after < last; after += ROWS_PER_VISIT) {
    database.get("select proceed()");
    body({ after, upTo: after + ROWS_PER_VISIT });
  }
};

const LAST_ROW_SQL = "select coalesce(max(row), 0) from s.row";

export const forEachRowRange = (database: Database, body: (range: RowRange) => void): void =>
  forEachNumberRange(database, database.count(LAST_ROW_SQL), body);

export const IS_IN_RANGE_SQL = "r.row > :after and r.row <= :upTo";

const RECORDED_RANGE = 2 * ROWS_PER_VISIT;

/**
 * Runs a statement at once, or in ranges if the change is recorded in parts.
 * @param build of the condition for the number of a row of the file, or of a record of `thing`
 */
export const runInParts = (
  database: Database,
  params: Params,
  build: (isInPart: (number: string) => string) => string,
  thing?: string,
): void => {
  if (database.afterRun === undefined)
    return void database.run(
      build(() => "true"),
      params,
    );
  const sql = build((number) => `${number} > :after and ${number} <= :upTo`);
  const last = database.count(thing === undefined ? LAST_ROW_SQL : `select coalesce(max(pk), 0) from main.${thing}`);
  for (let after = 0; after < last; after += RECORDED_RANGE)
    database.run(sql, { ...params, after, upTo: after + RECORDED_RANGE });
};
