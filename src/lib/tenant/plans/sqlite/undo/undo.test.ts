import { undoChange, undoImport } from "#support/tenant/undo.ts";
import { afterAll, beforeEach, expect, onTestFinished, test } from "vitest";
import type { Import } from "../../../../contract/index.ts";
import { createWholeClient } from "#support/client/whole-client.ts";
import { openTenant } from "../../../index.ts";
import { collectionOf, failureOf, TestTenant } from "#support/tenant/tenant.ts";

const tenant = new TestTenant();
afterAll(() => tenant[Symbol.asyncDispose]());
beforeEach(() => tenant.clear());

const users = { kind: "users" } as const;
const calendar = { kind: "calendar" } as const;
const PEOPLE = ["氏名", "メールアドレス", "組織コード"];
const MEMBERS = ["表示名", "ユーザーID", "パスワード", "グループ名"];

const undo = async ({ id }: Import): Promise<Import> =>
  tenant.client.imports.commit(await undoImport(tenant.client, id));

/** What is said by the plan of an undoing that is refused; nothing is changed by it. */
const refusal = async ({ id }: Import) => {
  const before = tenant.dump();
  const failure = await failureOf(undoImport(tenant.client, id));
  expect(tenant.dump()).toEqual(before);
  return failure;
};

test("a user who became an administrator is not deleted and keeps the account", async () => {
  const header = [...PEOPLE, "CLOMOアカウント名"];
  const made = await tenant.import(users, [header, ["山田", "yamada@x", "", ""], ["髙橋", "takahashi@x", "", ""]]);
  const planned = await undoImport(tenant.client, made.id);
  tenant.makeAdministrator("takahashi@x");
  const refused = {
    code: "conflict",
    what: {
      en: "the user 髙橋 <takahashi@x>: is now an administrator",
      ja: "ユーザー「髙橋 <takahashi@x>」: 管理者になっています",
    },
  };
  expect(await refusal(made)).toMatchObject(refused);
  expect(await failureOf(tenant.client.imports.commit(planned))).toMatchObject({
    code: "conflict",
    what: { en: `records of change ${made.number} have changed since the undo was shown, so nothing was undone` },
  });
  expect(await tenant.users()).toHaveLength(2);
  const named = await tenant.import(users, [header, ["山田 改", "yamada@x", "", "yamada"]]);
  tenant.makeAdministrator("yamada@x");
  expect((await refusal(named))?.what.en).toBe("the user 山田 改 <yamada@x>: is now an administrator");
  const renamed = await tenant.import(users, [PEOPLE, ["髙橋 改", "takahashi@x", ""]]);
  await undo(renamed);
  expect((await tenant.users()).map(({ name }) => name)).toEqual(["山田 改", "髙橋"]);
});

test("a record changed by hand is in the way, unless anyone has changed it back", async () => {
  const row = (title: string) =>
    tenant.import(users, [
      [...PEOPLE, "役職"],
      ["山田", "yamada@x", "", title],
    ]);
  await row("部長");
  const made = await row("課長");
  const [yamada] = await tenant.users();
  const id = yamada?.id ?? "";
  const { client } = tenant;
  await client.users.edit(id, { title: "係長" });
  const [change] = tenant.sql("select max(number) as number from change");
  expect(await refusal(made)).toMatchObject({
    code: "conflict",
    what: {
      en: `the user 山田 <yamada@x>: changed later by change ${Number(change?.["number"])} (役職)`,
      ja: `ユーザー「山田 <yamada@x>」: 変更 ${Number(change?.["number"])} で変更されています(役職)`,
    },
  });
  await row("課長");
  // another column is not undone: it stays
  await client.users.edit(id, { tel: "03-0000-0001" });
  await undo(made);
  expect(await tenant.users()).toMatchObject([{ title: "部長", tel: "03-0000-0001" }]);
});

test("a new owner of a device is in the way of the previous owner, whether user or organisation", async () => {
  const { client } = tenant;
  const user = await client.users.create({ name: "a", emails: ["a@x.jp"] });
  const org = await client.orgs.create({ name: "営業部", code: "S" });
  const { after } = await client.devices.create({ serialNumber: "S1", owner: user.after.id });
  const lost = { ids: [after.id], owner: null, ownerOrg: null };
  await client.devices.setOwner(lost);
  const change = tenant.database.count("select max(number) from change");
  await client.devices.setOwner({ ...lost, ownerOrg: org.after.id });
  const { code, what } = (await failureOf(undoChange(client, change))) ?? {};
  expect([code, what?.en]).toEqual(["conflict", `the device S1: changed later by change ${change + 1} (所有組織)`]);
  await client.devices.setOwner(lost);
  await client.imports.commit(await undoChange(client, change));
  const [owned] = tenant.sql("select u.id from device d join user u on u.pk = d.owner where d.ownerOrg is null");
  expect(owned?.["id"]).toBe(user.after.id);
});

