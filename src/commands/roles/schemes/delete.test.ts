import { expect, test } from "vitest";
import type { DeletedSchemes, Scheme } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { operations } from "#support/commands/imports/plans.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { example, inTurn } from "#support/commands/tenant.ts";

const [one] = example<{ items: readonly [Scheme] }>("schemes").items;
const users: Scheme = { ...one, accounts: 0 };
const orgs: Scheme = { ...users, id: users.id.replace(/1$/, "2"), name: "組織担当", operations: ["orgs.write"] };
const listed = { schemes: { items: [users, orgs] } };
const deleted: DeletedSchemes = { schemes: [users, orgs], consoleTasks: [], dryRun: false };
const twice = (last: unknown) => inTurn({ ...deleted, dryRun: true }, last);
const LINE = "roles schemes delete ユーザー登録係 組織担当";

test("tries, deletes what is confirmed by number, and says how each is made again", async () => {
  const tenant = { ...listed, deleteSchemes: twice(deleted) };
  const { en } = await inBoth(`${LINE} --confirm-deletions 2`, { tenant });
  expect(operations(en.requests)).toEqual(["schemes", "deleteSchemes", "deleteSchemes"]);
  expect(en.requests.map(({ json }) => json)).toEqual([
    undefined,
    { ids: [users.id, orgs.id], dryRun: true },
    { ids: [users.id, orgs.id] },
  ]);
  expect(en.stderr).toBe(["to be deleted: 2 schemes (ユーザー登録係, 組織担当)", "deleted: 2 schemes", ""].join("\n"));
});

test("in Japanese; of a mirror the tasks are named", async () => {
  const tenant = { ...listed, deleteSchemes: twice({ ...deleted, consoleTasks: [4, 5] }) };
  const { ja } = await inBoth(`${LINE} --confirm-deletions 2`, { tenant });
  expect(ja.stderr).toContain("削除するスキーム: 2 個(ユーザー登録係, 組織担当)\n");
  expect(ja.stderr).toContain("スキームを 2 個削除しました\n");
  expect(ja.stderr).toContain("管理画面でも同じ操作が必要です: clomoctl console show 5\n");
});

test("a dry run only tries", async () => {
  const tenant = { ...listed, deleteSchemes: { ...deleted, dryRun: true } };
  const { en, ja } = await inBoth(`${LINE} --dry-run`, { tenant });
  expect(operations(en.requests)).toEqual(["schemes", "deleteSchemes"]);
  expect(en.stderr).toContain("dry run: nothing was changed\n");
  expect(ja.stderr).toContain("試行のため、何も変更していません\n");
  expect(en.stdout).toContain("組織担当\t");
});

test("what accounts have is refused before anybody is asked", async () => {
  const held = new Failure("input-rejected", { what: text("held", "設定されています") });
  const tenant = { tenantRevision: { revision: 7 }, ...listed, deleteSchemes: held };
  const { en, ja } = await inBoth(LINE, { tenant, terminal: {} });
  expect(en).toMatchObject({ exit: 3, stdout: "" });
  expect(en.stderr).toContain("error: held\n");
  expect(ja.stderr).toContain("エラー: 設定されています\n");
});

test("on a terminal the number is typed, of what was seen; another one deletes nothing", async () => {
  const looked = { tenantRevision: { revision: 7 }, ...listed };
  const tenant = { ...looked, deleteSchemes: twice(deleted) };
  const typed = await run(LINE, { tenant, terminal: { typing: [["Type 2, the number", "2\r"]] } });
  expect(typed.exit).toBe(0);
  expect(typed.requests.at(-1)).toMatchObject({ json: { seen: 7 } });
  const other = await run(LINE, {
    tenant: { ...looked, deleteSchemes: { ...deleted, dryRun: true } },
    terminal: { typing: [["Type 2, the number", "3\r"]] },
  });
  expect(other).toMatchObject({ exit: 3, stdout: "" });
});

test.each([
  [" --confirm-deletions 3", "the plan deletes 2 records, not 3; nothing was changed", "3 件ではありません", {}],
  [
    "",
    "pass --confirm-deletions 2",
    "--confirm-deletions 2 を指定してください",
    { deleteSchemes: { ...deleted, dryRun: true } },
  ],
  [
    " --yes",
    "pass --confirm-deletions 2",
    "--confirm-deletions 2 を指定してください",
    { deleteSchemes: { ...deleted, dryRun: true } },
  ],
])("a number that is missing or wrong is 3:%s", async (option, told, toldJa, more) => {
  const { en, ja } = await inBoth(`${LINE}${option}`, { tenant: { ...listed, ...more } });
  expect(en).toMatchObject({ exit: 3, stdout: "" });
  expect(en.requests.filter(({ json }) => json !== undefined && !JSON.stringify(json).includes("dryRun"))).toEqual([]);
  expect(en.stderr).toContain(told);
  expect(ja.stderr).toContain(toldJa);
});

test("what changed meanwhile is 5", async () => {
  const conflict = new Failure("conflict", { what: text("changed", "変更されました") });
  const changed = await run(`${LINE} --confirm-deletions 2`, { tenant: { ...listed, deleteSchemes: twice(conflict) } });
  expect(changed).toMatchObject({ exit: 5, stdout: "" });
});
