import { expect, test } from "vitest";
import type { App, Import } from "../api/operations.ts";
import type { Row } from "../store/database.ts";
import { readAuditLog } from "#support/tenant/audit.ts";
import { undoImport } from "#support/tenant/undo.ts";
import { type Cells, failureOf, prepareTenant, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
const openPrepared = prepareTenant(async (prepared) => {
  tenant = prepared;
  const { client } = tenant;
  await client.users.addField({ name: "入社年" });
  await tenant.import({ kind: "orgs", fromConsole: true }, ORGS);
  await tenant.import({ kind: "users", fromConsole: true }, USERS);
  await tenant.import({ kind: "devices", fromConsole: true }, DEVICES);
  await tenant.import({ kind: "docs", fromConsole: true, createGroups: true }, MEMBERS);
});
openForEachTest((opened) => (tenant = opened), openPrepared);

const ORGS = "組織名,組織コード,上位組織コード\n東,E,\n一課,E1,E\n西,W,";
const HEADER = ["氏名", "メールアドレス", "役職", "組織コード", "入社年"];
const USERS: Cells = [
  HEADER,
  ["山田", "yamada@x", "課長", "E1", "2020"],
  ["佐藤", "sato@x", "主任", "W", ""],
  ["林", "hayashi@x", "", "E", "2021"],
];
const DEVICES = "シリアルナンバー,ステータス,所有者メールアドレス,所有組織コード\nS1,管理中,yamada@x,\nS2,管理中,,W";
const MEMBERS = "表示名,ユーザーID,グループ名,グループ名\n田中,tanaka,営業,開発\n森,mori,営業,";

const idOf = async (of: "users" | "orgs" | "devices", name: string): Promise<string> =>
  (await tenant.client[of].find({ name }))[0]?.id ?? "";
const member = async (userId: string) =>
  ({ app: "docs", id: (await tenant.client.secured.find("docs", { name: userId }))[0]?.id ?? "" }) as const;
const taskOf = async (done: Promise<{ readonly consoleTask?: number | null | undefined }>): Promise<number> =>
  (await done).consoleTask ?? 0;
const edit = async (name: string, values: Parameters<typeof tenant.client.users.edit>[1]): Promise<number> =>
  taskOf(tenant.client.users.edit(await idOf("users", name), values));
const remove = async (kind: "users" | "orgs" | "devices" | App, ids: readonly string[]): Promise<number> =>
  taskOf(tenant.client.imports.delete({ kind, ids: [...ids] }).then((plan) => tenant.client.imports.commit(plan)));
const own = async (serialNumber: string, owner: { readonly owner: string | null; readonly ownerOrg: string | null }) =>
  created(async () => tenant.client.devices.setOwner({ ids: [await idOf("devices", serialNumber)], ...owner }));
const move = async (email: string, org: string) =>
  created(async () => tenant.client.users.move({ ids: [await idOf("users", email)], org }));
const grant = async (
  email: string,
  account: Omit<Parameters<typeof tenant.client.accounts.create>[0], "user">,
): Promise<number> =>
  taskOf(tenant.client.accounts.create({ user: await idOf("users", email), passwordInConsole: true, ...account }));

const plan = (...numbers: readonly number[]): Promise<Import> =>
  tenant.client.imports.dropTasks({ numbers: [...numbers] });
const drop = async (...numbers: readonly number[]): Promise<Import> =>
  tenant.client.imports.commit(await plan(...numbers));

const state = () => {
  const { dump, sql } = { dump: tenant.dump(), sql: tenant.sql("select * from account order by user") };
  const kept = (row: Row): Row =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !/^updatedAt$|^revision$|SetAt$/.test(name)));
  return Object.fromEntries(Object.entries({ ...dump, account: sql }).map(([name, rows]) => [name, rows.map(kept)]));
};

const open = async () =>
  (await tenant.client.console.list({})).map(({ records }) => [
    records[0]?.work,
    records[0]?.thing,
    records.map(({ id, name, changes }) => [id, name, changes]),
  ]);

