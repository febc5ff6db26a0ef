import { expect, test } from "vitest";
import { formatImportNumber, parseImportNumber } from "./import.ts";

test.each([
  [12, null, "P12", { of: "plan", value: 12 }],
  [12, 17, "17", { of: "change", value: 17 }],
] as const)("plan %i with the change %s is %s", (plan, change, number, named) => {
  expect(formatImportNumber(plan, change)).toBe(number);
  expect(parseImportNumber(number)).toEqual(named);
});

test("accepts the letter in lower case", () => {
  expect(parseImportNumber("p7")).toEqual({ of: "plan", value: 7 });
});

test.each(["", "0", "P0", "017", "-1", "1.5", "P", "Q12", "12P", "last", "1234567890123456"])(
  "%j is not an import number",
  (typed) => {
    expect(parseImportNumber(typed)).toBeUndefined();
  },
);
