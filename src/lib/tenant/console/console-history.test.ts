import fc from "fast-check";
import { expect, test } from "vitest";
import { toPropertyParameters, expectAllEvents, LONG_TIMEOUT, someSteps } from "#support/drawn.ts";
import { ConsoleHistory, someConsoleStep, type ConsoleStep } from "#support/tenant/console-history.ts";
import { openForAllTests } from "#support/tenant/tenant.ts";

const tenant = openForAllTests();

const SEED = 20_261_127;
const HISTORIES = 30;
/** steps of the longest history */
const MOST = 12;

/** A device got an organisation without a code, and the task for it was confirmed although nobody had done it. */
const CONFIRMED_OWNER: readonly ConsoleStep[] = [
  ...Array.from({ length: 3 }, () => ({ create: "orgs", place: 0, filled: false }) as const),
  { move: "devices", whom: 0, place: 4 },
  { close: "confirmed", whom: 3 },
  { edit: "orgs", whom: 4, field: 3 },
];

test(
  "a mirror and a console that others also edit agree once all tasks are done (property)",
  LONG_TIMEOUT,
  async () => {
    const seen = new Set<string>();
    const ends: string[] = [];
    await fc.assert(
      fc.asyncProperty(someSteps(someConsoleStep, MOST), async (steps) => {
        const history = new ConsoleHistory(tenant);
        await history.start();
        for (const step of steps) seen.add(await history.do(step));
        ends.push(await history.finish());
      }),
      { ...toPropertyParameters(HISTORIES, SEED), examples: [[[...CONFIRMED_OWNER]]] },
    );
    expect(ends.filter((end) => end === "contested").length).toBeLessThanOrEqual(1 + ends.length / 50);
    expectAllEvents(seen, [
      "create",
      "edit",
      "move",
      "delete",
      "file",
      "undo",
      "others edit",
      "work",
      "exported",
      "exported twice",
      "exported in part",
      "emit and upload",
      "confirmation",
      "drop",
    ]);
  },
);
