import fc from "fast-check";
import { expect, test } from "vitest";
import { fits, MAIL_ADDRESS } from "../../model/rules.ts";
import { BLANK, IN_DATE, isPlainAddress, LETTER, CharacterScan, lookAtText, NOT_ASCII, POINT } from "./look.ts";

const seen = (value: string): CharacterScan => {
  const look = new CharacterScan();
  lookAtText(value, look);
  return look;
};

test.each([
  ["0042", 0],
  ["E0042", LETTER],
  ["2026-11-20", IN_DATE],
  ["2026/1", IN_DATE],
  ["12.0", POINT],
  ["1 2", BLANK],
  ["1\u007f", BLANK],
  ["１", NOT_ASCII],
  ["a-1.山", LETTER | IN_DATE | POINT | NOT_ASCII],
])("the kinds in %j", (value, kinds) => {
  expect(seen(value).kinds).toBe(kinds);
});

const unit = fc.constantFrom("@", "a", "~", "!", " ", "\t", "\u007f", "\u0085", "\u00a0", "\u3000", "山");

test("a plain address is a mail address, and one of ASCII is plain", () => {
  fc.assert(
    fc.property(fc.string({ unit, minLength: 1, maxLength: 6 }), (value) => {
      const isPlain = isPlainAddress(value, seen(value));
      const isAscii = [...value].every((character) => character <= "\u007f");
      expect(isPlain).toBe(isAscii && fits(MAIL_ADDRESS, value));
    }),
  );
});

test("letter case changes nothing that a look tells, and any other character does", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      const isSame = one.toLowerCase() === other.toLowerCase();
      const [a, b] = [seen(one), seen(other)];
      expect(a.high === b.high && a.low === b.low).toBe(isSame);
    }),
  );
  expect(seen("Yamada@X.jp")).toEqual(seen("yamada@x.JP"));
});
