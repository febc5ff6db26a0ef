import { dropTasks, undoImport } from "#support/tenant/undo.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { User } from "../operations.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { readAuditLog } from "#support/tenant/audit.ts";
import { failureOf, TestTenant, type Cells } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.import(exported, START);
});
afterEach(() => tenant[Symbol.asyncDispose]());

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
const tasks = async (all = false) =>
  (await tenant.client.console.list({ all })).map(({ number, work, state, records }) => [
    numbers().indexOf(number) + 1,
    work,
    state,
    records[0]?.name,
  ]);
const confirm = (...places: readonly number[]) => tenant.client.console.confirm({ numbers: places.map(numberOf) });

test("a task is a change that is not yet completely in the console, and has the number of that change", async () => {
  const { consoleTask } = await edit("yamada@x", { title: "部長" });
  expect(consoleTask).toBe(numberOf(1));
  expect(await task()).toMatchObject({
    work: "edit",
    kind: "users",
    thing: "user",
    action: "users.edit",
    importId: null,
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
    state: "open",
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
  [
    "an app's administrator who goes with the mark",
    async () => {
      const { administrators } = await tenant.client.administrators.mark("docs", { add: ["admin01"] });
      return tenant.client.administrators.mark("docs", { remove: administrators.map(({ id }) => id) });
    },
  ],
  [
    "schemes that are deleted",
    async () => {
      const [one, other] = await Promise.all(
        ["登録係", "閲覧係"].map((name) => tenant.client.roles.createScheme({ name, operations: ["users.write"] })),
      );
      return tenant.client.roles.deleteSchemes({ ids: [one?.after.id ?? "", other?.after.id ?? ""] });
    },
  ],
])("a change returns the one task that contains its records: %s", async (_, write) => {
  const { consoleTask, consoleTasks = [consoleTask] } = await write();
  expect(consoleTasks).toEqual([expect.any(Number)]);
  expect(await tenant.client.console.show(consoleTasks[0] ?? 0)).toMatchObject({ state: "open" });
});

test("a change returns its task even to an account that cannot see it, and no task if nothing changed", async () => {
  const { after: org } = await tenant.client.orgs.create({ name: "営業部", code: "S" });
  const { id } = await named("yamada@x");
  await tenant.client.users.move({ ids: [id], org: org.id });
  await addTestAccount(tenant, { name: "sales", role: "division", org: "S", manages: ["S"] });
  const edited = () => tenant.as("sales").users.edit(id, { title: "部長" });
  const { consoleTask } = await edited();
  expect((await tenant.client.console.show(consoleTask ?? 0)).records[0]).toMatchObject({ name: "山田" });
  const seen = await tenant.as("sales").console.list({});
  expect(seen.map(({ number }) => number)).not.toContain(consoleTask);
  expect(await edited()).toMatchObject({ consoleTask: null });
});

test("a task has the fields that its change wrote last, and disappears once all are written again", async () => {
  await edit("yamada@x", { title: "部長", tel: "03" });
  await edit("yamada@x", { title: "本部長" });
  await edit("sato@x", { title: null });
  expect(await changes(1)).toEqual([{ field: "tel", before: null, after: "03", neverExported: true }]);
  expect(await changes(2)).toEqual([{ field: "title", before: "課長", after: "本部長", perhaps: ["部長"] }]);
  await edit("yamada@x", { tel: null });
  expect(await tasks()).toEqual([
    [2, "edit", "open", "山田"],
    [3, "edit", "open", "佐藤"],
    [4, "check", "open", "山田"],
  ]);
  expect(await task(1)).toMatchObject({ state: "done" });
});

test("tasks that only ask for a check come last, and one confirmation closes them", async () => {
  await edit("yamada@x", { title: "部長" });
  await edit("yamada@x", { title: "課長" });
  await edit("sato@x", { title: "係長" });
  expect(await tasks()).toEqual([
    [3, "edit", "open", "佐藤"],
    [2, "check", "open", "山田"],
  ]);
  expect(await changes(2)).toEqual([{ field: "title", before: "課長", after: "課長", perhaps: ["部長"] }]);
  await confirm(2);
  expect(await tasks()).toEqual([[3, "edit", "open", "佐藤"]]);
});

test("a task is a move as long as nothing else changes", async () => {
  const { after: org } = await tenant.client.orgs.create({ name: "営業部" });
  const { id } = await named("yamada@x");
  await tenant.client.users.move({ ids: [id], org: org.id });
  expect(await task(2)).toMatchObject({
    work: "move",
    records: [{ changes: [{ field: "org", before: null, after: "営業部", neverExported: true }] }],
  });
});

test.each<readonly [string, () => Promise<unknown>, number]>([
  [
    "created here, and edited since",
    async () => {
      await tenant.client.users.create({ name: "髙橋", emails: ["t@x"] });
      expect(await edit("t@x", { title: "係長" })).toMatchObject({ consoleTask: numberOf(1) });
      return tenant.import({ kind: "users" }, [
        ["メールアドレス", "TEL"],
        ["t@x", "03"],
      ]);
    },
    1,
  ],
  [
    "changed here, and deleted there",
    async () => {
      await tenant.import(exported, [
        [...HEADER, "TEL"],
        [...YAMADA, ""],
        [...SATO, ""],
        ["髙橋", "t@x", "", "03"],
      ]);
      await edit("t@x", { title: "係長" });
      return tenant.import(exported, START);
    },
    1,
  ],
  [
    "deleted there, and edited since",
    async () => {
      await tenant.import(exported, [...START, ["髙橋", "t@x", ""]]);
      await edit("t@x", { title: "係長" });
      await tenant.import(exported, START);
      return edit("t@x", { tel: "03" });
    },
    2,
  ],
])("a record that the console lacks is one task with all of its current values: %s", async (_, does, place) => {
  await does();
  expect((await tasks()).map(([number, work, , name]) => [number, work, name])).toEqual([[place, "create", "髙橋"]]);
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
  const IN = [...HEADER, "組織コード"];

  test("users who were moved into a new organisation, and back", async () => {
    await tenant.import(exported, [IN, [...YAMADA, ""], [...SATO, ""], ["林", "hayashi@x", "", ""]]);
    const people: Cells = [IN, [...YAMADA, "N"], ["林", "hayashi@x", "", ""], ["森", "mori@x", "", ""]];
    const made = await tenant.import({ kind: "users", mode: "replace", createOrgs: true }, people);
    expect(await inOrder(made.change ?? 0)).toEqual([
      "delete user 佐藤",
      "create org N",
      "move user 山田",
      "create user 森",
    ]);
    await confirm(1);
    const undone = await tenant.client.imports.commit(await undoImport(tenant.client, made.id));
    expect(await inOrder(undone.change ?? 0)).toEqual([
      "delete user 森",
      "move user 山田",
      "create user 佐藤",
      "delete org N",
    ]);
  });

  test("organisations are created from the top down, and deleted from the bottom up", async () => {
    const made = await tenant.import({ kind: "orgs" }, [
      ["組織名", "組織コード", "上位組織コード"],
      ["係", "K", "C"],
      ["課", "C", "B"],
      ["部", "B", ""],
    ]);
    expect(await inOrder(made.change ?? 0)).toEqual(["create org 部", "create org 課", "create org 係"]);
    await tenant.import({ kind: "orgs", fromConsole: true }, [
      ["組織名", "組織コード", "上位組織コード"],
      ["部", "B", ""],
      ["課", "C", "B"],
      ["係", "K", "C"],
    ]);
    const undone = await tenant.client.imports.commit(await undoImport(tenant.client, made.id));
    expect(await inOrder(undone.change ?? 0)).toEqual(["delete org 係", "delete org 課", "delete org 部"]);
  });
});

test("console show: a record in a field has the console's name, and also its local name", async () => {
  const { after: branch } = await tenant.client.orgs.create({ name: "支社" });
  const { after: child } = await tenant.client.orgs.create({ name: "営業部", code: "S", parentId: branch.id });
  expect(await changes(2)).toContainEqual({ field: "parentId", before: null, after: "支社" });
  await confirm(1, 2);
  await tenant.client.orgs.edit(branch.id, { name: "大阪/支社" });
  expect(await record(3)).toMatchObject({
    name: "大阪/支社",
    key: "大阪\\/支社",
    changes: [{ field: "name", before: "支社", after: "大阪/支社" }],
  });
  await tenant.client.users.move({ ids: [(await named("yamada@x")).id], org: child.id });
  await tenant.client.orgs.edit(child.id, { code: "T" });
  expect(await changes(4)).toEqual([
    { field: "org", before: null, after: "支社/営業部 (S)", renamed: "大阪\\/支社/営業部 (T)", neverExported: true },
  ]);
});

test("console show: a deleted record has the console's name, and its earlier edits are no longer tasks", async () => {
  await edit("yamada@x", { title: "部長" });
  await tenant.client.users.edit((await named("yamada@x")).id, { emails: ["y2@x"], name: "山田 太郎" });
  const ids = [(await named("y2@x")).id];
  await tenant.client.imports.commit(await tenant.client.imports.delete({ kind: "users", ids }));
  expect(await tasks()).toEqual([[3, "delete", "open", "山田 太郎"]]);
  expect(await record(3)).toMatchObject({ key: "y2@x", console: { name: "山田", key: "yamada@x" }, changes: [] });
});

describe("console show gives a deleted record the name that the console has", () => {
  const ORGS: Cells = [
    ["組織名", "組織コード", "上位組織コード"],
    ["甲", "", ""],
    ["乙", "", ""],
  ];
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
  const LOCAL = { name: "佐藤 花子", key: "h2@ex.jp" };

  test.for([
    ["as here, if the export shows that the change was done", ["佐藤 花子", "h2@ex.jp"], null],
    [
      "by the values of the export, if it has others",
      ["佐藤 花子", "hanako@ex.jp"],
      { name: "佐藤 花子", key: "hanako@ex.jp" },
    ],
  ] as const)("is shown %s", async ([, [name, address], console]) => {
    await readdressed();
    await tenant.import(exported, [CODED, [name, address, "A3", "主任"], ["佐藤 健", "ken@ex.jp", "A7", ""]]);
    expect((await tasks(true)).filter(([place]) => Number(place) > 0).map(([, , state]) => state)).toEqual(["open"]);
    expect(await record(2)).toMatchObject({ ...LOCAL, console });
  });

  test("is shown with the values of an export from before the deletion", async () => {
    const { id } = await named("A3");
    await tenant.client.users.edit(id, { emails: ["h2@ex.jp"] });
    const cells: Cells = [CODED, ["鈴木 花子", "h3@ex.jp", "A3", "主任"], ["佐藤 健", "ken@ex.jp", "A7", ""]];
    await tenant.import({ ...exported, key: "employee-code" }, cells);
    await remove("users", id);
    expect((await task(2)).records).toMatchObject([
      { name: "鈴木 花子", key: "h2@ex.jp", console: { name: "鈴木 花子", key: "h3@ex.jp" } },
    ]);
  });
});

test("an export keeps local changes, and its plan counts what the console does not have yet", async () => {
  await edit("yamada@x", { title: "部長", tel: "03" });
  await edit("sato@x", { title: "係長" });
  const done = file(["山田", "yamada@x", "部長"], ["佐藤", "sato@x", "係長"]);
  expect((await tenant.plan(exported, done)).merged).toBe(undefined);
  expect((await tenant.plan(exported, START)).merged).toMatchObject({
    open: 2,
    contradicted: 0,
    leftOut: 0,
    first: [],
  });
  expect((await tenant.plan({ kind: "users" }, START)).merged).toBe(undefined);
  await tenant.client.users.create({ name: "髙橋", emails: ["t@x"] });
  await tenant.client.users.create({ name: "鈴木", emails: ["s@x"] });
  expect(await tenant.import(exported, START)).toMatchObject({ update: 0, delete: 0, merged: { open: 4 } });
  expect((await tenant.users()).map(({ title }) => title)).toEqual(["部長", "係長", null, null]);
});

describe("an export that contradicts a confirmed task", () => {
  const settledBy = async (cells: Cells) => (await tenant.import(exported, cells)).settled;

  test("shows both values and opens the task again", async () => {
    await edit("yamada@x", { title: "部長", tel: "03" });
    await tenant.client.users.create({ name: "髙橋", emails: ["t@x"] });
    await confirm(1, 2);
    const { merged } = await tenant.plan(exported, START);
    expect(merged).toMatchObject({
      open: 0,
      contradicted: 2,
      leftOut: 0,
      first: [
        { name: "山田 <yamada@x>", field: "title", local: "部長", console: "課長", confirmed: true },
        { name: "髙橋 <t@x>", field: null, local: null, console: null, confirmed: true },
      ],
    });
    expect(await settledBy(START)).toMatchObject({
      closed: [],
      contradicted: [],
      reopened: [1, 2].map(numberOf),
      open: 2,
    });
    expect(await named("yamada@x")).toMatchObject({ title: "部長" });
    expect(await settledBy(START)).toMatchObject({ closed: [], contradicted: [], open: 2 });
  });

  test("does not affect a task that agrees; what the console shows later is its own change", async () => {
    await edit("yamada@x", { title: "部長" });
    await confirm(1);
    const done = file(["山田", "yamada@x", "部長"], SATO);
    expect((await tenant.plan(exported, done)).merged).toBe(undefined);
    expect(await settledBy(done)).toMatchObject({ reopened: [] });
    expect((await tenant.plan(exported, START)).merged).toBe(undefined);
    expect(await settledBy(START)).toMatchObject({ reopened: [] });
    expect(await named("yamada@x")).toMatchObject({ title: "課長" });
  });

  test("opens the task again even after an export without the column", async () => {
    await edit("yamada@x", { title: "部長" });
    await confirm(1);
    await tenant.import(exported, [HEADER.slice(0, 2), YAMADA.slice(0, 2), SATO.slice(0, 2)]);
    expect((await tenant.plan(exported, START)).merged).toMatchObject({ contradicted: 1 });
    expect(await settledBy(START)).toMatchObject({ reopened: [1].map(numberOf) });
  });

  test("opens tasks of imports and deletions again, once it is committed", async () => {
    await tenant.import({ kind: "users" }, file(["山田", "yamada@x", "部長"]));
    const ids = [(await named("sato@x")).id];
    await tenant.client.imports.commit(await tenant.client.imports.delete({ kind: "users", ids }));
    await confirm(1, 2);
    expect(await settledBy(START)).toMatchObject({ reopened: [1, 2].map(numberOf) });
  });
});

test("a user whose main address was changed by hand is the same user in an earlier export", async () => {
  const { id } = await named("yamada@x");
  await tenant.client.users.edit(id, { emails: ["y2@x", "spare@x"], tel: "03" });
  const plan = await tenant.plan(exported, START);
  expect(plan).toMatchObject({ create: 0, update: 0, delete: 0, merged: { open: 1 } });
  await tenant.client.imports.commit(plan);
  expect(await named("y2@x")).toMatchObject({ id, tel: "03" });
  const other = await tenant.plan(exported, file(["山田", "y2@x", "課長"], ["別人", "yamada@x", ""], SATO));
  expect(other).toMatchObject({ create: 1, delete: 0, rejected: false });
  expect(await tenant.plan({ kind: "users" }, START)).toMatchObject({ create: 1 });
});

describe("an export from the console", () => {
  test("closes the tasks that it shows as done", async () => {
    await edit("yamada@x", { title: "部長" });
    await tenant.client.users.create({ name: "髙橋", emails: ["t@x"], title: "係長" });
    await tenant.import(exported, file(["山田", "yamada@x", "部長"], SATO, ["髙橋", "t@x", "係長"]));
    expect(await tasks()).toEqual([]);
  });

  test("closes the tasks of an import and of a deletion, even if an earlier export differed", async () => {
    await tenant.import({ kind: "users" }, file(["山田", "yamada@x", "部長"], ["髙橋", "t@x", "係長"]));
    const ids = [(await named("sato@x")).id];
    await tenant.client.imports.commit(await tenant.client.imports.delete({ kind: "users", ids }));
    await tenant.import(exported, START);
    const states = async () => (await tenant.client.console.list({})).map(({ state }) => state);
    expect(await states()).toEqual(["open", "open"]);
    await tenant.import(exported, file(["山田", "yamada@x", "部長"], SATO));
    expect(await states()).toEqual(["open", "open"]);
    await tenant.import(exported, [
      [...HEADER, "組織コード"],
      ["山田", "yamada@x", "部長", ""],
      ["髙橋", "t@x", "係長", ""],
    ]);
    expect(await states()).toEqual([]);
  });

  test("without the column, or for a value that no file has, proves nothing", async () => {
    await edit("yamada@x", { tel: "03" });
    await edit("sato@x", { salesforceAccount: "sato" });
    await tenant.import(exported, START);
    await tenant.import(exported, START);
    expect(await tasks()).toEqual([
      [1, "edit", "open", "山田"],
      [2, "edit", "open", "佐藤"],
    ]);
  });

  test("without a user who was created here leaves the task open", async () => {
    await tenant.client.users.create({ name: "髙橋", emails: ["t@x"] });
    await tenant.import(exported, START);
    expect(await task()).toMatchObject({ state: "open" });
    expect(await named("t@x")).toMatchObject({ name: "髙橋" });
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
    expect(await task(2)).toMatchObject({ work: "move", state: "open" });
    await tenant.client.orgs.edit(sales.id, { code: "S01" });
    await tenant.import(exported, codes("S01"));
    expect(await task(2)).toMatchObject({ state: "done" });
  });
});

test("console confirm: records who says that the console has the values, and when", async () => {
  await edit("yamada@x", { title: "部長" });
  const { openedAt: at, number } = await task();
  const [closed] = await tenant.client.console.confirm({ numbers: [number], by: "髙橋", at });
  expect(closed).toMatchObject({ state: "confirmed", closedBy: "髙橋", closedAt: at });
  expect(await failureOf(dropTasks(tenant.client, number))).toMatchObject({ code: "conflict" });
  expect(await failureOf(confirm(1))).toMatchObject({ code: "conflict" });
});

test("console confirm --record, --field: the rest stays open", async () => {
  const { client } = tenant;
  await tenant.import({ kind: "users" }, [
    [...HEADER, "TEL"],
    ["山田", "yamada@x", "部長", "03"],
    ["佐藤", "sato@x", "係長", "04"],
  ]);
  await client.console.confirm({ numbers: [numberOf(1)], records: [(await named("yamada@x")).id] });
  expect((await task()).records.map(({ name }) => name)).toEqual(["佐藤"]);
  await client.console.confirm({ numbers: [numberOf(1)], fields: ["tel"] });
  expect(await changes()).toEqual([{ field: "title", before: "主任", after: "係長" }]);
  const none = client.console.confirm({ numbers: [numberOf(1)], fields: ["tel"] });
  expect(await failureOf(none)).toMatchObject({ code: "not-found" });
});

test("console confirm: several tasks at once leave one audit record", async () => {
  await edit("yamada@x", { title: "部長" });
  await edit("sato@x", { title: "係長" });
  const closed = await tenant.client.console.confirm({ numbers: [2, 1, 2].map(numberOf), by: "髙橋" });
  expect(closed.map(({ number, state, closedBy }) => [number, state, closedBy])).toEqual([
    [numberOf(2), "confirmed", "髙橋"],
    [numberOf(1), "confirmed", "髙橋"],
  ]);
  expect(readAuditLog(tenant.database).at(-1)).toMatchObject({
    action: "console.confirm",
    objects: [2, 1].map((place) => ({ thing: "console_task", id: String(numberOf(place)) })),
    detail: { by: "髙橋", at: closed[0]?.closedAt },
  });
});

test("console confirm: confirms nothing if one task is unknown, closed or not yet created", async () => {
  await edit("yamada@x", { title: "部長" });
  await edit("sato@x", { title: "係長" });
  await tenant.client.users.create({ name: "髙橋", emails: ["t@x"] });
  await dropTasks(tenant.client, numberOf(3));
  const stood = tenant.dump();
  const refused = async (all: readonly number[], at?: string) => {
    const failure = await failureOf(tenant.client.console.confirm({ numbers: [...all], at }));
    expect(tenant.dump()).toEqual(stood);
    return [failure?.code, failure?.what.ja];
  };
  const [first, second, third] = [1, 2, 3].map(numberOf) as [number, number, number];
  expect(await refused([first, 99_999])).toEqual(["not-found", "管理画面での作業 99999 はありません"]);
  expect(await refused([first, third])).toEqual([
    "conflict",
    expect.stringContaining(`作業 ${third} はすでに終了しています`),
  ]);
  const early = await refused([second, first], "2020-01-01T00:00:00.000Z");
  expect(early).toEqual(["input-rejected", expect.stringContaining(`作業 ${second} の完了日時に、作業の発生日時(`)]);
});

test("console confirm: is done once for the same Idempotency-Key, with the same response", async () => {
  await edit("yamada@x", { title: "部長" });
  await edit("sato@x", { title: "係長" });
  const send = () =>
    tenant.fetch(
      new Request("http://tenant/v1/console", {
        method: "POST",
        headers: { "content-type": "application/json", "idempotency-key": "once" },
        body: JSON.stringify({ numbers: [1, 2].map(numberOf) }),
      }),
    );
  const [first, second] = [await send(), await send()];
  expect([first.status, second.status]).toEqual([200, 200]);
  expect(await second.json()).toEqual(await first.json());
  expect(readAuditLog(tenant.database).filter(({ action }) => action === "console.confirm")).toHaveLength(1);
});

test("console confirm: rejects a time before the task was created, or in the future", async () => {
  await edit("yamada@x", { title: "部長" });
  for (const at of ["2020-01-01T00:00:00.000Z", "2099-01-01T00:00:00.000Z"]) {
    const failure = await failureOf(tenant.client.console.confirm({ numbers: [numberOf(1)], at }));
    expect(failure).toMatchObject({ code: "input-rejected", where: at });
  }
  expect((await task()).state).toBe("open");
});
