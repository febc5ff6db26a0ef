import type { Operation } from "../../derived/role-policy.ts";
import { describe, expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { readStreamText, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

describe("an account that manages 全て and may read the audit log", () => {
  const listed = async (items: readonly Operation[]): Promise<readonly string[]> => {
    const name = items.length > 1 ? "both" : "auditor";
    await addTestAccount(tenant, { name, role: "custom", items });
    tenant.clearAudit();
    const { client } = tenant;
    await client.secured.create("docs", { userId: "taro01", displayName: "山田", password: "secret1" });
    await tenant.mark("docs", ["taro01"]);
    await tenant.import({ kind: "docs" }, "表示名,ユーザーID,パスワード\n佐藤,hana01,secret1\n鈴木,jiro01,secret1");
    await readStreamText(await client.secured.export("docs"));
    await client.roles.createScheme({ name: "受付", operations: ["users.write"] });
    await client.accounts.setSettings({ composition: "mail-address" });
    await client.tenant.set({ domain: "example" });
    await client.users.create({ name: "山田", emails: ["yamada@x"] });
    const records = await Array.fromAsync(tenant.as(name).audit.list());
    return records.map(({ record }) => (typeof record === "string" ? record : record.action)).toReversed();
  };

  test("sees no records of SECURED APPs without the right to them, nor of schemes and settings", async () => {
    expect(await listed(["audit.read"])).toEqual(["tenant.set", "users.create"]);
  });

  test("sees records of SECURED APPs with the right to them", async () => {
    expect(await listed(["audit.read", "secured.read"])).toEqual([
      "secured.users.create",
      "secured.users.edit",
      "imports.commit",
      "secured.export",
      "tenant.set",
      "users.create",
    ]);
  });
});