test.each<[string, () => Promise<readonly number[]>]>([
  ["an edit", async () => [await edit("yamada@x", { title: "部長", tel: "03" })]],
  ["another address", async () => [await edit("yamada@x", { emails: ["y@x", "yamada@x"] })]],
  [
    "a creation",
    async () => [await taskOf(tenant.client.users.create({ name: "原", emails: ["hara@x"], title: "主任" }))],
  ],
  ["a deletion", async () => [await remove("users", [await idOf("users", "sato@x")])]],
  ["a value of a custom field", async () => [await edit("hayashi@x", { custom: [{ name: "入社年", value: "1999" }] })]],
  [
    "a new value of a custom field",
    async () => [await edit("sato@x", { custom: [{ name: "入社年", value: "1999" }] })],
  ],
  ["a custom field", async () => [await created(() => tenant.client.users.addField({ name: "内線番号" }))]],
  [
    "a custom field and what it has",
    async () => [
      await created(() => tenant.client.users.addField({ name: "内線番号" })),
      await edit("sato@x", { custom: [{ name: "内線番号", value: "77" }] }),
    ],
  ],
  [
    "an import of several records",
    async () => [
      await taskOf(
        tenant.import({ kind: "users", mode: "replace" }, [
          HEADER,
          ["山田 太郎", "yamada@x", "部長", "W", "2022"],
          ["林", "hayashi@x", "", "E", ""],
          ["原", "hara@x", "主任", "E1", "2019"],
        ]),
      ),
    ],
  ],
  [
    "organisations that an import moved, renamed and made",
    async () => [
      await taskOf(
        tenant.import({ kind: "orgs" }, "組織名,組織コード,上位組織コード\n第一課,E1,W\n西部,W,\n二課,E2,E1"),
      ),
    ],
  ],
  ["the owner of a device", async () => [await own("S1", { owner: null, ownerOrg: await idOf("orgs", "E") })]],
  [
    "the organisation that owns a device",
    async () => [await own("S2", { owner: await idOf("users", "sato@x"), ownerOrg: null })],
  ],
  ["a device", async () => [await remove("devices", [await idOf("devices", "S1")])]],
  [
    "a group and its member",
    async () => [
      await taskOf(tenant.client.secured.createGroup("docs", { name: "人事" })),
      await taskOf(tenant.client.secured.edit(await member("mori"), { groups: ["営業", "人事"] })),
    ],
  ],
  [
    "an account",
    async () => [
      await grant("sato@x", { name: "sato", role: "operator" }),
      await grant("yamada@x", { name: "yamada", role: "division", managedOrgs: [await idOf("orgs", "E")] }),
    ],
  ],
])("console drop restores the console's values: %s; an undo brings back the change and its task", async (_, does) => {
  const before = state();
  const numbers = await does();
  const [changed, tasks] = [state(), await open()];
  expect(tasks.length).toBeGreaterThan(0);
  const dropped = await drop(...numbers);
  expect(state()).toEqual(before);
  expect(await open()).toEqual([]);
  expect(readAuditLog(tenant.database).at(-1)).toMatchObject({ action: "console.drop" });
  await tenant.client.imports.commit(await undoImport(tenant.client, dropped.id));
  expect(state()).toEqual(changed);
});

const created = async (does: () => Promise<unknown>): Promise<number> => {
  await does();
  return (await tenant.client.console.list({})).at(-1)?.number ?? 0;
};

/** What is in the way of dropping tasks; nothing is changed by it. */
const blocked = async (...numbers: readonly number[]) => {
  const before = [state(), await open()];
  const planned = await plan(...numbers);
  const failure = await failureOf(tenant.client.imports.commit(planned));
  expect(failure?.code).toBe("conflict");
  expect([state(), await open()]).toEqual(before);
  return planned.blocked?.first.map(({ thing, why, fields, other }) => [thing, why, fields, other?.name ?? null]);
};

const exchanged = async (): Promise<readonly number[]> => {
  await edit("yamada@x", { emails: ["third@x"] });
  return [await edit("sato@x", { emails: ["yamada@x"] }), await edit("third@x", { emails: ["sato@x"] })];
};

test("console drop restores exchanged addresses only if both tasks are dropped together", async () => {
  const before = state();
  const [sato = 0, yamada = 0] = await exchanged();
  expect(await blocked(sato)).toEqual([["user", "taken", ["メールアドレス"], "山田 <sato@x>"]]);
  expect(await blocked(yamada)).toEqual([["user", "taken", ["メールアドレス"], "佐藤 <yamada@x>"]]);
  await drop(sato, yamada);
  expect(state()).toEqual(before);
  expect(await open()).toEqual([]);
});

