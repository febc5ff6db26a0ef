import { expect, test } from "vitest";
import { formatCount, addArticle, joinTexts, same, joinFirstTexts, text } from "./index.ts";

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
  expect(joinTexts(parts)).toEqual({ en: "one; two", ja: "一; 二" });
  expect(joinTexts(parts, text(", ", "、"))).toEqual({ en: "one, two", ja: "一、二" });
  expect(joinTexts([])).toEqual({ en: "", ja: "" });
});

test.each([
  [0, { en: "", ja: "" }],
  [3, { en: "1, 2, 3", ja: "1、2、3" }],
  [4, { en: "1, 2, 3 and 1 more", ja: "1、2、3 ほか 1 件" }],
  [7, { en: "1, 2, 3 and 4 more", ja: "1、2、3 ほか 4 件" }],
])("a list of %i shows three and the number of the rest", (count, expected) => {
  const texts = Array.from({ length: count }, (_, at) => same(String(at + 1)));
  expect(joinFirstTexts(texts, 3)).toEqual(expected);
});
