import { expect, test } from "vitest";
import { isOnlyPerson, isSameName, isSameText, mentionsPerson, sharesWord, type Person } from "./people.ts";

const TARO: Person = {
  called: "山田 太郎",
  id: null,
  account: "taro01",
  words: ["山田 太郎", "taro01", "taro@example.jp"],
};

test.each([
  ["山田太郎", true, true],
  ["山田 太郎 <TARO@example.jp>", true, true],
  ["山田 太郎＜ｔａｒｏ＠example.jp＞", true, true],
  ["(taro01)", true, true],
  ["情シス、山田　太郎", true, false],
  ["山田 太郎（情報システム部）", true, false],
  ["鈴木・山田 太郎", true, false],
  ["担当: taro01", false, false],
  ["taro012", false, false],
  ["xtaro@example.jp", false, false],
  ["山田", false, false],
  ["", false, false],
])("whether %j names the person: %j, and nobody else: %j", (written, isNamed, isOnly) => {
  expect(mentionsPerson(TARO, written)).toBe(isNamed);
  expect(isOnlyPerson(TARO, written)).toBe(isOnly);
});

test("finds a name with a dot as a whole", () => {
  expect(isOnlyPerson({ ...TARO, words: ["マイケル・スミス"] }, "ﾏｲｹﾙ･ｽﾐｽ")).toBe(true);
  expect(mentionsPerson({ ...TARO, words: ["", " "] }, " , ")).toBe(false);
});

test("compares people and texts regardless of width", () => {
  expect(sharesWord("佐藤＜ｓａｔｏ@example.jp＞", "SATO@example.jp")).toBe(true);
  expect(isSameName("ｻﾄｳ 一郎", "サトウ　一郎")).toBe(true);
  expect(isSameName("Sato", "SATO")).toBe(false);
  expect(isSameText("ＭＤＭ-PC 1", "mdm-pc1")).toBe(true);
  expect(isSameText("東京/本社", "大阪/本社")).toBe(false);
});
