import { expect, test } from "vitest";
import { exampleId } from "../../model/thing.ts";
import { same } from "../../text/index.ts";
import { COMPLETE, TODAY } from "../testing/facts.ts";
import { ItemDraft, questionFor } from "./item.ts";
import type { QuestionKind } from "./question.ts";

const asked = (id: string, kind: QuestionKind, recorded: string) => ({
  id,
  kind,
  recorded,
  label: same(id),
  wording: same(id),
});

const answered = (question: string, value: string) => ({
  answers: [{ id: exampleId(500), question, subject: "", value, by: "前任", at: "2026-11-01T00:00:00.000Z" }],
});

const due = (id: string, kind: QuestionKind, recorded: string, value: string): string | null =>
  questionFor(answered(id, value), TODAY, asked(id, kind, recorded)).due;

test.each(["text", "link", "place", "choice", "phone"] as const)(
  "a %s is the same where it is the same as a whole, whatever its width, case and blanks",
  (kind) => {
    expect(due("x", kind, "東京/本社", "大阪/本社")).toBe("differs");
    expect(due("x", kind, "東京、本社", "本社")).toBe("differs");
    expect(due("x", kind, "Ｔｏｋｙｏ／本社 1", "tokyo/本社1")).toBeNull();
  },
);

test.each([
  ["push-certificate.account", "text"],
  ["clomoctl.mail-account", "text"],
  ["clomoctl.user", "text"],
  ["android.second-owner", "person"],
] as const)("%s is the same where a word of it is: it names an account, or a person", (id, kind) => {
  expect(due(id, kind, "佐藤 一郎（情シス） <sato@example.jp>", "SATO@example.jp")).toBeNull();
  expect(due(id, kind, "sato@example.jp", "suzuki@example.jp")).toBe("differs");
});

test("of two days neither need be wrong", () => {
  expect(due("x", "date", "2026-10-01", "2026-11-01")).toBeNull();
});

test("what was answered otherwise is a gap, in both languages", () => {
  const draft = new ItemDraft("apple-business", { ...COMPLETE, ...answered("x", "大阪/本社") }, TODAY);
  draft.ask(asked("x", "text", "東京/本社"));
  expect(draft.item().gaps).toMatchObject([
    {
      code: "differs",
      what: {
        en: "x: recorded is 東京/本社, answered was 大阪/本社: which holds?",
        ja: "x: 登録は「東京/本社」、回答は「大阪/本社」です。どちらが正しいですか?",
      },
    },
  ]);
});
