import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { drawn } from "#support/drawn.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { someThingsStep, THING_KINDS, ThingsHistory } from "#support/tenant/things-history.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

/** How many steps, about: by hand 10000; else so few that they take some seconds. */
const USUAL = 1200;
const STEPS = Number(process.env["CLOMOCTL_HISTORIES"] ?? USUAL);
const SEED = 20_261_121;
/** steps of one history */
const MOST = 30;

test(
  "random histories of devices, SECURED APPs and the tenant itself: the state, the refusals and the audit are those of a model",
  async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(someThingsStep, { minLength: 2, maxLength: MOST, size: "max" }), async (steps) => {
        tenant.clear();
        tenant.clearAudit();
        const history = await ThingsHistory.in(tenant);
        for (const step of steps) seen.add(await history.do(step));
        history.expectSound();
      }),
      drawn(Math.ceil((STEPS * 2) / MOST), SEED, false),
    );
    const hands = ["create", "edit", "set-owner", "tag"].map((hand) => `${hand} devices`);
    const ofApp = ["create calendar", "edit calendar", "create groups", "edit groups", "delete groups"];
    const files = THING_KINDS.flatMap((kind) =>
      ["append", "replace", "named", "filtered", "undone"].map((did) => `${did} ${kind}`),
    );
    const others = ["tenant", "tenant as it was", "moved", "marked", "unmarked", "mirrored", "not undone", "unchanged"];
    const rest = ["dry", "dry deletion", "confirmed", "dropped", "several closed"];
    const refused = ["not-found", "シリアルナンバー", "どちらか 1 つ", "初期化", "表示名", "パスワード", "グループ名"];
    const wanted = STEPS < USUAL ? [] : [...hands, ...ofApp, ...files, ...others, ...rest, ...refused];
    expect(seen).toEqual(seen.union(new Set(wanted)));
  },
  // as many steps as are asked for
  3_600_000,
);
