import { expect, test } from "vitest";
import { QUESTIONS, parseAnswer, YES_NO_CHOICES, type AnswerFormat } from "./question.ts";

/** In the morning of that day in Tokyo. */
const NOW = "2027-03-30T23:00:00.000Z";

const FORMATS = {
  "yes-no": { kind: "choice", choices: YES_NO_CHOICES },
  date: { kind: "date" },
  phone: { kind: "phone" },
  text: { kind: "text" },
} as const satisfies Record<string, AnswerFormat>;

test.each([
  ["yes-no", " はい ", { value: "yes" }],
  ["yes-no", "N", { value: "no" }],
  ["date", "2027/3/1", { value: "2027-03-01" }],
  ["phone", "03-0000-0000 内線 12", { value: "03-0000-0000 内線 12" }],
  ["phone", "0301234", { value: "0301234" }],
  ["phone", "内線：４００１", { value: "内線：４００１" }],
  ["text", " 金庫 ", { value: "金庫" }],
] as const)("%s: %s", (kind, typed, read) => {
  expect(parseAnswer(FORMATS[kind], typed, NOW)).toEqual(read);
});

test.each([
  ["yes-no", "maybe"],
  ["date", "tomorrow"],
  ["date", "2027-02-30"],
  ["date", "2027-03-01T00:00:00Z"],
  ["phone", "ask him"],
  ["phone", "本社4F 1204号室"],
] as const)("a %s question does not accept %s, in both languages", (kind, typed) => {
  const read = parseAnswer(FORMATS[kind], typed, NOW);
  if (!("wrong" in read)) throw new TypeError("it was taken");
  expect(read.wrong.en).toContain(typed);
  expect(read.wrong.ja).toContain(typed);
});

test("accepts a choice by its value or its label, and nothing else", () => {
  const choices = { none: { en: "no date", ja: "なし" }, date: { en: "a date", ja: "あり" } };
  const read = (typed: string) => parseAnswer({ kind: "choice", choices }, typed, NOW);
  for (const typed of ["none", "no date", " なし "]) expect(read(typed)).toEqual({ value: "none" });
  for (const typed of ["toString", "__proto__", "None at all"]) {
    const en = `"${typed}" is not one of the answers no date, a date`;
    expect(read(typed)).toEqual({ wrong: { en, ja: `「${typed}」は選択肢にありません: なし, あり` } });
  }
});

test("refuses a future date, unless the day has already begun in some time zone", () => {
  const read = (typed: string) => parseAnswer({ kind: "date" }, typed, NOW);
  expect(read("2027-03-31")).toEqual({ value: "2027-03-31" });
  expect(parseAnswer({ kind: "date" }, "2027/4/1", "2027-03-31T10:00:00.000Z")).toEqual({ value: "2027-04-01" });
  for (const day of ["2027-04-01", "9999-12-31"]) {
    expect(read(day)).toEqual({
      wrong: {
        en: `${day} is in the future; enter today or an earlier day`,
        ja: `${day} は未来の日付です。今日までの日付を入力してください`,
      },
    });
  }
});

test("the handover asks twenty questions, each with its own words", () => {
  const labels = [...QUESTIONS.values()].map(({ group, label }) => `${group} ${label.ja}`);
  expect(new Set(labels).size).toBe(QUESTIONS.size);
  expect([...QUESTIONS.values()].filter(({ group }) => group !== "onboarding")).toHaveLength(21);
});
