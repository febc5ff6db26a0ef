import fc from "fast-check";
import { expect, test } from "vitest";
import { convertTimeOfDay, formatTimeOfDay, parseTimeOfDay } from "./time-of-day.ts";

const now = new Date("2026-11-20T03:04:05.678Z");

test.each([
  ["09:00", "09:00"],
  ["9:05", "09:05"],
  ["00:00", "00:00"],
  ["23:59", "23:59"],
])("%s is %s", (typed, formatted) => {
  expect(formatTimeOfDay(parseTimeOfDay(typed))).toBe(formatted);
});

test.each(["24:00", "9", "09:60", "0900", "", "09:00 ", "-1:00", "09:00:00", "９:00"])("%j is not a time", (typed) => {
  expect(() => parseTimeOfDay(typed)).toThrow(expect.objectContaining({ code: "usage" }));
});

test("converts a time to another clock, past midnight too", () => {
  const shown = (at: string, from: string, to: string): readonly [string, boolean] => {
    const { time, drifts } = convertTimeOfDay(parseTimeOfDay(at), { from, to, now });
    return [formatTimeOfDay(time), drifts];
  };
  expect(shown("09:00", "Asia/Tokyo", "UTC")).toEqual(["00:00", false]);
  expect(shown("08:30", "Asia/Tokyo", "UTC")).toEqual(["23:30", false]);
  expect(shown("09:00", "Asia/Tokyo", "Asia/Tokyo")).toEqual(["09:00", false]);
  expect(shown("09:00", "Asia/Tokyo", "America/New_York")).toEqual(["19:00", true]);
  expect(shown("23:00", "America/New_York", "Asia/Tokyo")).toEqual(["13:00", true]);
});

test("converting back restores the time", () => {
  const zone = fc.constantFrom("Asia/Tokyo", "UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Chatham");
  const time = fc.record({ hour: fc.integer({ min: 0, max: 23 }), minute: fc.integer({ min: 0, max: 59 }) });
  fc.assert(
    fc.property(time, zone, zone, (at, from, to) => {
      const there = convertTimeOfDay(at, { from, to, now }).time;
      expect(convertTimeOfDay(there, { from: to, to: from, now }).time).toEqual(at);
    }),
  );
});
