import { expect, test } from "vitest";
import { Failure } from "../errors/index.ts";
import { parseThresholds } from "./check-thresholds.ts";

test.each([
  [undefined, undefined, 90, 30],
  ["60d", undefined, 60, 30],
  ["12w", "2w", 84, 14],
  ["20d", undefined, 20, 20],
  [undefined, "120d", 120, 120],
  ["0d", "0d", 0, 0],
])("--within %s --critical %s is %i and %i days", (within, critical, withinDays, criticalDays) => {
  expect(parseThresholds(within, critical)).toEqual({ withinDays, criticalDays });
});

test.each([
  ["90", undefined],
  ["3m", undefined],
  ["-3d", undefined],
  ["9.5d", undefined],
  ["", undefined],
  ["99999d", undefined],
  [undefined, "nonsense"],
  ["30d", "90d"],
])("--within %s --critical %s is refused", (within, critical) => {
  expect(() => parseThresholds(within, critical)).toThrow(Failure);
});
