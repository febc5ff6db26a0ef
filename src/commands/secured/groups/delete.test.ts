import { expect, test } from "vitest";
import type { DeletedGroups, SecuredGroup, SecuredUser } from "../../../lib/client/index.ts";
import { runInBoth } from "#support/commands/program.ts";
import { example, inTurn } from "#support/commands/tenant.ts";

const [sales] = example<{ items: readonly [SecuredGroup] }>("securedGroups").items;
const staff: SecuredGroup = { ...sales, id: sales.id.replace(/6$/, "9"), name: "総務", users: 3 };
const listed = { securedGroups: { items: [sales, staff] }, securedUsers: { items: [], next: null } };
const deleted: DeletedGroups = { groups: [sales, staff], memberships: 15, consoleTasks: [], dryRun: false };
const LINE = "secured groups delete 営業 総務 --app docs";

test("reports how many memberships end, and deletes after confirmation of the number of groups", async () => {
  const deleteSecuredGroups = inTurn({ ...deleted, dryRun: true }, deleted);
  const { en } = await runInBoth(`${LINE} --confirm-deletions 2`, { tenant: { ...listed, deleteSecuredGroups } });
  expect(en.requests.slice(-2).map(({ json }) => json)).toEqual(
    [true, false].map((dryRun) => ({ ids: [sales.id, staff.id], memberships: 15, dryRun })),
  );
  expect(en).toMatchObject({ exit: 0 });
  expect(en.stderr).toContain("to be deleted: 営業, 総務; memberships that end: 15\n");
});

test.each([
  ["docs", "file manager"],
  ["calendar", "group manager"],
])("names the managers of %s who would be left without a group", async (app, called) => {
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
  const tenant = { ...listed, securedUsers: { items, next: null }, deleteSecuredGroups: { ...deleted, dryRun: true } };
  const { en } = await runInBoth(`secured groups delete 営業 総務 --app ${app} --dry-run`, { tenant });
  expect(en.exit).toBe(0);
  expect(en.stderr).toContain(
    `warning: 1 ${called} would be left without a group and could not manage anything: user1 <user1>; to assign another group: clomoctl secured users edit USER --app ${app} --group GROUP\n`,
  );
});
