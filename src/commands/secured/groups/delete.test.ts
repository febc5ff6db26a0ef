import { expect, test } from "vitest";
import type { DeletedGroups, SecuredGroup, SecuredUser } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { listOperations } from "#support/commands/imports/plans.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [sales] = example<{ items: readonly [SecuredGroup] }>("securedGroups").items;
const staff: SecuredGroup = { ...sales, id: sales.id.replace(/6$/, "9"), name: "総務", users: 3 };
const listed = { securedGroups: { items: [sales, staff] }, securedUsers: { items: [], next: null } };
const deleted: DeletedGroups = { groups: [sales, staff], memberships: 15, consoleTasks: [], dryRun: false };
const LINE = "secured groups delete 営業 総務 --app docs";

test("reports how many memberships end, and deletes after confirmation of the number of groups", async () => {
  const tenant = { ...listed, deleteSecuredGroups: deleted };
  const { en, ja } = await runInBoth(`${LINE} --confirm-deletions 2`, { tenant });
  expect(listOperations(en.requests)).toEqual(["securedGroups", "securedUsers", "securedUsers", "deleteSecuredGroups"]);
  expect(en.requests.slice(-1)).toEqual([
    {
      operation: "deleteSecuredGroups",
      params: { app: "docs" },
      json: { ids: [sales.id, staff.id], memberships: 15 },
    },
  ]);
  expect(en).toMatchObject({ exit: 0 });
  expect(en.stderr).toBe(
    ["to be deleted: 2 groups (営業, 総務), with 15 memberships", "deleted: 2 groups, with 15 memberships", ""].join(
      "\n",
    ),
  );
  expect(ja.stderr).toContain("削除するグループ: 2 個(営業, 総務)、外れる所属: 15 件\n");
  expect(ja.stderr).toContain("グループを 2 個削除しました(外れた所属: 15 件)\n");
});

test.each([
  ["docs", "file manager", "ファイル管理者が 1 人います"],
  ["calendar", "group manager", "グループ管理者が 1 人います"],
])("names the managers of %s who would be left without a group", async (app, called, toldJa) => {
  const [hanako] = example<{ items: readonly [SecuredUser] }>("securedUsers").items;
  const as = (at: number, more: Partial<SecuredUser>): SecuredUser => {
    const userId = `user${at}`;
    return { ...hanako, id: hanako.id.replace(/.$/, `${at}`), userId, name: userId, role: "manager", ...more };
  };
  const items = [
    as(1, { groups: ["総務", "営業"] }),
    as(2, { groups: ["営業", "開発"] }),
    as(3, { groups: ["営業"], role: "user" }),
  ];
  const tenant = { ...listed, securedUsers: { items, next: null } };
  const { en, ja } = await runInBoth(`secured groups delete 営業 総務 --app ${app} --dry-run`, { tenant });
  expect(en.exit).toBe(0);
  expect(en.stderr).toContain(
    `warning: 1 ${called} would be left without a group and could not manage anything: user1 <user1>; to assign another group: clomoctl secured users edit USER --app ${app} --group GROUP\n`,
  );
  expect(ja.stderr).toContain(`警告: 所属するグループがなくなり、何も管理できなくなる${toldJa}: user1 <user1>。`);
});

test("a dry run only checks", async () => {
  const { en, ja } = await runInBoth(`${LINE} --dry-run`, { tenant: listed });
  expect(listOperations(en.requests)).toEqual(["securedGroups", "securedUsers", "securedUsers"]);
  expect(en.stderr).not.toContain("warning");
  expect(en.stderr).toContain("dry run: nothing was changed\n");
  expect(ja.stderr).toContain("確認のみで、何も変更していません\n");
  expect(en.stdout).toBe("name\tusers\n営業\t12\n総務\t3\n");
});

test("a terminal asks for the number of what was shown; another number deletes nothing", async () => {
  const looked = { ...listed, tenantRevision: { revision: 7 } };
  const tenant = { ...looked, deleteSecuredGroups: deleted };
  const typed = await run(LINE, {
    tenant,
    terminal: { typing: [["the local tenant: delete 2. To continue, type the number of", "2\r"]] },
  });
  expect(typed.exit).toBe(0);
  expect(listOperations(typed.requests)[0]).toBe("tenantRevision");
  expect(typed.requests.at(-1)).toMatchObject({ json: { memberships: 15 }, base: "7" });
  const other = await run(LINE, {
    tenant: looked,
    terminal: { typing: [["the local tenant: delete 2. To continue, type the number of", "3\r"]] },
  });
  expect(other).toMatchObject({ exit: 3, stdout: "" });
});

test.each([
  [
    " --confirm-deletions 3",
    "the plan deletes 2 records, not 3; nothing was changed",
    "計画で削除するのは 2 件ですが、3 件と指定されています。何も変更していません",
  ],
  [
    " --dry-run --confirm-deletions 3",
    "the plan deletes 2 records, not 3; nothing was changed",
    "計画で削除するのは 2 件ですが、3 件と指定されています。何も変更していません",
  ],
  [" --yes", "pass --confirm-deletions 2", "--confirm-deletions 2 を指定してください"],
  ["", "pass --confirm-deletions 2", "--confirm-deletions 2 を指定してください"],
])("a missing or wrong number exits with 3:%s", async (option, told, toldJa) => {
  const { en, ja } = await runInBoth(`${LINE}${option}`, { tenant: listed });
  expect(en).toMatchObject({ exit: 3, stdout: "" });
  expect(listOperations(en.requests)).not.toContain("deleteSecuredGroups");
  expect(en.stderr).toContain(told);
  expect(ja.stderr).toContain(toldJa);
});

test("names the tasks in a mirror; exits with 5 after a concurrent change and with 6 for an unknown group", async () => {
  const tenant = { ...listed, deleteSecuredGroups: { ...deleted, consoleTasks: [4, 5] } };
  const { en, ja } = await runInBoth(`${LINE} --confirm-deletions 2`, { tenant });
  for (const { stderr } of [en, ja]) {
    expect(stderr).toContain("clomoctl console show 4\n");
    expect(stderr).toContain("clomoctl console show 5\n");
  }
  const conflict = new Failure("conflict", { what: text("the deletion would now remove 16, not", "現在は 16 件です") });
  const changed = await run(`${LINE} --confirm-deletions 2`, { tenant: { ...listed, deleteSecuredGroups: conflict } });
  expect(changed).toMatchObject({ exit: 5, stdout: "" });
  expect(
    await run("secured groups delete 人事 --app docs --confirm-deletions 1", {
      tenant: { securedGroups: listed.securedGroups },
    }),
  ).toMatchObject({
    exit: 6,
    stdout: "",
  });
});
