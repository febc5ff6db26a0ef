import { expect, test } from "vitest";
import { Database } from "../store/database.ts";
import { registerSqlFunctions, forEachNumberRange, type RowRange } from "./functions.ts";

test("numbers are processed in ranges, and no range starts after an interruption", () => {
  const database = new Database(":memory:", { plain: true });
  const ranges: RowRange[] = [];
  registerSqlFunctions(database, () => ranges.length === 2);
  const work = (): void => forEachNumberRange(database, 200_000, (range) => ranges.push(range));
  expect(work).toThrow("interrupted");
  expect(ranges).toEqual([
    { after: 0, upTo: 4096 },
    { after: 4096, upTo: 8192 },
  ]);
  database.close();
});
