import { undoImport } from "#support/tenant/undo.ts";
import { expect, test } from "vitest";
import type { PlanRow } from "../api/operations.ts";
import { openForAllTests } from "#support/tenant/tenant.ts";

const tenant = openForAllTests();

const rowsOf = (id: string): Promise<PlanRow[]> => Array.fromAsync(tenant.client.imports.rows(id));

test("an organisation has the same value in plans and histories, by code or by path", async () => {
  tenant.clear();
  const orgs = { kind: "orgs" } as const;
  const header = ["組織名", "組織コード", "上位組織コード", "上位組織パス"];
  await tenant.import(orgs, [header, ["本社", "H", "", ""], ["営業/東", "", "H", ""], ["課", "K", "", "本社"]]);
  const placeIn = (values: PlanRow["after"]) =>
    values.find(({ field, value }) => field.startsWith("parent") && value !== null)?.value;
  const parents = (rows: readonly PlanRow[]) =>
    rows.map(({ key, before, after }) => [key, placeIn(before), placeIn(after)]);
  const moved = await tenant.plan(orgs, [header, ["課", "K", "", "本社/営業\\/東"]]);
  const expected = [["K", "H", "本社/営業\\/東"]];
  expect(parents(await rowsOf(moved.id))).toEqual(expected);
  await tenant.client.imports.commit(moved);
  expect(parents(await rowsOf(moved.id))).toEqual(expected);
  expect(
    await tenant.plan(orgs, [header, ["営業/東", "", "", "本社"], ["課", "K", "", "本社/営業\\/東"]]),
  ).toMatchObject({ unchanged: 2, update: 0 });
  const undo = await undoImport(tenant.client, moved.id);
  expect(parents(await rowsOf(undo.id))).toEqual([["K", "本社/営業\\/東", "H"]]);
  await tenant.client.imports.commit(undo);
  expect(parents(await rowsOf(undo.id))).toEqual([["K", "本社/営業\\/東", "H"]]);
});

const ORG_HEADER = ["組織名", "組織コード", "上位組織コード"];

const setBy = async (id: string) =>
  Object.fromEntries(
    (await rowsOf(id)).map(({ key, after, changed }) => [
      key,
      { changed, ...Object.fromEntries(after.map(({ field, value }) => [field, value])) },
    ]),
  );

test("later changes by hand are not shown as an import's: organisations, owners and removed fields", async () => {
  tenant.clear();
  const orgs = await tenant.import({ kind: "orgs" }, [ORG_HEADER, ["本社", "H", ""], ["営業", "S", "H"]]);
  const [root, sales] = (await Array.fromAsync(tenant.client.orgs.list())).filter(({ code }) => code !== null);
  await tenant.client.users.addField({ name: "座席" });
  const users = await tenant.import(
    { kind: "users" },
    "氏名,メールアドレス,組織コード,座席\n山田,a@x,S,3F\n佐藤,b@x,S,4F",
  );
  const devices = await tenant.import({ kind: "devices" }, "シリアルナンバー,所有者メールアドレス,タグ\nD1,a@x,貸出");
  const [yamada, sato] = await tenant.users();
  const ids = (await tenant.client.devices.find({ name: "D1" })).map(({ id }) => id);
  await tenant.client.devices.setOwner({ ids, owner: sato?.id ?? "", ownerOrg: null, wipes: 0 });
  await tenant.client.devices.tag({ ids, add: ["予備"], remove: ["貸出"] });
  await tenant.client.users.edit(yamada?.id ?? "", { custom: [{ name: "座席", value: "5F" }] });
  await tenant.client.users.move({ ids: [yamada?.id ?? "", sato?.id ?? ""], org: root?.id ?? "" });
  await tenant.client.orgs.edit(sales?.id ?? "", { name: "販売" });
  expect(await setBy(devices.id)).toMatchObject({ D1: { ownerEmail: "a@x", tags: ["貸出"] } });
  expect(await setBy(users.id)).toMatchObject({
    "a@x": { orgCode: "S", "custom:座席": "3F" },
    "b@x": { orgCode: "S", "custom:座席": "4F" },
  });
  expect(await setBy(orgs.id)).toMatchObject({ S: { name: "営業", parent: "H" } });
  // the value of a field that another one took the place of is no value of that one
  const [seat] = await tenant.client.users.fields();
  await tenant.client.users.removeField(seat?.id ?? "");
  await tenant.client.users.addField({ name: "座席" });
  expect((await setBy(users.id))["a@x"]).not.toHaveProperty("custom:座席");
});

test("an import shows groups that were deleted by hand as they were", async () => {
  tenant.clear();
  const { secured } = tenant.client;
  const { id } = await tenant.import(
    { kind: "docs", createGroups: true },
    "表示名,ユーザーID,パスワード,グループ名,グループ名\n山田,yamada,secret1,営業,総務\n佐藤,sato,secret1,人事,\n鈴木,suzuki,secret1,総務,",
  );
  const groups = new Map((await secured.groups("docs")).map((group) => [group.name, group.id]));
  const idOf = (name: string): string => groups.get(name) ?? "";
  const userId = async (name: string): Promise<string> => (await secured.find("docs", { name }))[0]?.id ?? "";
  await secured.edit({ app: "docs", id: await userId("yamada") }, { groups: ["人事"], displayName: "山本" });
  expect(await setBy(id)).toMatchObject({ yamada: { displayName: "山田", groups: ["営業", "総務"] } });
  await secured.deleteGroups("docs", { ids: [idOf("人事")] });
  await secured.deleteGroups("docs", { ids: [idOf("総務"), idOf("営業")] });
  expect(await setBy(id)).toMatchObject({
    yamada: { displayName: "山田", groups: ["営業", "総務"] },
    sato: { displayName: "佐藤", groups: ["人事"] },
    suzuki: { displayName: "鈴木", groups: ["総務"] },
  });
});
