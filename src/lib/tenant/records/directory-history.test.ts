import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { drawn } from "#support/drawn.ts";
import { DirectoryHistory, KINDS, someDirectoryStep } from "#support/tenant/directory-history.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

/** How many steps, about: by hand 10000; else so few that they take some seconds. */
const USUAL = 1200;
const STEPS = Number(process.env["CLOMOCTL_HISTORIES"] ?? USUAL);
const SEED = 20_261_121;
/** steps of one history */
const MOST = 30;

test(
  "random histories by hand and by files: the state, the refusals and the audit are those of a model",
  async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(someDirectoryStep, { minLength: 2, maxLength: MOST, size: "max" }), async (steps) => {
        tenant.clear();
        tenant.clearAudit();
        const history = new DirectoryHistory(tenant);
        await history.expectRecords();
        for (const step of steps) seen.add(await history.do(step));
        history.expectSound();
      }),
      drawn(Math.ceil((STEPS * 2) / MOST), SEED, false),
    );
    const byHand = KINDS.flatMap((kind) => ["create", "edit", "move"].map((hand) => `${hand} ${kind}`));
    const files = ["append", "replace", "overtaken", "mirrored", "undone", "not undone"];
    const deletions = ["named", "filtered", "recursive", "dry deletion"];
    const others = [
      "dry",
      "unchanged",
      "confirmed",
      "dropped",
      "several closed",
      "field",
      "no field",
      "marked",
      "unmarked",
    ];
    const refused = [
      "not-found",
      "全社",
      "組織",
      "組織名",
      "氏名",
      "メールアドレス",
      "組織コード",
      "CLOMOアカウント名",
    ];
    const wanted = STEPS < USUAL ? [] : [...byHand, ...files, ...deletions, ...others, ...refused];
    expect(seen).toEqual(seen.union(new Set(wanted)));
  },
  // as many steps as are asked for
  3_600_000,
);