test("of two undo plans for one import, the second is rejected, whatever it restores", async () => {
  const made = [
    await tenant.import(users, [PEOPLE, ["山田", "yamada@x", ""]]),
    await tenant.import({ kind: "orgs" }, [
      ["組織名", "組織コード"],
      ["営業部", "S"],
    ]),
  ];
  const [person] = await tenant.users();
  const [org] = await tenant.client.orgs.find({ name: "S" });
  const deletions = [
    { kind: "users", ids: [person?.id ?? ""], called: "yamada@x" },
    { kind: "orgs", ids: [org?.id ?? ""], called: "S" },
  ] as const;
  const twice = async (original: Import): Promise<void> => {
    const plans = [await undoImport(tenant.client, original.id), await undoImport(tenant.client, original.id)];
    const [first, second] = plans as [Import, Import];
    const done = await tenant.client.imports.commit(first);
    const before = tenant.dump();
    expect(await failureOf(tenant.client.imports.commit(second))).toMatchObject({
      code: "conflict",
      what: {
        en: `change ${original.number} was already undone by change ${done.number}`,
        ja: `変更 ${original.number} は変更 ${done.number} ですでに取り消されています`,
      },
      hint: { en: `to apply the change again: \`clomoctl undo ${done.number}\`` },
    });
    expect(tenant.dump()).toEqual(before);
  };
  for (const deletion of deletions)
    await twice(await tenant.client.imports.commit(await tenant.client.imports.delete(deletion)));
  for (const original of made) await twice(original);
});

test("the plan of an undo is committed or discarded, never both", async () => {
  const made = await tenant.import(users, [PEOPLE, ["山田", "yamada@x", ""]]);
  const plan = await undoImport(tenant.client, made.id);
  const [committed, dropped] = await Promise.all([
    failureOf(tenant.client.imports.commit(plan)),
    failureOf(tenant.client.imports.discard(plan.id)),
  ]);
  expect(new Set([committed?.code, dropped?.code])).toEqual(new Set(["conflict", undefined]));
  expect(await tenant.users()).toHaveLength(committed === undefined ? 0 : 1);
});

test("a SECURED APPs user who became an administrator is not changed at all", async () => {
  await tenant.import(calendar, [MEMBERS, ["太郎", "taro", "secret1", ""]]);
  const changed = await tenant.import(calendar, [MEMBERS, ["次郎", "taro", "", ""]]);
  tenant.sql("update secured_user set administrator = 1");
  const refused = await refusal(changed);
  expect(refused?.what.en).toBe("the user 次郎 <taro>: is now an administrator");
});

test("a user ID that another SECURED APPs user has now is not restored", async () => {
  await tenant.import(calendar, [MEMBERS, ["太郎", "taro", "secret1", ""]]);
  const gone = await tenant.import({ ...calendar, mode: "replace" }, [MEMBERS, ["花子", "hanako", "secret1", ""]]);
  await tenant.import({ kind: "docs" }, [MEMBERS, ["次郎", "taro", "secret1", ""]]);
  const again = await tenant.import(calendar, [MEMBERS, ["次郎", "taro", "secret1", ""]]);
  expect((await refusal(gone))?.what.en).toBe(
    "the user 太郎 <taro>: the user 次郎 <taro> already uses the same value (ユーザーID)",
  );
  await undo(again);
  await undo(gone);
  expect((await tenant.securedUsers("calendar")).map(({ name }) => name)).toEqual(["太郎"]);
});

test("a membership in a group that no longer exists is not restored", async () => {
  await tenant.import(calendar, [MEMBERS, ["一", "a1", "secret1", ""], ["二", "b2", "secret1", ""]]);
  const created = await tenant.import({ ...calendar, createGroups: true }, [MEMBERS, ["一", "a1", "", "営業"]]);
  const joined = await tenant.import(calendar, [MEMBERS, ["二", "b2", "", "営業"]]);
  expect((await refusal(created))?.what.en).toBe("the group 営業: the user 二 <b2> refers to this record");
  const lefts = await tenant.import({ ...calendar, blank: "clear" }, [MEMBERS, ["二", "b2", "", ""]]);
  const { number } = await undo(created);
  expect(await refusal(lefts)).toMatchObject({
    what: {
      en: `the user 二 <b2>: the group 営業 was deleted or renamed by change ${number}`,
      ja: `ユーザー「二 <b2>」: グループ「営業」が変更 ${number} で削除または改名されています`,
    },
  });
  expect((await refusal(joined))?.what.en).toBe(
    `the user 二 <b2>: changed later by change ${lefts.number} (グループ名)`,
  );
});

