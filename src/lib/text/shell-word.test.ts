import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeForPeople, quoteShellWord, toTypableName } from "./shell-word.ts";

const typed = (words: readonly string[]): readonly string[] =>
  execFileSync("bash", ["--norc", "--noprofile", "-c", `printf '%s\\0' ${words.join(" ")}`], {
    encoding: "utf8",
    env: { LC_ALL: "C.UTF-8" },
  })
    .split("\0")
    .slice(0, -1);

const AWKWARD = "-x|--yes|it's|a b|a\nb|tab\there|\u001b[31m|山\u202e田|ＡＢＣ|a\\'\n|$(x)|~|!!".split("|");

test("a word is shown as it is typed, and the command receives the original text", () => {
  const text = fc.string({
    unit: fc.constantFrom(...Array.from("-'\"\\ \n\t\u0007\u0085\u202e\u200b$`!~ａＡ営　é")),
    minLength: 1,
  });
  const all = [...AWKWARD, ...fc.sample(text, { numRuns: 300, seed: 1 })];
  const words = all.map((one) => quoteShellWord(one));
  expect(words.map((word) => escapeForPeople(word))).toEqual(words);
  expect(typed(words)).toEqual(all);
});

test.each([
  ["営業", "営業"],
  ["a b", "'a b'"],
  ["-x", "id1"],
  ["", "id1"],
  ["a\nb", "id1"],
  ["山\u202e田", "id1"],
  ["ＡＢＣ", "ＡＢＣ"],
])("%j as an argument is typed as %s", (name, word) => {
  expect(quoteShellWord(toTypableName(name, "id1"))).toBe(word);
});
