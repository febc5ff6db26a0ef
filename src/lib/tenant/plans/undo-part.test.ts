import { expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { failureOf, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";
import { undoChange } from "#support/tenant/undo.ts";

let tenant: TestTenant;
let east: string;
let west: string;
let tanaka: string;
openForEachTest(async (opened) => {
  tenant = opened;
  const { orgs, users } = tenant.client;
  east = (await orgs.create({ name: "東", code: "E" })).after.id;
  west = (await orgs.create({ name: "西", code: "W" })).after.id;
  tanaka = (await users.create({ name: "田中", emails: ["t@x.jp"], org: east })).after.id;
  await addTestAccount(tenant, { name: "div", role: "division", manages: ["E"] });
});

const lastNumber = (): number => tenant.database.count("select max(number) from change");

test("an account with part of the tenant undoes its own changes, within its rights, and no others", async () => {
  const { users, imports } = tenant.as("div");
  await users.edit(tanaka, { title: "課長" });
  await imports.commit(await undoChange({ imports }, lastNumber()));
  expect((await tenant.client.users.find({ name: tanaka }))[0]?.title).toBeNull();
  await tenant.client.users.edit(tanaka, { title: "部長" });
  expect(await failureOf(undoChange({ imports }, lastNumber()))).toMatchObject({ code: "not-found" });
  await addTestAccount(tenant, { name: "cus", role: "custom", manages: ["E"], items: ["users.write"] });
  const custom = tenant.as("cus");
  await custom.users.edit(tanaka, { salesforceAccount: "tanaka" });
  tenant.database.run("update scheme set operations = :items", { items: '["users.move"]' });
  expect(await failureOf(undoChange({ imports: custom.imports }, lastNumber()))).toMatchObject({
    code: "not-permitted",
  });
});

test("a change outside the part is not found, just like a number that does not exist", async () => {
  await tenant.client.users.create({ name: "西野", emails: ["n@x.jp"], org: west });
  const { imports } = tenant.as("div");
  for (const number of [lastNumber(), lastNumber() + 1]) {
    expect(await failureOf(undoChange({ imports }, number))).toMatchObject({
      code: "not-found",
      what: { en: `no change has the number ${number}` },
    });
  }
});

test("a change with records inside and outside the part is not found", async () => {
  const sato = (await tenant.client.users.create({ name: "佐藤", emails: ["s@x.jp"], org: east })).after.id;
  await tenant.client.users.move({ ids: [tanaka, sato], org: west });
  const { imports } = tenant.as("div");
  expect(await failureOf(undoChange({ imports }, lastNumber()))).toMatchObject({ code: "not-found" });
});

test("a change whose record left the part is refused", async () => {
  const { imports } = tenant.as("div");
  const moved = (await tenant.client.users.create({ name: "佐藤", emails: ["s@x.jp"], org: east })).after.id;
  const file = "氏名,メールアドレス,組織コード,役職\n田中,t@x.jp,E,課長\n佐藤,s@x.jp,E,課長";
  await imports.commit(await tenant.planAs("div", { kind: "users" }, file));
  const number = lastNumber();
  await tenant.client.users.move({ ids: [moved], org: west });
  await tenant.client.users.edit(moved, { name: "佐藤 改", title: "社長" });
  await tenant.mark("users", [moved]);
  // who may hold a role above operator is not told of at all
  expect((await failureOf(imports.undo(number)))?.code).toBe("not-permitted");
  await tenant.mark("users", [moved], false);
  for (const skipBlocked of [false, true])
    expect(await failureOf(imports.undo(number, { skipBlocked }))).toMatchObject({
      code: "not-permitted",
      what: { en: "some records of this change are now outside your organisations; nothing was changed" },
    });
});

test("an undo in a part does not reveal who outside has a value, or which change outside took it", async () => {
  const { users, imports } = tenant.as("div");
  await users.edit(tanaka, { emails: ["new@x.jp"] });
  const number = lastNumber();
  await tenant.client.users.create({ name: "西野", emails: ["t@x.jp"], org: west });
  expect((await imports.undo(number)).blocked?.first).toEqual([
    {
      thing: "user",
      name: "田中 <new@x.jp>",
      why: "taken",
      fields: ["メールアドレス"],
      change: null,
      other: { thing: "user", name: null },
    },
  ]);
});
