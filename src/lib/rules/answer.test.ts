import { expect, test } from "vitest";
import { validAnswerRule, normaliseAnswer } from "./answer.ts";

const NOW = "2026-11-23T03:00:00.000Z";

const fieldsOf = (question: string, value: string | null, at = NOW) =>
  validAnswerRule
    .judge({ before: undefined, after: { question, value, at }, facts: { now: NOW } })
    .map(({ field }) => field);

test.each([
  ["rules.lost.owner", "佐藤"],
  ["rules.lost.reviewed", "2026-11-01"],
  ["administrators.mfa", "yes"],
  ["android.phone", "03-0000-0000"],
  ["onboarding.way", "purchased"],
  ["no.longer.asked", null],
])("%s may be %s", (question, value) => {
  expect(fieldsOf(question, value)).toEqual([]);
});

test.each([
  ["no.such", "x", "question"],
  ["rules.lost.reviewed", "金庫", "value"],
  ["rules.lost.reviewed", "2026/11/1", "value"],
  ["rules.lost.reviewed", "2026-11-25", "value"],
  ["administrators.mfa", "たぶん", "value"],
  ["administrators.mfa", "はい", "value"],
  ["android.phone", "情報システム部", "value"],
  ["onboarding.way", "by magic", "value"],
])("%s may not be %s", (question, value, field) => {
  expect(fieldsOf(question, value)).toEqual([field]);
});

test("refuses an answer dated tomorrow", () => {
  expect(fieldsOf("rules.lost.owner", "佐藤", "2026-11-24T03:00:00.000Z")).toEqual(["at"]);
});

test("answers read by a command are stored in one form, which the rule accepts", () => {
  for (const [question, typed, kept] of [
    ["administrators.mfa", " はい ", "yes"],
    ["rules.lost.reviewed", "2026/11/1", "2026-11-01"],
    ["onboarding.way", "not supervised", "unsupervised"],
    ["rules.lost.reviewed", "soon", "soon"],
    ["no.such", "x", "x"],
  ] as const) {
    expect(normaliseAnswer(question, typed, NOW)).toBe(kept);
  }
});
