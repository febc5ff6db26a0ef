import { expect, test } from "vitest";
import { counted } from "./counted.ts";

test.each([
  [0, "0 rows"],
  [1, "1 row"],
  [2, "2 rows"],
])("%i is said as %s", (count, said) => {
  expect(counted(count, "row")).toBe(said);
});
