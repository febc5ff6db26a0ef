import fc from "fast-check";
import { afterAll, beforeAll, test } from "vitest";
import { expectAllEvents, toHistoryParameters, LONG_TIMEOUT, someSteps } from "#support/drawn.ts";
import { someTwinStep, TwinHistory } from "#support/tenant/twins-history.ts";
import { createTwins, type Twin } from "#support/tenant/twins.ts";

const SEED = 20_261_126;
/** steps of the longest history */
const MOST = 8;

let pair: readonly [Twin, Twin];
beforeAll(async () => {
  pair = await createTwins();
});
afterAll(() => Promise.all(pair.map(({ tenant }) => tenant[Symbol.asyncDispose]())));

test(
  "random histories: a scoped account gets the same responses as without the hidden half",
  LONG_TIMEOUT,
  async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.boolean(), someSteps(someTwinStep, MOST), async (isMirror, steps) => {
        await using history = new TwinHistory(pair, isMirror);
        for (const step of steps) for (const what of await history.do(step)) seen.add(what);
        history.expectSound();
      }),
      toHistoryParameters(SEED),
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
    expectAllEvents(seen, wanted);
  },
);
