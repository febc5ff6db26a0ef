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
  ["髙橋 太郎", "高橋"],
  ["高橋 太郎", "髙橋"],
  ["山﨑", "山崎"],
  ["渡邊", "渡辺"],
  ["渡邉", "渡邊"],
  ["齋藤", "斉藤"],
  ["𠮷田", "吉田"],
  ["吉田", "𠮷田"],
  ["龍ケ崎市", "竜ヶ﨑市"],
  ["ＡＢＣ商事", "ABC"],
  ["ABC商事", "ＡＢＣ"],
  ["山田\u3000太郎", "山田 太郎"],
  ["ﾔﾏﾀﾞ ﾀﾛｳ", "ヤマダ"],
  ["ヤマダ タロウ", "ﾔﾏﾀﾞ"],
  ["ﾊﾟｰﾄ", "パート"],
  ["\u301c", "\uff5e"],
  ["~", "\u301c"],
])("%s is found by %s", (stored, text) => {
  expect(finds(stored, text)).toBe(true);
});

test.each([
  ["高橋", "高木"],
  ["体", "體"],
  ["abc", "ABC"],
  ["やまだ", "ヤマダ"],
  ["ハート", "パート"],
])("%s is not found by %s", (stored, text) => {
  expect(finds(stored, text)).toBe(false);
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
