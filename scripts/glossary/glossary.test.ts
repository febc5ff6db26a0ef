import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findMessages, findUnusedWords, readConcepts, readUnusedWords } from "./glossary.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/glossary.md"), "utf8");
const CONCEPTS = readConcepts(PAGE);
const UNUSED = readUnusedWords(PAGE);

const SOURCES = globSync("src/**/*.ts", { cwd: ROOT, exclude: ["**/*.test.ts"] })
  .map((file) => file.replaceAll("\\", "/"))
  .toSorted()
  .map((file) => ({ file, source: readFileSync(join(ROOT, file), "utf8") }));

const MESSAGES = SOURCES.flatMap(({ file, source }) =>
  /text\(|(?:define|create)\w+\(/.test(source) ? findMessages(source).map((message) => ({ file, ...message })) : [],
);

test("each concept has a word of its own in both languages", () => {
  const english = CONCEPTS.map(({ en }) => en);
  const japanese = CONCEPTS.map(({ ja }) => ja);
  expect(CONCEPTS.length).toBeGreaterThanOrEqual(30);
  expect(english.toSorted()).toEqual([...new Set(english)].toSorted());
  expect(japanese.toSorted()).toEqual([...new Set(japanese)].toSorted());
  for (const { en, ja } of CONCEPTS) expect(findUnusedWords({ en, ja }, UNUSED), en).toEqual([]);
});

test("the type of each concept exists", () => {
  const all = SOURCES.map(({ source }) => source).join("\n");
  const missing = CONCEPTS.filter(
    ({ type }) => !new RegExp(`^(?:export )?(?:type|interface|class) ${type}\\b(?! \\})`, "m").test(all),
  );
  expect(missing).toEqual([]);
});

test("messages use the words of each concept", () => {
  const unseen = CONCEPTS.flatMap(({ en, ja }) => [
    ...(MESSAGES.some((one) => one.en.toLowerCase().includes(en.toLowerCase())) ? [] : [en]),
    ...(MESSAGES.some((one) => one.ja.includes(ja)) ? [] : [ja]),
  ]);
  expect(unseen).toEqual([]);
});

test("messages do not use another word for a concept", () => {
  const found = MESSAGES.flatMap(({ file, line, ...words }) =>
    findUnusedWords(words, UNUSED).map((word) => `${file}:${line}: ${word}`),
  );
  expect(MESSAGES.length).toBeGreaterThan(1000);
  expect(found).toEqual([]);
});
