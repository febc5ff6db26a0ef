import { expect, test } from "vitest";
import { importNumber, parseImportNumber } from "./import-number.ts";

test.each([
  [12, null, "P12", { of: "plan", value: 12 }],
  [12, 17, "17", { of: "change", value: 17 }],
] as const)("plan %i with the change %s is %s", (plan, change, number, named) => {
  expect(importNumber(plan, change)).toBe(number);
  expect(parseImportNumber(number)).toEqual(named);
});

test("the letter may be typed small", () => {
  expect(parseImportNumber("p7")).toEqual({ of: "plan", value: 7 });
});

test.each(["", "0", "P0", "017", "-1", "1.5", "P", "Q12", "12P", "last", "1234567890123456"])(
  "%j is not a number of an import",
  (typed) => {
    expect(parseImportNumber(typed)).toBeUndefined();
  },
);
