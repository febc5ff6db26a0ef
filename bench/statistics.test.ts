import { expect, test } from "vitest";
import { getShortestTime, calculateGrowth, getHighestPeak, getMedian } from "./statistics.ts";

test("the median is the middle value, whatever the order", () => {
  expect(getMedian([30, 10, 20])).toBe(20);
  expect(getMedian([4, 1, 3, 2])).toBe(2);
  expect(() => getMedian([])).toThrow(RangeError);
});

test("the best time is the shortest", () => {
  expect(getShortestTime([3, 2, 5])).toBe(2);
  expect(() => getShortestTime([])).toThrow(RangeError);
});

test("the highest peak is that of the runs whose peak is known", () => {
  expect(getHighestPeak([10, undefined, 30])).toBe(30);
  expect(getHighestPeak([undefined])).toBeUndefined();
});

test("growth compares the time of a row without what every run takes", () => {
  expect(calculateGrowth({ rows: 100, seconds: 2 }, { rows: 1000, seconds: 11 }, 1)).toBeCloseTo(1);
  expect(calculateGrowth({ rows: 100, seconds: 2 }, { rows: 1000, seconds: 16 }, 1)).toBeCloseTo(1.5);
});
