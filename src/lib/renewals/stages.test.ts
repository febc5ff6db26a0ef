import fc from "fast-check";
import { expect, test } from "vitest";
import { countDaysLeft } from "../model/time.ts";
import { findDueStages, findReachedStage } from "./stages.ts";

const TOKYO = "Asia/Tokyo";
const DAY_MS = 86_400_000;
const EXPIRY = "2027-03-01T03:00:00.000Z";
const item = { id: "a", expiresAt: EXPIRY };
const clock = (now: string) => ({ now: new Date(now), timezone: TOKYO });

test.each<[string, number | undefined, string?]>([
  ["2026-11-30T14:59:59Z", undefined],
  ["2026-11-30T15:00:00Z", 90],
  ["2027-01-30T00:00:00Z", 30],
  ["2027-02-26T15:00:00Z", 3],
  ["2027-02-27T15:00:00Z", 1],
  ["2027-03-01T14:59:59Z", 0],
  ["2027-03-01T15:00:00Z", -1],
  ["2027-03-11T00:00:00Z", -10],
  ["2027-04-08T00:00:00Z", 3, "2027-04-09T15:30:00.000Z"],
  ["2027-04-09T00:00:00Z", 1, "2027-04-09T15:30:00.000Z"],
  ["2027-04-10T00:00:00Z", 0, "2027-04-09T15:30:00.000Z"],
  ["2027-04-11T00:00:00Z", -1, "2027-04-09T15:30:00.000Z"],
])(
  "at %s the stage is %s, also of an item that expires before the daily run of its day",
  (now, stage, expiry = EXPIRY) => {
    expect(findReachedStage(expiry, clock(now))).toBe(stage);
  },
);

test("one reminder makes up for days without a run", () => {
  const said = [{ itemId: "a", expiresAt: EXPIRY, stage: 90 }];
  expect(findDueStages([item], said, clock("2027-02-25T00:00:00Z")).map(({ stage }) => stage)).toEqual([7]);
});

test("a renewed item starts again, and an item without a date is never due", () => {
  const said = [{ itemId: "a", expiresAt: "2026-03-01T03:00:00.000Z", stage: -4 }];
  expect(findDueStages([item], said, clock("2027-01-30T00:00:00Z"))).toEqual([{ item, stage: 30 }]);
  expect(findDueStages([{ id: "b", expiresAt: null }], [], clock("2027-01-30T00:00:00Z"))).toEqual([]);
});

test("however often it runs, each reached stage is sent exactly once", () => {
  const start = Date.parse("2026-10-01T00:00:00Z");
  const runs = fc.array(fc.integer({ min: 0, max: 200 * 24 }), { maxLength: 300 });
  const stages = [90, 60, 30, 15, 7, 3, 1, 0];
  fc.assert(
    fc.property(runs, (hours) => {
      const said: { itemId: string; expiresAt: string; stage: number }[] = [];
      for (const hour of hours.toSorted((one, other) => one - other)) {
        const now = new Date(start + (hour * DAY_MS) / 24);
        const at = { now, timezone: TOKYO };
        const due = findDueStages([item], said, at);
        said.push(...due.map(({ stage }) => ({ itemId: "a", expiresAt: EXPIRY, stage })));
        expect(findDueStages([item], said, at)).toEqual([]);
        const days = countDaysLeft(EXPIRY, now, TOKYO);
        const reached = days < 0 ? days : stages.findLast((stage) => stage >= days);
        expect(said.at(-1)?.stage).toBe(reached);
      }
      const order = said.map(({ stage }) => stage);
      expect(order).toEqual([...new Set(order)].toSorted((one, other) => other - one));
    }),
    { numRuns: 60 },
  );
});
