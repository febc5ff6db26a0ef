import fc from "fast-check";
import { afterAll, test } from "vitest";
import { expectSeen, histories, LONG, stepsOf } from "#support/drawn.ts";
import { MirrorHistory, someMirrorStep } from "#support/tenant/mirror-history.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { VersionsCheck } from "#support/tenant/versions.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

const SEED = 20_261_121;
/** steps of the longest history */
const MOST = 14;

test(
  "in a mirror no sequence of writes leaves something undone in the console and unlisted (property)",
  LONG,
  async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(stepsOf(someMirrorStep, MOST), async (steps) => {
        const mirror = new MirrorHistory(tenant);
        await mirror.start();
        const versions = new VersionsCheck(tenant);
        for (const step of steps) {
          seen.add(await mirror.do(step));
          versions.expectReplay();
        }
        await versions.expectUndone();
      }),
      histories(SEED),
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
      "swap, exported",
      "succeed",
    ];
    expectSeen(seen, done);
  },
);
