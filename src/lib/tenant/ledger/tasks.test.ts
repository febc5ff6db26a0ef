import { undoImport } from "#support/tenant/undo.ts";
import { beforeEach, describe, expect, test } from "vitest";
import type { User } from "../api/operations.ts";
import { type TestTenant, type Cells, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest(async (opened) => {
  tenant = opened;
  await tenant.import(exported, START);
});

const exported = { kind: "users", fromConsole: true } as const;
const HEADER = ["氏名", "メールアドレス", "役職"];
const file = (...rows: readonly (readonly string[])[]): Cells => [HEADER, ...rows];
const YAMADA = ["山田", "yamada@x", "課長"];
const SATO = ["佐藤", "sato@x", "主任"];
const START = file(YAMADA, SATO);

const named = async (name: string): Promise<User> => (await tenant.client.users.find({ name }))[0] as User;
const edit = async (name: string, values: Readonly<Record<string, string | null>>) =>
  tenant.client.users.edit((await named(name)).id, values);
const numbers = (): readonly number[] =>
  tenant
    .sql("select number from change where writer not in ('console', 'confirm', 'drop') order by number")
    .map(({ number }) => Number(number));
const numberOf = (place: number): number => numbers()[place - 1] ?? -1;
const task = (place = 1) => tenant.client.console.show(numberOf(place));
const record = async (place = 1) => (await task(place)).records[0];
const changes = async (place = 1) => (await record(place))?.changes;
const tasks = async () =>
  (await tenant.client.console.list({})).map(({ number, records }) => [
    numbers().indexOf(number) + 1,
    records[0]?.work,
    records[0]?.name,
  ]);
const confirm = (...places: readonly number[]) => tenant.client.console.confirm({ numbers: places.map(numberOf) });

test("a task is a change that is not yet completely in the console, and has the number of that change", async () => {
  const { consoleTask } = await edit("yamada@x", { title: "部長" });
  expect(consoleTask).toBe(numberOf(1));
  expect(await task()).toMatchObject({
    kind: "users",
    update: 1,
    records: [
      {
        name: "山田",
        key: "yamada@x",
        id: (await named("yamada@x")).id,
        console: null,
        changes: [{ field: "title", before: "課長", after: "部長" }],
      },
    ],
  });
  expect((await tenant.client.tenant.show()).consoleTasks).toBe(1);
});

test.each<[string, () => Promise<{ consoleTask?: number | null; consoleTasks?: readonly number[] | undefined }>]>([
  [
    "settings of accounts that were recorded here before",
    async () => {
      await tenant.client.accounts.setSettings({ composition: "salesforce" });
      return tenant.client.accounts.setSettings({ authentication: "LDAP" });
    },
  ],
  [
    "the password of an account, which is the user's",
    async () => {
      const { id: user } = await named("yamada@x");
      await tenant.client.accounts.create({ user, name: "yamada", role: "system", passwordInConsole: true });
      await confirm(1);
      return tenant.client.accounts.resetPassword(user, { passwordInConsole: true });
    },
  ],
])("a change returns the one task that contains its records: %s", async (_, write) => {
  const { consoleTask, consoleTasks = [consoleTask] } = await write();
  expect(consoleTasks).toEqual([expect.any(Number)]);
  expect(await tenant.client.console.show(consoleTasks[0] ?? 0)).toMatchObject({ number: consoleTasks[0] });
});

test.each<readonly [string, () => Promise<unknown>, number]>([
  [
    "created here, and edited since",
    async () => {
      await tenant.client.users.create({ name: "髙橋", emails: ["t@x"] });
      expect(await edit("t@x", { title: "係長" })).toMatchObject({ consoleTask: numberOf(1) });
      return tenant.import({ kind: "users" }, "メールアドレス,TEL\nt@x,03");
    },
    1,
  ],
])("a record that the console lacks is one task with all of its current values: %s", async (_, does, place) => {
  await does();
  expect((await tasks()).map(([number, work, name]) => [number, work, name])).toEqual([[place, "create", "髙橋"]]);
  expect(Object.fromEntries((await changes(place))?.map(({ field, after }) => [field, after]) ?? [])).toEqual({
    name: "髙橋",
    emails: ["t@x"],
    org: "全社",
    title: "係長",
    tel: "03",
  });
});

const inOrder = async (number: number) =>
  (await tenant.client.console.show(number)).records.map(({ thing, work, name }) => `${work} ${thing} ${name}`);

describe("console show: the order is deletions, parents, edits, new records, emptied organisations", () => {
  test("organisations are created from the top down, and deleted from the bottom up", async () => {
    const made = await tenant.import({ kind: "orgs" }, "組織名,組織コード,上位組織コード\n係,K,C\n課,C,B\n部,B,");
    expect(await inOrder(made.change ?? 0)).toEqual(["create org 部", "create org 課", "create org 係"]);
    await tenant.import({ kind: "orgs", fromConsole: true }, "組織名,組織コード,上位組織コード\n部,B,\n課,C,B\n係,K,C");
    const undone = await tenant.client.imports.commit(await undoImport(tenant.client, made.id));
    expect(await inOrder(undone.change ?? 0)).toEqual(["delete org 係", "delete org 課", "delete org 部"]);
  });
});

test("console show: a deleted record has the console's name, and its earlier edits are no longer tasks", async () => {
  await edit("yamada@x", { title: "部長" });
  await tenant.client.users.edit((await named("yamada@x")).id, { emails: ["y2@x"], name: "山田 太郎" });
  const ids = [(await named("y2@x")).id];
  await tenant.client.imports.commit(await tenant.client.imports.delete({ kind: "users", ids }));
  expect(await tasks()).toEqual([[3, "delete", "山田"]]);
  expect(await record(3)).toMatchObject({ key: "yamada@x", console: null, changes: [] });
});

describe("console show gives a deleted record the name that the console has", () => {
  const ORGS = "組織名,組織コード,上位組織コード\n甲,,\n乙,,";
  const CODED = ["氏名", "メールアドレス", "社員コード", "役職"];
  const PEOPLE: Cells = [CODED, ["鈴木 花子", "hanako@ex.jp", "A3", "主任"], ["佐藤 健", "ken@ex.jp", "A7", ""]];
  beforeEach(async () => {
    await tenant.import({ kind: "orgs", fromConsole: true }, ORGS);
    await tenant.import(exported, PEOPLE);
  });
  const remove = async (kind: "users" | "orgs", id: string) =>
    tenant.client.imports.commit(await tenant.client.imports.delete({ kind, ids: [id] }));

  const readdressed = async () => {
    const { id } = await named("A3");
    await tenant.client.users.edit(id, { emails: ["h2@ex.jp"], name: "佐藤 花子" });
    await remove("users", id);
  };

  test.for([
    ["佐藤 花子", "h2@ex.jp"],
    ["佐藤 花子", "hanako@ex.jp"],
  ] as const)("from the last export: %s %s", async ([name, key]) => {
    await readdressed();
    await tenant.import(exported, [CODED, [name, key, "A3", "主任"], ["佐藤 健", "ken@ex.jp", "A7", ""]]);
    expect((await tasks()).filter(([place]) => Number(place) > 0)).toHaveLength(1);
    expect(await record(2)).toMatchObject({ name, key, console: null });
  });

  test("is shown with the values of an export from before the deletion", async () => {
    const { id } = await named("A3");
    await tenant.client.users.edit(id, { emails: ["h2@ex.jp"] });
    const cells: Cells = [CODED, ["鈴木 花子", "h3@ex.jp", "A3", "主任"], ["佐藤 健", "ken@ex.jp", "A7", ""]];
    await tenant.import({ ...exported, key: "employee-code" }, cells);
    await remove("users", id);
    expect((await task(2)).records).toMatchObject([{ name: "鈴木 花子", key: "h3@ex.jp", console: null }]);
  });
});

describe("an export from the console", () => {
  test("without the column, or for a value that no file has, proves nothing", async () => {
    await edit("yamada@x", { tel: "03" });
    await edit("sato@x", { salesforceAccount: "sato" });
    await tenant.import(exported, START);
    await tenant.import(exported, START);
    expect(await tasks()).toEqual([
      [1, "edit", "山田"],
      [2, "edit", "佐藤"],
    ]);
  });

  test("does not identify an organisation without a code", async () => {
    const codes = (...cells: readonly string[]): Cells => [
      [...HEADER, "組織コード"],
      [...YAMADA, cells[0] ?? ""],
      [...SATO, cells[1] ?? ""],
    ];
    const { after: sales } = await tenant.client.orgs.create({ name: "営業部" });
    await tenant.client.users.move({ ids: [(await named("yamada@x")).id], org: sales.id });
    await tenant.import(exported, codes());
    expect(await record(2)).toMatchObject({ work: "move" });
    await tenant.client.orgs.edit(sales.id, { code: "S01" });
    await tenant.import(exported, codes("S01"));
    await expect(task(2)).rejects.toMatchObject({ code: "not-found" });
  });
});
