import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const FOLDER = new URL("../src/", import.meta.url);
/** Texts with templates inside templates are left out. */
const LITERAL = /"(?:[^"\\]|\\.)*"|`(?:[^`$]|\$\{[^`{}]*\})*`/;
const PAIR = new RegExp(String.raw`\btext\(\s*(${LITERAL.source})\s*,\s*(${LITERAL.source})`, "g");

const DENIALS = [
  "not|never|cannot|nothing|nobody|nowhere|none|no|nor|neither|n't|un\\w+|in(?:valid|complete|correct|accurate)\\w*",
  "without|only|alone|except|unless|instead|otherwise|even if|another|others?|yet|at most|fewer|longer|remain\\w*|mean",
  "lacks?|missing|failed|refused|denied|forbid\\w*|(?:dis)?allow\\w*|disabled?|stop\\w*|prevents?|avoid|skipped|timed out",
  "wrong|too|differ\\w*|mismatch|blank|empty|omit\\w*|leaves out|overdue",
].join("|");

/** A word whose loss inverts a text: the text in the other language must have a word of the same sense. */
const SAME_SENSES: readonly (readonly [from: "en" | "ja", word: RegExp, other: RegExp])[] = [
  ["en", /^.(?!Writes).*\balready\b/, /すでに|済み|引き継ぎ|中です|同じ値/],
  ["en", /\bexpired\b/, /切れ|失効|期限前/],
  ["en", /\beach line\b/, /1 行に 1 つ/],
  [
    "en",
    /\b(?:never|cannot (?!be negative)|not (?:be|been|used|known|recorded|stored|sent)\b)/,
    /な[いくしか]|ません|ず|不|無|未|空です/,
  ],
  ["ja", /ません|ない|不要|禁止/, new RegExp(String.raw`\b(?:${DENIALS})\b`, "i")],
];

const listPairs = () =>
  globSync("**/*.ts", { cwd: FOLDER, exclude: ["**/*.test.ts"] }).flatMap((file) =>
    [...readFileSync(new URL(file, FOLDER), "utf8").matchAll(PAIR)].map(([, en = "", ja = ""]) => ({ en, ja })),
  );

test.each(SAME_SENSES)("what a text in %s says with %s, the other language says, too", (from, word, other) => {
  const said = listPairs().filter((pair) => word.test(pair[from]));
  expect(said).not.toEqual([]);
  expect(said.filter(({ en, ja }) => !other.test(from === "en" ? ja : en))).toEqual([]);
});
