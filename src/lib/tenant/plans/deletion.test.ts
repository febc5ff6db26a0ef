import { undoImport } from "#support/tenant/undo.ts";
import { readFileSync } from "node:fs";
import { beforeEach, expect, test } from "vitest";
import type { DeletionRequest, Import } from "../api/operations.ts";
import { ROOT_ORG_ID } from "../../nouns/organisation.ts";
import { failureOf, openForAllTests } from "#support/tenant/tenant.ts";

const tenant = openForAllTests();

const ORGS = [
  ["組織名", "組織コード", "上位組織コード"],
  ["営業部", "S", ""],
  ["東日本", "S1", "S"],
  ["開発部", "D", ""],
] as const;
const PEOPLE = [
  ["氏名", "メールアドレス", "組織コード"],
  ["山田", "yamada@x", "S"],
  ["髙橋", "takahashi@x", "S1"],
  ["鈴木", "suzuki@x", "D"],
] as const;
const DEVICES = [
  ["シリアルナンバー", "所有者メールアドレス"],
  ["SN1", "suzuki@x"],
] as const;
const MEMBERS = [
  ["表示名", "ユーザーID", "パスワード", "グループ名"],
  ["太郎", "taro", "hushed4711", "営業"],
  ["花子", "hanako", "hushed4711", ""],
] as const;

beforeEach(async () => {
  tenant.clear();
  tenant.sql("update tenant set mirroredAt = null");
  await tenant.import({ kind: "orgs" }, ORGS);
  await tenant.import({ kind: "users" }, PEOPLE);
  await tenant.import({ kind: "devices" }, DEVICES);
  await tenant.import({ kind: "docs", createGroups: true }, MEMBERS);
});

const plan = (asked: DeletionRequest): Promise<Import> => tenant.client.imports.delete(asked);
const commit = (found: Import): Promise<Import> => tenant.client.imports.commit(found);
const refused = async (asked: DeletionRequest) => {
  const before = tenant.dump();
  const failure = await failureOf(plan(asked));
  expect(tenant.dump()).toEqual(before);
  expect(await open()).toEqual([]);
  return { code: failure?.code, what: failure?.what.en, hint: failure?.hint?.en, ja: failure?.what.ja };
};
const open = async () => (await tenant.client.imports.list()).filter(({ state }) => state === "planned");

const idsOf = async (kind: "orgs" | "users" | "devices", ...names: readonly string[]): Promise<string[]> => {
  const found = await Promise.all(names.map((name) => tenant.client[kind].find({ name })));
  return found.flat().map(({ id }) => id);
};
const emails = async () => (await tenant.users()).map(({ emails: all }) => all[0]);
const paths = async () =>
  (await Array.fromAsync(tenant.client.orgs.list())).map(({ path }) => path).filter((path) => path !== "");

test("named records are deleted by one import with their values, and an undo restores them", async () => {
  const before = tenant.dump();
  const found = await plan({ kind: "users", ids: await idsOf("users", "yamada@x", "takahashi@x"), called: "yamada@x" });
  expect(found).toMatchObject({
    kind: "users",
    mode: "delete",
    state: "planned",
    delete: 2,
    recordsBefore: 3,
    fileName: "yamada@x",
    inputSha256: null,
    request: { mode: "delete", recursive: false },
  });
  const rows = await Array.fromAsync(tenant.client.imports.rows(found.id));
  expect(rows.map(({ action, key }) => [action, key])).toEqual([
    ["delete", "yamada@x"],
    ["delete", "takahashi@x"],
  ]);
  expect(tenant.dump()).toEqual(before);
  const done = await commit(found);
  expect(done).toMatchObject({ state: "committed", delete: 2 });
  expect(await emails()).toEqual(["suzuki@x"]);
  const [person] = await tenant.client.users.history({ name: "yamada@x" });
  expect(person).toMatchObject({ deleted: true });
  expect(person?.versions.at(-1)).toMatchObject({ action: "delete", command: "users.delete", number: done.change });
  const told = await Array.fromAsync(tenant.client.imports.rows(done.id));
  expect(told[0]).toMatchObject({ action: "delete", key: "yamada@x" });
  expect(told[0]?.before).toContainEqual({ field: "orgCode", value: "S" });
  const undo = await commit(await undoImport(tenant.client, done.id));
  expect(tenant.dump()).toEqual(before);
  const again = await failureOf(undoImport(tenant.client, done.id));
  expect(again?.hint).toEqual({
    en: `to apply the change again, so that all of it can be undone: \`clomoctl undo ${undo.number}\``,
    ja: `変更をもう一度適用するには(適用後は、変更全体を取り消せます): \`clomoctl undo ${undo.number}\``,
  });
  await commit(await undoImport(tenant.client, undo.id));
  expect(await emails()).toEqual(["suzuki@x"]);
});

