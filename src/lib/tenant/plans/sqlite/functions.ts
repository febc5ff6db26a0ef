import { interruption } from "../../../errors/index.ts";
import type { Database } from "../../store/sqlite/database.ts";

/** Registers what statements that run long call to be interrupted, and how codes are compared without case and width. */
export const defineFunctions = (database: Database, interrupted: () => boolean): void => {
  database.define(
    "proceed",
    () => {
      if (interrupted()) throw interruption();
      return 1;
    },
    false,
  );
  database.define("loose_code", (code) => String(code).normalize("NFKC").toLowerCase());
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
