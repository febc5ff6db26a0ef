import { expect, test } from "vitest";
import { runInBoth } from "#support/commands/program.ts";
import { renderHistoryLines } from "#support/tenant/history.ts";
import { TestTenant } from "#support/tenant/tenant.ts";

test("finds a device by every former serial number and IMEI, with the owners' names of that time", async () => {
  await using tenant = new TestTenant();
  const { orgs, users, devices, imports } = tenant.client;
  const { after: sales } = await orgs.create({ name: "営業部", code: "S01" });
  const { after: yamada } = await users.create({ name: "山田", emails: ["yamada@x.jp"], org: sales.id });
  await tenant.import({ kind: "devices" }, [
    ["シリアルナンバー", "IMEI番号", "所有者メールアドレス", "タグ", "タグ"],
    ["serial-1", "12 345", "yamada@x.jp", "貸出", "予備"],
  ]);
  const [{ id } = { id: "" }] = await tenant.devices();
  await users.edit(yamada.id, { name: "山本" });
  await devices.edit(id, { imei: "67 890" });
  await devices.setOwner({ ids: [id], owner: null, ownerOrg: sales.id, wipes: 0 });
  await devices.tag({ ids: [id], add: [], remove: ["予備"] });
  await imports.commit(await imports.delete({ kind: "devices", ids: [id] }));
  const lines = [
    "3 imports.commit create serialNumber: null → serial-1, imei: null → 12 345, owner: null → 山田 <yamada@x.jp>, tags: null → 予備,貸出",
    "5 devices.edit update imei: 12 345 → 67 890",
    "6 devices.set-owner update owner: 山本 <yamada@x.jp> → null, ownerOrg: null → 営業部",
    "7 devices.tag update tags: 予備,貸出 → 貸出",
    "8 devices.delete delete serialNumber: serial-1 → null, imei: 67 890 → null, ownerOrg: 営業部 → null, tags: 貸出 → null",
  ];
  for (const name of [id, "SERIAL-1", "12 345", "67 890"]) {
    const [found, ...others] = await devices.history({ name });
    expect([name, found?.name, found?.deleted, others]).toEqual([name, "serial-1", true, []]);
    expect(renderHistoryLines(found)).toEqual(lines);
  }
  const { en } = await runInBoth("devices history serial-1", { tenant: tenant.fetch, terminal: { columns: 200 } });
  expect(en.stdout).toMatch(/ owner: 山本 <yamada@x.jp> → \(blank\); owning organisation: \(blank\) → 営業部\n/);
  const none = await runInBoth("devices history nothing", { tenant: tenant.fetch });
  expect([none.en.exit, none.ja.exit]).toEqual([6, 6]);
});
