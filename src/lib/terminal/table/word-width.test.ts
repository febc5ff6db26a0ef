import fc from "fast-check";
import { expect, test } from "vitest";
import { displayWidth } from "./width.ts";
import { cutWords, padWords, wordWidth } from "./word-width.ts";

const words = fc.string({
  unit: fc.constantFrom(...Array.from("abcXYZ 09,.:/%█░ぁあんアヶー一龠々、。「」（）！ｱﾝ全社営業残り秒行")),
});

test("for Japanese and English words it agrees with the full rules", () => {
  fc.assert(fc.property(words, (line) => wordWidth(line) === displayWidth(line)));
});

test("padding fills and cutting fits", () => {
  fc.assert(
    fc.property(words, fc.nat(40), (line, columns) => {
      expect(wordWidth(padWords(line, columns))).toBe(Math.max(columns, wordWidth(line)));
      expect(wordWidth(cutWords(line, columns))).toBeLessThanOrEqual(columns);
      expect(line.startsWith(cutWords(line, columns))).toBe(true);
    }),
  );
});
