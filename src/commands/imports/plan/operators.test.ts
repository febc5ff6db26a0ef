import { expect, test } from "vitest";
import type { Account, Import, User } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";
import {
  toCommittedPlan,
  createFolderWith,
  createRowsResponder,
  buildPlanAnswers,
  planOf,
  rowOf,
} from "#support/commands/imports/plans.ts";

const [account] = example<{ items: readonly [Account] }>("findAccounts").items;
const [user] = example<{ items: readonly [User] }>("findUsers").items;
const folder = () => createFolderWith({ "in.csv": "氏名,メールアドレス,組織コード\n山田,jiro@example.jp,K01\n" });
const operator: Account = { ...account, name: "jiro01", role: "operator" };
const jiro: User = { ...user, emails: ["Jiro@example.jp"] };

const moved = (key: string, from: string, to: string | null) =>
  rowOf({
    key,
    action: "update",
    exists: true,
    changed: ["orgCode"],
    before: [{ field: "orgCode", value: from }],
    after: [{ field: "orgCode", value: to }],
  });
const MOVING: Import["columns"] = [{ field: "orgCode", changed: 2, cleared: 0, removed: 0, kept: 0 }];
const planWith = (change: Partial<Import> = {}) =>
  planOf({
    columns: MOVING,
    create: 0,
    update: 2,
    ...change,
  });
/** What a tenant answers to a dry run of a plan. */
const trying = (plan: Import, importRows: ReturnType<typeof createRowsResponder>) => ({
  ...buildPlanAnswers(plan, { importRows }),
  discardImport: plan,
});
const LINE = "users import in.csv --dry-run";

test("names an operator whom an import moves, with both organisations, in both languages", async () => {
  const rows = createRowsResponder(moved("jiro@example.jp", "S11", "K01"), moved("taro@example.jp", "S11", "K01"));
  const tenant = {
    ...trying(planWith(), rows),
    accounts: { items: [operator], next: null },
    findUsers: { items: [jiro] },
  };
  const { en, ja } = await runInBoth(LINE, { tenant, folder: folder() });
  expect(en.exit).toBe(0);
  expect(en.stderr).toContain(
    "warning: 1 operator will have another organisation (and everything below it) as the scope: jiro01 (S11 → K01)\n",
  );
  expect(ja.stderr).toContain("警告: 操作できる範囲が変わるオペレーター: 1 人");
});

test("names an operator whom an undo moves back", async () => {
  const original = toCommittedPlan(planOf({ update: 1 }));
  const undo = planOf({ number: "P13", mode: "undo", undoes: 17, columns: MOVING, create: 0, update: 1 });
  const tenant = {
    imports: { items: [original] },
    undoChange: undo,
    tenant: example("tenant"),
    importRows: createRowsResponder(moved("jiro@example.jp", "K01", "S11")),
    discardImport: undo,
    accounts: { items: [operator], next: null },
    findUsers: { items: [jiro] },
  };
  const { stderr } = await run("undo 17 --dry-run", { tenant });
  expect(stderr).toContain(
    "will have another organisation (and everything below it) as the scope: jiro01 (K01 → S11)\n",
  );
});

test("reports nothing if nobody moves or if the account may not know", async () => {
  const importRows = createRowsResponder(moved("taro@example.jp", "S11", "K01"));
  const refused = new Failure("not-permitted", { what: text("not yours", "権限がありません") });
  const hidden = await run(LINE, {
    tenant: { ...trying(planWith(), importRows), accounts: refused },
    folder: folder(),
  });
  const still = await run(LINE, { tenant: trying(planWith({ columns: [] }), importRows), folder: folder() });
  for (const { exit, stderr } of [hidden, still]) {
    expect(exit).toBe(0);
    expect(stderr).not.toContain("operator");
  }
});
