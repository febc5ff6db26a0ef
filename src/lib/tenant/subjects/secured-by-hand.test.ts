import { undoImport } from "#support/tenant/undo.ts";
import { expect, test } from "vitest";
import type { App, SecuredGroup, SecuredUser } from "../api/operations.ts";
import { failureOf, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const HEADER = ["表示名", "ユーザーID", "パスワード", "グループ名", "グループ名"];

const PASSWORD = "Canary42Canary";

const secured = () => tenant.client.secured;

const imported = (...rows: readonly (readonly string[])[]) =>
  tenant.import({ kind: "docs", createGroups: true }, [HEADER, ...rows]);

const userOf = async (app: App, userId: string): Promise<SecuredUser> => {
  const [user] = await secured().find(app, { name: userId });
  if (user === undefined) throw new TypeError(`no ${userId}`);
  return user;
};

const groupOf = async (app: App, name: string): Promise<SecuredGroup> => {
  const group = (await secured().groups(app)).find((one) => one.name === name);
  if (group === undefined) throw new TypeError(`no ${name}`);
  return group;
};

const tasks = () => tenant.client.console.list({});

const mirrored = () => tenant.import({ kind: "docs", fromConsole: true }, "表示名,ユーザーID,説明\n山田,yamada,");

test("facts 6.6: a user is created with the values of the screen; of the password, only the time is kept", async () => {
  await secured().createGroup("docs", { name: "営業" });
  const { after } = await secured().create("docs", {
    userId: "taro01",
    displayName: "山田 太郎",
    password: PASSWORD,
    secretKey: "key1",
    groups: ["営業"],
    device: "iPad 12",
    licenceException: true,
    role: "manager",
    description: "出向",
  });
  expect(after).toMatchObject({
    app: "docs",
    userId: "taro01",
    name: "山田 太郎",
    groups: ["営業"],
    device: "iPad 12",
    licenceException: true,
    role: "manager",
    administrator: false,
    settings: [{ field: "fileManager", value: "TRUE" }],
  });
  expect(after.secretsSet.map(({ field }) => field)).toEqual(["password", "secretKey"]);
  expect(tenant.everything()).not.toContain(PASSWORD);
  expect(tenant.lastRecord()).toMatchObject({
    action: "secured.users.create",
    objects: [{ thing: "secured_user", id: after.id }],
    after: { userId: "taro01" },
  });
});

test("facts 6.6: a registered ユーザーID is rejected; IDs are case-sensitive", async () => {
  const user = { userId: "TESTuser", displayName: "x", password: PASSWORD };
  await secured().create("browser", user);
  expect((await failureOf(secured().create("browser", user)))?.code).toBe("input-rejected");
  expect((await secured().create("browser", { ...user, userId: "testuser" })).after.userId).toBe("testuser");
  expect((await secured().create("mailer", user)).after.app).toBe("mailer");
});

test.each([
  ["facts 6.1: at least six characters", { password: "12345" }],
  ["facts 6.1: at most 255", { password: "a".repeat(256) }],
  ["facts 6.1: half-width letters and digits", { password: "ぱすわーど1" }],
  ["facts 6.1: not blank", { password: "" }],
  ["facts 6.5: nobody is made without one", {}],
  ["ours: only a mirror has a console", { passwordInConsole: true }],
] as const)("%s: an invalid password is rejected and not shown", async (why, given) => {
  const failure = await failureOf(secured().create("docs", { userId: "a", displayName: "a", ...given }));
  expect(failure?.code, why).toBe("input-rejected");
  const told = JSON.stringify([failure?.what, failure?.where, failure?.hint]);
  for (const password of ["12345", "aaaaaa", "ぱすわーど1"]) expect(told).not.toContain(password);
  expect(await tenant.securedUsers("docs")).toEqual([]);
});

test.each([
  ["browser", { groups: ["営業"] }, "Docs, Calendar and Contacts"],
  ["mailer", { role: "manager" }, "Mailer does not have a manager role"],
  ["docs", { role: "administrator" }, "clomoctl can only mark users as administrators"],
  ["calendar", { secretKey: "x1" }, "only the app Docs has the field シークレットキー"],
  ["calendar", { fileManager: "TRUE" }, "calendar lacks this field"],
  ["docs", { groups: ["営業部"] }, 'docs does not have a group named "営業部"'],
  ["docs", { secretKey: "かぎ" }, "シークレットキー"],
  ["docs", { fileManager: "yes" }, "TRUE, FALSE"],
] as const)("facts 6.3, 6.6, 6.7: %s rejects %o", async (app, given, told) => {
  const failure = await failureOf(
    secured().create(app, { userId: "a", displayName: "a", password: PASSWORD, ...given }),
  );
  expect(failure).toMatchObject({ code: "input-rejected" });
  expect(failure?.what.en).toContain(told);
  expect(failure?.what.ja).not.toBe("");
});

test("facts 6.6, 6.7: the role follows from the administrator mark and from the flag in files", async () => {
  for (const [app, flag] of [
    ["docs", "fileManager"],
    ["calendar", "groupManager"],
    ["contacts", "groupManager"],
  ] as const) {
    const { after } = await secured().create(app, {
      userId: "a",
      displayName: "a",
      password: PASSWORD,
      role: "manager",
    });
    expect(after).toMatchObject({ role: "manager", settings: [{ field: flag, value: "TRUE" }] });
    const { after: user } = await secured().edit({ app: app, id: after.id }, { role: "user" });
    expect(user).toMatchObject({ role: "user", settings: [{ field: flag, value: "FALSE" }] });
    const { before, after: same } = await secured().edit({ app: app, id: after.id }, { role: "user" });
    expect(same).toEqual(before);
    await tenant.mark(app, ["a"]);
    expect(await userOf(app, "a")).toMatchObject({ role: "administrator", administrator: true });
  }
});

test("marked administrators cannot be edited, and no export contains them", async () => {
  await tenant.mark("docs", ["admin01"]);
  const { id } = await userOf("docs", "admin01");
  const failure = await failureOf(secured().edit({ app: "docs", id: id }, { description: "x" }));
  expect(failure).toMatchObject({ code: "input-rejected" });
  expect(failure?.hint?.en).toContain("clomoctl secured users edit admin01 --app docs --administrator no");
  const exported = await new Response(await secured().export("docs")).text();
  expect(exported).not.toContain("admin01");
});

test("an edit changes the given values, stores the time of a new password, and is idempotent", async () => {
  await imported(["山田", "yamada", "secret1", "営業", "総務"]);
  const { id, secretsSet } = await userOf("docs", "yamada");
  const { after } = await secured().edit(
    { app: "docs", id: id },
    { displayName: "山本", groups: ["総務"], password: PASSWORD },
  );
  expect(after).toMatchObject({ name: "山本", groups: ["総務"], userId: "yamada" });
  expect(after.secretsSet.map(({ field }) => field)).toEqual(["password"]);
  expect(after.secretsSet).not.toEqual(secretsSet);
  const again = await secured().edit({ app: "docs", id: id }, { displayName: "山本" });
  expect(again.after).toEqual(again.before);
  expect(tenant.everything()).not.toContain(PASSWORD);
  const other = await failureOf(secured().edit({ app: "calendar", id: id }, { displayName: "x" }));
  expect(other?.code).toBe("not-found");
});

test("missing groups are created on request, and existing groups keep the tenant's spelling", async () => {
  await secured().createGroup("docs", { name: "総務〜" });
  const user = { userId: "a", displayName: "a", password: PASSWORD };
  const { after } = await secured().create("docs", { ...user, groups: ["総務～", "営業"], createGroups: true });
  expect(after.groups).toEqual(["営業", "総務〜"]);
  expect((await secured().groups("docs")).map(({ name, users }) => [name, users])).toEqual([
    ["営業", 1],
    ["総務〜", 1],
  ]);
  const near = await failureOf(secured().edit({ app: "docs", id: after.id }, { groups: ["営業ぶ"] }));
  expect(near?.hint?.en).toContain("did you mean 営業?");
});

test("a group that is named twice is created once", async () => {
  const user = { userId: "a", displayName: "a", password: PASSWORD };
  const named = ["新規〜", "新規〜", "新規～"];
  const { after } = await secured().create("docs", { ...user, groups: named, createGroups: true });
  expect(after.groups).toHaveLength(1);
  expect(await secured().groups("docs")).toMatchObject([{ name: "新規〜", users: 1 }]);
});

test("a group name is unique within its app", async () => {
  const { after } = await secured().createGroup("calendar", { name: "営業" });
  expect(after).toMatchObject({ app: "calendar", name: "営業", users: 0 });
  expect((await failureOf(secured().createGroup("calendar", { name: "営業" })))?.code).toBe("input-rejected");
  expect((await failureOf(secured().createGroup("calendar", { name: " " })))?.code).toBe("input-rejected");
  expect((await secured().createGroup("contacts", { name: "営業" })).after.app).toBe("contacts");
  for (const app of ["browser", "mailer"] as const) {
    const failure = await failureOf(secured().createGroup(app, { name: "営業" }));
    expect(failure?.what.en).toContain("グループ名");
  }
});

test("deleting groups removes their memberships", async () => {
  await imported(["山田", "yamada", "secret1", "営業", "総務"], ["佐藤", "sato", "secret1", "総務", ""]);
  const ids = [(await groupOf("docs", "営業")).id, (await groupOf("docs", "総務")).id];
  await secured().deleteGroups("docs", { ids, dryRun: true });
  expect(await secured().groups("docs")).toHaveLength(2);
  await secured().deleteGroups("docs", { ids });
  expect(await secured().groups("docs")).toEqual([]);
  for (const user of await tenant.securedUsers("docs")) expect(user.groups).toEqual([]);
  expect(tenant.lastRecord()).toMatchObject({ action: "secured.groups.delete", before: { memberships: 3 } });
  expect((await failureOf(secured().deleteGroups("docs", { ids })))?.code).toBe("not-found");
});

test("a write by hand is a conflict for an earlier plan that relies on what it changed", async () => {
  await imported(["山田", "yamada", "secret1", "営業", ""]);
  const rows = [HEADER, ["佐藤", "sato", "secret1", "営業", ""]];
  const writes = [
    [async () => secured().edit({ app: "docs", id: (await userOf("docs", "yamada")).id }, { device: "d1" }), undefined],
    [async () => secured().createGroup("docs", { name: "総務" }), undefined],
    [async () => secured().create("docs", { userId: "sato", displayName: "x", password: PASSWORD }), "conflict"],
    [async () => secured().deleteGroups("docs", { ids: [(await groupOf("docs", "営業")).id] }), "conflict"],
  ] as const;
  for (const [write, expected] of writes) {
    const plan = await tenant.plan({ kind: "docs" }, rows);
    await write();
    const failure = await failureOf(tenant.client.imports.commit(plan));
    expect(failure?.code).toBe(expected);
    if (expected === undefined) await tenant.client.imports.commit(await undoImport(tenant.client, plan.id));
  }
});

test("facts 6.6: imports and undos do not change device and licence exception", async () => {
  await imported(["山田", "yamada", "secret1", "営業", ""], ["佐藤", "sato", "secret1", "営業", ""]);
  for (const userId of ["yamada", "sato"]) {
    const { id } = await userOf("docs", userId);
    await secured().edit({ app: "docs", id: id }, { device: `iPad ${userId}`, licenceException: true });
  }
  const kept = async (userId: string) => {
    const { device, licenceException } = await userOf("docs", userId);
    return { device, licenceException };
  };
  const own = { device: "iPad yamada", licenceException: true };
  const docs = { kind: "docs" } as const;
  const change = await tenant.import(docs, [HEADER.slice(0, 3), ["山田 改", "yamada", "secret2"]]);
  expect(await kept("yamada")).toEqual(own);
  const replaced = await tenant.import({ ...docs, mode: "replace" }, [
    HEADER.slice(0, 3),
    ["山田 再", "yamada", "secret2"],
  ]);
  expect(await kept("yamada")).toEqual(own);
  await tenant.client.imports.commit(await undoImport(tenant.client, replaced.id));
  expect(await kept("yamada")).toEqual(own);
  expect(await kept("sato")).toEqual({ device: "iPad sato", licenceException: true });
  await tenant.client.imports.commit(await undoImport(tenant.client, change.id));
  expect(await kept("yamada")).toEqual(own);
  expect(await userOf("docs", "yamada")).toMatchObject({ name: "山田" });
});

test("an undo does not restore a group that was deleted by hand", async () => {
  await imported(["山田", "yamada", "secret1", "営業", ""]);
  const moved = await imported(["山田", "yamada", "", "総務", ""]);
  const { id } = await groupOf("docs", "営業");
  await secured().deleteGroups("docs", { ids: [id] });
  expect((await failureOf(undoImport(tenant.client, moved.id)))?.code).toBe("conflict");
});

test("seed 004: in a mirror, each write is a task with its differences; passwords are set in the console", async () => {
  await mirrored();
  const made = await secured().create("docs", {
    userId: "taro",
    displayName: "太郎",
    passwordInConsole: true,
    groups: ["営業"],
    createGroups: true,
    role: "manager",
  });
  const [task] = await tasks();
  expect(task).toMatchObject({ number: made.consoleTask, kind: "docs", create: 2 });
  expect(task?.records.map(({ work, thing, name }) => [work, thing, name])).toEqual([
    ["create", "secured_group", "営業"],
    ["create", "secured_user", "太郎"],
  ]);
  expect(task?.records[1]?.changes).toMatchObject([
    { field: "userId", before: null, after: "taro" },
    { field: "displayName", before: null, after: "太郎" },
    { field: "groups", after: ["営業"] },
    { field: "fileManager", before: null, after: "TRUE" },
  ]);
  const { id } = await userOf("docs", "yamada");
  await secured().edit({ app: "docs", id: id }, { password: PASSWORD, licenceException: true });
  expect((await tasks()).at(-1)).toMatchObject({ update: 1 });
  expect((await tasks()).at(-1)?.records[0]?.changes).toMatchObject([
    { field: "licenceException", after: "TRUE" },
    { field: "password", before: null, after: null },
  ]);
  expect(tenant.everything()).not.toContain(PASSWORD);
});

test("in a mirror, an export confirms a user that it shows, but neither groups nor secrets", async () => {
  await mirrored();
  await secured().create("docs", { userId: "taro", displayName: "太郎", passwordInConsole: true });
  await secured().createGroup("docs", { name: "営業" });
  const { id } = await userOf("docs", "yamada");
  await secured().edit({ app: "docs", id: id }, { password: PASSWORD });
  await tenant.import({ kind: "docs", fromConsole: true }, "表示名,ユーザーID,説明\n山田,yamada,\n太郎,taro,");
  expect((await tasks()).map(({ records }) => [records[0]?.work, ...records.map(({ name }) => name)])).toEqual([
    ["create", "営業"],
    ["edit", "山田"],
  ]);
});

test("a dry run changes nothing and opens no task", async () => {
  await mirrored();
  const before = tenant.dump();
  const user = { userId: "x", displayName: "x", passwordInConsole: true, groups: ["営業"], createGroups: true };
  expect((await secured().create("docs", { ...user, dryRun: true })).after.groups).toEqual(["営業"]);
  expect((await secured().createGroup("docs", { name: "営業", dryRun: true })).dryRun).toBe(true);
  expect(tenant.dump()).toEqual(before);
  expect(await tasks()).toEqual([]);
});

test("a repeated request is done once, and the stored request does not reveal the password", async () => {
  const create = (key: string, password: string) =>
    tenant.post("/v1/secured/docs/users", { userId: "taro", displayName: "太郎", password }, key);
  const [first, again] = [await create("k1", PASSWORD), await create("k1", PASSWORD)];
  expect([first.status, again.status]).toEqual([200, 200]);
  expect(await again.json()).toMatchObject({ after: { userId: "taro" } });
  expect(await tenant.securedUsers("docs")).toHaveLength(1);
  const kept = () => tenant.sql("select fingerprint from repeatable");
  const before = kept();
  expect((await create("k1", "Another42")).status).toBe(200);
  expect(kept()).toEqual(before);
});
