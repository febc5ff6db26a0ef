import { expect, test } from "vitest";
import { checkAnswer, normaliseAnswer } from "../derived/question.ts";

const NOW = "2026-11-23T03:00:00.000Z";

const judge = (question: string, value: string | null, at = NOW) => checkAnswer({ question, value, at }, NOW)?.en;

test.each([
  ["push-certificate.holder", "佐藤", true],
  ["contact.confirmed", "2026-11-01", true],
  ["administrators.mailbox", "yes", true],
  ["android.phone", "03-0000-0000", true],
  ["onboarding.way", "purchased", true],
  ["no.longer.asked", null, true],
  ["no.such", "x", false],
  ["contact.confirmed", "金庫", false],
  ["contact.confirmed", "2026/11/1", false],
  ["contact.confirmed", "2026-11-25", false],
  ["administrators.mailbox", "たぶん", false],
  ["administrators.mailbox", "はい", false],
  ["android.phone", "情報システム部", false],
  ["onboarding.way", "by magic", false],
])("%s may be %s: %s", (question, value, isAllowed) => {
  expect(judge(question, value) === undefined).toBe(isAllowed);
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
