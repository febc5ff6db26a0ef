import fc from "fast-check";
import { expect, test } from "vitest";
import { Timeline, TIMELINE_MONTHS } from "./timeline.ts";

const TODAY = "2026-11-20";

test("a time line has fifteen months, starting with the current one", () => {
  const { months, today } = new Timeline(TODAY);
  expect(months).toHaveLength(TIMELINE_MONTHS);
  expect([months[0], months[1], months[2], months[14]]).toEqual([
    { year: 2026, month: 11 },
    { year: 2026, month: 12 },
    { year: 2027, month: 1 },
    { year: 2028, month: 1 },
  ]);
  expect(today).toBe(19.5 / 30);
});

test("items are at their day, expired ones on the left, and distant ones on the right", () => {
  const line = new Timeline(TODAY);
  const place = (day: string | null, level: "ok" | "expired" | "unknown" = "ok") => line.place({ day, level });
  expect(place("2028-01-31")).toEqual({ side: "within", months: 14 + 30.5 / 31 });
  expect(place("2027-02-28")).toEqual({ side: "within", months: 3 + 27.5 / 28 });
  expect(place("2028-02-01")).toEqual({ side: "later" });
  expect(place("2026-11-20", "expired")).toEqual({ side: "expired" });
  expect(place("2019-01-01", "expired")).toEqual({ side: "expired" });
  expect(place(null, "unknown")).toEqual({ side: "undated" });
});

test("a later day is further to the right", () => {
  const line = new Timeline(TODAY);
  const day = fc
    .integer({ min: Date.UTC(2020), max: Date.UTC(2040) })
    .map((ms) => new Date(ms).toISOString().slice(0, 10));
  fc.assert(
    fc.property(day, day, (one, other) => {
      expect(Math.sign(line.at(one) - line.at(other))).toBe(one < other ? -1 : one > other ? 1 : 0);
    }),
  );
});
