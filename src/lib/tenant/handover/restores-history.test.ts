import fc from "fast-check";
import { expect, test } from "vitest";
import { drawn } from "#support/drawn.ts";
import { OUTCOMES, RestoresHistory, someRestoresStep } from "#support/tenant/restores-history.ts";
import { randomTenant } from "#support/tenant/restoring.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

/** How many steps, about: by hand 10000; else so few that they take some seconds. */
const USUAL = 200;
const STEPS = Number(process.env["CLOMOCTL_HISTORIES"] ?? USUAL);
const SEED = 20_261_123;
/** steps of one history */
const MOST = 40;

test(
  "random histories of two tenants: diff is what brute force finds, and applying makes it empty",
  async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1_000_000),
        fc.nat(2),
        fc.array(someRestoresStep, { minLength: 2, maxLength: MOST, size: "max" }),
        async (seed, kin, steps) => {
          await using one = await randomTenant(seed, 8);
          // of the same seed: tenants with common records; its own clock, so that new ones have other ids
          await using other = new TestTenant(undefined, Date.UTC(2026, 4, 1));
          if (kin > 0) await randomTenant(kin === 1 ? seed : seed + 1, 8, other);
          const history = new RestoresHistory(one, other);
          for (const step of steps) seen.add(await history.do(step));
        },
      ),
      drawn(Math.ceil((STEPS * 2) / MOST), SEED, false),
    );
    const wanted = STEPS < 10_000 ? ["made alike"] : OUTCOMES;
    expect(seen).toEqual(seen.union(new Set(wanted)));
  },
  // as many steps as are asked for
  3_600_000,
);
