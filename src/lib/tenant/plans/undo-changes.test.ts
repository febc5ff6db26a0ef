import { describe, expect, test } from "vitest";
import { ROOT_ORG_ID } from "../../nouns/organisation.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { failureOf, omitColumn, prepareTenant, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";
import { undoChange } from "#support/tenant/undo.ts";

const PASSWORD = "Canary42Canary";

let tenant: TestTenant;
let org: string;
let yamada: string;
let sato: string;
let device: string;

const openPrepared = prepareTenant(async (prepared) => {
  tenant = prepared;
  const { orgs, users, devices, accounts } = tenant.client;
  org = (await orgs.create({ name: "営業部", code: "S" })).after.id;
  yamada = (await users.create({ name: "山田", emails: ["yamada@x.jp", "y@x.jp"], title: "部長" })).after.id;
  sato = (await users.create({ name: "佐藤", emails: ["sato@x.jp"], org })).after.id;
  device = (await devices.create({ serialNumber: "SN1", status: "管理中", owner: yamada })).after.id;
  await accounts.create({ user: sato, name: "sato01", role: "system", password: PASSWORD });
});
openForEachTest((opened) => (tenant = opened), openPrepared);

/** All records that an undo restores, without revisions, and without secrets: a password that was set stays. */
const records = () =>
  Object.fromEntries(
    [
      "org",
      "user",
      "user_email",
      "secured_user",
      "secured_group",
      "device",
      "account",
      "scheme",
      "account_settings",
    ].map((table) => [
      table,
      tenant
        .sql(`select * from ${table} order by 1`)
        .map((row) => omitColumn(omitColumn(omitColumn(row, "revision"), "verifier"), "accountPasswordSetAt")),
    ]),
  );

const undo = async (number: number | "last" = "last") =>
  tenant.client.imports.commit(await undoChange(tenant.client, number));

const lastNumber = (): number => tenant.database.count("select max(number) from change");

const schemeMade = async (name = "登録係") =>
  (await tenant.client.roles.createScheme({ name, operations: ["users.write"] })).after.id;

const groupMade = async (name = "営業") => (await tenant.client.secured.createGroup("docs", { name })).after.id;

const member = (userId: string, groups: readonly string[]) =>
  tenant.import({ kind: "docs" }, [
    ["表示名", "ユーザーID", "パスワード", "グループ名"],
    ...groups.map((group) => [userId, userId, "secret1", group]),
  ]);

/** Takes an export of the console. */
const shown = (account: string) =>
  tenant.import(
    { kind: "users", fromConsole: true },
    `氏名,メールアドレス,CLOMOアカウント名\n山田,yamada@x.jp,\n佐藤,sato@x.jp,${account}`,
  );

const CHANGES: readonly (readonly [what: string, ready: () => Promise<unknown>, change: () => Promise<unknown>])[] = [
  ["an edit", async () => undefined, () => tenant.client.users.edit(yamada, { name: "山田 改", emails: ["new@x.jp"] })],
  ["a creation", async () => undefined, () => tenant.client.users.create({ name: "新", emails: ["n@x.jp"] })],
  [
    "a move of several",
    async () => undefined,
    () => tenant.client.users.move({ ids: [yamada, sato], org: ROOT_ORG_ID }),
  ],
  [
    "another owner of a device",
    async () => undefined,
    () => tenant.client.devices.setOwner({ ids: [device], owner: sato, ownerOrg: null }),
  ],
  ["a rename of an organisation", async () => undefined, () => tenant.client.orgs.edit(org, { name: "販売部" })],
  [
    "a grant",
    () => tenant.client.accounts.create({ user: yamada, name: "yamada01" }),
    () => tenant.client.accounts.edit(yamada, { role: "system", supportOption: true, password: PASSWORD }),
  ],
  [
    "a revocation",
    () => tenant.client.accounts.create({ user: yamada, name: "yamada01", role: "system", password: PASSWORD }),
    () => tenant.client.accounts.revoke(yamada, {}),
  ],
  ["an export with another account name of an administrator", () => shown("sato01"), () => shown("sato02")],
  ["a new scheme", async () => undefined, () => schemeMade()],
  [
    "an edit of a scheme",
    () => schemeMade(),
    async () => {
      const [scheme] = await tenant.client.roles.schemes();
      await tenant.client.roles.editScheme(scheme?.id ?? "", { name: "人事係", operations: ["users.move"] });
    },
  ],
  [
    "the deletion of a scheme",
    () => schemeMade(),
    async () => {
      const [scheme] = await tenant.client.roles.schemes();
      await tenant.client.roles.deleteSchemes({ ids: [scheme?.id ?? ""] });
    },
  ],
  [
    "the deletion of a group, with its members",
    async () => {
      await groupMade();
      await member("a1", ["営業"]);
    },
    async () => {
      const [group] = await tenant.client.secured.groups("docs");
      await tenant.client.secured.deleteGroups("docs", { ids: [group?.id ?? ""] });
    },
  ],
  [
    "how account names are built",
    async () => undefined,
    () => tenant.client.accounts.setSettings({ composition: "mail-address" }),
  ],
];

