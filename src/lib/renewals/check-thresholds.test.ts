import { expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import { chooseThresholds } from "./check-thresholds.ts";

test.each([
  [undefined, undefined, 90, 30],
  [60, undefined, 60, 30],
  [84, 14, 84, 14],
  [20, undefined, 20, 20],
  [undefined, 120, 120, 120],
  [0, 0, 0, 0],
])("%s days of warning, %s critical are %i and %i days", (within, critical, withinDays, criticalDays) => {
  expect(chooseThresholds(within, critical)).toEqual({ withinDays, criticalDays });
});

test("a critical time longer than the warning time is refused", () => {
  expect(() => chooseThresholds(30, 90)).toThrow(Failure);
});
