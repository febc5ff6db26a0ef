import { expect, test } from "vitest";
import { chooseLanguage } from "./output-choice.ts";

test.each([
  [undefined, {}, "en"],
  [undefined, { LANG: "ja_JP.UTF-8" }, "ja"],
  [undefined, { LANG: "ja_JP.UTF-8", LC_ALL: "C" }, "en"],
  [undefined, { LANG: "en_US.UTF-8", LC_MESSAGES: "ja_JP" }, "ja"],
  [undefined, { LANG: "ja", LC_ALL: "" }, "ja"],
  [undefined, { LANG: "JA_JP.eucJP" }, "ja"],
  [undefined, { LANG: "Ja@modifier" }, "ja"],
  [undefined, { LANG: "jam_XX" }, "en"],
  [undefined, { LANG: "ja_JP", CLOMOCTL_LANG: "en" }, "en"],
  [undefined, { LANG: "ja_JP", CLOMOCTL_LANG: "" }, "ja"],
  ["ja", { CLOMOCTL_LANG: "en" }, "ja"],
  ["JA", {}, "ja"],
] as const)("--lang %s with %o selects %s", (flag, environment, language) => {
  expect(chooseLanguage(flag, environment)).toBe(language);
});

test.each([
  ["fr", {}, "--lang"],
  [undefined, { CLOMOCTL_LANG: "fr" }, "CLOMOCTL_LANG"],
] as const)("an unknown language is a usage error that names its source", (flag, environment, where) => {
  expect(() => chooseLanguage(flag, environment)).toThrow(expect.objectContaining({ code: "usage", where }));
});
