import { describeCommit } from "../../plan/describe.ts";
import { createDispatch } from "../api/dispatch.ts";
import { undoChange, undoImport } from "#support/tenant/undo.ts";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import type { Import } from "../api/operations.ts";
import { createWholeClient } from "#support/client/whole-client.ts";
import { openTenant } from "../api/index.ts";
import { collectionOf, failureOf, openForAllTests } from "#support/tenant/tenant.ts";
import { guardWrites } from "#support/tenant/guarded-writer.ts";

const tenant = openForAllTests();
beforeEach(() => tenant.clear());

const users = { kind: "users" } as const;
const calendar = { kind: "calendar" } as const;
const PEOPLE = ["氏名", "メールアドレス", "組織コード"];
const MEMBERS = ["表示名", "ユーザーID", "パスワード", "グループ名"];

const undo = async ({ id }: Import): Promise<Import> =>
  tenant.client.imports.commit(await undoImport(tenant.client, id));

const refusal = async ({ id }: Import) => {
  const before = tenant.dump();
  const failure = await failureOf(undoImport(tenant.client, id));
  expect(tenant.dump()).toEqual(before);
  return failure;
};

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
    await tenant.import({ kind: "orgs" }, "組織名,組織コード\n営業部,S"),
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
      what: { en: `change ${original.number} was already undone by change ${done.number}` },
      hint: { en: `to apply the change again, so that all of it can be undone: \`clomoctl undo ${done.number}\`` },
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
  expect(refused?.what.en).toBe("the user 次郎 <taro>: is an administrator and cannot be changed here");
});

test("a membership in a group that no longer exists is not restored", async () => {
  await tenant.import(calendar, [MEMBERS, ["一", "a1", "secret1", ""], ["二", "b2", "secret1", ""]]);
  const created = await tenant.import({ ...calendar, createGroups: true }, [MEMBERS, ["一", "a1", "", "営業"]]);
  const joined = await tenant.import(calendar, [MEMBERS, ["二", "b2", "", "営業"]]);
  expect((await refusal(created))?.what.en).toBe("the group 営業: the user 二 <b2> refers to this record");
  const lefts = await tenant.import({ ...calendar, blank: "clear" }, [MEMBERS, ["二", "b2", "", ""]]);
  const { number } = await undo(created);
  expect(await refusal(lefts)).toMatchObject({
    what: { en: `the user 二 <b2>: the group 営業 was deleted or renamed by change ${number}` },
  });
  expect((await refusal(joined))?.what.en).toBe(
    `the user 二 <b2>: changed later by change ${lefts.number} (グループ名)`,
  );
});

test("an undo that deleted a needed record is named; after undoing that, this undo works", async () => {
  const place = await tenant.import({ kind: "orgs" }, "組織名,組織コード\n営業部,S1");
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
  const { folder, surroundings, log } = tenant;
  const other = openTenant({
    folder,
    log,
    name: "試験",
    acting: "owner",
    actor: "owner (taro)",
    surroundings,
    guard: guardWrites(collectionOf),
  });
  onTestFinished(() => other.close());
  const theirs = createWholeClient({ transport: createDispatch(other) });
  const plan = await tenant.plan(users, [PEOPLE, ["山田", "yamada@x", ""]]);
  expect(plan).toMatchObject({ actor: "owner" });
  const committed = await theirs.imports.commit(plan);
  expect(committed).toMatchObject({ actor: "owner (taro)", plannedBy: "owner" });
  expect(await tenant.client.imports.show(plan.id)).toMatchObject({ actor: "owner (taro)", plannedBy: "owner" });
  expect(describeCommit(committed).map(({ en }) => en)).toContain("planned by owner, committed by owner (taro)");
  const undoing = await undoImport(theirs, plan.id);
  expect(await tenant.client.imports.commit(undoing)).toMatchObject({ actor: "owner" });
  expect(
    tenant.sql("select actor, action, record -> 'detail' ->> 'plannedBy' as planner from audit order by seq").slice(-2),
  ).toEqual([
    { actor: "owner (taro)", action: "imports.commit", planner: "owner" },
    { actor: "owner", action: "undo", planner: "owner (taro)" },
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

test.each([
  ["set", "", "4F"],
  ["replaced", "3F", "4F"],
  ["cleared", "3F", null],
])("a value of a custom field that was removed since was %s: nothing is left to undo", async (_, before, value) => {
  const seat = await tenant.client.users.addField({ name: "座席" });
  await tenant.import(users, `氏名,メールアドレス,座席\n山田,yamada@x,${before}`);
  const [yamada] = await tenant.users();
  await tenant.client.users.edit(yamada?.id ?? "", { custom: [{ name: "座席", value }] });
  const number = tenant.database.count("select max(number) from change");
  await tenant.client.users.removeField(seat.id);
  expect(await undoChange(tenant.client, number)).toMatchObject({ update: 0, columns: [] });
});

test("a later change of another custom field stays, and one of the same field is in the way", async () => {
  for (const name of ["色", "形"]) await tenant.client.users.addField({ name });
  await tenant.import(users, [PEOPLE, ["山田", "yamada@x", ""]]);
  const colour = await tenant.import(users, "氏名,メールアドレス,色\n山田,yamada@x,赤");
  const [yamada] = await tenant.users();
  const edit = (name: string, value: string) =>
    tenant.client.users.edit(yamada?.id ?? "", { custom: [{ name, value }] });
  await edit("形", "丸");
  await edit("色", "青");
  expect((await refusal(colour))?.what.en).toContain("(カスタムユーザー情報)");
  await edit("色", "赤");
  expect((await undo(colour)).columns.map(({ field }) => field)).toEqual(["custom:色"]);
  expect((await tenant.users())[0]?.custom).toMatchObject([{ name: "形", value: "丸" }]);
});
