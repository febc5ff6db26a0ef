import { standInKey } from "../../../../model/normalise.ts";
import { codeKey, cp932Form, emailKey, nameSortKey } from "../../../../model/normalise.ts";
import { interruption, type Database } from "../database.ts";

type Custom = readonly (readonly [string, string | null])[];

const entries = (json: unknown): Custom => Object.entries(JSON.parse(String(json)) as Record<string, string | null>);

/**
 * Merges a row's custom fields into the stored ones: the row's values win, null removes. `windows` keeps a stored value
 * whose Windows-31J form equals the row's value. Both are JSON objects keyed by the tenant's own field numbers.
 */
export const mergeCustom = (stored: string, patch: string, windows: boolean): string => {
  const merged = new Map(entries(stored));
  for (const [field, value] of entries(patch)) {
    const before = merged.get(field);
    if (value === null) merged.delete(field);
    else if (!(windows && typeof before === "string" && cp932Form(before) === value)) merged.set(field, value);
  }
  const ordered = [...merged].toSorted(([a], [b]) => Number(a) - Number(b));
  return JSON.stringify(Object.fromEntries(ordered));
};

/** Registers the functions that plans call from SQL on a connection. */
export const defineFunctions = (database: Database, interrupted: () => boolean): void => {
  database.define("merge_custom", (stored, patch, windows) =>
    mergeCustom(String(stored), String(patch), windows === 1),
  );
  database.define("windows_form", (value) => (value === null ? null : cp932Form(String(value))));
  database.define("email_key", (value) => (value === null ? null : emailKey(String(value))));
  database.define("code_key", (value) => (value === null ? null : codeKey(String(value))));
  database.define("name_sort", (value) => nameSortKey(String(value)));
  database.define("stand_in_key", (...values) =>
    standInKey(values.map((value) => (value === null ? null : String(value)))),
  );
  database.define(
    "proceed",
    () => {
      if (interrupted()) throw interruption();
      return 1;
    },
    false,
  );
};

/** For a where clause over `row`: checks every few thousand rows whether to stop. */
export const proceeding = (row: string): string => `((${row} & 4095) <> 0 or proceed())`;

/** Rows per statement where it calls back for each: what the calls allocate is freed after it. */
const RANGE_ROWS = 65_536;

/** Row numbers greater than `after`, up to and including `upTo`. */
export interface Range extends Readonly<Record<string, number>> {
  readonly after: number;
  readonly upTo: number;
}

/** Numbers up to `last` in ranges, checking before each whether to stop. */
export const forNumbers = (database: Database, last: number, body: (range: Range) => void): void => {
  for (let after = 0; after < last; after += RANGE_ROWS) {
    database.get("select proceed()");
    body({ after, upTo: after + RANGE_ROWS });
  }
};

/** Staged rows in ranges: runs `body` for each, with the row before its first and its last. */
export const forRanges = (database: Database, body: (range: Range) => void): void =>
  forNumbers(database, database.count("select coalesce(max(row), 0) from s.row"), body);

/** For a where clause over `r`: the rows of a range. */
export const IN_RANGE = "r.row > :after and r.row <= :upTo";
