import { expect, test } from "vitest";
import type { Org } from "../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const [root, sales] = example<{ items: readonly [Org, Org] }>("orgs").items;
const north: Org = {
  ...sales,
  id: sales.id.replace(/1$/, "9"),
  name: "北",
  code: null,
  path: "営業部/北",
  depth: 2,
  parentId: sales.id,
};
const tenant = { orgs: { items: [root, sales, north] } };

test("is a tree on a terminal, with the paths", async () => {
  const { exit, stdout, requests } = await run("orgs list", { tenant, terminal: {} });
  expect(exit).toBe(0);
  expect(stdout).toMatch(/^name +code +path\n全社\n {2}営業部 +S01 +営業部\n {4}北 +営業部\/北\n$/);
  expect(requests).toEqual([{ operation: "orgs" }]);
});

test.each([
  ["orgs list --format table", { terminal: {} }],
  ["orgs list --fields name", { terminal: {} }],
  ["orgs list", {}],
])("is not indented: %s", async (line, place) => {
  const { stdout } = await run(line, { tenant, ...place });
  expect(stdout).toMatch(/\n営業部/);
});

test("the highest organisation that an account sees is not indented", async () => {
  const { stdout } = await run("orgs list", { tenant: { orgs: { items: [sales, north] } }, terminal: {} });
  expect(stdout).toMatch(/\n営業部 .*\n {2}北 /);
});

test("is a list elsewhere, the same in both languages", async () => {
  const { en, ja } = await runInBoth("orgs list --limit 3 --fields path,code", { tenant });
  expect(en.stdout).toBe("path\tcode\n\t\n営業部\tS01\n営業部/北\t\n");
  expect(en.requests).toEqual([{ operation: "orgs", query: { limit: "3" } }]);
  expect(ja.stdout).toBe(en.stdout);
});