test.each(CHANGES)("%s is undone; undoing that applies it again", async (_what, ready, change) => {
  await ready();
  const before = records();
  await change();
  const after = records();
  expect(after).not.toEqual(before);
  const number = lastNumber();
  const undone = await undo();
  expect(undone).toMatchObject({ mode: "undo", undoes: number });
  expect(records()).toEqual(before);
  expect((await failureOf(undoChange(tenant.client, number)))?.what.en).toBe(
    `change ${number} was already undone by change ${undone.change}`,
  );
  await undo(undone.change ?? 0);
  expect(records()).toEqual(after);
  expect(await undo(number)).toMatchObject({ undoes: number });
  expect(records()).toEqual(before);
  expect(await tenant.client.audit.verify({ changes: true })).toMatchObject({ broken: null, changes: { broken: [] } });
});

test("an undo of an undo of an undo counts as the first undo: the original change is undone", async () => {
  const { imports } = tenant.client;
  const { id, change } = await tenant.import({ kind: "users" }, "氏名,メールアドレス,役職\n山田,yamada@x.jp,課長");
  const titles = async () => (await tenant.client.users.find({ name: yamada })).map(({ title }) => title);
  const first = await undo(change ?? 0);
  const second = await undo(first.change ?? 0);
  expect(await titles()).toEqual(["課長"]);
  const third = await undo(second.change ?? 0);
  expect(await titles()).toEqual(["部長"]);
  const undoneBy = async () => (await imports.list()).map((one) => [one.change, one.state, one.undoneBy]);
  expect(await undoneBy()).toEqual([
    [third.change, "committed", null],
    [second.change, "undone", third.change],
    [first.change, "committed", null],
    [change, "undone", first.change],
  ]);
  expect((await failureOf(undoChange(tenant.client, change ?? 0)))?.what.en).toContain("was already undone by");
  const fourth = await undo(third.change ?? 0);
  expect((await imports.show(id)).undoneBy).toBeNull();
  expect(await titles()).toEqual(["課長"]);
  expect(await undo(change ?? 0)).toMatchObject({ undoes: change, change: (fourth.change ?? 0) + 1 });
});

describe("what only clomoctl knows", () => {
  test("a deleted renewal item comes back beside a newer one", async () => {
    const { renewals } = tenant.client;
    const { id } = await renewals.add({ kind: "custom", name: "保守" });
    await renewals.remove(id);
    const number = lastNumber();
    await renewals.add({ kind: "custom", name: "予備" });
    await undo(number);
    expect((await renewals.list()).map(({ name }) => name).toSorted()).toEqual(["予備", "保守"]);
  });

  test("a later change of the same field is named", async () => {
    const { client } = tenant;
    await client.tenant.set({ contactName: "総務", ios: true });
    const number = lastNumber();
    await client.tenant.set({ contactName: "人事" });
    expect((await client.imports.undo(number)).blocked?.first).toMatchObject([
      { thing: "tenant_profile", why: "changed", fields: ["担当者名"], change: lastNumber() },
    ]);
  });
});

