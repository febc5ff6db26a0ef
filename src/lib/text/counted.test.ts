import { expect, test } from "vitest";
import { formatCount, addArticle, joinTexts, text } from "./index.ts";

test.each([
  [0, "0 rows"],
  [1, "1 row"],
  [2, "2 rows"],
])("%i is written as %s", (count, written) => {
  expect(formatCount(count, "row")).toBe(written);
});

test.each([
  ["user", "a user"],
  ["organisation", "an organisation"],
  ["account", "an account"],
  ["group", "a group"],
])("%s gets its article: %s", (noun, written) => {
  expect(addArticle(noun)).toBe(written);
});

test("texts are joined in each language, by a semicolon unless specified otherwise", () => {
  const parts = [text("one", "一"), text("two", "二")];
  expect(joinTexts(parts)).toMatchObject({ en: "one; two" });
  expect(joinTexts(parts, text(", ", "、"))).toMatchObject({ en: "one, two" });
  expect(joinTexts([])).toMatchObject({ en: "" });
});
