import fc from "fast-check";
import { expect, test } from "vitest";
import {
  countPeople,
  isSameName,
  isSameText,
  mentionsPerson,
  sharesName,
  sharesWord,
  replacePerson,
  type Person,
} from "./people.ts";

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
  ["山田 太郎（情報システム部）", true],
  ["情シス（山田　太郎）", true],
  ["情シス／山田 太郎", true],
  ["鈴木・山田 太郎", true],
  ["山田 太郎＜ｔａｒｏ＠example.jp＞", true],
  ["情シス＜taro@example.jp＞", true],
  ["Suzuki and 山田 太郎", true],
  ["鈴木 と 山田 太郎", true],
  ["鈴木と山田 太郎", false],
  ["山田 太郎(情シス", true],
  ["情シス) 山田 太郎", true],
  ["Ｔａｒｏ０１", false],
  ["ｔａｒｏ０１", true],
  ["㈱山田 太郎", false],
  ["", false],
  [null, false],
])("whether %j names the person: %j", (text, isNamed) => {
  expect(mentionsPerson(TARO, text)).toBe(isNamed);
});

test.each([
  ["佐藤", 1],
  ["佐藤 一郎 <sato@example.jp>", 1],
  ["佐藤、鈴木", 2],
  ["Sato and Suzuki", 2],
  ["佐藤 と 鈴木/田中", 3],
  ["佐藤／鈴木・田中，高橋；伊藤", 5],
  ["佐藤 一郎（情シス／本社）、鈴木", 2],
  ["佐藤(情シス/本社", 2],
  ["マイケル・スミス", 1],
  ["マイケル・スミス、佐藤・鈴木", 3],
  ["サトウ イチロウ・スズキ ジロウ", 2],
  [" , ", 0],
])("%j names %i people", (text, count) => {
  expect(countPeople(text)).toBe(count);
});

test("finds a name with a dot or brackets only as a whole", () => {
  const smith: Person = { ...TARO, words: ["マイケル・スミス", "㈱情シス"] };
  for (const text of ["ﾏｲｹﾙ･ｽﾐｽ", "佐藤、マイケル・スミス(営業)", "(株)情シス"])
    expect(mentionsPerson(smith, text)).toBe(true);
  const other: Person = { ...TARO, words: ["スミス", "", " "] };
  for (const text of ["マイケル・スミス", "", " , "]) expect(mentionsPerson(other, text)).toBe(false);
});

test("compares people and texts regardless of width", () => {
  expect(sharesName("佐藤 一郎（情シス）", "佐藤一郎(本社)")).toBe(true);
  expect(sharesName("マイケル・スミス", "マイケル・ジャクソン")).toBe(false);
  expect(sharesWord("佐藤＜ｓａｔｏ@example.jp＞", "SATO@example.jp")).toBe(true);
  expect(isSameName("ｻﾄｳ 一郎", "サトウ　一郎")).toBe(true);
  expect(isSameName("Sato", "SATO")).toBe(false);
  expect(isSameText("ＭＤＭ-PC 1", "mdm-pc1")).toBe(true);
  expect(isSameText("東京/本社", "大阪/本社")).toBe(false);
});

const BRACKETS = [
  "()",
  "（）",
  "[]",
  "［］",
  "<>",
  "＜＞",
  "「」",
  "｢｣",
  "『』",
  "【】",
  "〔〕",
  "〈〉",
  "《》",
  "{}",
  "｛｝",
];
const brackets = fc.constantFrom(...BRACKETS.map((pair): [string, string] => [pair.slice(0, 1), pair.slice(1)]));
const separator = fc.constantFrom(",", "、", "; ", "；", "\n", "\r\n", "/", " ／ ", "・", " and ", " と ", "，");
const stranger = fc.constantFrom("情シス", "髙橋 花子", "taro012", "山田 太郎丸", "x@example.jp", "ﾎﾝｼｬ", "e\u0301");
const word = fc.constantFrom(...TARO.words, "山田　太郎", "TARO@EXAMPLE.JP", "ｔａｒｏ01");

