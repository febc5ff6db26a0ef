import { expect, test } from "vitest";
import type { QuestionName } from "../../model/question.ts";
import { createExampleId } from "../../model/thing.ts";
import { same } from "../../text/index.ts";
import { COMPLETE_FACTS, TODAY } from "#support/handover/facts.ts";
import { ItemDraft, buildQuestion } from "./item.ts";

const asked = (id: QuestionName, recorded: string) => ({
  id,
  recorded,
  label: same(id),
  wording: same(id),
});

const answered = (question: string, value: string) => ({
  answers: [{ id: createExampleId(500), question, subject: "", value, by: "前任", at: "2026-11-01T00:00:00.000Z" }],
});

const due = (id: QuestionName, recorded: string, value: string): string | null =>
  buildQuestion(answered(id, value), TODAY, asked(id, recorded)).due;

test.each(["apple-business.location", "rules.lost.document", "onboarding.way", "android.phone"] as const)(
  "%s is the same only as a whole, regardless of width, case and blanks",
  (id) => {
    expect(due(id, "東京/本社", "大阪/本社")).toBe("differs");
    expect(due(id, "東京、本社", "本社")).toBe("differs");
    expect(due(id, "Ｔｏｋｙｏ／本社 1", "tokyo/本社1")).toBeNull();
  },
);

test.each(["push-certificate.account", "android.second-owner"] as const)(
  "%s is the same if one word is the same, because it names an account or a person",
  (id) => {
    expect(due(id, "佐藤 一郎（情シス） <sato@example.jp>", "SATO@example.jp")).toBeNull();
    expect(due(id, "sato@example.jp", "suzuki@example.jp")).toBe("differs");
  },
);

test("two different days are not a contradiction", () => {
  expect(due("rules.lost.reviewed", "2026-10-01", "2026-11-01")).toBeNull();
});

test("an answer that differs from the record is a gap, in both languages", () => {
  const draft = new ItemDraft(
    "apple-business",
    { ...COMPLETE_FACTS, ...answered("apple-business.location", "大阪/本社") },
    TODAY,
  );
  draft.ask(asked("apple-business.location", "東京/本社"));
  expect(draft.item().gaps).toMatchObject([
    {
      code: "differs",
      what: {
        en: 'apple-business.location: the record says "東京/本社", but the answer says "大阪/本社"; which is correct?',
      },
    },
  ]);
});
