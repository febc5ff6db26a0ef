import { expect, test } from "vitest";
import { counted, joined, text } from "./index.ts";

test.each([
  [0, "0 rows"],
  [1, "1 row"],
  [2, "2 rows"],
])("%i is written as %s", (count, written) => {
  expect(counted(count, "row")).toBe(written);
});

test("texts are joined in each language, by a semicolon unless told otherwise", () => {
  const parts = [text("one", "一"), text("two", "二")];
  expect(joined(parts)).toEqual({ en: "one; two", ja: "一; 二" });
  expect(joined(parts, text(", ", "、"))).toEqual({ en: "one, two", ja: "一、二" });
  expect(joined([])).toEqual({ en: "", ja: "" });
});
