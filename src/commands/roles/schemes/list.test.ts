import { expect, test } from "vitest";
import type { Scheme } from "../../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [users] = example<{ items: readonly [Scheme] }>("schemes").items;
const orgs: Scheme = { ...users, id: users.id.replace(/1$/, "2"), name: "組織担当", operations: ["orgs.write"] };
const tenant = { schemes: { items: [users, orgs] } };

test("lists all schemes, or the first ones", async () => {
  const { exit, stdout, requests } = await run("roles schemes list --format json", { tenant });
  expect(exit).toBe(0);
  expect(requests).toEqual([{ operation: "schemes" }]);
  expect(JSON.parse(stdout)).toEqual([users, orgs]);
  const first = await run("roles schemes list --limit 1", { tenant });
  expect(first.stdout).toBe('name\toperations\taccounts\nユーザー登録係\t["users.write","users.move"]\t2\n');
});

test("a table shows the items by label", async () => {
  const { en } = await runInBoth("roles schemes list", { tenant, terminal: { columns: 200 } });
  expect(en.stdout).toMatch(/^name +check items +accounts$/m);
  expect(en.stdout).toMatch(/^ユーザー登録係 +create and change users; move users between organisations +2$/m);
});
