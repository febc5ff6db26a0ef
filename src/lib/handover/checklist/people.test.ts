import { createExampleId } from "#support/examples.ts";
import { expect, test } from "vitest";
import { createAdministrator, COMPLETE_FACTS } from "#support/handover/facts.ts";
import { findPeople, isOnlyPerson, isSameName, mentionsPerson, sharesWord, type Person } from "./people.ts";

const WORDS = ["山田 太郎", "taro01", "taro@example.jp"];
const TARO: Person = { called: "山田 太郎", id: null, account: "taro01", words: WORDS };

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
});

test.each([
  ["admin1", "管理 1郎"],
  ["ADMIN1@example.jp", "管理 1郎"],
  ["管理1郎", "管理 1郎"],
  ["契約 花子", "契約 花子"],
  ["owner@example.com", "owner@example.com"],
])("finds %s wherever the person is recorded", (typed, called) => {
  expect(findPeople(COMPLETE_FACTS, typed).map((person) => person.called)).toEqual([called]);
});

test("finds both of two people with one name, and nobody for a stranger", () => {
  const administrators = [createAdministrator(1), createAdministrator(2, { user: "管理 1郎" })];
  expect(findPeople({ ...COMPLETE_FACTS, administrators }, "管理 1郎")).toHaveLength(2);
  expect(findPeople(COMPLETE_FACTS, "nobody@example.jp")).toEqual([]);
  const user = { id: createExampleId(7), name: "端末 太郎", account: null, emails: ["taro@example.jp"] };
  expect(findPeople(COMPLETE_FACTS, "taro@example.jp", [user])).toMatchObject([{ called: "端末 太郎", id: user.id }]);
});