test.each<[string, () => Promise<number>, readonly unknown[]]>([
  [
    "whose address another one has by now",
    async () => {
      const number = await edit("yamada@x", { emails: ["y@x"] });
      await tenant.client.users.create({ name: "別人", emails: ["yamada@x"] });
      return number;
    },
    ["user", "taken", ["メールアドレス"], "別人 <yamada@x>"],
  ],
  [
    "that was in an organisation that is deleted",
    async () => {
      const number = await move("sato@x", await idOf("orgs", "E"));
      await own("S2", { owner: null, ownerOrg: await idOf("orgs", "E") });
      await remove("orgs", [await idOf("orgs", "W")]);
      return number;
    },
    ["user", "gone", ["組織"], "西 <W>"],
  ],
  [
    "that was made here, and in which somebody is by now",
    async () => {
      const { after, consoleTask } = await tenant.client.orgs.create({ name: "新" });
      await move("sato@x", after.id);
      return consoleTask ?? 0;
    },
    ["org", "used", [], "佐藤 <sato@x>"],
  ],
  [
    "that was made here, and is an administrator by now",
    async () => {
      const number = await taskOf(tenant.client.users.create({ name: "原", emails: ["hara@x"] }));
      await grant("hara@x", { name: "hara", role: "division", managedOrgs: [await idOf("orgs", "E")] });
      return number;
    },
    ["user", "administrator", [], null],
  ],
])("console drop is rejected and names what is in the way, for a record %s", async (_, does, wanted) => {
  expect(await blocked(await does())).toEqual([wanted]);
});

test("a password cannot be restored: its task stays, and dropping it alone is rejected", async () => {
  const { id } = await member("tanaka");
  const set = async (values: Parameters<typeof tenant.client.secured.edit>[1]) =>
    taskOf(tenant.client.secured.edit({ app: "docs", id }, values));
  const alone = await set({ password: "Canary42" });
  expect(await failureOf(drop(alone))).toMatchObject({ code: "conflict" });
  const both = await set({ password: "Canary43", displayName: "田中 一" });
  await drop(both);
  const [task] = await tenant.client.console.list({});
  expect(task?.records).toMatchObject([{ name: "田中", changes: [{ field: "password" }] }]);
});

test("console drop restores a record that was deleted here without its secrets", async () => {
  await tenant.client.secured.edit(await member("mori"), { password: "Canary42" });
  const numbers = (await tenant.client.console.list({})).map(({ number }) => number);
  await tenant.client.console.confirm({ numbers });
  const { app, id } = await member("mori");
  await drop(await remove(app, [id]));
  expect(await tenant.securedUsers("docs")).toContainEqual(
    expect.objectContaining({ userId: "mori", groups: ["営業"], secretsSet: [] }),
  );
});

test("console drop keeps a field that a later task also changed", async () => {
  const first = await edit("yamada@x", { title: "部長", tel: "03" });
  const second = await edit("yamada@x", { title: "本部長" });
  const [yamada] = await tenant.client.users.find({ name: "yamada@x" });
  await drop(first);
  const shown = async () => {
    const found = (await tenant.users()).find(({ id }) => id === yamada?.id);
    return [found?.title, found?.tel];
  };
  expect(await shown()).toEqual(["本部長", null]);
  await drop(second);
  expect(await shown()).toEqual(["課長", null]);
});

test("console drop is a plan: after any later change it is a conflict and changes nothing", async () => {
  const number = await edit("yamada@x", { title: "部長" });
  const planned = await plan(number);
  expect(planned).toMatchObject({ mode: "undo", drops: [number], update: 1 });
  await edit("yamada@x", { tel: "03" });
  const failure = await failureOf(tenant.client.imports.commit(planned));
  expect(failure).toMatchObject({
    code: "conflict",
    what: { en: expect.stringContaining("the plan would now make different changes") },
  });
  expect(await open()).toHaveLength(2);
  await drop(number);
  expect(await open()).toHaveLength(1);
});
