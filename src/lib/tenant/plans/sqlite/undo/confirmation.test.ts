import { afterEach, beforeEach, expect, test } from "vitest";
import { getObservedTable, OBSERVED_VERSIONS } from "../../../console/observed.ts";
import { undoChange } from "#support/tenant/undo.ts";
import { type Cells, failureOf, prepareTenant, type TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
const openPrepared = prepareTenant(async (prepared) => {
  tenant = prepared;
  await tenant.client.users.addField({ name: "入社年" });
  await tenant.client.users.addField({ name: "座席" });
  await tenant.import({ kind: "users", fromConsole: true }, USERS);
  await tenant.import({ kind: "docs", fromConsole: true, createGroups: true }, [
    ["表示名", "ユーザーID", "グループ名"],
    ["田中", "tanaka", "営業"],
  ]);
});
beforeEach(async () => {
  tenant = await openPrepared();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const USERS: Cells = [
  ["氏名", "メールアドレス", "役職", "入社年", "座席"],
  ["山田", "yamada@x", "課長", "2020", "A1"],
  ["佐藤", "sato@x", "主任", "", ""],
];

const idOf = async (name: string): Promise<string> => (await tenant.client.users.find({ name }))[0]?.id ?? "";
const lastNumber = (): number => tenant.database.count("select max(number) from change");

const made = async (...changes: readonly Promise<unknown>[]): Promise<number> => {
  await Promise.all(changes);
  return lastNumber();
};

const edit = async (name: string, values: Parameters<typeof tenant.client.users.edit>[1]): Promise<number> =>
  made(tenant.client.users.edit(await idOf(name), values));
const create = (name: string): Promise<number> => made(tenant.client.users.create({ name: "林", emails: [name] }));
const remove = async (name: string): Promise<number> => {
  const plan = await tenant.client.imports.delete({ kind: "users", ids: [await idOf(name)] });
  return made(tenant.client.imports.commit(plan));
};
const confirm = (numbers: readonly number[], fields?: readonly string[]): Promise<number> =>
  made(tenant.client.console.confirm({ numbers: [...numbers], ...(fields && { fields: [...fields] }) }));
const takeOver = (cells: Cells, more = {}): Promise<unknown> =>
  tenant.import({ kind: "users", fromConsole: true, ...more }, cells);
const undo = async (number: number, options = {}) =>
  tenant.client.imports.commit(await undoChange(tenant.client, number, options));

const open = async (all = false) =>
  (await tenant.client.console.list({ all })).map(({ number, state, records }) => [
    number,
    state,
    records.flatMap(({ changes }) => changes.map(({ field }) => field)).join(),
  ]);

const observed = () =>
  OBSERVED_VERSIONS.map((versions) =>
    tenant
      .sql(`select * from ${getObservedTable(versions)} order by pk`)
      .map(({ confirmedBy: _by, confirmedAt: _at, confirmedFields, ...row }) => ({
        ...row,
        confirmedFields: confirmedFields === "[]" ? null : (confirmedFields ?? null),
      })),
  );

const SEVERAL = { title: "部長", tel: "03", custom: [{ name: "入社年", value: "2021" }] };

test.each<{ readonly name: string; readonly task: () => Promise<number>; readonly fields?: readonly string[] }>([
  { name: "an edit", task: () => edit("yamada@x", SEVERAL) },
  { name: "some fields of an edit", task: () => edit("yamada@x", SEVERAL), fields: ["title"] },
  { name: "a custom field of an edit", task: () => edit("yamada@x", SEVERAL), fields: ["custom:入社年"] },
  { name: "a new record", task: () => create("hayashi@x") },
  { name: "a deletion", task: () => remove("sato@x") },
  {
    name: "a deletion that was undone",
    task: async () => {
      const number = await remove("sato@x");
      await undo(number);
      return lastNumber();
    },
  },
  {
    name: "a new scheme",
    task: () => made(tenant.client.roles.createScheme({ name: "係", operations: ["users.write"] })),
  },
  {
    name: "an edit of a scheme",
    task: async () => {
      const { after } = await tenant.client.roles.createScheme({ name: "係", operations: ["users.write"] });
      await confirm([lastNumber()]);
      return made(tenant.client.roles.editScheme(after.id, { name: "係長" }));
    },
  },
  {
    name: "the deletion of a scheme",
    task: async () => {
      const { after } = await tenant.client.roles.createScheme({ name: "係", operations: ["users.write"] });
      await confirm([lastNumber()]);
      return made(tenant.client.roles.deleteSchemes({ ids: [after.id] }));
    },
  },
  {
    name: "a group that got another name, and its members",
    task: async () => {
      const [group] = await tenant.client.secured.groups("docs");
      return made(tenant.client.secured.editGroup({ app: "docs", id: group?.id ?? "" }, { name: "営業部" }));
    },
  },
])("undoing a confirmation opens the task again · $name", async ({ task, fields }) => {
  const number = await task();
  const before = [observed(), await open()];
  const confirmed = await confirm([number], fields);
  expect([observed(), await open()]).not.toEqual(before);
  const plan = await undoChange(tenant.client, confirmed);
  expect(plan).toMatchObject({ undoes: confirmed, create: 0, update: 0, delete: 0, reopened: { tasks: [number] } });
  expect(plan.reopened?.records).toBeGreaterThan(0);
  await tenant.client.imports.commit(plan);
  expect([observed(), await open()]).toEqual(before);
  // it can be confirmed again, and that be undone
  await undo(await confirm([number], fields));
  expect([observed(), await open()]).toEqual(before);
});

test("values that were changed, confirmed or exported differently since stay as they are", async () => {
  const number = await edit("yamada@x", SEVERAL);
  const confirmed = await confirm([number], ["title"]);
  const other = await edit("yamada@x", { extension: "1" });
  await confirm([number], ["custom:入社年"]);
  // no export shows the title
  await takeOver(USERS.map(([name = "", email = ""]) => [name, email]));
  await undo(confirmed);
  expect(await open(true)).toEqual([
    [number, "open", "title,tel,custom:座席"],
    [other, "open", "extension"],
  ]);
  const [record] = (await tenant.client.console.show(number)).records;
  expect(record?.changes).toMatchObject([{ field: "title", before: "課長", after: "部長" }, { field: "tel" }, {}]);
});

test("for a new record that was confirmed and then changed, everything is open again", async () => {
  const number = await create("hayashi@x");
  const confirmed = await confirm([number]);
  await edit("hayashi@x", { title: "係長" });
  await undo(confirmed);
  expect(await open()).toMatchObject([[number, "open", expect.stringContaining("title")]]);
  expect((await tenant.client.console.show(number)).create).toBe(1);
});

test.each<{ readonly name: string; readonly since: (task: number) => Promise<unknown>; readonly why: RegExp }>([
  {
    name: "changed",
    since: () => edit("yamada@x", { title: "社長" }),
    why: /the user 山田 <yamada@x>: changed later by change \d+ \(役職\)/,
  },
  { name: "deleted", since: () => remove("yamada@x"), why: /changed later by change \d+/ },
  {
    name: "changed and confirmed again",
    since: async () => confirm([await edit("yamada@x", { title: "社長" })]),
    why: /changed later by change \d+/,
  },
  {
    name: "contradicted by an export, and confirmed again",
    since: async (task) => {
      await takeOver(USERS);
      await confirm([task]);
    },
    why: /changed later by change \d+/,
  },
  {
    name: "shown by an export",
    since: () => takeOver(USERS.with(1, ["山田", "yamada@x", "部長", "2020", "A1"])),
    why: /a later export of the console already shows whether the change was made/,
  },
  {
    name: "contradicted by an export",
    since: () => takeOver(USERS),
    why: /a later export of the console already shows whether the change was made/,
  },
])("a confirmation that was $name since is not undone, but the rest can be", async ({ since, why }) => {
  const header = ["氏名", "メールアドレス", "役職"];
  await tenant.import({ kind: "users" }, [header, ["山田", "yamada@x", "部長"], ["林", "hayashi@x", ""]]);
  const task = lastNumber();
  const confirmed = await confirm([task]);
  await since(task);
  const before = tenant.dump();
  const failure = await failureOf(undoChange(tenant.client, confirmed));
  expect(failure?.code).toBe("conflict");
  expect(failure?.what.en).toMatch(why);
  expect(tenant.dump()).toEqual(before);
  const done = await undo(confirmed, { skipBlocked: true });
  expect(done).toMatchObject({ reopened: { tasks: [task] }, blocked: {} });
});

test("undoing an export with --mirror-only restores the confirmation, which can then be undone", async () => {
  const number = await edit("yamada@x", SEVERAL);
  const before = [observed(), await open()];
  const confirmed = await confirm([number]);
  await takeOver(USERS);
  await undo(lastNumber(), { mirrorOnly: true });
  await undo(confirmed);
  expect([observed(), await open()]).toEqual(before);
});

test("`last` can be a confirmation, and its undo is reversed by confirming again", async () => {
  const number = await edit("yamada@x", { title: "部長" });
  const confirmed = await confirm([number]);
  const plan = await undoChange(tenant.client, "last");
  expect(plan.undoes).toBe(confirmed);
  const { change } = await tenant.client.imports.commit(plan);
  const again = await failureOf(undoChange(tenant.client, confirmed));
  expect(again).toMatchObject({
    code: "conflict",
    hint: { en: expect.stringContaining(`clomoctl console confirm ${number}`) },
  });
  const undone = await failureOf(undoChange(tenant.client, change ?? 0));
  expect(undone).toMatchObject({
    code: "conflict",
    hint: { en: expect.stringContaining(`clomoctl console confirm ${number}`) },
  });
});