test("finds a person inside and before brackets, with any separator", () => {
  fc.assert(
    fc.property(
      word,
      stranger,
      brackets,
      separator,
      fc.integer({ min: 0, max: 3 }),
      (name, other, [open, close], between, at) => {
        const textsOf = (one: string): readonly string[] => [
          `${one}${open}${other}${close}`,
          `${other}${open}${one}${close}`,
          `${other}${between}${one}`,
          `${open}${other}${between}${one}${between}${other}${close}`,
        ];
        const text = textsOf(name)[at];
        expect([text, mentionsPerson(TARO, text)]).toEqual([text, true]);
        expect(mentionsPerson(TARO, textsOf(other)[at])).toBe(false);
      },
    ),
  );
});

const HANAKO = "hanako@example.jp";

test.each([
  ["山田 太郎 <taro@example.jp>; 情シス", `${HANAKO}; 情シス`],
  ["山田 太郎(情シス/本社)", HANAKO],
  ["山田 太郎（情シス／本社）＜taro@example.jp＞、髙橋 花子", `${HANAKO}、髙橋 花子`],
  ["情シス(山田 太郎、髙橋 花子)", `情シス(${HANAKO}、髙橋 花子)`],
  ["情シス（山田　太郎）", `情シス（${HANAKO}）`],
  ["Taro Yamada <taro@example.jp>, 情シス", `${HANAKO}, 情シス`],
  ["（情シス） Taro (Tokyo) <taro@example.jp>", `（情シス） ${HANAKO}`],
  ["<taro@example.jp>", `<${HANAKO}>`],
  ["情シス(taro@example.jp)", `情シス(${HANAKO})`],
  ["山田 太郎(情シス", `${HANAKO}(情シス`],
  ["taro01、taro@example.jp, 情シス", `${HANAKO}, 情シス`],
  ["taro01, 花子 <Hanako@example.jp>", "花子 <Hanako@example.jp>"],
  ["花子 <Hanako@example.jp>、taro01、山田太郎", "花子 <Hanako@example.jp>"],
  [`${HANAKO}, 情シス（taro01、山田 太郎）`, `${HANAKO}, 情シス`],
  [`taro01(${HANAKO})`, HANAKO],
  ["((taro01)), x@example.jp", `((${HANAKO})), x@example.jp`],
  ["山田 太郎(情シス) 部長", `${HANAKO}(情シス) 部長`],
  ["情シス", "情シス"],
])("the successor changes %j to %j", (written, after) => {
  expect(replacePerson(TARO, written, HANAKO)).toBe(after);
});

test("the successor replaces the person once, and everything else keeps its bytes", () => {
  const list = fc.array(fc.tuple(stranger, separator), { maxLength: 4 });
  const written = (parts: readonly (readonly [string, string])[]): string => parts.flat().join("");
  fc.assert(
    fc.property(
      list,
      word,
      fc.option(fc.tuple(brackets, stranger)),
      separator,
      list,
      (before, name, behind, between, after) => {
        const whole = behind === null ? name : `${name}${behind[0].join(behind[1])}`;
        const rest = after.map(([other, next]): [string, string] => [next, other]);
        const text = `${written(before)}${whole}${written(rest)}`;
        expect(replacePerson(TARO, text, HANAKO)).toBe(`${written(before)}${HANAKO}${written(rest)}`);
        // named already, the person goes with one separator
        const named = `${HANAKO}${between}${text}`;
        expect(replacePerson(TARO, named, HANAKO)).toBe(
          `${HANAKO}${between}${written(before)}`.slice(0, -(before.at(-1)?.[1] ?? between).length) + written(rest),
        );
      },
    ),
  );
});

test("no text still contains the person, and the successor is there", () => {
  const piece = fc.oneof(
    word,
    stranger,
    separator,
    fc.constant(HANAKO),
    fc.constantFrom(...BRACKETS.flatMap((pair) => [pair.slice(0, 1), pair.slice(1)]), " ", "花子"),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join("");
      const after = replacePerson(TARO, text, HANAKO);
      const isNamed = mentionsPerson(TARO, text);
      const isThere = mentionsPerson({ ...TARO, words: [HANAKO] }, after);
      expect([text, after, mentionsPerson(TARO, after)]).toEqual([text, after, false]);
      expect([text, after, isNamed ? isThere : after === text]).toEqual([text, after, true]);
    }),
    { numRuns: 100 },
  );
});
