import { expect, test } from "vitest";
import type { QuestionName } from "../../model/question.ts";
import { createExampleId } from "../../model/thing.ts";
import { same } from "../../text/index.ts";
import { TODAY } from "#support/handover/facts.ts";
import { buildQuestion } from "./item.ts";
import { describeKnownAnswer } from "./question.ts";

/** Whether the answer is shown beside the recorded value. */
const isBeside = (id: QuestionName, recorded: string, value: string): boolean => {
  const answers = [
    { id: createExampleId(500), question: id, subject: "", value, by: "前任", at: "2026-11-01T00:00:00.000Z" },
  ];
  const question = buildQuestion({ answers }, TODAY, { id, recorded, label: same(id), wording: same(id) });
  expect(question.due).toBeNull();
  return describeKnownAnswer(question)?.en === `${recorded} (answer: ${value}; check which is correct)`;
};

test.each<[QuestionName, string, string, boolean]>([
  ["apple-business.location", "東京/本社", "大阪/本社", true],
  ["rules.lost.document", "東京、本社", "本社", true],
  ["android.phone", "Ｔｏｋｙｏ／本社 1", "tokyo/本社1", false],
  ["push-certificate.account", "佐藤 一郎（情シス） <sato@example.jp>", "SATO@example.jp", false],
  ["android.second-owner", "sato@example.jp", "suzuki@example.jp", true],
  ["rules.lost.reviewed", "2026-10-01", "2026-11-01", false],
])("%s: recorded %s, answered %s: shows both: %s", (id, recorded, value, both) => {
  expect(isBeside(id, recorded, value)).toBe(both);
});
