import { expect, test } from "vitest";
import type { OrgDetail } from "../../lib/client/index.ts";
import { run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [sales] = example<{ items: readonly [OrgDetail] }>("findOrgs").items;

const finding = (...items: readonly OrgDetail[]) => ({ findOrgs: { items } });

test("sends the typed name, and shows the whole organisation that was found", async () => {
  const line = ["orgs", "show", String.raw`営業\/企画/北`, "--format", "json"];
  const { exit, stdout, requests } = await run(line, { tenant: finding(sales) });
  expect(exit).toBe(0);
  expect(requests).toEqual([{ operation: "findOrgs", query: { name: String.raw`営業\/企画/北` } }]);
  expect(JSON.parse(stdout)).toEqual(sales);
});
