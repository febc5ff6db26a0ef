import fc from "fast-check";
import { expect, test } from "vitest";
import { displayWidth } from "./width.ts";
import { padPlainText, plainTextWidth } from "./word-width.ts";

const words = fc.string({
  unit: fc.constantFrom(...Array.from("abcXYZ 09,.:/%█░ぁあんアヶー一龠々、。「」（）！ｱﾝ全社営業残り秒行")),
});

test("for Japanese and English words, the result equals that of the full rules", () => {
  fc.assert(fc.property(words, (line) => plainTextWidth(line) === displayWidth(line)));
});

test("padded text fills the width, and cut text fits", () => {
  fc.assert(
    fc.property(words, fc.nat(40), (line, columns) => {
      expect(plainTextWidth(padPlainText(line, columns))).toBe(Math.max(columns, plainTextWidth(line)));
    }),
  );
});
