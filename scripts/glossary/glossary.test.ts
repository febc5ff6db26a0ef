import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findMessages, findUnusedWords, readConcepts, readUnusedWords, type Message } from "./glossary.ts";

const ROOT = join(import.meta.dirname, "../..");
const PAGE = readFileSync(join(ROOT, "docs/glossary.md"), "utf8");
const CONCEPTS = readConcepts(PAGE);
const UNUSED = readUnusedWords(PAGE);

const SOURCES = globSync("src/**/*.ts", { cwd: ROOT, exclude: ["**/*.test.ts"] })
  .map((file) => file.replaceAll("\\", "/"))
  .toSorted()
  .map((file) => ({ file, source: readFileSync(join(ROOT, file), "utf8") }));

const MESSAGES = SOURCES.flatMap(({ file, source }) =>
  source.includes("text(") ? findMessages(source).map((message) => ({ file, ...message })) : [],
);

const message = (en: string, ja = ""): Pick<Message, "en" | "ja"> => ({ en, ja });

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

test.each([
  [message("the notice was sent"), ['"notice" instead of "reminder"']],
  [message("Notices are sent daily"), ['"notice" instead of "reminder"']],
  [message("can receive notice emails"), []],
  [message("noticed"), []],
  [message("not a mail address"), ['"mail address" instead of "email address"']],
  [message("not an email address"), []],
  [message("two directories"), ['"directories" instead of "folder"']],
  [message("", "プランを確定しました"), ['"プラン" instead of "plan"', '"確定し" instead of "commit"']],
  [message("", "次の回に再試行します"), []],
  [message("", "試行のため変更していません"), ['"試行" instead of "dry run"']],
  [
    message("", "埋め込みテナント: (なし)"),
    ['"埋め込み" instead of "local tenant"', '"(なし)" instead of "(空), blank"'],
  ],
])("%j: unused words: %j", (words, expected) => {
  expect(findUnusedWords(words, UNUSED)).toEqual(expected);
});

test("a message is found in a call, with its alternatives and without its values", () => {
  const source = [
    'const a = text("one", `二 ${count} 件${isLate ? "、遅延" : ""}`);',
    'fail(text(`${isOne ? "notice" : line("notices list")} sent` + " today", ja));',
    'const b = tool.text("no", "いいえ"), c = "text(1, 2)";',
  ].join("\n");
  expect(findMessages(source)).toEqual([
    { line: 1, en: "one", ja: "二 … 件、遅延…" },
    { line: 2, en: "notice…… sent today", ja: "…" },
  ]);
});