test("an organisation created by an import of users and changed by another import is not deleted", async () => {
  const created = await tenant.import({ ...users, createOrgs: true }, [PEOPLE, ["山田", "yamada@x", "S1"]]);
  const renamed = await tenant.import({ kind: "orgs" }, [
    ["組織名", "組織コード"],
    ["営業部", "S1"],
  ]);
  expect((await refusal(created))?.what.en).toBe(
    `the organisation 営業部 <S1>: changed later by change ${renamed.number} (組織名)`,
  );
  await undo(renamed);
  await undo(created);
  expect(await tenant.client.orgs.list()).toHaveLength(1);
});

test("an undo that deleted a needed record is named; after undoing that, this undo works", async () => {
  const place = await tenant.import({ kind: "orgs" }, [
    ["組織名", "組織コード"],
    ["営業部", "S1"],
  ]);
  await tenant.import(users, [PEOPLE, ["山田", "yamada@x", "S1"], ["髙橋", "takahashi@x", ""]]);
  const gone = await tenant.import({ ...users, mode: "replace" }, [PEOPLE, ["髙橋", "takahashi@x", ""]]);
  const taken = await undo(place);
  const { number } = taken;
  expect((await refusal(gone))?.what.en).toBe(
    `the user 山田 <yamada@x>: the organisation 営業部 <S1> was deleted or renamed by change ${number}`,
  );
  await undo(taken);
  await undo(gone);
  expect((await tenant.users()).map(({ name, org }) => [name, org.code])).toEqual([
    ["山田", "S1"],
    ["髙橋", null],
  ]);
});

test("an import belongs to the person who committed it, as in the audit log, not who planned it", async () => {
  const { folder, surroundings } = tenant;
  const other = openTenant({
    folder,
    name: "試験",
    acting: "owner",
    actor: "owner (taro)",
    surroundings,
    collectionOf,
  });
  onTestFinished(() => other.close());
  const theirs = createWholeClient({ transport: other.fetch });
  const plan = await tenant.plan(users, [PEOPLE, ["山田", "yamada@x", ""]]);
  expect(plan).toMatchObject({ actor: "owner", mine: true });
  const committed = await theirs.imports.commit(plan);
  expect(committed).toMatchObject({ actor: "owner (taro)", mine: true });
  expect(await tenant.client.imports.show(plan.id)).toMatchObject({ actor: "owner (taro)", mine: false });
  const undoing = await undoImport(theirs, plan.id);
  expect(await tenant.client.imports.commit(undoing)).toMatchObject({ actor: "owner", mine: true });
  expect(tenant.sql("select actor, action from audit order by seq").slice(-2)).toEqual([
    { actor: "owner (taro)", action: "imports.commit" },
    { actor: "owner", action: "undo" },
  ]);
});

test("a custom field that was removed since is not in the way, and everything else is undone", async () => {
  const seat = await tenant.client.users.addField({ name: "座席" });
  const header = ["氏名", "メールアドレス", "座席"];
  const made = await tenant.import(users, [header, ["山田", "yamada@x", "3F"]]);
  const changed = await tenant.import(users, [header, ["山田 改", "yamada@x", "4F"]]);
  await tenant.client.users.removeField(seat.id);
  await undo(changed);
  expect(await tenant.users()).toMatchObject([{ name: "山田", custom: [] }]);
  await undo(made);
  expect(await tenant.users()).toEqual([]);
});

