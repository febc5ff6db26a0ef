import { expect, test } from "vitest";
import { runInBoth } from "#support/commands/program.ts";
import { renderHistoryLines } from "#support/tenant/history.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

test("shows the versions of an account's role and user data, under every name that it ever had", async () => {
  await using tenant = new TestTenant();
  const { orgs, users, accounts, roles, imports } = tenant.client;
  const { after: sales } = await orgs.create({ name: "営業部", code: "S01" });
  await roles.createScheme({ name: "受付", operations: ["users.write"] });
  const { after: first } = await users.create({ name: "山田", emails: ["yamada@x.jp"] });
  await users.edit(first.id, { title: "課長" });
  await accounts.create({ user: first.id, name: "yamada" });
  await accounts.create({
    user: (await users.create({ name: "主", emails: ["a@x.jp"] })).after.id,
    name: "a",
    role: "system",
    password: "Secret-12",
  });
  await accounts.edit(first.id, { role: "custom", scheme: "受付", managedOrgs: [sales.id], password: "Secret-34" });
  await accounts.edit(first.id, { name: "taro", memo: "受付の担当" });
  await users.edit(first.id, { title: "部長" });
  await accounts.revoke(first.id, {});
  await imports.commit(await imports.delete({ kind: "users", ids: [first.id] }));
  for (const name of [first.id, "yamada", "taro", "yamada@x.jp"]) {
    const [found, ...others] = await accounts.history({ name });
    expect([name, found?.name, found?.deleted, others]).toEqual([name, "taro", true, []]);
    const at = String(found?.versions[1]?.changes[0]?.new);
    expect(renderHistoryLines(found)).toEqual([
      "5 accounts.create create name: null → yamada, role: null → none",
      `8 accounts.edit update passwordSetAt: null → ${at}, role: none → custom, scheme: null → 受付, managedOrgs:  → 営業部`,
      "9 accounts.edit update name: yamada → taro, memo: null → 受付の担当",
      "11 accounts.revoke update role: custom → none, scheme: 受付 → null, managedOrgs: 営業部 → ",
      `12 users.delete delete name: taro → null, passwordSetAt: ${at} → null, role: none → null, memo: 受付の担当 → null`,
    ]);
    expect(JSON.stringify(found)).not.toContain("Secret");
  }
  const { en } = await runInBoth("clomo-account history taro", {
    tenant: tenant.fetch,
    terminal: { columns: 300 },
  });
  expect(en.stdout).toContain("; managed organisations: (blank) → 営業部\n");
  const { after: other } = await users.create({ name: "佐藤", emails: ["sato@x.jp"] });
  expect(await accounts.history({ name: other.id })).toEqual([]);
  const none = await runInBoth("clomo-account history sato@x.jp", { tenant: tenant.fetch });
  expect([none.en.exit, none.ja.exit]).toEqual([6, 6]);
});
