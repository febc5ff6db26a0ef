import fc from "fast-check";
import { test } from "vitest";
import { expectAllEvents, LONG_TIMEOUT, someSteps, toPropertyParameters } from "#support/drawn.ts";
import { someWishStep, WishHistory } from "#support/tenant/wish-history.ts";
import { openForAllTests } from "#support/tenant/tenant.ts";

const tenant = openForAllTests();

const SEED = 20_261_130;
const HISTORIES = 200;
const MOST = 20;

test("a mirror follows the sentences about wishes in random histories (property)", LONG_TIMEOUT, async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(someSteps(someWishStep, MOST), async (steps) => {
      const history = new WishHistory(tenant);
      await history.start();
      for (const step of steps) {
        const did = await history.do(step);
        seen.set(did, (seen.get(did) ?? 0) + 1);
      }
      await history.finish();
    }),
    { ...toPropertyParameters(HISTORIES, SEED), endOnFailure: true },
  );
  if (process.env["CLOMOCTL_COUNTS"] !== undefined) process.stdout.write(`${JSON.stringify([...seen])}\n`);
  expectAllEvents(new Set(seen.keys()), ["list", "create again", "undo", "undo of a sync", "drop", "restore"]);
});
