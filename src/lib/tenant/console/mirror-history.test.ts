import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { drawn } from "#support/drawn.ts";
import { MirrorHistory, someMirrorStep } from "#support/tenant/mirror-history.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

/** How many steps, about: by hand 10000; else so few that they take some seconds. */
const USUAL = 400;
const STEPS = Number(process.env["CLOMOCTL_HISTORIES"] ?? USUAL);
const SEED = 20_261_121;
/** steps of one history */
const MOST = 20;

test(
  "in a mirror no sequence of writes leaves something undone in the console and unlisted (property)",
  async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(someMirrorStep, { minLength: 2, maxLength: MOST, size: "max" }), async (steps) => {
        const mirror = new MirrorHistory(tenant);
        await mirror.start();
        for (const step of steps) seen.add(await mirror.do(step));
      }),
      drawn(Math.ceil((STEPS * 2) / MOST), SEED, false),
    );
    const done = [
      "create",
      "edit",
      "move",
      "delete",
      "append",
      "replace",
      "undo",
      "undo of what no file has",
      "conflict",
      "work",
      "exported",
      "swap",
      "swap, export rejected",
      "succeed",
    ];
    const wanted = STEPS < USUAL ? [] : done;
    expect(seen).toEqual(seen.union(new Set(wanted)));
  },
  // as many steps as are asked for
  3_600_000,
);
