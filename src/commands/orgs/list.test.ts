import { expect, test } from "vitest";
import type { Org } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { same } from "../../lib/text/index.ts";
import { inBoth, run } from "../testing/program.ts";
import { example } from "../testing/tenant.ts";

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

test("draws the tree on a terminal, with the codes", async () => {
  const { exit, stdout, requests } = await run("orgs list", { tenant, terminal: {} });
  expect(exit).toBe(0);
  expect(stdout).toBe("全社\n└─ 営業部  S01\n   └─ 北\n");
  expect(requests).toEqual([{ operation: "orgs" }]);
});

test("is a list elsewhere: the same in both languages", async () => {
  const { en, ja } = await inBoth("orgs list --limit 2 --fields path,code", { tenant });
  expect(en.stdout).toBe("path\tcode\n\t\n営業部\tS01\n");
  expect(ja.stdout).toBe(en.stdout);
});

test("says why there is no answer, in both languages", async () => {
  const locked = new Failure("locked", { what: { en: "locked by 7", ja: "7 が使用中" }, hint: same("wait") });
  const { en, ja } = await inBoth("orgs list", { tenant: locked });
  expect(en).toMatchObject({ exit: 5, stdout: "", stderr: "error: locked by 7\n  wait\n" });
  expect(ja).toMatchObject({ exit: 5, stdout: "", stderr: "エラー: 7 が使用中\n  wait\n" });
});

test("takes no argument", async () => {
  expect(await run("orgs list sales")).toMatchObject({ exit: 2, requests: [] });
});
