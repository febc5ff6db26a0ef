import { beforeAll, describe, expect, test } from "vitest";
import type { AuditRecord } from "../subjects/audit-operations.ts";
import { readAuditLog } from "#support/tenant/audit.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { failureOf, TestTenant, openForAllTests } from "#support/tenant/tenant.ts";

const tenant = openForAllTests();

const header = ["氏名", "メールアドレス", "組織コード"];
const users = { kind: "users", createOrgs: true } as const;

const change = async (one: TestTenant): Promise<void> => {
  await one.import(users, [header, ["山田 太郎", "yamada@example.jp", "S01"], ["佐藤 花", "sato@example.jp", ""]]);
  await one.import({ kind: "devices" }, "シリアルナンバー,プラットフォーム\nSN-1,iOS");
  await one.import({ ...users, mode: "replace" }, [header, ["佐藤 花", "sato@example.jp", ""]]);
  await one.client.users.addField({ name: "座席" });
  await one.client.renewals.add({ kind: "custom", name: "保守契約" });
};

beforeAll(() => change(tenant));

type Query = Parameters<TestTenant["client"]["audit"]["list"]>[0];

const texts = async (query: Query = {}): Promise<readonly AuditRecord[]> =>
  Array.fromAsync(tenant.client.audit.list(query));

const listed = async (query: Query = {}): Promise<readonly string[]> =>
  (await texts(query)).map(({ seq, record }) => `${seq} ${typeof record === "string" ? record : record.action}`);

const ALL = ["5 renewals.add", "4 fields.add", "3 imports.commit", "2 imports.commit", "1 imports.commit"];

test.each([1, 2, 5, 1000])("the list is newest first, at most %d records", async (limit) => {
  expect(await listed({ limit })).toEqual(ALL.slice(0, limit));
});

test("a record is returned as it was written, with its hash", async () => {
  const [third] = await texts({ action: "delete" });
  expect(third).toMatchObject({
    seq: 3,
    record: {
      version: 2,
      actor: "owner",
      origin: { host: "host", user: "tester", program: "clomoctl 0.0.0", access: "embedded" },
      action: "imports.commit",
      objects: [{ thing: "import", name: "3" }],
      detail: { kind: "users", mode: "replace", delete: 1 },
    },
  });
  expect(await tenant.client.audit.show(3)).toEqual(third);
  expect(await failureOf(tenant.client.audit.show(99))).toMatchObject({ code: "not-found" });
});

test("the actor filter also finds the person who acted as an account", async () => {
  const other = new TestTenant();
  await addTestAccount(other, { name: "sys", role: "system" });
  await other.as("sys").orgs.create({ name: "東日本" });
  const of = async (actor: string) =>
    (await Array.fromAsync(other.client.audit.list({ actor, action: "orgs" }))).map(({ record }) => record);
  const expected = [{ action: "orgs.create", actor: "sys", by: "owner" }];
  expect([await of("SYS"), await of("Own")]).toMatchObject([expected, expected]);
  expect(await of("nobody")).toEqual([]);
  await other[Symbol.asyncDispose]();
});

describe("the list can be filtered", () => {
  test.each<[string, Query, readonly number[]]>([
    ["by a part of the action", { action: "add" }, [5, 4]],
    ["by what imports did", { action: "delete" }, [3]],
    ["by what imports made", { action: "create" }, [2, 1]],
    ["by who did it, in any case", { actor: "OWN" }, [5, 4, 3, 2, 1]],
    ["by who did not", { actor: "nobody" }, []],
    ["by a part of the action in any case", { action: "DELETE" }, [3]],
  ])("%s", async (_, query, numbers) => {
    expect((await texts(query)).map(({ seq }) => seq)).toEqual(numbers);
  });

  test("by time: from the first instant inclusive to the second one exclusive", async () => {
    const times = (await texts()).map(({ record }) => (typeof record === "string" ? "" : record.at));
    const [, fourth, third] = times;
    expect(await listed({ since: fourth })).toEqual(ALL.slice(0, 2));
    expect(await listed({ until: fourth })).toEqual(ALL.slice(2));
    expect(await listed({ since: third, until: fourth })).toEqual(ALL.slice(2, 3));
  });
});

test.each([
  ["no JSON", "gone"],
  ["another JSON", "{}"],
  ["a record without its objects", "json_remove(record, '$.objects')"],
  ["a record of which a member is another", "json_set(record, '$.origin', 1)"],
])("a record that was altered into %s is returned as text", async (_, altered) => {
  await using own = new TestTenant();
  await own.client.orgs.create({ name: "総務部", code: "S01" });
  const to = altered.startsWith("json_") ? altered : `'${altered}'`;
  own.database.exec(`drop trigger audit_update; update audit set record = ${to} where seq = 1`);
  const records = await Array.fromAsync(own.client.audit.list({}));
  expect(records.map(({ record }) => typeof record)).toEqual(["string"]);
});

