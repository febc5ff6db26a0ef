import { afterEach, beforeEach, expect, test } from "vitest";
import { TestTasks } from "#support/tenant/tasks.ts";
import { dropTasks, undoChange, undoImport } from "#support/tenant/undo.ts";
import { failureOf, encodeCsv, TestTenant, type Cells } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.import(EXPORT, [HEADER, YAMADA, SATO]);
});
afterEach(() => tenant[Symbol.asyncDispose]());

const EXPORT = { kind: "users", fromConsole: true } as const;
const HEADER = ["氏名", "メールアドレス", "役職", "TEL"];
const YAMADA = ["山田", "yamada@x", "課長", "03"];
const SATO = ["佐藤", "sato@x", "主任", "04"];
const [PROMOTED, NEW] = [YAMADA.with(2, "部長"), ["原", "hara@x", "主任", "05"]];

const idOf = async (name: string): Promise<string> => (await tenant.client.users.find({ name }))[0]?.id ?? "";
const edit = async (name: string, values: object) => tenant.client.users.edit(await idOf(name), values);
const remove = async (name: string) =>
  tenant.client.imports.commit(await tenant.client.imports.delete({ kind: "users", ids: [await idOf(name)] }));
const undo = async (number: number) => tenant.client.imports.commit(await undoChange(tenant.client, number));
const takeOver = (...rows: Cells) => tenant.import(EXPORT, [HEADER, ...rows]);
const last = (): number => tenant.database.count("select max(number) from change");
const tasks = new TestTasks(() => tenant);
const all = async () => (await tenant.client.console.list({ all: true })).map(({ number, state }) => [number, state]);
const verify = (number: number, ...rows: Cells) =>
  tenant.client.imports.verify(
    number,
    { stream: new Blob([encodeCsv([HEADER, ...rows])]).stream(), encoding: "utf-8" },
    {},
  );

/** Imports rows that change or create records. @returns the number of the change */
const change = async (...rows: Cells): Promise<number> =>
  (await tenant.import({ kind: "users" }, [HEADER, ...rows])).change ?? 0;

test("a closed task keeps its records and changes, and shows what closed it", async () => {
  await change(PROMOTED);
  const { records, ...open } = await tasks.of();
  await takeOver(PROMOTED, SATO);
  const closed = {
    state: "done",
    closing: { how: "export", change: last() },
    closedBy: "owner",
    closedAt: expect.any(String) as unknown,
  };
  expect(await tasks.of()).toEqual({ ...open, ...closed, records });
  // a list does not look for what closed its tasks
  const [listed] = await tenant.client.console.list({ all: true });
  expect(listed).toEqual({ ...open, state: "done", records });
});

test("an undone takeover does not count as what closed a task", async () => {
  await change(PROMOTED);
  const { id } = await takeOver(PROMOTED, SATO);
  await tenant.client.imports.commit(await undoImport(tenant.client, id, { mirrorOnly: true }));
  await takeOver(PROMOTED, SATO);
  expect((await tasks.of()).closing).toEqual({ how: "export", change: last() });
});

test("closed tasks that deleted or created a record keep their records", async () => {
  await tenant.client.users.create({ name: "林", emails: ["hayashi@x"], title: "係長" });
  await remove("sato@x");
  await takeOver(YAMADA, ["林", "hayashi@x", "係長", ""]);
  expect(await tasks.of(1)).toMatchObject({ work: "create", create: 1, records: [{ name: "林", key: "hayashi@x" }] });
  expect((await tasks.changes(1))?.map(({ field, after }) => [field, after])).toContainEqual(["title", "係長"]);
  expect(await tasks.of(2)).toMatchObject({ work: "delete", delete: 1, records: [{ name: "佐藤", key: "sato@x" }] });
});

test("a task that no export can show is closed by a confirmation", async () => {
  await tenant.client.users.addField({ name: "入社年" });
  const [field] = await tenant.client.users.fields();
  await tasks.confirm(1);
  await tenant.client.users.removeField(field?.id ?? "");
  await tasks.confirm(2);
  expect(await tasks.of(2)).toMatchObject({ state: "done", closing: { how: "confirm", change: last() } });
});

test("a task closed by a verification keeps that closing, whatever is verified or confirmed later", async () => {
  const number = await change(PROMOTED);
  await verify(number, PROMOTED, SATO);
  const closing = { how: "verify", change: last() };
  await edit("sato@x", { title: "係長" });
  await tasks.confirm(2);
  await edit("sato@x", { title: "課長" });
  await verify(tasks.number(3), PROMOTED, SATO.with(2, "課長"));
  expect(await tasks.of()).toMatchObject({ state: "done", closing });
});

