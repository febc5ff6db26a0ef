import { afterEach, beforeEach, expect, test } from "vitest";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { failureOf, TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const known = async () => (await tenant.client.tenant.show()).administratorsKnown;

test("users can be marked and unmarked, and a replacing import does not delete marked users", async () => {
  const { administrators } = tenant.client;
  const users = { kind: "users" } as const;
  await tenant.import(users, [
    ["氏名", "メールアドレス"],
    ["山田", "yamada@x"],
    ["佐藤", "sato@x"],
  ]);
  expect(await administrators.list("users")).toEqual({
    kind: "users",
    knownAt: null,
    knownBy: null,
    administrators: [],
  });
  const [yamada] = await tenant.users();
  const id = yamada?.id ?? "";
  const marked = await administrators.mark("users", { add: [id] });
  expect(marked).toMatchObject({ knownBy: "owner", administrators: [{ id, key: "yamada@x", name: "山田" }] });
  expect(await known()).toEqual(["users"]);
  const plan = await tenant.plan({ ...users, mode: "replace" }, [
    ["氏名", "メールアドレス"],
    ["佐藤", "sato@x"],
  ]);
  expect(plan).toMatchObject({ rejected: true });
  expect((await administrators.mark("users", { remove: [id] })).administrators).toEqual([]);
  expect((await failureOf(administrators.mark("users", { add: ["019a9f3c-5a00-7abc-8def-000000000001"] })))?.code).toBe(
    "not-found",
  );
});

test("facts 6.5: exports lack an app's administrators; a ユーザーID unknown here can be marked and is kept", async () => {
  const { administrators } = tenant.client;
  const docs = { kind: "docs", fromConsole: true } as const;
  const exported = [
    ["表示名", "ユーザーID", "説明"],
    ["山田", "yamada", ""],
  ];
  await tenant.import(docs, exported);
  const { administrators: marked } = await administrators.mark("docs", { add: ["admin01", "yamada"] });
  expect(marked).toMatchObject([
    { key: "admin01", name: "admin01" },
    { key: "yamada", name: "山田" },
  ]);
  expect((await administrators.list("browser")).knownAt).toBeNull();
  // the export has none of them, and none of them goes
  const plan = await tenant.plan(docs, [
    ["表示名", "ユーザーID", "説明"],
    ["佐藤", "sato", ""],
  ]);
  expect(plan).toMatchObject({ create: 1, delete: 0 });
  await tenant.client.imports.commit(plan);
  const row = [
    ["表示名", "ユーザーID", "パスワード"],
    ["誰か", "admin01", "secret1"],
  ];
  expect(await tenant.plan({ kind: "docs" }, row)).toMatchObject({ rejected: true, invalid: 1 });
  const wrong = await failureOf(administrators.mark("docs", { add: ["管理者"] }));
  expect(wrong).toMatchObject({ code: "input-rejected" });
  expect(await known()).toEqual(["docs"]);
});

test("unmarking a mistyped ユーザーID removes the user that the mark created; other users stay", async () => {
  const { administrators } = tenant.client;
  await tenant.import({ kind: "docs" }, [
    ["表示名", "ユーザーID", "パスワード"],
    ["taro", "taro", "secret1"],
  ]);
  const ids = async () => (await tenant.securedUsers("docs")).map(({ userId }) => userId);
  await administrators.mark("docs", { add: ["taro", "tarro", "jiro"] });
  expect(await ids()).toEqual(["jiro", "taro", "tarro"]);
  const idOf = async (userId: string) =>
    (await tenant.securedUsers("docs")).find((one) => one.userId === userId)?.id ?? "";
  const { administrators: left } = await administrators.mark("docs", { remove: [await idOf("tarro")] });
  expect(left.map(({ key }) => key)).toEqual(["jiro", "taro"]);
  expect(await ids()).toEqual(["jiro", "taro"]);
  await administrators.mark("docs", { remove: [await idOf("taro")] });
  expect(await ids()).toEqual(["jiro", "taro"]);
  // of a former mark more became known
  tenant.sql("update secured_user set description = 'x' where userId = 'jiro'");
  await administrators.mark("docs", { remove: [await idOf("jiro")] });
  expect(await ids()).toEqual(["jiro", "taro"]);
});

test("only system administrators mark users of CLOMO PANEL; marking an app's users needs that app's rights", async () => {
  await addTestAccount(tenant, { name: "panel", role: "custom", items: [] });
  await addTestAccount(tenant, { name: "apps", role: "custom", items: ["secured.read", "secured.write"] });
  const [panel, apps] = [tenant.as("panel").administrators, tenant.as("apps").administrators];
  await panel.list("users");
  expect((await failureOf(panel.list("docs")))?.code).toBe("not-permitted");
  const { administrators: marked } = await apps.mark("docs", { add: ["admin01"] });
  expect(await apps.list("docs")).toMatchObject({ administrators: [{ key: "admin01" }] });
  const add = marked.map(({ id }) => id);
  expect((await failureOf(apps.mark("users", { add })))?.code).toBe("not-permitted");
});