test("a user who owns devices is not deleted, and the error names the user and a way out", async () => {
  expect(await refused({ kind: "users", ids: await idsOf("users", "yamada@x", "suzuki@x") })).toEqual({
    code: "input-rejected",
    what: "1 record cannot be deleted: the user 鈴木 <suzuki@x>: the device SN1 refers to this record; nothing was changed",
    hint: "to hand over the devices, too: `clomoctl users leave USER`",
    ja: "1 件は削除できません: ユーザー「鈴木 <suzuki@x>」: デバイス「SN1」がこのデータを参照しています。何も変更していません",
  });
});

test("an organisation that owns devices is not deleted, nor together with those below it", async () => {
  await tenant.import({ kind: "devices" }, "シリアルナンバー,所有組織コード\nSN2,S1");
  await commit(await plan({ kind: "users", ids: await idsOf("users", "yamada@x", "takahashi@x") }));
  for (const asked of [{ ids: await idsOf("orgs", "S1") }, { ids: await idsOf("orgs", "S"), recursive: true }]) {
    expect(await refused({ kind: "orgs", ...asked })).toMatchObject({
      code: "input-rejected",
      what: expect.stringContaining("the organisation 東日本 <S1>: the device SN2 refers to this record"),
      hint: undefined,
    });
  }
});

test("an organisation is deleted only if it is empty, or together with those below it", async () => {
  expect(await refused({ kind: "orgs", ids: await idsOf("orgs", "S") })).toMatchObject({
    code: "input-rejected",
    what: expect.stringContaining("the organisation 営業部 <S>: the organisation 東日本 <S1> refers to this record"),
    hint: "to also delete everything below: --recursive",
  });
  await commit(await plan({ kind: "users", ids: await idsOf("users", "yamada@x", "takahashi@x") }));
  expect((await refused({ kind: "orgs", ids: await idsOf("orgs", "S") })).what).toContain("東日本 <S1>");
  const before = tenant.dump();
  const done = await commit(await plan({ kind: "orgs", ids: await idsOf("orgs", "S", "S1") }));
  expect(await paths()).toEqual(["開発部"]);
  await commit(await undoImport(tenant.client, done.id));
  expect(tenant.dump()).toEqual(before);
});

const audited = async (): Promise<readonly string[]> =>
  (await Array.fromAsync(tenant.client.audit.list())).map(({ record }) => {
    if (typeof record === "string") throw new TypeError("it was altered");
    return [record.action, ...record.objects.map(({ name }) => name)].join(" | ");
  });

test("a recursive deletion is one change with one audit record, and one undo restores everything", async () => {
  const before = tenant.dump();
  tenant.clearAudit();
  const found = await plan({ kind: "orgs", ids: await idsOf("orgs", "S"), recursive: true });
  // 全社 is not counted
  const users = { thing: "user", create: 0, update: 0, delete: 2, recordsBefore: 3 };
  expect(found).toMatchObject({ delete: 2, recordsBefore: 3, beside: [users] });
  const rows = [
    [undefined, "delete", "S"],
    [undefined, "delete", "S1"],
    ["user", "delete", "yamada@x"],
    ["user", "delete", "takahashi@x"],
  ];
  const told = async ({ id }: Import) =>
    (await Array.fromAsync(tenant.client.imports.rows(id))).map(({ thing, action, key }) => [thing, action, key]);
  expect(await told(found)).toEqual(rows);
  const [, below] = await Array.fromAsync(tenant.client.imports.rows(found.id));
  expect(below?.after).toEqual([{ field: "path", value: "営業部/東日本" }]);
  const done = await commit(found);
  expect(await paths()).toEqual(["開発部"]);
  expect(await emails()).toEqual(["suzuki@x"]);
  expect(await told(done)).toEqual(rows);
  expect(await audited()).toEqual([`orgs.delete | ${done.number}`]);
  const undo = await undoImport(tenant.client, done.id);
  expect(undo).toMatchObject({
    create: 2,
    beside: [{ ...users, create: 2, delete: 0, recordsBefore: 1 }],
    undoes: done.change,
  });
  await commit(undo);
  expect(tenant.dump()).toEqual(before);
});

test("a failure in the middle keeps all records and the plan", async () => {
  const before = tenant.dump();
  const found = await plan({ kind: "orgs", ids: await idsOf("orgs", "S"), recursive: true });
  // the organisations are gone by then
  tenant.database
    .exec(`create trigger broken before delete on user when not exists (select 1 from org where pk = old.org)
    begin select raise(abort, 'broken'); end`);
  await expect(commit(found)).rejects.toThrow("broken");
  tenant.database.exec("drop trigger broken");
  expect(tenant.dump()).toEqual(before);
  expect(await open()).toMatchObject([{ id: found.id }]);
  await commit(found);
  expect(await paths()).toEqual(["開発部"]);
});

