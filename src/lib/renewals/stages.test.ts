import fc from "fast-check";
import { expect, test } from "vitest";
import { daysLeft } from "../model/time.ts";
import { dueStages, stageOf, USUAL_STAGES } from "./stages.ts";

const TOKYO = "Asia/Tokyo";
const DAY_MS = 86_400_000;
const EXPIRY = "2027-03-01T03:00:00.000Z";
const item = { id: "a", expiresAt: EXPIRY };
const clock = (now: string, stages = USUAL_STAGES) => ({ now: new Date(now), timezone: TOKYO, stages });

test.each([
  ["2026-11-30T14:59:59Z", undefined],
  ["2026-11-30T15:00:00Z", 90],
  ["2027-01-30T00:00:00Z", 30],
  ["2027-02-26T15:00:00Z", 3],
  ["2027-02-27T15:00:00Z", 1],
  ["2027-03-01T14:59:59Z", 0],
  ["2027-03-01T15:00:00Z", -1],
  ["2027-03-11T00:00:00Z", -10],
])("at %s the stage is %s", (now, stage) => {
  expect(stageOf(EXPIRY, clock(now))).toBe(stage);
});

test("days without a run are made up for by one notice", () => {
  const said = [{ itemId: "a", expiresAt: EXPIRY, stage: 90 }];
  expect(dueStages([item], said, clock("2027-02-25T00:00:00Z")).map(({ stage }) => stage)).toEqual([7]);
});

test("a renewed item starts anew, an item without a date is never due", () => {
  const said = [{ itemId: "a", expiresAt: "2026-03-01T03:00:00.000Z", stage: -4 }];
  expect(dueStages([item], said, clock("2027-01-30T00:00:00Z"))).toEqual([{ item, stage: 30 }]);
  expect(dueStages([{ id: "b", expiresAt: null }], [], clock("2027-01-30T00:00:00Z"))).toEqual([]);
});

test("only the stages of the settings count, in any order", () => {
  expect(dueStages([item], [], clock("2027-01-30T00:00:00Z", [10, 45]))).toMatchObject([{ stage: 45 }]);
  expect(dueStages([item], [], clock("2027-02-28T15:00:00Z", [10, 45]))).toMatchObject([{ stage: 10 }]);
  expect(dueStages([item], [], clock("2027-03-02T15:00:00Z", []))).toMatchObject([{ stage: -2 }]);
});

test("however often it runs, a stage is said once, and the one that is reached is always said", () => {
  const start = Date.parse("2026-10-01T00:00:00Z");
  const runs = fc.array(fc.integer({ min: 0, max: 200 * 24 }), { maxLength: 300 });
  const stages = fc.uniqueArray(fc.integer({ min: 0, max: 120 }), { maxLength: 8 });
  fc.assert(
    fc.property(runs, stages, (hours, stages) => {
      const said: { itemId: string; expiresAt: string; stage: number }[] = [];
      for (const hour of hours.toSorted((one, other) => one - other)) {
        const now = new Date(start + (hour * DAY_MS) / 24);
        const at = { now, timezone: TOKYO, stages };
        const due = dueStages([item], said, at);
        said.push(...due.map(({ stage }) => ({ itemId: "a", expiresAt: EXPIRY, stage })));
        expect(dueStages([item], said, at)).toEqual([]);
        const days = daysLeft(EXPIRY, now, TOKYO);
        const reached = days < 0 ? days : stages.filter((stage) => stage >= days).toSorted((a, b) => a - b)[0];
        expect(said.at(-1)?.stage).toBe(reached);
      }
      const order = said.map(({ stage }) => stage);
      expect(order).toEqual([...new Set(order)].toSorted((one, other) => other - one));
    }),
    { numRuns: 60 },
  );
});
