import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { drawn } from "#support/drawn.ts";
import { ActorsHistory, someActorStep } from "#support/tenant/actors-history.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());

/** How many steps, about: by hand 10000; else so few that they take some seconds. */
const USUAL = 300;
const STEPS = Number(process.env["CLOMOCTL_HISTORIES"] ?? USUAL);
const SEED = 20_261_122;
/** steps of one history */
const MOST = 30;
/** Steps among which all comes up that can. */
const MANY = 3000;

test(
  "random histories by random actors: the state, the refusals and the audit are those of a model",
  async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(someActorStep, { minLength: 2, maxLength: MOST, size: "max" }), async (steps) => {
        await tenant.leave();
        tenant.clear();
        tenant.clearAudit();
        const history = await ActorsHistory.in(tenant);
        for (const step of steps) seen.add(await history.do(step));
        history.expectSound();
        for (const outcome of history.outcomes) seen.add(outcome);
      }),
      drawn(Math.ceil((STEPS * 2) / MOST), SEED, false),
    );
    const did = ["owner", "system", "custom", "division inside", "custom inside"].map((actor) => `${actor} did`);
    const refused = [
      "nobody not-found",
      "none inside not-permitted",
      "operator inside not-permitted",
      ...["division inside", "custom inside"].flatMap((actor) =>
        ["not-permitted", "not-found", "input-rejected"].map((code) => `${actor} ${code}`),
      ),
      ...["owner", "system"].map((actor) => `${actor} input-rejected`),
    ];
    const others = [
      ...["create", "edit", "delete"].map((verb) => `${verb} scheme`),
      ...["create", "edit", "grant", "revoke"].map((verb) => `${verb} account`),
      "settings",
      "unfit",
      "undone",
      "not undone",
      "overtaken",
      "named",
      "最後のシステム管理者",
      "システム管理者だけ",
      "サポートオプション",
      "構成する情報",
    ];
    const usual = [...did, ...refused, "grant account", "edit account", "settings"];
    const wanted = [...(STEPS < USUAL ? [] : usual), ...(STEPS < MANY ? [] : others)];
    expect(seen).toEqual(seen.union(new Set(wanted)));
  },
  // as many steps as are asked for
  3_600_000,
);
