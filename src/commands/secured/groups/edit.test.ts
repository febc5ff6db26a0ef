import { expect, test } from "vitest";
import type { SecuredGroup, WrittenSecuredGroup } from "../../../lib/client/index.ts";
import { runInBoth } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [sales] = example<{ items: readonly [SecuredGroup] }>("securedGroups").items;
const listed = { securedGroups: { items: [sales] } };
const renamed = (more: Partial<WrittenSecuredGroup> = {}): WrittenSecuredGroup => ({
  before: sales,
  after: { ...sales, name: "営業本部" },
  consoleTask: null,
  dryRun: false,
  ...more,
});

test("sends the new name, and reports how many users are in the group", async () => {
  const tenant = { ...listed, editSecuredGroup: renamed() };
  const { en } = await runInBoth("secured groups edit 営業 --name 営業本部 --app docs", { tenant });
  expect(en.requests).toEqual([
    { operation: "securedGroups", params: { app: "docs" } },
    { operation: "editSecuredGroup", params: { app: "docs", id: sales.id }, json: { name: "営業本部", dryRun: false } },
  ]);
  expect(en.stderr).toBe(["name: 営業 → 営業本部", "this also changes the グループ名 of 12 users", ""].join("\n"));
});
