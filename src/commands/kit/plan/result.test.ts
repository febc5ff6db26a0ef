import { expect, test } from "vitest";
import type { Import } from "../../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, type Answers } from "#support/commands/tenant.ts";
import { toCommittedPlan, createRowsResponder, planOf, ROWS } from "#support/commands/imports/plans.ts";

const committing = (plan: Import): Answers => ({
  imports: { items: [plan] },
  tenant: example("tenant"),
  ...(plan.create + plan.update + plan.delete > 0 ? { importRows: createRowsResponder(...ROWS) } : {}),
  commitImport: toCommittedPlan(plan),
});

test.each([
  [{ create: 24, update: 3, delete: 1 }, "create 24, update 3, delete 1", "追加 24・更新 3・削除 1"],
  [{ create: 0, update: 1, orgsCreated: 2 }, "update 1, new organisations 2", "更新 1・新しい組織 2"],
  [{ create: 0, update: 0, secretsSet: 4 }, "rows that set a secret 4", "パスワードなどを設定する行 4"],
])("says what was done and how to undo it: %j", async (counts, english, japanese) => {
  const plan = planOf(counts);
  const line = `imports commit P12 --confirm-deletions ${plan.delete} --yes`;
  const { en, ja } = await runInBoth(line, { tenant: committing(plan) });
  expect(en.stderr.endsWith(`\nimport 17: ${english}\nundo: clomoctl undo 17\n`)).toBe(true);
  expect(ja.stderr.endsWith(`\nインポート 17: ${japanese}\n取り消すには: clomoctl undo 17\n`)).toBe(true);
});

test("a terminal shows no table of the result, and programs get all of it", async () => {
  const { commitImport, ...tenant } = committing(planOf());
  for (const [typed, answers] of [["n\r", tenant] as const, ["y\r", { ...tenant, commitImport }] as const]) {
    const terminal = { typing: [["Apply to", typed] as const] };
    expect(await run("imports commit P12", { tenant: answers, terminal })).toMatchObject({ exit: 0, stdout: "" });
  }
  const { stdout } = await run("imports commit P12 --yes --format json", {
    tenant: committing(planOf()),
    terminal: {},
  });
  expect(JSON.parse(stdout)).toMatchObject({ number: "17", tenant: "kanto", committed: true });
});

test("a console export counts the tasks that it settled", async () => {
  const settled = { closed: [1, 3], open: 2 };
  const plan = planOf({ create: 0, update: 0, settled });
  const { en, ja } = await runInBoth("imports commit P12 --yes", { tenant: committing(plan) });
  expect(en.stderr).toContain("\ntasks in the console: closed 2, open 2 (clomoctl console list)\n");
  expect(ja.stderr).toContain("\n管理画面での作業: 完了 2、未完了 2(clomoctl console list)\n");
  const { stdout } = await run("imports commit P12 --yes --format json", { tenant: committing(plan) });
  expect(JSON.parse(stdout)).toMatchObject({ settled });
});
