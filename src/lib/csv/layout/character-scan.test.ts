import fc from "fast-check";
import { expect, test } from "vitest";
import { satisfiesRule, EMAIL_ADDRESS_RULE } from "../../model/rules.ts";
import {
  WHITE_SPACE,
  DATE_SEPARATOR,
  isPlainAddress,
  LETTER_OR_SYMBOL,
  CharacterScan,
  scanText,
  NON_ASCII,
  DECIMAL_POINT,
} from "./character-scan.ts";

const seen = (value: string): CharacterScan => {
  const look = new CharacterScan();
  scanText(value, look);
  return look;
};

test.each([
  ["0042", 0],
  ["E0042", LETTER_OR_SYMBOL],
  ["2026-11-20", DATE_SEPARATOR],
  ["2026/1", DATE_SEPARATOR],
  ["12.0", DECIMAL_POINT],
  ["1 2", WHITE_SPACE],
  ["1\u007f", WHITE_SPACE],
  ["１", NON_ASCII],
  ["a-1.山", LETTER_OR_SYMBOL | DATE_SEPARATOR | DECIMAL_POINT | NON_ASCII],
])("finds the kinds of characters in %j", (value, kinds) => {
  expect(seen(value).kinds).toBe(kinds);
});

const unit = fc.constantFrom("@", "a", "~", "!", " ", "\t", "\u007f", "\u0085", "\u00a0", "\u3000", "山");

test("a plain address is an email address in ASCII only", () => {
  fc.assert(
    fc.property(fc.string({ unit, minLength: 1, maxLength: 6 }), (value) => {
      const isPlain = isPlainAddress(value, seen(value));
      const isAscii = [...value].every((character) => character <= "\u007f");
      expect(isPlain).toBe(isAscii && satisfiesRule(EMAIL_ADDRESS_RULE, value));
    }),
  );
});

test("values have the same look exactly if they differ only in letter case", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      const isSame = one.toLowerCase() === other.toLowerCase();
      const [a, b] = [seen(one), seen(other)];
      expect(a.high === b.high && a.low === b.low).toBe(isSame);
    }),
  );
  expect(seen("Yamada@X.jp")).toEqual(seen("yamada@x.JP"));
});
