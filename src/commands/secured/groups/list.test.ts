import { expect, test } from "vitest";
import type { SecuredGroup } from "../../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [sales] = example<{ items: readonly [SecuredGroup] }>("securedGroups").items;
const staff: SecuredGroup = { ...sales, id: sales.id.replace(/6$/, "9"), name: "総務", users: 0 };
const tenant = { securedGroups: { items: [sales, staff] } };

test("lists all groups of the app, or the first ones", async () => {
  const { exit, stdout, requests } = await run("secured groups list --app docs --format json", { tenant });
  expect(exit).toBe(0);
  expect(requests).toEqual([{ operation: "securedGroups", params: { app: "docs" } }]);
  expect(JSON.parse(stdout)).toEqual([sales, staff]);
  const first = await run("secured groups list --app mailer --limit 1 --fields name,users", { tenant });
  expect(first.requests).toEqual([{ operation: "securedGroups", params: { app: "mailer" } }]);
  expect(first.stdout).toBe("name\tusers\n営業\t12\n");
});

test("a table shows name and size, with headers in the selected language", async () => {
  const { en } = await runInBoth("secured groups list --app docs", { tenant, terminal: {} });
  expect(en.stdout).toBe("name  users\n営業     12\n総務      0\n");
});
