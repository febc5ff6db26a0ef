import { expect, test } from "vitest";
import type { DeletedGroups, SecuredGroup, WrittenSecuredGroup } from "../../../lib/client/index.ts";
import { runInBoth } from "#support/commands/program.ts";
import { example, inTurn, toWritten } from "#support/commands/tenant.ts";

const [sales] = example<{ items: readonly [SecuredGroup] }>("securedGroups").items;
const staff: SecuredGroup = { ...sales, id: sales.id.replace(/6$/, "9"), name: "総務", users: 3 };
const listed = { securedGroups: { items: [sales, staff] } };
const deleted: DeletedGroups = { consoleTasks: [] };
const LINE = "secured groups delete 営業 総務 --app docs";

test("reports how many memberships end, and deletes after confirmation of the number of groups", async () => {
  const deleteSecuredGroups = inTurn(deleted, deleted);
  const { en } = await runInBoth(`${LINE} --confirm-deletions 2`, { tenant: { ...listed, deleteSecuredGroups } });
  expect(en.requests.slice(-2).map(({ json }) => json)).toEqual(
    [true, false].map((dryRun) => ({ ids: [sales.id, staff.id], dryRun })),
  );
  expect(en).toMatchObject({ exit: 0 });
  expect(en.stderr).toContain("to be deleted: 営業, 総務; memberships to remove: 15\n");
});

test("sends the name of a new group", async () => {
  const { after } = example<WrittenSecuredGroup>("createSecuredGroup");
  const tenant = { createSecuredGroup: toWritten(null, { ...after, name: "営業三部", users: 0 }) };
  const { en } = await runInBoth("secured groups create 営業三部 --app docs", { tenant });
  expect(en.requests).toEqual([
    { operation: "createSecuredGroup", params: { app: "docs" }, json: { name: "営業三部", dryRun: false } },
  ]);
  expect(en).toMatchObject({ exit: 0, stderr: "created: 営業三部\n" });
});
