import { expect, test } from "vitest";
import { mannerOf } from "./manner.ts";

test.each([
  ["", "en"],
  ["--lang ja", "ja"],
  ["--lang=ja", "ja"],
  ["--lang=en --lang ja", "ja"],
  ["--lang ja --lang=en", "en"],
  ["--lang ja --lang en", "en"],
  ["-- --lang ja", "en"],
  ["--lang ja -- --lang en", "ja"],
  ["ja", "en"],
  ["--language ja", "en"],
])("the language of %j is %s", (line, language) => {
  expect(mannerOf(line.split(" "), {}).language).toBe(language);
});

test("a language that is none, or that has no value, leaves it to the locale", () => {
  const environment = { CLOMOCTL_LANG: "en", LC_ALL: "ja_JP.UTF-8" };
  expect(mannerOf(["--lang", "fr"], environment).language).toBe("ja");
  expect(mannerOf([], { ...environment, CLOMOCTL_LANG: "fr" }).language).toBe("ja");
  expect(mannerOf(["--lang"], environment).language).toBe("en");
});

test.each([
  ["--format json", true],
  ["--format=json", true],
  ["--format ndjson", false],
  ["--format json --format=csv", false],
  ["--format=csv --format json", true],
  ["-- --format json", false],
])("a problem object goes with %j: %s", (line, json) => {
  expect(mannerOf(line.split(" "), {}).json).toBe(json);
});

test("more is said where that is asked for", () => {
  expect(mannerOf(["users", "--verbose"], {}).verbose).toBe(true);
  expect(mannerOf(["users", "--", "--verbose"], {}).verbose).toBe(false);
});
