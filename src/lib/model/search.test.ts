import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { buildSearchPatterns } from "./normalise.ts";

const database = new DatabaseSync(":memory:");
afterAll(() => database.close());
const glob = database.prepare("select ? glob ? as found");

const finds = (stored: string, text: string): boolean =>
  buildSearchPatterns(text).some((pattern) => glob.get(stored, pattern)?.["found"] === 1);

test.each([
  ["髙橋 太郎", "高橋", true],
  ["高橋 太郎", "髙橋", true],
  ["山﨑", "山崎", true],
  ["渡邊", "渡辺", true],
  ["渡邉", "渡邊", true],
  ["齋藤", "斉藤", true],
  ["𠮷田", "吉田", true],
  ["吉田", "𠮷田", true],
  ["龍ケ崎市", "竜ヶ﨑市", true],
  ["ＡＢＣ商事", "ABC", true],
  ["ABC商事", "ＡＢＣ", true],
  ["山田\u3000太郎", "山田 太郎", true],
  ["ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ", true],
  ["ヤマダ タロウ", "ﾔﾏﾀﾞ", true],
  ["ﾊﾟｰﾄ", "パート", true],
  ["\u301c", "\uff5e", true],
  ["~", "\u301c", true],
  ["高橋", "高木", false],
  ["体", "體", false],
  ["abc", "ABC", false],
  ["やまだ", "ヤマダ", false],
  ["ハート", "パート", false],
])("%s is found by %s: %s", (stored, text, isFound) => {
  expect(finds(stored, text)).toBe(isFound);
});

test("searches for pattern characters literally", () => {
  const some = fc.string({ unit: fc.constantFrom(...Array.from("]^-*?[!\\a高髙ガｶﾞー~〜%_'\"")) });
  fc.assert(
    fc.property(some, some, some, (before, text, after) => {
      expect(finds(before + text + after, text)).toBe(true);
    }),
  );
  for (const special of "]^-*?[!\\") {
    expect(finds("abc", special)).toBe(false);
    expect(finds("abc", `a${special}`)).toBe(false);
  }
});
