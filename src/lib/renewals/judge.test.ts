import { expect, test } from "vitest";
import { RENEWAL_ITEM } from "../model/renewal.ts";
import { exampleOf } from "../model/thing.ts";
import { same } from "../text/index.ts";
import { byExpiry, judge, levelOf, USUAL_THRESHOLDS } from "./judge.ts";

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

const AS_OF = { now: NOW, timezone: "Asia/Tokyo", thresholds: USUAL_THRESHOLDS };
const ITEM = exampleOf(RENEWAL_ITEM.fields);

test("a record is judged with all its fields", () => {
  expect(judge(ITEM, "kanto", AS_OF)).toEqual({
    ...ITEM,
    context: "kanto",
    level: "ok",
    expiresOn: "2027-03-01",
    daysLeft: 101,
    remark: null,
    state: "current",
  });
  const undated = judge({ ...ITEM, expiresAt: null, remark: same("no date") }, "kanto", AS_OF);
  expect(undated).toMatchObject({ level: "unknown", expiresOn: null, daysLeft: null, remark: same("no date") });
});

test("what its file says of a record is judged as what a file says by itself", () => {
  const file = { expiresAt: ITEM.expiresAt, validFrom: "2026-12-01T00:00:00Z" };
  const early = { level: "warning", remark: { en: "not valid before 2026-12-01" } };
  expect(judge(file, null, AS_OF)).toMatchObject(early);
  expect(judge({ ...ITEM, ...file }, "kanto", AS_OF)).toMatchObject(early);
  expect(judge({ ...ITEM, validFrom: null }, "kanto", AS_OF)).toMatchObject({ level: "ok", remark: null });
});

test.each([
  ["2027-11-20T00:00:00.000Z", null, "critical", "rejected"],
  ["2027-11-20T00:00:00.000Z", same("a remark"), "critical", "a remark; rejected"],
  ["2026-12-01T00:00:00.000Z", null, "critical", "rejected"],
  [null, null, "critical", "rejected"],
  ["2026-11-01T00:00:00.000Z", null, "expired", null],
])("what is rejected is critical whatever its date: %s", (expiresAt, remark, level, said) => {
  const judged = judge(
    { ...ITEM, expiresAt, remark, rejection: { what: same("rejected"), at: "2026-11-20T00:00:00.000Z" } },
    "kanto",
    AS_OF,
  );
  expect(judged).toMatchObject({ level, remark: said === null ? null : { en: said } });
});

test("items are ordered by expiry, then by name; those without a date come first", () => {
  const all = [
    { name: "b", expiresAt: "2027-03-01T00:00:00.000Z" },
    { name: "a", expiresAt: "2027-03-01T00:00:00.000Z" },
    { name: "z", expiresAt: null },
    { name: "c", expiresAt: "2027-02-01T00:00:00.000Z" },
  ];
  expect(all.toSorted(byExpiry).map(({ name }) => name)).toEqual(["z", "c", "a", "b"]);
});
