import fc from "fast-check";
import { expect, test } from "vitest";
import { nearNames } from "./near-names.ts";

test.each([
  ["営業郡", "営業部"],
  ["営業", "営業部"],
  ["営業部部", "営業部"],
  ["業営部", "営業部"],
  ["ＳＡＬＥＳ", "sales"],
  ["営業 部", "営業部"],
  ["Slaes", "Sales"],
  ["人事総務部", "人事総部"],
])("%s is a slip of %s", (name, known) => {
  expect(nearNames([name], [known])).toEqual(new Map([[name, known]]));
  expect(nearNames([known, name], [])).toEqual(new Map([[name, known]]));
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
])("%s is none of %s", (name, known) => {
  expect(nearNames([name], [known])).toEqual(new Map());
});

test("a name there is counts before a new one", () => {
  expect(nearNames(["営業郡", "営業群"], ["営業部"])).toEqual(
    new Map([
      ["営業郡", "営業部"],
      ["営業群", "営業部"],
    ]),
  );
});

test("what it finds is one change apart, and of names without series it misses none", () => {
  const name = fc.string({ unit: fc.constantFrom("営", "業", "部", "課"), minLength: 3, maxLength: 6 });
  const change = fc.tuple(fc.nat(), fc.constantFrom("replace", "drop", "add"), fc.constantFrom("総", "務"));
  fc.assert(
    fc.property(name, change, (known, [at, how, letter]) => {
      const letters = [...known];
      letters.splice(at % letters.length, how === "add" ? 0 : 1, ...(how === "drop" ? [] : [letter]));
      const slip = letters.join("");
      expect(nearNames([slip], [known])).toEqual(new Map([[slip, known]]));
    }),
  );
});

test("many alike are looked at in proportion to their number", () => {
  const names = Array.from({ length: 5000 }, (_, at) => `支店${String.fromCodePoint(0x4e00 + at)}`);
  expect(nearNames(names, names.toReversed()).size).toBeLessThanOrEqual(2000);
});
