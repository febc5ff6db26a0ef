import { expect, test } from "vitest";
import { levelOf, USUAL_THRESHOLDS } from "./judge.ts";

const NOW = new Date("2026-11-20T03:00:00.000Z");

test.each([
  ["2026-11-19T03:00:00.000Z", "expired"],
  ["2026-11-20T02:59:59.999Z", "expired"],
  ["2026-11-20T03:00:00.000Z", "expired"],
  ["2026-11-20T03:00:00.001Z", "critical"],
  ["2026-12-20T14:59:59.999Z", "critical"],
  ["2026-12-20T15:00:00.000Z", "warning"],
  ["2027-02-18T14:59:59.999Z", "warning"],
  ["2027-02-18T15:00:00.000Z", "ok"],
  ["9999-12-31T23:59:59.000Z", "ok"],
  [null, "unknown"],
])("what expires at %s is %s, by days of Tokyo", (expiresAt, level) => {
  expect(levelOf(expiresAt, { now: NOW, timezone: "Asia/Tokyo", thresholds: USUAL_THRESHOLDS })).toBe(level);
});

test.each([
  [{ withinDays: 0, criticalDays: 0 }, "2026-11-20T14:59:59.999Z", "critical"],
  [{ withinDays: 0, criticalDays: 0 }, "2026-11-20T15:00:00.000Z", "ok"],
  [{ withinDays: 10, criticalDays: 10 }, "2026-11-30T00:00:00.000Z", "critical"],
  [{ withinDays: 10, criticalDays: 10 }, "2026-12-01T00:00:00.000Z", "ok"],
])("with %o what expires at %s is %s", (thresholds, expiresAt, level) => {
  expect(levelOf(expiresAt, { now: NOW, timezone: "Asia/Tokyo", thresholds })).toBe(level);
});
