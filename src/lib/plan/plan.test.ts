import { expect, test } from "vitest";
import { failureOf } from "#support/tenant/tenant.ts";
import { same } from "../text/index.ts";
import { enforceLimits } from "./plan.ts";

const planOf = (action: "delete" | "update", count: number) => [
  { noun: same("users"), create: 0, update: 0, delete: 0, recordsBefore: 100_000, [action]: count },
];

test.each([
  ["delete", 500, { maxDeletions: "1%" }, undefined],
  ["delete", 501, { maxDeletions: "1%" }, 500],
  ["delete", 501, { maxDeletions: "100%" }, 500],
  ["delete", 501, { maxDeletions: "501" }, undefined],
  ["update", 501, { maxChanges: "1%" }, undefined],
  ["update", 1001, { maxChanges: "1%" }, 1000],
] as const)("of 100,000 records, %s %i with %j: at most %s", async (action, count, limits, most) => {
  const failure = await failureOf(
    Promise.resolve().then(() => {
      enforceLimits(planOf(action, count), limits);
    }),
  );
  expect(/the limit is (\d+)/.exec(failure?.what.en ?? "")?.[1]).toBe(most?.toString());
});
