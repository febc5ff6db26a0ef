import { expect, test } from "vitest";
import { ALL_COLUMNS_MASK, VERSION_SCHEMAS } from "./version-tables.ts";

test.each([...VERSION_SCHEMAS])("each field of %s has a bit of its own that fits into an integer", (_, { columns }) => {
  const bits = columns.flatMap(({ bit, leads }) => (leads ? [Number(bit)] : []));
  expect(new Set(bits).size).toBe(bits.length);
  const all = columns.map(({ bit }) => Number(bit));
  expect(all.every((bit) => Number.isSafeInteger(bit) && (BigInt(ALL_COLUMNS_MASK) & BigInt(bit)) !== 0n)).toBe(true);
});
