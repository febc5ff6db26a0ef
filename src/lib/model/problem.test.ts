import { expect, test } from "vitest";
import { describeProblem, PROBLEMS, type ProblemCode, type ProblemParams } from "./problem.ts";
import { getThingNoun } from "../nouns/index.ts";

const TEXT_PARAMS =
  "allowed app cell change characters choices code codePoint composed device encoding format group header holder id mended name nearest one org other owner parent paths range records status tasks value was";
const NUMBER_PARAMS = "bytes children cleared count devices filled first got length max min row task users want";

const MARKS: ProblemParams = {
  ...Object.fromEntries(TEXT_PARAMS.split(" ").map((name) => [name, `Q${name}Z`] as const)),
  ...Object.fromEntries(NUMBER_PARAMS.split(" ").map((name, at) => [name, 711 + at * 3] as const)),
};

/** Parameters that select a word, or are one in a language, and are not shown themselves. */
const SELECTED: ProblemParams = { of: "user", by: "name", key: "email", certain: 1, en: "rule in words", ja: "規則" };

const paramsOf = (code: ProblemCode): ProblemParams => ({
  ...MARKS,
  ...SELECTED,
  ...(code === "value-kept" && { of: "value-hidden" }),
  ...(code === "account-name-composed" && { by: "employee-code" }),
});

const CODES = Object.keys(PROBLEMS) as ProblemCode[];
const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/;
/** Problems of a column whose header already precedes the text: Japanese does not repeat it. */
const HEADED: readonly ProblemCode[] = ["key-duplicate", "value-duplicate"];

const shownIn = (shown: string): readonly string[] =>
  Object.entries(MARKS).flatMap(([name, value]) => (shown.includes(String(value)) ? [name] : []));

test.each(CODES)("%s shows the same in both languages", (code) => {
  const { en, ja } = describeProblem({ code, params: paramsOf(code) }, getThingNoun);
  expect(shownIn(ja)).toEqual(shownIn(en).filter((name) => !(HEADED.includes(code) && name === "header")));
  expect(`${en}${ja}`).not.toMatch(/undefined|\[object/);
  expect(en).toMatch(/[a-z]{4}/);
  expect(ja).toMatch(JAPANESE);
  expect(en.replace("全社", "")).not.toMatch(JAPANESE);
});

test("no two problems have the same text", () => {
  const all = CODES.map((code) => describeProblem({ code, params: paramsOf(code) }, getThingNoun));
  expect(new Set(all.map(({ en }) => en)).size).toBe(CODES.length);
  expect(new Set(all.map(({ ja }) => ja)).size).toBe(CODES.length);
});

test.each([
  ["header-unknown", { header: "役所" }, /役職|mean|ですか/],
  ["account-name-composed", { value: "yamada", composed: "", by: "employee-code" }, /write|にするか/],
] as const)("%s omits unknown details", (code, params, unsaid) => {
  const { en, ja } = describeProblem({ code, params }, getThingNoun);
  expect(`${en}${ja}`).not.toMatch(unsaid);
  expect(`${en}${ja}`).not.toContain("undefined");
});

test("keeps braces in a value", () => {
  expect(describeProblem({ code: "org-parent-unknown", params: { parent: "{parent} $&" } }, getThingNoun)).toEqual({
    en: "no such parent organisation: {parent} $&",
    ja: "上位組織「{parent} $&」がありません",
  });
});
