import fc from "fast-check";
import { expect, test } from "vitest";
import { masked, readAnswer } from "./question.ts";

const TODAY = "2027-03-31";

test.each([
  ["yes-no", " はい ", { value: "yes" }],
  ["yes-no", "N", { value: "no" }],
  ["date", "2027/3/1", { value: "2027-03-01" }],
  ["phone", "03-0000-0000 内線 12", { value: "03-0000-0000 内線 12" }],
  ["phone", "0301234", { value: "0301234" }],
  ["phone", "内線：４００１", { value: "内線：４００１" }],
  ["place", " 金庫 ", { value: "金庫" }],
  ["person", "佐藤 一郎", { value: "佐藤 一郎" }],
] as const)("%s: %s", (kind, typed, read) => {
  expect(readAnswer({ kind }, typed, TODAY)).toEqual(read);
});

test.each([
  ["yes-no", "maybe"],
  ["date", "tomorrow"],
  ["date", "2027-02-30"],
  ["date", "2027-03-01T00:00:00Z"],
  ["phone", "ask him"],
  ["phone", "本社4F 1204号室"],
] as const)("%s is not answered by %s, in both languages", (kind, typed) => {
  const read = readAnswer({ kind }, typed, TODAY);
  if (!("wrong" in read)) throw new TypeError("it was taken");
  expect(read.wrong.en).toContain(typed);
  expect(read.wrong.ja).toContain(typed);
});

test("one of several is answered by its value or its words, and by nothing else", () => {
  const choices = { none: { en: "no date", ja: "なし" }, date: { en: "a date", ja: "あり" } };
  const read = (typed: string) => readAnswer({ kind: "choice", choices }, typed, TODAY);
  for (const typed of ["none", "no date", " なし "]) expect(read(typed)).toEqual({ value: "none" });
  for (const typed of ["toString", "__proto__", "None at all"]) {
    expect(read(typed)).toMatchObject({ wrong: { en: `"${typed}" is none of: none, date` } });
  }
});

test("a date is of what has been; where it is tomorrow already that day is let pass", () => {
  expect(readAnswer({ kind: "date" }, "2027-03-31", TODAY)).toEqual({ value: "2027-03-31" });
  expect(readAnswer({ kind: "date" }, "2027/4/1", TODAY)).toEqual({ value: "2027-04-01" });
  for (const day of ["2027-04-02", "9999-12-31"]) {
    expect(readAnswer({ kind: "date" }, day, TODAY)).toEqual({
      wrong: {
        en: `${day} is in the future; write a day that has been (today is 2027-03-31)`,
        ja: `${day} は未来の日付です。今日(2027-03-31)までの日付を入力してください`,
      },
    });
  }
});

test("a masked number keeps its shape and its last two digits, and no more; a short one keeps none", () => {
  expect(masked("090-1234-5678")).toBe("***-****-**78");
  expect(masked("1234")).toBe("****");
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9 +()-]{0,30}$/), (phone) => {
      const hidden = masked(phone);
      expect(hidden).toHaveLength(phone.length);
      expect(hidden.match(/\d/g)?.length ?? 0).toBeLessThanOrEqual(2);
      expect(hidden.replaceAll(/[\d*]/g, "")).toBe(phone.replaceAll(/\d/g, ""));
    }),
  );
});
