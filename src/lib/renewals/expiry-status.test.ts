import { EXAMPLE_RENEWAL_ITEM } from "#support/examples.ts";
import { expect, test } from "vitest";
import { same } from "../text/index.ts";
import { compareByExpiry, addExpiryStatus, levelOf, DEFAULT_THRESHOLDS, type Thresholds } from "./expiry-status.ts";

const NOW = new Date("2026-11-20T03:00:00.000Z");

test.each<[string | null, ReturnType<typeof levelOf>, Thresholds?]>([
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
  ["2026-11-20T14:59:59.999Z", "critical", { withinDays: 0, criticalDays: 0 }],
  ["2026-11-20T15:00:00.000Z", "critical", { withinDays: 0, criticalDays: 0 }],
  ["2026-11-21T03:00:00.000Z", "ok", { withinDays: 0, criticalDays: 0 }],
  ["2026-11-30T00:00:00.000Z", "critical", { withinDays: 10, criticalDays: 10 }],
  ["2026-12-01T00:00:00.000Z", "ok", { withinDays: 10, criticalDays: 10 }],
])(
  "an item that expires at %s is %s, by days in Tokyo and with %o",
  (expiresAt, level, thresholds = DEFAULT_THRESHOLDS) => {
    expect(levelOf(expiresAt, { now: NOW, timezone: "Asia/Tokyo", thresholds })).toBe(level);
  },
);

const AS_OF = { now: NOW, timezone: "Asia/Tokyo", thresholds: DEFAULT_THRESHOLDS };
const ITEM = EXAMPLE_RENEWAL_ITEM;

test("judges a record and returns all its fields", () => {
  expect(addExpiryStatus(ITEM, "kanto", AS_OF)).toEqual({
    ...ITEM,
    context: "kanto",
    level: "ok",
    expiresOn: "2027-03-01",
    daysLeft: 101,
    expiry: "2027-03-01",
    remark: null,
    isToday: false,
  });
  const undated = addExpiryStatus({ ...ITEM, expiresAt: null, remark: same("no date") }, "kanto", AS_OF);
  expect(undated).toMatchObject({ level: "unknown", expiresOn: null, daysLeft: null, remark: same("no date") });
});

test("a record with the details of its file is judged like the file alone", () => {
  const file = { expiresAt: ITEM.expiresAt, certainty: ITEM.certainty, validFrom: "2026-12-01T00:00:00Z" };
  const early = { level: "warning", remark: { en: "not valid before 2026-12-01" } };
  expect(addExpiryStatus(file, null, AS_OF)).toMatchObject(early);
  expect(addExpiryStatus({ ...ITEM, ...file }, "kanto", AS_OF)).toMatchObject(early);
  expect(addExpiryStatus({ ...ITEM, validFrom: null }, "kanto", AS_OF)).toMatchObject({ level: "ok", remark: null });
});

test.each([
  ["2027-11-20T00:00:00.000Z", null, "critical", "rejected"],
  ["2027-11-20T00:00:00.000Z", same("a remark"), "critical", "a remark; rejected"],
  ["2026-12-01T00:00:00.000Z", null, "critical", "rejected"],
  [null, null, "critical", "rejected"],
  ["2026-11-01T00:00:00.000Z", null, "expired", null],
])("a rejected item is at least critical, whatever its date is: %s", (expiresAt, remark, level, said) => {
  const judged = addExpiryStatus(
    { ...ITEM, expiresAt, remark, rejection: { what: same("rejected"), at: "2026-11-20T00:00:00.000Z" } },
    "kanto",
    AS_OF,
  );
  expect(judged).toMatchObject({ level, remark: said === null ? null : { en: said } });
});

test("orders items by expiry, then by name, with undated ones first", () => {
  const all = [
    { name: "b", expiresAt: "2027-03-01T00:00:00.000Z" },
    { name: "a", expiresAt: "2027-03-01T00:00:00.000Z" },
    { name: "z", expiresAt: null },
    { name: "c", expiresAt: "2027-02-01T00:00:00.000Z" },
  ];
  expect(all.toSorted(compareByExpiry).map(({ name }) => name)).toEqual(["z", "c", "a", "b"]);
});

test.each([
  ["2026-11-23T05:00:00.000Z", "exact", "2026-11-23 14:00"],
  ["2026-11-24T05:00:00.000Z", "exact", "2026-11-24"],
  ["2026-11-19T14:59:59.000Z", "estimated", "~2026-11-19 23:59"],
] as const)("an expiry at %s, %s, is shown as %s", (expiresAt, certainty, expiry) => {
  expect(addExpiryStatus({ ...ITEM, expiresAt, certainty }, "kanto", AS_OF)).toMatchObject({ expiry });
});
