import fc from "fast-check";
import { expect, test } from "vitest";
import { dayOf, countDaysLeft, formatLocalInstant, formatMoment, addOneYear } from "./time.ts";
import { levelOf, DEFAULT_THRESHOLDS } from "../renewals/expiry-status.ts";

const TOKYO = "Asia/Tokyo";
const at = (instant: string) => new Date(instant);

test("a day begins at midnight in its time zone, not in that of the process", () => {
  expect(dayOf(at("2026-12-31T14:59:59Z"), TOKYO)).toBe("2026-12-31");
  expect(dayOf(at("2026-12-31T15:00:00Z"), TOKYO)).toBe("2027-01-01");
  expect(dayOf(at("2026-12-31T15:00:00Z"), "UTC")).toBe("2026-12-31");
});

test.each(["Asia/Tokyo", "Japan", "Asia/Seoul", "UTC"])(
  "what never expires ends on the last possible day: %s",
  (zone) => {
    expect(dayOf("9999-12-31T23:59:59Z", zone)).toBe("9999-12-31");
  },
);

test("counts the same days as Intl in zones without daylight saving time", () => {
  const instants = fc.date({ min: at("1900-01-01T00:00:00Z"), max: at("9999-12-30T00:00:00Z"), noInvalidDate: true });
  fc.assert(
    fc.property(instants, fc.constantFrom(["Asia/Tokyo", "Japan"], ["UTC", "Etc/GMT"]), (instant, [zone, sameZone]) => {
      expect(dayOf(instant, zone ?? "")).toBe(dayOf(instant, sameZone ?? ""));
    }),
  );
});

test.each([
  ["2027-03-01T14:59:59Z", "2027-03-02T14:59:59Z", 1],
  // a run at this time of the next day would be too late
  ["2027-03-01T14:59:59Z", "2027-03-02T14:00:00Z", 0],
  ["2027-03-01T15:00:00Z", "2027-03-02T14:59:59Z", 0],
  ["2028-02-28T03:00:00Z", "2028-03-01T03:00:00Z", 2],
  ["2027-03-02T15:00:00Z", "2027-03-01T15:00:00Z", -1],
  ["2026-11-20T00:00:00Z", "2099-11-20T00:00:00Z", 26_663],
  ["9999-12-30T03:00:00Z", "9999-12-31T23:59:59Z", 1],
])("from %s to %s there are %i calendar days in Tokyo", (now, expiresAt, days) => {
  expect(countDaysLeft(expiresAt, at(now), TOKYO)).toBe(days);
});

test("a change to or from daylight saving time makes no day longer or shorter", () => {
  const hour = 3_600_000;
  const start = Date.parse("2027-03-13T00:00:00Z");
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 72 }), fc.integer({ min: 0, max: 400 }), (hours, days) => {
      const now = at(new Date(start + hours * hour).toISOString());
      const today = dayOf(now, "America/New_York");
      const noon = new Date(Date.parse(`${today}T17:00:00Z`) + days * 24 * hour);
      expect(countDaysLeft(noon.toISOString(), now, "America/New_York")).toBe(days);
    }),
  );
});

test("an item is expired at its instant, critical on its day, and unknown without a date", () => {
  const level = (expiresAt: string | null, now: string) =>
    levelOf(expiresAt, { now: at(now), timezone: TOKYO, thresholds: DEFAULT_THRESHOLDS });
  const expiry = "2027-03-01T03:00:00Z";
  expect(level(expiry, "2027-03-01T03:00:00Z")).toBe("expired");
  expect(level(expiry, "2027-03-01T02:59:59Z")).toBe("critical");
  expect(level(expiry, "2027-01-30T03:00:00Z")).toBe("critical");
  expect(level(expiry, "2027-01-29T03:00:00Z")).toBe("warning");
  expect(level(expiry, "2026-12-01T03:00:00Z")).toBe("warning");
  expect(level(expiry, "2026-11-30T03:00:00Z")).toBe("ok");
  expect(level(null, "2026-11-30T03:00:00Z")).toBe("unknown");
});

test("a year after 29 February is 28 February", () => {
  expect(addOneYear("2028-02-29T14:59:59.000Z")).toBe("2029-02-28T14:59:59.000Z");
  expect(addOneYear("2026-11-20T14:59:59.000Z")).toBe("2027-11-20T14:59:59.000Z");
  expect(addOneYear("2027-03-01T05:00:00Z")).toBe("2028-03-01T05:00:00Z");
});

test("shows a moment in its time zone, to the second or to the minute", () => {
  expect(formatMoment("2027-03-01T05:00:09Z", TOKYO)).toBe("2027-03-01 14:00:09 (Asia/Tokyo)");
  expect(formatMoment(at("2027-03-01T05:00:09Z"), TOKYO, "minute")).toBe("2027-03-01 14:00 (Asia/Tokyo)");
});

test.each([
  ["Asia/Tokyo", "2026-11-20T03:04:05.678Z", "2026-11-20T12:04:05+09:00"],
  ["UTC", "2026-11-20T03:04:05.678Z", "2026-11-20T03:04:05+00:00"],
  ["America/New_York", "2026-11-20T03:04:05.678Z", "2026-11-19T22:04:05-05:00"],
  ["America/New_York", "2026-07-20T03:04:59.999Z", "2026-07-19T23:04:59-04:00"],
  ["Asia/Kolkata", "2026-12-31T23:59:59Z", "2027-01-01T05:29:59+05:30"],
])("in %s, %s is %s", (timezone, instant, local) => {
  expect(formatLocalInstant(at(instant), timezone)).toBe(local);
  expect(Date.parse(local)).toBe(Math.floor(Date.parse(instant) / 1000) * 1000);
});
