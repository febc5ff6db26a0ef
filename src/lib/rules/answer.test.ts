import { expect, test } from "vitest";
import { judgeAnswer, normaliseAnswer } from "./answer.ts";

const NOW = "2026-11-23T03:00:00.000Z";

const judge = (question: string, value: string | null, at = NOW) => judgeAnswer({ question, value, at }, NOW)?.en;

test.each([
  ["rules.lost.owner", "佐藤"],
  ["rules.lost.reviewed", "2026-11-01"],
  ["administrators.mfa", "yes"],
  ["android.phone", "03-0000-0000"],
  ["onboarding.way", "purchased"],
  ["no.longer.asked", null],
])("%s may be %s", (question, value) => {
  expect(judge(question, value)).toBeUndefined();
});

test.each([
  ["no.such", "x"],
  ["rules.lost.reviewed", "金庫"],
  ["rules.lost.reviewed", "2026/11/1"],
  ["rules.lost.reviewed", "2026-11-25"],
  ["administrators.mfa", "たぶん"],
  ["administrators.mfa", "はい"],
  ["android.phone", "情報システム部"],
  ["onboarding.way", "by magic"],
])("%s may not be %s", (question, value) => {
  expect(judge(question, value)).toBeDefined();
});

test("refuses an answer dated tomorrow", () => {
  expect(judge("rules.lost.owner", "佐藤", "2026-11-24T03:00:00.000Z")).toMatch(/in the future/);
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