describe("a plan", () => {
  test("counts the column of a device's owner, and accounts in addition to their users", async () => {
    await tenant.client.accounts.create({ user: yamada, name: "yamada01", role: "system", password: PASSWORD });
    expect(await undoChange(tenant.client, "last")).toMatchObject({
      kind: "users",
      update: 1,
      beside: [{ thing: "account", create: 0, update: 0, delete: 1 }],
    });
    await tenant.client.devices.setOwner({ ids: [device], owner: null, ownerOrg: null });
    expect(await undoChange(tenant.client, "last")).toMatchObject({
      kind: "devices",
      update: 1,
      columns: [{ field: "ownerEmail", changed: 1, cleared: 0 }],
      wipes: 0,
    });
  });

  test("for `last` undoes the newest change of the account, even if it is an undo", async () => {
    await tenant.client.users.edit(yamada, { title: "課長" });
    const first = lastNumber();
    await tenant.client.users.edit(yamada, { title: "係長" });
    expect(await undo()).toMatchObject({ undoes: first + 1 });
    expect(await undo()).toMatchObject({ undoes: first + 2 });
    expect((await tenant.client.users.find({ name: yamada }))[0]?.title).toBe("係長");
    expect(await failureOf(undoChange(tenant.client, 999))).toMatchObject({ code: "not-found" });
  });

  test("for `last` is never an earlier change: what cannot be undone is said", async () => {
    await addTestAccount(tenant, { name: "boss", role: "system" });
    const boss = tenant.as("boss");
    expect(await failureOf(undoChange(boss, "last"))).toMatchObject({
      code: "not-found",
      what: { en: "there is no change by boss" },
    });
    await boss.users.edit(yamada, { title: "課長" });
    await boss["access-tokens"].create({ name: "cron" });
    expect(await failureOf(undoChange(boss, "last"))).toMatchObject({
      code: "conflict",
      what: {
        en: `change ${lastNumber()} cannot be undone: it did not change any data that can be restored (old passwords and similar secrets are not stored)`,
      },
    });
  });

  test("is rejected for a removed custom field", async () => {
    const { id } = await tenant.client.users.addField({ name: "座席" });
    await tenant.client.users.removeField(id);
    expect((await failureOf(undoChange(tenant.client, lastNumber())))?.what.en).toContain(
      "it deleted a custom field, whose values cannot be restored",
    );
  });

  test("is rejected for a change that only set secrets", async () => {
    await groupMade();
    await member("a1", ["営業"]);
    const { change } = await tenant.import(
      { kind: "docs" },
      "表示名,ユーザーID,パスワード,グループ名\na1,a1,Hidden4711,営業",
    );
    await tenant.client.accounts.resetPassword(sato, { password: `${PASSWORD}2` });
    const why = "it did not change any data that can be restored (old passwords and similar secrets are not stored)";
    for (const [named, number] of [
      [change ?? 0, change ?? 0],
      ["last", lastNumber()],
    ] as const)
      expect(await failureOf(undoChange(tenant.client, named))).toMatchObject({
        code: "conflict",
        what: { en: `change ${number} cannot be undone: ${why}` },
        hint: { en: `to see the change: \`clomoctl audit show ${number}\`` },
      });
  });

  test("is not committed if other records are in its way than those it showed", async () => {
    await tenant.client.users.move({ ids: [yamada, sato], org: ROOT_ORG_ID });
    const number = lastNumber();
    const other = (await tenant.client.orgs.create({ name: "開発部", code: "D" })).after.id;
    await tenant.client.users.move({ ids: [sato], org: other });
    const plan = await undoChange(tenant.client, number, { skipBlocked: true });
    expect(plan.blocked).toMatchObject({ count: 1, first: [{ name: "佐藤 <sato@x.jp>" }] });
    // as many as before
    await tenant.client.users.move({ ids: [sato], org: ROOT_ORG_ID });
    await tenant.client.users.move({ ids: [yamada], org: other });
    const before = records();
    expect((await failureOf(tenant.client.imports.commit(plan)))?.what.en).toContain(
      "would now make different changes",
    );
    expect(records()).toEqual(before);
  });
});

test("an undo is planned in seconds after 40,000 changes of a record", async () => {
  for (const title of ["係長", "課長"]) await tenant.client.users.edit(yamada, { title });
  const number = Number(tenant.sql("select max(number) - 1 as number from change")[0]?.["number"]);
  for (const table of ["change", "user_version"]) {
    const columns = tenant.sql(`select name from pragma_table_info('${table}')`).map(({ name }) => String(name));
    const later = columns.map((name) => `"${name}"${name === "number" || name === "revision" ? " + n" : ""}`);
    tenant.database.exec(`with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 40000)
      insert into ${table} (${columns.map((name) => `"${name}"`).join(", ")}) select ${later.join(", ")}
      from (select * from ${table} order by revision desc limit 1), numbers`);
  }
  const startedAt = performance.now();
  expect(await tenant.client.imports.undo(number, { skipBlocked: true })).toMatchObject({ blocked: { count: 1 } });
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});
