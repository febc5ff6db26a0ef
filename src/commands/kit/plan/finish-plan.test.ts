import { expect, test } from "vitest";
import type { Import } from "../../../lib/client/index.ts";
import { planOf as createPlan } from "#support/commands/imports/plans.ts";
import type { Tools } from "../tools.ts";
import type { ConfirmOptions } from "../../../lib/plan/confirm.ts";
import { confirmCommit } from "./finish-plan.ts";
import { buildPlan } from "./show.ts";
import { listPlanChanges } from "../../../lib/plan/describe.ts";
import { enforceLimits, validateLimits } from "../../../lib/plan/plan.ts";

const planOf = (counts: Partial<Import>): Import => createPlan({ tenant: "関東", create: 0, update: 0, ...counts });

const mayCommit = async (tools: Tools, plan: Import, answers: ConfirmOptions): Promise<boolean> =>
  confirmCommit(tools, await buildPlan(tools, plan), answers);

const toolsOf = (asked: string[], { yes = false } = {}): Tools =>
  ({
    globals: { yes },
    tenant: async () => ({ context: { name: "kanto" } }),
    terminal: {
      prompts: {
        confirm: async ({ message, flag }: { message: { en: string }; flag: string }) => {
          asked.push(`${message.en} ${flag}`);
          return true;
        },
        typedNumber: async ({ message, flag }: { message: { en: string }; flag: string }) => {
          asked.push(`${message.en} ${flag}`);
        },
      },
    },
  }) as unknown as Tools;

test("asks for the number of deletions, even with --yes, unless the number is given", async () => {
  const asked: string[] = [];
  await mayCommit(toolsOf(asked, { yes: true }), planOf({ delete: 3 }), {});
  expect(asked).toEqual([
    "Apply to 関東 (context kanto): delete 3. To continue, type the number of deletions (3): --confirm-deletions 3",
  ]);
  expect(await mayCommit(toolsOf(asked), planOf({ delete: 3 }), { confirmDeletions: 3 })).toBe(true);
  expect(asked).toHaveLength(1);
});

test("asks for the number of wipes, even with --yes, and separately for the deletions", async () => {
  const asked: string[] = [];
  const wiping = (effects: string): string =>
    `Apply to 関東 (context kanto): ${effects}. 2 devices must be wiped and set up again; to change the owner, type 2: --confirm-wipes 2`;
  expect(await mayCommit(toolsOf(asked, { yes: true }), planOf({ update: 3, wipes: 2 }), {})).toBe(true);
  expect(await mayCommit(toolsOf(asked), planOf({ update: 3, wipes: 2 }), { confirmWipes: 2 })).toBe(true);
  expect(asked).toEqual([wiping("update 3")]);
  await mayCommit(toolsOf(asked), planOf({ delete: 1, wipes: 2 }), { confirmDeletions: 1 });
  await mayCommit(toolsOf(asked), planOf({ delete: 1, wipes: 2 }), { confirmWipes: 2 });
  expect(asked.slice(1)).toEqual([
    wiping("delete 1"),
    "Apply to 関東 (context kanto): delete 1. To continue, type the number of deletions (1): --confirm-deletions 1",
  ]);
  await mayCommit(toolsOf(asked), planOf({ create: 1, wipes: 0 }), { confirmWipes: 0 });
  expect(asked).toHaveLength(4);
});

test.each([
  [{ wipes: 2 }, 1],
  [{ wipes: 0 }, 1],
  [{}, 1],
  [{ wipes: 2 }, 0],
])("a number of wipes that differs from the plan changes nothing: %j, %i", async (counts, confirmWipes) => {
  const failing = mayCommit(toolsOf([], { yes: true }), planOf({ update: 3, ...counts }), { confirmWipes });
  await expect(failing).rejects.toMatchObject({ code: "input-rejected", where: "--confirm-wipes" });
});

test.each([0, 2])("a number of deletions that differs from the plan changes nothing: %i", async (confirmed) => {
  const failing = mayCommit(toolsOf([], { yes: true }), planOf({ delete: 3 }), { confirmDeletions: confirmed });
  await expect(failing).rejects.toMatchObject({ code: "input-rejected" });
});

const by = (answers: ConfirmOptions, plan: Partial<Import>, desk = { yes: true }): Promise<boolean> =>
  mayCommit(toolsOf([], desk), planOf({ recordsBefore: 1000, update: 0, ...plan }), answers);