test("a single task lists its first twenty records, and a list of tasks two records of each", async () => {
  const rows = Array.from({ length: 30 }, (_, at) => [`利用者${at}`, `u${at}@x`, "", ""]);
  await change(...rows);
  await tenant.import({ ...EXPORT, keepMissing: true, mode: "append" }, [HEADER, ...rows]);
  expect(await tasks.of()).toMatchObject({ state: "done", work: "several", create: 30 });
  expect((await tasks.of()).records).toHaveLength(20);
  const [listed] = await tenant.client.console.list({ all: true });
  expect(listed?.records).toHaveLength(2);
});

test.each<[string, Cells, (number: number) => Promise<unknown>, readonly unknown[]]>([
  ["an edit is dropped", [PROMOTED], (number) => dropTasks(tenant.client, number), []],
  ["a new record is dropped", [NEW], (number) => dropTasks(tenant.client, number), []],
  ["it is undone", [PROMOTED], undo, [[3, "open"]]],
  ["the fields are changed again", [PROMOTED], () => edit("yamada@x", { title: "次長" }), [[3, "open"]]],
  ["the record is deleted", [PROMOTED], () => remove("yamada@x"), [[3, "open"]]],
  [
    "the console has another value since",
    [PROMOTED],
    () => takeOver(PROMOTED, SATO).then(() => takeOver(YAMADA, SATO)),
    [],
  ],
])("a change is no longer a task if %s", async (_, rows, replace, left) => {
  const number = await change(...rows);
  await replace(number);
  expect(await all()).toEqual(left);
  const by = last();
  const failure = await failureOf(tenant.client.console.show(number));
  expect(failure).toMatchObject({ code: "conflict" });
  expect(failure?.what.en).toContain(
    `task ${number} has nothing left to do, because its values were changed again later, most recently by change ${by} (`,
  );
  expect(failure?.what.ja).toContain(
    `作業 ${number} に残っている内容はありません。値がその後に変更し直されています(最後は変更 ${by}: `,
  );
  expect(failure?.hint?.en).toContain(`clomoctl audit show ${by}`);
  expect(await failureOf(verify(number, YAMADA, SATO))).toMatchObject({ code: "conflict" });
});

test("a deletion is no longer a task if it is undone", async () => {
  await remove("sato@x");
  const number = last();
  await undo(number);
  expect(await failureOf(tenant.client.console.show(number))).toMatchObject({ code: "conflict" });
});

test("if part of a task is changed again, the rest is verified and the later change is named", async () => {
  const number = await change(PROMOTED.with(3, "06"), NEW);
  expect(await verify(number, YAMADA, SATO)).toMatchObject({ done: false });
  await edit("yamada@x", { title: "次長" });
  const by = last();
  const verified = await verify(number, PROMOTED.with(3, "06"), SATO, NEW);
  expect(verified).toMatchObject({ done: true, changedAgain: by, task: { state: "done" } });
  expect(await verify(number, YAMADA, SATO)).toMatchObject({ done: true, changedAgain: by });
  expect(await verify(by, YAMADA.with(2, "次長"), SATO)).toMatchObject({ done: true, changedAgain: null });
  expect(await all()).toEqual([
    [number, "done"],
    [by, "done"],
  ]);
});

test("an edit of a user whom the console lacks belongs to the task that adds the user", async () => {
  const created = await change(NEW);
  await edit("hara@x", { title: "係長" });
  const edited = last();
  expect(await all()).toEqual([[created, "open"]]);
  const failure = { code: "conflict", what: { en: expect.stringContaining(`part of task ${created}`) as unknown } };
  expect(await failureOf(tenant.client.console.show(edited))).toMatchObject(failure);
  expect(await failureOf(verify(edited, YAMADA, SATO))).toMatchObject(failure);
  await takeOver(YAMADA, SATO, NEW.with(2, "係長"));
  expect((await all()).every(([, state]) => state === "done")).toBe(true);
});

test("an undo with --mirror-only creates no task", async () => {
  const { change: number } = await takeOver(PROMOTED, SATO);
  await tenant.client.imports.commit(await undoChange(tenant.client, number ?? 0, { mirrorOnly: true }));
  expect(await all()).toEqual([]);
});
