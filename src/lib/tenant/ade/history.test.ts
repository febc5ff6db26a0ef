import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { drawn } from "#support/drawn.ts";
import { AdeHistory, someAdeStep } from "#support/tenant/ade-history.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

/** How many histories: by hand 10000; else so few that they take some seconds. */
const USUAL = 120;
const HISTORIES = Number(process.env["CLOMOCTL_HISTORIES"] ?? USUAL);
const SEED = 20_261_122;
const MOST = 12;

test(
  "random histories of Apple's side, faults and kills at any page: the tenant's devices are Apple's",
  async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          devices: fc.integer({ min: 0, max: 14 }),
          pageSize: fc.integer({ min: 1, max: 6 }),
          steps: fc.array(someAdeStep, { minLength: 1, maxLength: MOST, size: "max" }),
        }),
        async ({ steps, ...options }) => {
          tenant.clear();
          const history = new AdeHistory(tenant, options);
          await history.begin();
          for (const step of steps) seen.add(await history.do(step));
          for (const what of await history.end()) seen.add(what);
        },
      ),
      drawn(HISTORIES, SEED, false),
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
    expect(seen).toEqual(seen.union(new Set(HISTORIES < USUAL ? [] : wanted)));
  },
  // as many histories as are asked for
  3_600_000,
);