test("users changed only in a custom field removed since are listed, and nothing is stored for them", async () => {
  // numbers of fields go on after a tenant was cleared
  const own = new TestTenant();
  onTestFinished(() => own[Symbol.asyncDispose]());
  const { client } = own;
  const ids: string[] = [];
  for (const name of ["座席", "階"]) ids.push((await client.users.addField({ name })).id);
  const header = ["氏名", "メールアドレス", "座席", "階"];
  await own.import(users, [
    header,
    ["山田", "yamada@x", "1F", "1"],
    ["佐藤", "sato@x", "", "2"],
    ["森", "m@x", "3F", "3"],
  ]);
  const changed = await own.import({ ...users, blank: "clear" }, [
    header,
    ["山田", "yamada@x", "9F", "9"],
    ["佐藤", "sato@x", "8F", "2"],
    ["森", "m@x", "", "3"],
  ]);
  await client.users.removeField(ids[0] ?? "", { users: 2 });
  const gone = { thing: "user", why: "gone", fields: ["カスタムユーザー情報"], change: null };
  const other = { thing: "custom_field", name: "座席" };
  const blocked = ["佐藤 <sato@x>", "森 <m@x>"].map((name) => ({ ...gone, name, other }));
  const plan = await client.imports.undo(changed.change ?? 0, { skipBlocked: true });
  expect(plan).toMatchObject({
    update: 1,
    columns: [{ field: "custom:階", changed: 1 }],
    lost: [{ name: "座席", values: 1 }],
    blocked: { count: 2, first: blocked },
  });
  const rows = await Array.fromAsync(client.imports.rows(plan.id));
  expect(rows).toMatchObject([{ key: "yamada@x", before: [{ field: "custom:階", value: "9" }] }]);
  expect(rows[0]?.after.filter(({ field }) => field.startsWith("custom:"))).toEqual([
    { field: "custom:階", value: "1" },
  ]);
  await client.imports.commit(plan);
  expect((await own.users()).map(({ custom }) => custom.map(({ value }) => value))).toEqual([["1"], ["2"], ["3"]]);
  expect(own.sql("select count(*) as count from user_version where changed = 0")).toEqual([{ count: 0 }]);
});

test("a user who was marked as an administrator and no longer is one is not in the way", async () => {
  const { administrators } = tenant.client;
  const made = await tenant.import(users, [PEOPLE, ["山田", "yamada@x", ""]]);
  const renamed = await tenant.import(users, [PEOPLE, ["山田 改", "yamada@x", ""]]);
  const [{ id } = { id: "" }] = await tenant.users();
  await administrators.mark("users", { add: [id] });
  await undo(renamed);
  expect(await tenant.users()).toMatchObject([{ name: "山田" }]);
  expect((await refusal(made))?.what.en).toMatch(/^the user 山田 <yamada@x>: changed later by change \d+ \(管理者\)$/);
  await administrators.mark("users", { remove: [id] });
  await undo(made);
  const member = await tenant.import(calendar, [MEMBERS, ["太郎", "taro", "secret1", ""]]);
  const { administrators: marked } = await administrators.mark("calendar", { add: ["taro"] });
  await administrators.mark("calendar", { remove: marked.map((one) => one.id) });
  await undo(member);
  expect(await tenant.securedUsers("calendar")).toEqual([]);
});

test("values of a removed custom field are counted by its name if the undo would restore them", async () => {
  // numbers of fields go on after a tenant was cleared, and its audit does not
  const own = new TestTenant();
  onTestFinished(() => own[Symbol.asyncDispose]());
  const { client } = own;
  for (const name of ["階", "座席"]) await client.users.addField({ name });
  const cells = (seat: string, floor = "3") => [
    ["氏名", "メールアドレス", "階", "座席"],
    ["山田", "yamada@x", floor, seat],
    ["佐藤", "sato@x", "", "2F"],
  ];
  await own.import({ kind: "users" }, cells("1F"));
  const changed = await own.import({ kind: "users" }, cells("9F", "4"));
  const titled = await own.import({ kind: "users" }, [
    ["氏名", "メールアドレス", "役職"],
    ["山田", "yamada@x", "課長"],
  ]);
  const ids = (await client.users.find({ name: "sato@x" })).map(({ id }) => id);
  const gone = await client.imports.commit(await client.imports.delete({ kind: "users", ids }));
  expect((await undoImport(client, gone.id)).lost).toBe(undefined);
  for (const { id, name } of await client.users.fields()) if (name === "座席") await client.users.removeField(id);
  const lost = [{ name: "座席", values: 1 }];
  expect((await undoImport(client, gone.id)).lost).toEqual(lost);
  expect((await undoImport(client, titled.id)).lost).toBe(undefined);
  await client.imports.commit(await undoImport(client, titled.id));
  expect((await undoImport(client, changed.id)).lost).toEqual(lost);
});

test("undoing the creation of an app's user who was deleted since names the deletion", async () => {
  const { client } = tenant;
  const added = await client.secured.create("docs", { userId: "mori", displayName: "森", password: "Hidden4711" });
  const created = tenant.database.count("select max(number) from change");
  const id = added.after.id;
  const { change } = await client.imports.commit(await client.imports.delete({ kind: "docs", ids: [id] }));
  const plan = await client.imports.undo(created, {});
  expect(plan).toMatchObject({ kind: "docs", blocked: { count: 1, first: [{ change }] } });
});
