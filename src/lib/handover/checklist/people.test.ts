import fc from "fast-check";
import { expect, test } from "vitest";
import { countPeople, namesPerson, succeeded, type Person } from "./people.ts";

const TARO: Person = {
  called: "山田 太郎",
  id: null,
  account: "taro01",
  words: ["山田 太郎", "taro01", "taro@example.jp"],
};

test.each([
  ["山田 太郎", true],
  ["山田太郎", true],
  ["情シス、山田　太郎", true],
  ["山田 太郎 <TARO@example.jp>", true],
  ["担当: taro01", false],
  ["(taro01)", true],
  ["taro012", false],
  ["xtaro@example.jp", false],
  ["山田", false],
  ["", false],
  [null, false],
])("%j names the person: %j", (text, isNamed) => {
  expect(namesPerson(TARO, text)).toBe(isNamed);
});

test.each([
  ["佐藤", 1],
  ["佐藤 一郎 <sato@example.jp>", 1],
  ["佐藤、鈴木", 2],
  ["Sato and Suzuki", 2],
  ["佐藤 と 鈴木/田中", 3],
  [" , ", 0],
])("%j: %i people", (text, count) => {
  expect(countPeople(text)).toBe(count);
});

test("a successor takes the place of a person, and of nobody else", () => {
  expect(succeeded(TARO, "山田 太郎 <taro@example.jp>; 情シス", "hanako@example.jp")).toBe("hanako@example.jp, 情シス");
  const word = fc.constantFrom(...TARO.words, "情シス", "hanako@example.jp", "taro012", " ");
  fc.assert(
    fc.property(fc.array(word, { maxLength: 6 }), fc.constantFrom(",", "、", ";", "\n"), (words, between) => {
      const after = succeeded(TARO, words.join(between), "hanako@example.jp");
      expect(namesPerson(TARO, after)).toBe(false);
      const others = words.map((one) => one.trim()).filter((one) => one !== "" && !TARO.words.includes(one));
      for (const other of others) expect(after.split(", ")).toContain(other);
      expect(new Set(after.split(", ")).size).toBe(after.split(", ").length);
    }),
  );
});
