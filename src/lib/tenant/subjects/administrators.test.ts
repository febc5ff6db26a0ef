import { expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { failureOf, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";
import { undoChange } from "#support/tenant/undo.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

test("only who may grant roles sets the mark in CLOMO PANEL, in an app who may edit its users; an undo unsets it", async () => {
  const { users, imports } = tenant.client;
  const { id } = (await users.create({ name: "山田", emails: ["yamada@x"] })).after;
  const items = ["users.read", "users.write", "secured.read", "secured.write"] as const;
  await addTestAccount(tenant, { name: "clerk", role: "custom", items });
  await addTestAccount(tenant, { name: "panel", role: "custom", items: ["users.read"] });
  const clerk = tenant.as("clerk");
  for (const administrator of [true, false])
    expect(await failureOf(clerk.users.edit(id, { administrator }))).toMatchObject({ code: "not-permitted" });
  await clerk.users.edit(id, { title: "課長" });
  await users.edit(id, { administrator: true });
  expect((await tenant.users())[0]).toMatchObject({ title: "課長", administrator: true });
  await imports.commit(await undoChange({ imports }, "last"));
  expect((await tenant.users())[0]).toMatchObject({ title: "課長", administrator: false });

  const given = { userId: "taro", displayName: "太郎", administrator: true };
  const panel = await failureOf(tenant.as("panel").secured.create("docs", given));
  expect(panel).toMatchObject({ code: "not-permitted" });
  await clerk.secured.create("docs", given);
  expect(await tenant.securedUsers("docs")).toMatchObject([{ userId: "taro", administrator: true }]);
});

test("facts 6.5: only an administrator of an app is created without a password, and stays whatever exports show", async () => {
  const { secured, imports } = tenant.client;
  const plain = { userId: "yamada", displayName: "山田" };
  expect(await failureOf(secured.create("docs", plain))).toMatchObject({ code: "input-rejected" });
  expect(await failureOf(secured.create("docs", { ...plain, administrator: false }))).toMatchObject({
    code: "input-rejected",
  });
  await tenant.mark("docs", ["admin01"]);
  expect(await tenant.client.administrators.list("docs")).toMatchObject({
    knownBy: "owner",
    administrators: [{ key: "admin01" }],
  });
  expect((await tenant.client.administrators.list("browser")).knownAt).toBeNull();
  const exported = "表示名,ユーザーID,説明\n佐藤,sato,";
  const plan = await tenant.plan({ kind: "docs", fromConsole: true }, exported);
  expect(plan).toMatchObject({ create: 1, delete: 0 });
  await imports.commit(plan);
  const row = "表示名,ユーザーID,パスワード\n誰か,admin01,secret1";
  expect(await tenant.plan({ kind: "docs" }, row)).toMatchObject({ rejected: true, invalid: 1 });
});

test.each([
  ["users", "users"],
  ["docs", "secured:docs"],
] as const)(
  "confirming the administrators of %s is a change of %s, which a change based on an earlier state can conflict with",
  async (kind, collection) => {
    await tenant.client.administrators.confirm("browser");
    const revisions = () =>
      new Map(
        tenant.database.all("select name, revision from collection").map(({ name, revision }) => [name, revision]),
      );
    const before = revisions();
    await tenant.client.administrators.confirm(kind);
    const changed = [...revisions()].filter(([name, revision]) => before.get(name) !== revision).map(([name]) => name);
    expect(changed).toEqual([collection]);
  },
);
