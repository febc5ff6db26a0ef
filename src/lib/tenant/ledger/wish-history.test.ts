import fc from "fast-check";
import { test } from "vitest";
import { expectAllEvents, LONG_TIMEOUT, someSteps, toPropertyParameters } from "#support/drawn.ts";
import { someWishStep, WISHED_DEVICES, WISHED_USERS, WishHistory } from "#support/tenant/wish-history.ts";
import { openForAllTests } from "#support/tenant/tenant.ts";

const tenant = openForAllTests();

const SEED = 20_261_130;
const MOST = 20;

test.each([
  [200, "users", WISHED_USERS],
  [100, "devices", WISHED_DEVICES],
])(
  "a mirror follows the sentences about wishes in %i random histories of %s (property)",
  LONG_TIMEOUT,
  async (times, _, noun) => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(someSteps(someWishStep, MOST), async (steps) => {
        const history = new WishHistory(tenant, noun);
        await history.start();
        for (const step of steps) {
          const did = await history.do(step);
          seen.set(did, (seen.get(did) ?? 0) + 1);
        }
        await history.finish();
      }),
      { ...toPropertyParameters(times, SEED), endOnFailure: true },
    );
    if (process.env["CLOMOCTL_COUNTS"] !== undefined) process.stdout.write(`${JSON.stringify([...seen])}\n`);
    expectAllEvents(new Set(seen.keys()), ["list", "create again", "undo", "undo of a sync", "drop", "restore"]);
  },
);