test.each<[string, () => Promise<unknown>]>([
  [
    "another organisation below them",
    async () => tenant.client.orgs.create({ name: "総務部", parentId: (await idsOf("orgs", "S"))[0] ?? "" }),
  ],
  ["another user in them", () => tenant.import({ kind: "users" }, [...PEOPLE, ["佐藤", "sato@x", "S1"]])],
  [
    "a user who left them",
    async () => tenant.client.users.move({ ids: await idsOf("users", "yamada@x"), org: ROOT_ORG_ID }),
  ],
])("%s between the plan and its commit is a conflict", async (_, change) => {
  const found = await plan({ kind: "orgs", ids: await idsOf("orgs", "S"), recursive: true });
  await change();
  const before = tenant.dump();
  expect(await failureOf(commit(found))).toMatchObject({ code: "conflict" });
  expect(tenant.dump()).toEqual(before);
});

test("stored deletions do not contain secrets", async () => {
  await commit(await plan({ kind: "docs", ids: (await tenant.securedUsers("docs")).map(({ id }) => id) }));
  tenant.database.exec("pragma wal_checkpoint(truncate)");
  expect(readFileSync(tenant.path).includes("hushed4711")).toBe(false);
});

test("facts 2.5: an administrator is not deleted", async () => {
  tenant.makeAdministrator("yamada@x");
  tenant.database.run("update secured_user set administrator = 1 where userId = 'taro'");
  expect(await refused({ kind: "users", ids: await idsOf("users", "yamada@x", "takahashi@x") })).toMatchObject({
    code: "input-rejected",
    what: expect.stringContaining("the user 山田 <yamada@x>: is an administrator and cannot be changed here"),
    hint: undefined,
  });
  const [taro = ""] = (await tenant.securedUsers("docs")).filter((one) => one.administrator).map(({ id }) => id);
  expect(await refused({ kind: "docs", ids: [taro] })).toMatchObject({ code: "input-rejected" });
  expect(await refused({ kind: "orgs", ids: await idsOf("orgs", "S"), recursive: true })).toMatchObject({
    code: "input-rejected",
    what: expect.stringContaining("the user 山田 <yamada@x>: is an administrator and cannot be changed here"),
  });
});

test.each<[DeletionRequest, string]>([
  [{ kind: "users", ids: [] }, "usage"],
  [{ kind: "users", ids: [ROOT_ORG_ID], recursive: true }, "usage"],
  [{ kind: "users", ids: [ROOT_ORG_ID] }, "not-found"],
  [{ kind: "orgs", ids: [ROOT_ORG_ID], recursive: true }, "input-rejected"],
])("never deletes everything: %o", async (asked, code) => {
  expect(await refused(asked)).toMatchObject({ code });
});

test("a request that is sent twice creates one plan", async () => {
  const body = { kind: "users", ids: await idsOf("users", "yamada@x") };
  const send = async () => (await (await tenant.post("/v1/imports/deletions", body)).json()) as Import;
  const first = await send();
  expect((await send()).id).toBe(first.id);
  expect(await open()).toHaveLength(1);
});

const mirror = async (): Promise<void> => {
  await tenant.import({ kind: "users", fromConsole: true }, PEOPLE);
  await tenant.import({ kind: "orgs", fromConsole: true }, ORGS);
};
const tasks = async () => (await tenant.client.console.list({})).map(({ records, kind }) => [records[0]?.work, kind]);

test("in a mirror, a deletion is also a task, until an export lacks the records", async () => {
  await mirror();
  const done = await commit(await plan({ kind: "users", ids: await idsOf("users", "yamada@x") }));
  expect(await tenant.client.console.show(done.consoleTask ?? 0)).toMatchObject({ delete: 1 });
  const newcomer = ["佐藤", "sato@x", "S"];
  const without = [PEOPLE[0], ...PEOPLE.slice(2), newcomer];
  await tenant.import({ kind: "users", fromConsole: true }, without);
  expect(await tasks()).toEqual([]);
});

test.each<[string, readonly string[], string[]]>([
  ["the same address: the console still has the user", ["山田 改", "yamada@x", "S"], ["delete"]],
  ["another address and the same name: somebody new", ["山田", "taro@x", "S"], []],
])("a user was deleted here, and an export has %s", async (_, row, open) => {
  await mirror();
  await commit(await plan({ kind: "users", ids: await idsOf("users", "yamada@x") }));
  await tenant.import({ kind: "users", fromConsole: true }, [...PEOPLE.filter(([name]) => name !== "山田"), row]);
  expect(await tasks()).toEqual(open.map((work) => [work, "users"]));
});
