import { expect, test } from "vitest";
import { best, growth, highest, median } from "./statistics.ts";

test("the median is the middle value, whatever the order", () => {
  expect(median([30, 10, 20])).toBe(20);
  expect(median([4, 1, 3, 2])).toBe(2);
  expect(() => median([])).toThrow(RangeError);
});

test("the best time is the shortest", () => {
  expect(best([3, 2, 5])).toBe(2);
  expect(() => best([])).toThrow(RangeError);
});

test("the highest peak is that of the runs whose peak is known", () => {
  expect(highest([10, undefined, 30])).toBe(30);
  expect(highest([undefined])).toBeUndefined();
});

test("growth compares the time of a row without what every run takes", () => {
  expect(growth({ rows: 100, seconds: 2 }, { rows: 1000, seconds: 11 }, 1)).toBeCloseTo(1);
  expect(growth({ rows: 100, seconds: 2 }, { rows: 1000, seconds: 16 }, 1)).toBeCloseTo(1.5);
});
