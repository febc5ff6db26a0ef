import fc from "fast-check";
import { expect, test } from "vitest";
import { RowCursor } from "./row-cursor.ts";

test("rows that are requested in batches find their items, however the items arrive", async () => {
  const rows = fc.uniqueArray(fc.integer({ min: 1, max: 50 }), { maxLength: 30 });
  const sizes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(rows, sizes, fc.integer({ min: 1, max: 9 }), async (numbers, given, asked) => {
      const items = numbers.toSorted((a, b) => a - b).map((row) => ({ row }));
      async function* batches() {
        let at = 0;
        for (const size of given) {
          yield items.slice(at, at + size);
          at += size;
        }
        yield items.slice(at);
      }
      const cursor = new RowCursor(batches());
      const found: number[] = [];
      for (let row = 1; row <= 50; row += asked) {
        await cursor.advanceTo(row + asked - 1);
        for (let one = row; one < row + asked; one += 1) {
          const item = cursor.at(one);
          if (item !== undefined) found.push(item.row);
        }
      }
      expect(found).toEqual(items.map(({ row }) => row));
    }),
  );
});
