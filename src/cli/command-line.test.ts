import { expect, test } from "vitest";
import { PROGRAM } from "../commands/index.ts";
import { findVerb, selectErrorStyle } from "./command-line.ts";

const styleOf = (words: readonly string[], environment: Readonly<Record<string, string>>) =>
  selectErrorStyle(findVerb(PROGRAM, words).options, environment);

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
  expect(styleOf(line.split(" "), {}).language).toBe(language);
});

test("an invalid language falls back to the locale, and a missing value to the environment", () => {
  const environment = { CLOMOCTL_LANG: "en", LC_ALL: "ja_JP.UTF-8" };
  expect(styleOf(["--lang", "fr"], environment).language).toBe("ja");
  expect(styleOf([], { ...environment, CLOMOCTL_LANG: "fr" }).language).toBe("ja");
  expect(styleOf(["--lang"], environment).language).toBe("en");
});
