import { expect, test } from "vitest";
import { clearsMost } from "./import-file.ts";

test.each([
  [117, 9, true],
  [4, 2, false],
  [3, 1, true],
  [1, 0, true],
  [0, 0, false],
  [5, 5, false],
])("of %i values %i are left: most are cleared: %s", (before, after, most) => {
  expect(clearsMost({ before, after, facts: undefined })).toBe(most);
});
