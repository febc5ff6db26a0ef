import fc from "fast-check";
import { expect, test } from "vitest";
import { findMistypedNames } from "./near-names.ts";

test.each([
  ["営業郡", "営業部"],
  ["営業", "営業部"],
  ["営業部部", "営業部"],
  ["業営部", "営業部"],
  ["ＳＡＬＥＳ", "sales"],
  ["営業 部", "営業部"],
  ["Slaes", "Sales"],
  ["人事総務部", "人事総部"],
])("%s is a slip for %s", (name, known) => {
  expect(findMistypedNames([name], [known])).toEqual(new Map([[name, known]]));
  expect(findMistypedNames([known, name], [])).toEqual(new Map([[name, known]]));
});

test.each([
  ["S0001", "S0002"],
  ["営業1課", "営業2課"],
  ["営業一課", "営業二課"],
  ["東支店", "西支店"],
  ["E1", "S1"],
  ["棟A", "棟B"],
  ["人事", "人材"],
  ["営業部", "開発部"],
  ["部", "課"],
  ["", "営"],
])("%s is not a slip for %s", (name, known) => {
  expect(findMistypedNames([name], [known])).toEqual(new Map());
});

test("an existing name takes precedence over a new one", () => {
  expect(findMistypedNames(["営業郡", "営業群"], ["営業部"])).toEqual(
    new Map([
      ["営業郡", "営業部"],
      ["営業群", "営業部"],
    ]),
  );
});

test("every name with one changed character is found, except in a series of names", () => {
  const name = fc.string({ unit: fc.constantFrom("営", "業", "部", "課"), minLength: 3, maxLength: 6 });
  const change = fc.tuple(fc.nat(), fc.constantFrom("replace", "drop", "add"), fc.constantFrom("総", "務"));
  fc.assert(
    fc.property(name, change, (known, [at, how, letter]) => {
      const letters = [...known];
      letters.splice(at % letters.length, how === "add" ? 0 : 1, ...(how === "drop" ? [] : [letter]));
      const slip = letters.join("");
      expect(findMistypedNames([slip], [known])).toEqual(new Map([[slip, known]]));
    }),
  );
});

test("the work for many similar names is proportional to their number", () => {
  const names = Array.from({ length: 5000 }, (_, at) => `支店${String.fromCodePoint(0x4e00 + at)}`);
  expect(findMistypedNames(names, names.toReversed()).size).toBeLessThanOrEqual(2000);
});
