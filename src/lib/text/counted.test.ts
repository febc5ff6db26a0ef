import { expect, test } from "vitest";
import { counted } from "./index.ts";

test.each([
  [0, "0 rows"],
  [1, "1 row"],
  [2, "2 rows"],
])("%i is written as %s", (count, written) => {
  expect(counted(count, "row")).toBe(written);
});
