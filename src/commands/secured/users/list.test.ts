import { expect, test } from "vitest";
import type { SecuredUser } from "../../../lib/client/index.ts";
import { run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [hanako] = example<{ items: readonly [SecuredUser] }>("securedUsers").items;
const taro: SecuredUser = { ...hanako, id: hanako.id.replace(/4$/, "9"), userId: "taro", settings: [] };

const page = (...items: readonly SecuredUser[]) => items;

test("passes order, filters and limit to the tenant", async () => {
  const tenant = { securedUsers: page(taro) };
  const line =
    "secured users list --app mailer --sort name --desc --filter-name 山 --filter-id ta --limit 1 --fields userId";
  const { stdout, requests } = await run(line, { tenant });
  expect(stdout).toBe("userId\ntaro\n");
  const query = { sort: "name", desc: "true", filterName: "山", filterId: "ta", limit: "1" };
  expect(requests).toEqual([{ operation: "securedUsers", params: { app: "mailer" }, query }]);
});

test("a table shows an app's own settings if they are requested", async () => {
  const at = { tenant: { securedUsers: page(hanako) }, terminal: { columns: 200 } };
  const own = await run("secured users list --app docs --fields fileManager,userId", at);
  expect(own.stdout).toMatch(/^ファイル管理者権限 +user ID\nTRUE +hanako01\n$/);
});
