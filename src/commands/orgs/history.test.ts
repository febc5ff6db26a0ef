import { expect, test } from "vitest";
import { runInBoth } from "#support/commands/program.ts";
import { renderHistoryLines } from "#support/tenant/history.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

test("finds an organisation by every former code and name, and shows its parents' former names", async () => {
  await using tenant = new TestTenant();
  const { orgs, imports } = tenant.client;
  const { after: branch } = await orgs.create({ name: "支社", code: "B" });
  const { after: sales } = await orgs.create({ name: "営業/東", code: "S", parentId: branch.id });
  await orgs.edit(branch.id, { name: "大阪支社" });
  await orgs.create({ name: "本店", code: "C" });
  await orgs.edit(sales.id, { name: "販売", code: "T" });
  await tenant.import({ kind: "orgs" }, [
    ["組織名", "組織コード", "上位組織コード"],
    ["販売部", "T", "C"],
  ]);
  await imports.commit(await imports.delete({ kind: "orgs", ids: [sales.id] }));
  const { after: other } = await orgs.create({ name: "販売", code: "S" });
  const lines = [
    "2 orgs.create create name: null → 営業/東, code: null → S, parent: null → 支社",
    "5 orgs.edit update name: 営業/東 → 販売, code: S → T",
    "6 imports.commit update name: 販売 → 販売部, parent: 大阪支社 → 本店",
    "7 orgs.delete delete name: 販売部 → null, code: T → null, parent: 本店 → null",
  ];
  for (const name of [sales.id, "T", String.raw`営業\/東`]) {
    const [found, ...others] = await orgs.history({ name });
    expect([name, found?.name, found?.deleted, others]).toEqual([name, "本店/販売部", true, []]);
    expect(renderHistoryLines(found)).toEqual(lines);
  }
  for (const name of ["大阪支社/販売", "本店/販売部"]) expect(await orgs.history({ name })).toEqual([]);
  for (const name of ["S", "販売"])
    expect((await orgs.history({ name })).map(({ id }) => id)).toEqual([sales.id, other.id]);
  expect(await orgs.history({ name: "支社/販売部/課" })).toEqual([]);
  const { en } = await runInBoth("orgs history T", { tenant: tenant.fetch, terminal: { columns: 200 } });
  expect(en.stdout).toMatch(/ edit organisation +update +name: 営業\/東 → 販売; code: S → T\n/);
  expect(en.stderr).toBe("本店/販売部 was deleted\n");
});

test("an organisation without changes has no versions, and a misspelt name is not found", async () => {
  await using tenant = new TestTenant();
  await tenant.client.orgs.create({ name: "営業部", code: "S01" });
  const root = await runInBoth("orgs history 全社", { tenant: tenant.fetch });
  expect([root.en.exit, root.en.stderr, root.ja.stderr]).toEqual([
    0,
    "no changes to 全社 are recorded\n",
    "全社 の変更の記録はありません\n",
  ]);
  const { en, ja } = await runInBoth("orgs history 営業", { tenant: tenant.fetch });
  expect([en.exit, ja.exit]).toEqual([6, 6]);
  expect(en.stderr).toContain('no organisation matches "営業"');
});