test("the list continues after a page of 1,000 records", async () => {
  await using own = new TestTenant();
  const numbers = "with recursive n (seq) as (select 1 union all select seq + 1 from n where seq < 2500)";
  own.database.exec(`insert into audit (seq, record, hash) ${numbers} select seq, '{}', '' from n`);
  const found = await Array.fromAsync(own.client.audit.list({ limit: 2400 }), ({ seq }) => seq);
  expect(found).toEqual(Array.from({ length: 2400 }, (_, at) => 2500 - at));
});

test("a verification runs next to the program and finds the kept hash", async () => {
  const [last, , third] = await texts();
  expect(await tenant.client.audit.verify({ head: third?.hash ?? "", changes: true })).toEqual({
    schema: true,
    records: 5,
    last: { seq: 5, hash: last?.hash },
    broken: null,
    headSeq: 3,
    replaced: { records: 0, broken: null, head: null },
    changes: { verified: 5, broken: [] },
  });
  const stopped = tenant.client.audit.verify({ changes: false }, AbortSignal.abort());
  await expect(stopped).rejects.toThrow(/interrupted|aborted/i);
});

test("a deletion filter also finds a record whose action is a removal", async () => {
  await using own = new TestTenant();
  const { id } = await own.client.users.addField({ name: "座席" });
  await own.client.users.removeField(id);
  const found = async (action: string) =>
    (await Array.fromAsync(own.client.audit.list({ action }))).map(({ record }) =>
      typeof record === "string" ? record : record.action,
    );
  for (const action of ["delete", "fields.delete", "remove"]) expect(await found(action)).toEqual(["fields.remove"]);
  expect(await found("users.delete")).toEqual([]);
});

test("removing a custom field records the users whose values were lost", async () => {
  await using own = new TestTenant();
  const field = await own.client.users.addField({ name: "座席" });
  await own.client.users.create({ name: "甲", emails: ["a@x", "a2@x"], custom: [{ name: "座席", value: "3F" }] });
  await own.client.users.create({ name: "b@x", emails: ["b@x"], custom: [{ name: "座席", value: "4F" }] });
  await own.client.users.create({ name: "丙", emails: ["c@x"] });
  const [one, other] = await own.users();
  expect(await own.client.users.field(field.id)).toEqual({ ...field, users: 2 });
  expect(await failureOf(own.client.users.removeField(field.id, { users: 1 }))).toMatchObject({ code: "conflict" });
  await own.client.users.removeField(field.id, { users: 2 });
  const values = [
    { id: one?.id, name: "甲 <a@x>", value: "3F" },
    { id: other?.id, name: "b@x", value: "4F" },
  ];
  expect(readAuditLog(own.database).at(-1)).toMatchObject({
    action: "fields.remove",
    objects: [
      { thing: "custom_field", id: field.id, name: "座席" },
      ...values.map(({ id, name }) => ({ thing: "user", id, name })),
    ],
    before: { ...field, users: 2, values },
  });
});

test("deleting a group records its members", async () => {
  await using own = new TestTenant();
  const { secured } = own.client;
  const [{ after: one }, { after: other }] = [
    await secured.createGroup("docs", { name: "営業" }),
    await secured.createGroup("docs", { name: "総務" }),
  ];
  const create = async (userId: string, displayName: string, groups: string[]) =>
    (await secured.create("docs", { userId, displayName, password: "secret1", groups })).after;
  const both = await create("d1", "山田", ["営業", "総務"]);
  const single = await create("d2", "d2", ["総務"]);
  await create("d3", "佐藤", []);
  const objects = [
    { thing: "secured_user", id: both.id, name: "山田 <d1>" },
    { thing: "secured_user", id: single.id, name: "d2" },
  ];
  const group = { thing: "secured_group", id: one.id, name: "営業" };
  await secured.deleteGroups("docs", { ids: [one.id, other.id] });
  expect(readAuditLog(own.database).at(-1)).toMatchObject({
    objects: [group, { thing: "secured_group", id: other.id }, ...objects],
    before: {
      memberships: 3,
      members: [
        {
          id: both.id,
          name: "山田 <d1>",
          groups: both.groups,
        },
        { id: single.id, name: "d2", groups: ["総務"] },
      ],
    },
  });
});