test.each([
  [{ maxDeletions: "3" }, { delete: 3 }],
  [{ maxDeletions: "0.3%" }, { delete: 3 }],
  [{ maxDeletions: "500" }, { delete: 500 }],
  [{ maxDeletions: "100%" }, { delete: 500, recordsBefore: 10_000 }],
  [{ maxDeletions: "0", maxChanges: "10%" }, { update: 100 }],
  [{ maxChanges: "100%" }, { update: 9000, recordsBefore: 9000 }],
  [{ confirmDeletions: 900, maxDeletions: "900" }, { delete: 900 }],
  [{ maxDeletions: "1%" }, { delete: 500, recordsBefore: 100_000 }],
  [{ maxDeletions: "501" }, { delete: 501, recordsBefore: 100_000 }],
  [
    { maxDeletions: "0", maxChanges: "1%" },
    { update: 501, recordsBefore: 100_000 },
  ],
] as const)("a limit that is kept permits what --yes alone does not: %j for %j", async (answers, plan) => {
  expect(await by(answers, plan)).toBe(true);
});

test.each([
  [{ maxDeletions: "2" }, { delete: 3 }, "deletes 3 of 1000 records, but the limit is 2; nothing was changed"],
  [{ maxDeletions: "0.29%" }, { delete: 3 }, ", but the limit is 2; nothing was changed"],
  [{ maxDeletions: "100%" }, { delete: 1, recordsBefore: 0 }, ", but the limit is 0; nothing was changed"],
  [{ maxDeletions: "90%" }, { delete: 501, recordsBefore: 10_000 }, ", but the limit is 500; nothing was changed"],
  [{ maxDeletions: "501" }, { delete: 501 }, ", but the limit is 500; nothing was changed"],
  [{ maxChanges: "1%" }, { update: 11 }, "updates 11 of 1000 records, but the limit is 10; nothing was changed"],
  [{ maxDeletions: "9", maxChanges: "1" }, { delete: 9, update: 2 }, "updates 2 of"],
  [{ confirmDeletions: 3, maxDeletions: "2" }, { delete: 3 }, "deletes 3 of"],
  [{ maxDeletions: "1%" }, { delete: 501, recordsBefore: 100_000 }, ", but the limit is 500; nothing was changed"],
  [{ maxDeletions: "100%" }, { delete: 501, recordsBefore: 100_000 }, ", but the limit is 500; nothing was changed"],
  [{ maxChanges: "1%" }, { update: 1001, recordsBefore: 100_000 }, ", but the limit is 1000; nothing was changed"],
  [
    { confirmDeletions: 2, maxDeletions: "5" },
    { delete: 3 },
    "the plan deletes 3 records, not 2; nothing was changed",
    "input-rejected",
  ],
] as const)("beyond a limit, nothing happens: %j for %j", async (answers, plan, what, code?: string) => {
  const failing = by(answers, plan);
  await expect(failing).rejects.toMatchObject({ code: code ?? "limit-exceeded" });
  await expect(failing).rejects.toThrow(what);
});

test("a limit without --yes does not answer", async () => {
  const asked: string[] = [];
  await mayCommit(toolsOf(asked), planOf({ delete: 3, recordsBefore: 1000 }), { maxDeletions: "5" });
  expect(asked).toHaveLength(1);
});

test.each(["", "-1", "5 %", "101%", "x", "1.5", "1e3"])(
  "rejects a limit that is not a number or a percentage: %j",
  (typed) => {
    expect(() => validateLimits({ maxDeletions: typed })).toThrow('" is neither a number of records nor a percentage');
    expect(() => validateLimits({ maxChanges: typed })).toThrow('" is neither a number of records nor a percentage');
  },
);

test("counts updates of all kinds together, and applies a percentage to each kind", () => {
  const device = { thing: "device", create: 0, update: 1, delete: 0, recordsBefore: 4 };
  const undo = planOf({ update: 1, recordsBefore: 200, mode: "undo", beside: [device] });
  const refused = (maxChanges: string) => () => enforceLimits(listPlanChanges(undo), { maxChanges });
  expect(refused("1")).toThrow("the plan updates 2 of 204 records, but the limit is 1; nothing was changed");
  expect(refused("20%")).toThrow("the plan updates 1 of 4 records, but the limit is 0; nothing was changed");
  for (const limit of ["2", "25%"]) expect(refused(limit)).not.toThrow();
});
