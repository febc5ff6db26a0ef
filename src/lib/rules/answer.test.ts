import { expect, test } from "vitest";
import { checkAnswer, normaliseAnswer } from "../derived/question.ts";

const NOW = "2026-11-23T03:00:00.000Z";

const judge = (question: string, value: string | null, at = NOW) => checkAnswer({ question, value, at }, NOW)?.en;

test.each([
  ["push-certificate.holder", "佐藤"],
  ["contact.confirmed", "2026-11-01"],
  ["administrators.mailbox", "yes"],
  ["android.phone", "03-0000-0000"],
  ["onboarding.way", "purchased"],
  ["no.longer.asked", null],
])("%s may be %s", (question, value) => {
  expect(judge(question, value)).toBeUndefined();
});

test.each([
  ["no.such", "x"],
  ["contact.confirmed", "金庫"],
  ["contact.confirmed", "2026/11/1"],
  ["contact.confirmed", "2026-11-25"],
  ["administrators.mailbox", "たぶん"],
  ["administrators.mailbox", "はい"],
  ["android.phone", "情報システム部"],
  ["onboarding.way", "by magic"],
])("%s may not be %s", (question, value) => {
  expect(judge(question, value)).toBeDefined();
});

test("refuses an answer dated tomorrow", () => {
  expect(judge("push-certificate.holder", "佐藤", "2026-11-24T03:00:00.000Z")).toMatch(/in the future/);
});

test("answers read by a command are stored in one form, which the rule accepts", () => {
  for (const [question, typed, kept] of [
    ["administrators.mailbox", " はい ", "yes"],
    ["contact.confirmed", "2026/11/1", "2026-11-01"],
    ["onboarding.way", "not supervised", "unsupervised"],
    ["contact.confirmed", "soon", "soon"],
    ["no.such", "x", "x"],
  ] as const) {
    expect(normaliseAnswer(question, typed, NOW)).toBe(kept);
  }
});
