import fc from "fast-check";
import { afterAll, test } from "vitest";
import { expectAllEvents, toHistoryParameters, LONG_TIMEOUT, someSteps } from "#support/drawn.ts";
import { AdeHistory, someAdeStep } from "#support/tenant/ade-history.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

const SEED = 20_261_122;
/** steps of the longest history */
const MOST = 12;

test(
  "random changes at Apple, faults and kills at any page: the tenant's devices match Apple's",
  LONG_TIMEOUT,
  async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          devices: fc.integer({ min: 0, max: 14 }),
          pageSize: fc.integer({ min: 1, max: 6 }),
          steps: someSteps(someAdeStep, MOST),
        }),
        async ({ steps, ...options }) => {
          tenant.clear();
          const history = new AdeHistory(tenant, options);
          await history.begin();
          for (const step of steps) seen.add(await history.do(step));
          for (const what of await history.end()) seen.add(what);
        },
      ),
      toHistoryParameters(SEED),
    );
    const wanted = [
      "full done",
      "delta done",
      "killed",
      "failed",
      "unconfirmed",
      "released",
      "added",
      "assigned",
      "silent",
    ];
    expectAllEvents(seen, wanted);
  },
);
