import { expect, test } from "vitest";
import type { Account, OrgDetail } from "../../lib/client/index.ts";
import { displayWidth } from "../../lib/terminal/width.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [hanako] = example<{ items: readonly [Account] }>("accounts").items;
const page = { items: [hanako], next: null };

test("lists accounts with the columns that people need", async () => {
  const { en } = await runInBoth("clomo-account list", { tenant: { accounts: page }, terminal: { columns: 120 } });
  expect(en).toMatchObject({ exit: 0, requests: [{ operation: "accounts" }] });
  expect(en.stdout).toMatch(/hanako01 +髙橋 花子 +営業部 +division administrator +営業部 +no/);
});

test("on 80 columns, names and roles are not cut, and --role shows the columns of that role", async () => {
  const long: Account = { ...hanako, name: "hanakoyamazaki0001", user: "山崎 花子と佐藤 太郎", role: "system" };
  const answers = { tenant: { accounts: { items: [long], next: null } }, terminal: {} };
  const all = (await runInBoth("clomo-account list", answers)).ja.stdout;
  expect(all).toMatch(/hanakoyamazaki0001 .* システム管理者 /);
  for (const line of all.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  const headersOf = async (role: string): Promise<string> =>
    (await run(`clomo-account list --role ${role} --format csv`, answers)).stdout.split("\n")[0] ?? "";
  expect(await headersOf("system")).toBe("name,user,org,role,supportOption");
  expect(await headersOf("custom")).toBe("name,user,org,role,scheme,managedOrgs");
  expect(await headersOf("operator")).toBe("name,user,org,role");
});

test("sends filters to the tenant, and accepts CLOMO's role names and the noun's alias", async () => {
  const [org] = example<{ items: readonly [OrgDetail] }>("findOrgs").items;
  const line = "account list --role system --support-option --org 営業部 --search 花 --filter-name h --filter-id x@";
  const { exit, requests } = await run(line, { tenant: { findOrgs: { items: [org] }, accounts: page } });
  expect(exit).toBe(0);
  expect(requests).toEqual([
    { operation: "findOrgs", query: { name: "営業部" } },
    {
      operation: "accounts",
      query: { role: "system", supported: "true", org: org.id, search: "花", filterName: "h", filterId: "x@" },
    },
  ]);
});
