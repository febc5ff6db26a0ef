import fc from "fast-check";
import { afterAll, test } from "vitest";
import { expectAllEvents, toHistoryParameters, LONG_TIMEOUT, someSteps } from "#support/drawn.ts";
import { STEP_OUTCOMES, RestoresHistory, someRestoresStep } from "#support/tenant/restores-history.ts";
import { createRandomTenant } from "#support/tenant/restoring.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { VersionsCheck } from "#support/tenant/versions.ts";

const SEED = 10;
/** steps of the longest history */
const MOST = 12;

const one = new TestTenant();
// its own clock, so that new records have other ids
const other = new TestTenant(undefined, Date.UTC(2026, 4, 1));
afterAll(async () => {
  await one[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

test(
  "random histories of two tenants: the diff matches brute force, and applying it empties the diff",
  LONG_TIMEOUT,
  async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000_000), fc.nat(2), someSteps(someRestoresStep, MOST), async (seed, kin, steps) => {
        for (const tenant of [one, other]) {
          tenant.clear();
          tenant.clearAudit();
        }
        // of the same seed: tenants with common records
        await createRandomTenant(seed, 8, one);
        if (kin > 0) await createRandomTenant(kin === 1 ? seed : seed + 1, 8, other);
        const history = new RestoresHistory(one, other);
        const versions = [new VersionsCheck(one), new VersionsCheck(other)];
        for (const step of steps) {
          seen.add(await history.do(step));
          for (const of of versions) of.expectReplay();
        }
      }),
      toHistoryParameters(SEED),
    );
    expectAllEvents(seen, [...STEP_OUTCOMES]);
  },
);
