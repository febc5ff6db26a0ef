import { expect, test } from "vitest";
import type { OrgDetail } from "../../lib/client/index.ts";
import { inBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [sales] = example<{ items: readonly [OrgDetail] }>("findOrgs").items;
const root: OrgDetail = { ...sales, id: sales.id.replace(/1$/, "9"), name: "全社", code: null, path: "" };
const north: OrgDetail = { ...sales, id: sales.id.replace(/1$/, "8"), name: "北", code: null, path: "営業部/北" };

const finding = (...items: readonly OrgDetail[]) => ({ findOrgs: { items } });

test("asks for what was typed, and shows everything of the one there is", async () => {
  const line = ["orgs", "show", String.raw`営業\/企画/北`, "--format", "json"];
  const { exit, stdout, requests } = await run(line, { tenant: finding(sales) });
  expect(exit).toBe(0);
  expect(requests).toEqual([{ operation: "findOrgs", query: { name: String.raw`営業\/企画/北` } }]);
  expect(JSON.parse(stdout)).toEqual(sales);
});

test("a terminal shows a field a line, in the person's language", async () => {
  const { en, ja } = await inBoth("orgs show S01", { tenant: finding(sales), terminal: {} });
  expect(en.stdout).toMatch(/\nname +営業部\ncode +S01\n[^]+\nusers +118\nchild organisations +0\n$/);
  expect(ja.stdout).toMatch(/\n組織名 +営業部\n組織コード +S01\n[^]+\n所属ユーザー数 +118\n下位組織数 +0\n$/);
});

test("none is not found, with the command that lists them", async () => {
  const { en, ja } = await inBoth("orgs show S99", { tenant: { ...finding(), orgs: { items: [] } } });
  expect(en).toMatchObject({ exit: 6, stdout: "" });
  expect(en.stderr).toBe("error: no organisation is named S99\n  see clomoctl orgs list\n");
  expect(ja.exit).toBe(6);
  expect(ja.stderr).toContain("「S99」という組織");
});

test("several are told apart by path, code and id; the root by its name", async () => {
  const { en, ja } = await inBoth("orgs show 全社", { tenant: finding(sales, root, north) });
  expect(en).toMatchObject({ exit: 2, stdout: "" });
  expect(en.stderr).toContain(`全社 matches 3: 営業部 S01 ${sales.id}; 全社 ${root.id}; 営業部/北 ${north.id}\n`);
  expect(ja.stderr).toContain("3 件");
});

test.each(["orgs show", "orgs show S01 S02", "orgs show S01 --limit 1"])("%s is refused", async (line) => {
  expect(await run(line)).toMatchObject({ exit: 2, stdout: "", requests: [] });
});
