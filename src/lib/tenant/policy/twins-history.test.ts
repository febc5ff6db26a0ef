import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { drawn } from "#support/drawn.ts";
import { someTwinStep, TwinHistory } from "#support/tenant/twins-history.ts";
import { twins, type Twin } from "#support/tenant/twins.ts";

/** How many steps, about: by hand 10000; else so few that they take some seconds. */
const USUAL = 200;
const STEPS = Number(process.env["CLOMOCTL_HISTORIES"] ?? USUAL);
const SEED = 20_261_122;
/** steps of one history */
const MOST = 40;

let pair: readonly [Twin, Twin];
beforeAll(async () => {
  pair = await twins();
});
afterAll(() => Promise.all(pair.map(({ tenant }) => tenant[Symbol.asyncDispose]())));

test(
  "random histories: a scoped asker is answered as in a tenant without the hidden half",
  async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(someTwinStep, { minLength: 2, maxLength: MOST, size: "max" }),
        async (isMirror, steps) => {
          await using history = new TwinHistory(pair, isMirror);
          for (const step of steps) for (const what of await history.do(step)) seen.add(what);
          history.expectSound();
        },
      ),
      drawn(Math.ceil((STEPS * 2) / MOST), SEED, false),
    );
    const wanted = [
      "read 200",
      "page 200",
      "claim 422",
      "hand 201",
      "hand 422",
      "hidden 200",
      "hidden 201",
      "visible 200",
      "visible 201",
    ];
    expect(seen).toEqual(seen.union(new Set(STEPS < USUAL ? [] : wanted)));
  },
  // as many steps as are asked for
  3_600_000,
);
