import { expect, test } from "vitest";
import type { Import } from "../../../lib/client/index.ts";
import type { Tools } from "../../tools.ts";
import type { ConfirmOptions } from "../../../lib/plan/confirm.ts";
import { changesNothing } from "../../../lib/plan/describe.ts";
import { mayApply } from "./settle.ts";
import { planFor } from "./show.ts";
import { checkLimits } from "../../../lib/plan/limits.ts";

const planOf = (counts: Partial<Import>): Import =>
  ({
    tenant: "関東",
    kind: "users",
    mode: "append",
    columns: [],
    absentColumns: [],
    unknownColumns: [],
    create: 0,
    update: 0,
    delete: 0,
    secretsSet: 0,
    orgsCreated: 0,
    groupsCreated: 0,
    ...counts,
  }) as Import;

const mayCommit = async (tools: Tools, plan: Import, answers: ConfirmOptions, file?: string): Promise<boolean> =>
  mayApply(tools, await planFor(tools, plan), answers, file);

interface Desk {
  readonly kind?: "local" | "remote";
  readonly source?: "option" | "used";
  readonly yes?: boolean;
}

const toolsOf = (asked: string[], { kind = "local", source = "used", yes = false }: Desk = {}): Tools =>
  ({
    globals: { yes },
    tenant: async () => ({ context: { kind, name: "kanto" }, source }),
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

test("a plan is asked about by name of tenant and context", async () => {
  const asked: string[] = [];
  expect(await mayCommit(toolsOf(asked), planOf({ create: 1 }), {})).toBe(true);
  expect(asked).toEqual(["Apply to 関東 (context kanto): create 1? --yes"]);
  expect(await mayCommit(toolsOf(asked, { yes: true }), planOf({ create: 1 }), {})).toBe(true);
  expect(asked).toHaveLength(1);
});

test("a file for the console is asked about as what it is: nothing is applied by it", async () => {
  const asked: string[] = [];
  expect(await mayCommit(toolsOf(asked), planOf({ create: 1 }), {}, "up.csv")).toBe(true);
  await mayCommit(toolsOf(asked), planOf({ delete: 1 }), {}, "up.csv");
  expect(asked).toEqual([
    "Apply to 関東 (context kanto) and write up.csv: create 1? --yes",
    "Apply to 関東 (context kanto) and write up.csv: delete 1. Type 1, the number of deletions: --confirm-deletions 1",
  ]);
});

test("deletions are typed, --yes or not, unless their number is given", async () => {
  const asked: string[] = [];
  await mayCommit(toolsOf(asked, { yes: true }), planOf({ delete: 3 }), {});
  expect(asked).toEqual([
    "Apply to 関東 (context kanto): delete 3. Type 3, the number of deletions: --confirm-deletions 3",
  ]);
  expect(await mayCommit(toolsOf(asked), planOf({ delete: 3 }), { confirmDeletions: 3 })).toBe(true);
  expect(asked).toHaveLength(1);
});

test("wipes of devices are typed, --yes or not, unless their number is given; deletions are asked for beside", async () => {
  const asked: string[] = [];
  const wiping = (effects: string): string =>
    `Apply to 関東 (context kanto): ${effects}. 2 devices to be wiped and set up again; type 2 to change the owner: --confirm-wipes 2`;
  expect(await mayCommit(toolsOf(asked, { yes: true }), planOf({ update: 3, wipes: 2 }), {})).toBe(true);
  expect(await mayCommit(toolsOf(asked), planOf({ update: 3, wipes: 2 }), { confirmWipes: 2 })).toBe(true);
  expect(asked).toEqual([wiping("update 3")]);
  await mayCommit(toolsOf(asked), planOf({ delete: 1, wipes: 2 }), { confirmDeletions: 1 });
  await mayCommit(toolsOf(asked), planOf({ delete: 1, wipes: 2 }), { confirmWipes: 2 });
  expect(asked.slice(1)).toEqual([
    wiping("delete 1"),
    "Apply to 関東 (context kanto): delete 1. Type 1, the number of deletions: --confirm-deletions 1",
  ]);
  await mayCommit(toolsOf(asked), planOf({ create: 1, wipes: 0 }), { confirmWipes: 0 });
  expect(asked).toHaveLength(4);
});

test.each([
  [{ wipes: 2 }, 1],
  [{ wipes: 0 }, 1],
  [{}, 1],
  [{ wipes: 2 }, 0],
])("a number of wipes that is not the plan's changes nothing: %j, %i", async (counts, confirmWipes) => {
  const failing = mayCommit(toolsOf([], { yes: true }), planOf({ update: 3, ...counts }), { confirmWipes });
  await expect(failing).rejects.toMatchObject({ code: "input-rejected", where: `--confirm-wipes ${confirmWipes}` });
});

test.each([0, 2])("a number that is not the plan's changes nothing: %i", async (confirmed) => {
  const failing = mayCommit(toolsOf([], { yes: true }), planOf({ delete: 3 }), { confirmDeletions: confirmed });
  await expect(failing).rejects.toMatchObject({ code: "input-rejected" });
});

test("deletions on a remote tenant need it named in the command", async () => {
  const plan = planOf({ delete: 3 });
  await expect(mayCommit(toolsOf([], { kind: "remote" }), plan, { confirmDeletions: 3 })).rejects.toMatchObject({
    code: "usage",
  });
  expect(await mayCommit(toolsOf([], { kind: "remote", source: "option" }), plan, { confirmDeletions: 3 })).toBe(true);
});

test("a plan that only sets secrets or makes organisations changes something", () => {
  expect(changesNothing(planOf({}))).toBe(true);
  for (const count of ["create", "update", "delete", "secretsSet", "orgsCreated", "groupsCreated"] as const) {
    expect(changesNothing(planOf({ [count]: 1 }))).toBe(false);
  }
});

const by = (answers: ConfirmOptions, plan: Partial<Import>, desk: Desk = { yes: true }): Promise<boolean> =>
  mayCommit(toolsOf([], desk), planOf({ recordsBefore: 1000, update: 0, ...plan }), answers);

test.each([
  [{ maxDeletions: "3" }, { delete: 3 }],
  [{ maxDeletions: "0.3%" }, { delete: 3 }],
  [{ maxDeletions: "500" }, { delete: 500 }],
  [{ maxDeletions: "100%" }, { delete: 500, recordsBefore: 10_000 }],
  [{ maxDeletions: "0", maxChanges: "10%" }, { update: 100 }],
  [{ maxChanges: "100%" }, { update: 9000, recordsBefore: 9000 }],
  [{ confirmDeletions: 900, maxDeletions: "900" }, { delete: 900 }],
] as const)("a limit that holds permits what --yes alone does not: %j of %j", async (answers, plan) => {
  expect(await by(answers, plan)).toBe(true);
});

test.each([
  [{ maxDeletions: "2" }, { delete: 3 }, "deletes 3 of 1000 records, more than the 2 allowed"],
  [{ maxDeletions: "0.29%" }, { delete: 3 }, "more than the 2 allowed"],
  [{ maxDeletions: "100%" }, { delete: 1, recordsBefore: 0 }, "more than the 0 allowed"],
  [{ maxDeletions: "90%" }, { delete: 501, recordsBefore: 10_000 }, "more than the 500 allowed"],
  [{ maxDeletions: "501" }, { delete: 501 }, "permits half of them at most"],
  [{ maxChanges: "1%" }, { update: 11 }, "updates 11 of 1000 records, more than the 10 allowed"],
  [{ maxDeletions: "9", maxChanges: "1" }, { delete: 9, update: 2 }, "updates 2 of"],
  [{ confirmDeletions: 3, maxDeletions: "2" }, { delete: 3 }, "deletes 3 of"],
  [{ confirmDeletions: 2, maxDeletions: "5" }, { delete: 3 }, "not 2", "input-rejected"],
] as const)("beyond a limit nothing happens: %j of %j", async (answers, plan, what, code?: string) => {
  const failing = by(answers, plan);
  await expect(failing).rejects.toMatchObject({ code: code ?? "limit-exceeded" });
  await expect(failing).rejects.toThrow(what);
});

test("a limit without --yes answers nothing, and deletions on a remote tenant need it named", async () => {
  const asked: string[] = [];
  await mayCommit(toolsOf(asked), planOf({ delete: 3, recordsBefore: 1000 }), { maxDeletions: "5" });
  expect(asked).toHaveLength(1);
  const remote = by({ maxDeletions: "5" }, { delete: 3 }, { yes: true, kind: "remote" });
  await expect(remote).rejects.toMatchObject({ code: "usage" });
});

test.each(["", "-1", "5 %", "101%", "x", "1.5", "1e3"])("a limit is a number or a share: %j", (typed) => {
  expect(() => checkLimits({ maxDeletions: typed })).toThrow("neither a number of records nor a share");
  expect(() => checkLimits({ maxChanges: typed })).toThrow("neither a number of records nor a share");
});
