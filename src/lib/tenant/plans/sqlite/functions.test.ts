import { expect, test } from "vitest";
import { Database } from "../../store/sqlite/database.ts";
import { defineFunctions, forNumbers, type Range } from "./functions.ts";

test("numbers are worked through in ranges, of which none is begun after an interruption", () => {
  const database = new Database(":memory:", { plain: true });
  const ranges: Range[] = [];
  defineFunctions(database, () => ranges.length === 2);
  const work = (): void => forNumbers(database, 200_000, (range) => ranges.push(range));
  expect(work).toThrow("interrupted");
  expect(ranges).toEqual([
    { after: 0, upTo: 65_536 },
    { after: 65_536, upTo: 131_072 },
  ]);
  database.close();
});
