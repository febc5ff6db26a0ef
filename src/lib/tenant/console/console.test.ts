import { dropTasks, undoChange, undoImport } from "#support/tenant/undo.ts";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Import } from "../operations.ts";
import { TestTasks } from "#support/tenant/tasks.ts";
import { failureOf, TestTenant, type Cells } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const users = { kind: "users" } as const;
const exported = { kind: "users", fromConsole: true } as const;
const YAMADA = ["山田", "yamada@x"];
const file = (...rows: readonly (readonly string[])[]): Cells => [["氏名", "メールアドレス", "役職"], ...rows];
const START = file([...YAMADA, "課長"], ["佐藤", "sato@x", "主任"]);
const CHANGED = file([...YAMADA, "部長"]);

const tasks = new TestTasks(() => tenant);
const open = async () => (await tenant.client.tenant.show()).consoleTasks;
const mirror = (): Promise<Import> => tenant.import(exported, START);
const undo = async ({ id }: Import): Promise<Import> =>
  tenant.client.imports.commit(await undoImport(tenant.client, id));
const mirroredAt = async () => (await tenant.client.tenant.show()).mirroredAt;

test("changes to a tenant that is not a mirror create no tasks", async () => {
  await tenant.import(users, START);
  await tenant.client.users.addField({ name: "入社年" });
  expect(await tasks.list(true)).toEqual([]);
});

test("a change to a mirror is an open task until an export shows it", async () => {
  await mirror();
  const { change, consoleTask } = await tenant.import(users, CHANGED);
  // nothing changes, so nothing is to be done
  await tenant.import(users, CHANGED);
  expect(consoleTask).toBe(change);
  expect(await tasks.list()).toEqual([[1, "edit", "open"]]);
  expect(await tasks.of()).toMatchObject({ update: 1, mode: "append", openedBy: "owner" });
  expect(await open()).toBe(1);
  // another title of somebody else; the one of the import is there
  await tenant.import(exported, file([...YAMADA, "部長"], ["佐藤", "sato@x", "係長"]));
  expect(await tasks.of()).toMatchObject({ state: "done" });
  expect(await open()).toBe(0);
});

test("an export without the change leaves the task open and the local value as it is", async () => {
  await mirror();
  await tenant.import(users, CHANGED);
  for (const _ of [1, 2]) {
    await tenant.import(exported, START);
    expect(await tasks.list()).toEqual([[1, "edit", "open"]]);
    expect((await tenant.users())[0]).toMatchObject({ title: "部長" });
  }
  await tenant.import(exported, file([...YAMADA, "部長"], ["佐藤", "sato@x", "主任"]));
  expect(await tasks.list()).toEqual([]);
});

test("another new value in the console contradicts the task, and the local value stays", async () => {
  await mirror();
  const { change } = await tenant.import(users, CHANGED);
  const other = file([...YAMADA, "係長"], ["佐藤", "sato@x", "主任"]);
  const plan = await tenant.plan(exported, other);
  const first = [{ name: "山田 <yamada@x>", field: "title", local: "部長", console: "係長", confirmed: false }];
  expect(plan.merged).toMatchObject({ open: 0, contradicted: 1, leftOut: 0, first });
  expect((await tenant.client.imports.commit(plan)).settled).toMatchObject({
    closed: [],
    contradicted: [change],
    open: 1,
  });
  const contradictions = [{ field: "title", local: "部長", console: "係長" }];
  expect(await tasks.of()).toMatchObject({ state: "contradicted", records: [{ contradicted: true, contradictions }] });
  expect(await tasks.changes()).toEqual([{ field: "title", before: "係長", after: "部長" }]);
  expect((await tenant.users())[0]).toMatchObject({ title: "部長" });
  // it stays so until one of both sides changes
  expect((await tenant.plan(exported, other)).merged).toMatchObject({ open: 0, contradicted: 1, leftOut: 0, first });
  await dropTasks(tenant.client, tasks.number(1));
  expect((await tenant.users())[0]).toMatchObject({ title: "係長" });
  expect(await tenant.import(exported, other)).toMatchObject({ update: 0 });
});

test("a contradiction shows that the console lacks a record, or changed one that was deleted here", async () => {
  await mirror();
  await tenant.import(users, CHANGED);
  const [, sato] = await tenant.users();
  await tenant.client.imports.commit(await tenant.client.imports.delete({ ...users, ids: [sato?.id ?? ""] }));
  await tenant.import(exported, file(["佐藤", "sato@x", "係長"]));
  expect((await tasks.record(1))?.contradictions).toEqual([{ field: null, local: null, console: null }]);
  expect((await tasks.record(2))?.contradictions).toEqual([{ field: "title", local: "主任", console: "係長" }]);
});

test("deleting a user who was created here is to be checked in the console until an export lacks the user", async () => {
  await mirror();
  await tenant.import(users, file(["髙橋", "takahashi@x", "係長"]));
  const { id } = (await tenant.users()).find(({ name }) => name === "髙橋") ?? {};
  await tenant.client.imports.commit(await tenant.client.imports.delete({ ...users, ids: [String(id)] }));
  expect(await tasks.list()).toEqual([[2, "check", "open"]]);
  await tenant.import(exported, START);
  expect(await tasks.list(true)).toEqual([]);
});

test("the creation of users by an import is done once an export shows all of their values", async () => {
  await mirror();
  const more = [...START, ["髙橋", "takahashi@x", "係長"]];
  await tenant.import(users, more);
  expect(await tasks.list()).toEqual([[1, "create", "open"]]);
  await tenant.import(exported, [["氏名", "メールアドレス"], YAMADA, ["佐藤", "sato@x"], ["髙橋", "takahashi@x"]]);
  expect((await tasks.changes())?.map(({ field }) => field)).toEqual(["title"]);
  await tenant.import(exported, more);
  expect(await tasks.list()).toEqual([]);
});

test("an undo asks for a check, because the console may have the change; an export decides", async () => {
  await mirror();
  await undo(await tenant.import(users, CHANGED));
  expect(await tasks.list()).toEqual([[2, "check", "open"]]);
  expect(await tasks.changes(2)).toEqual([{ field: "title", before: "課長", after: "課長", perhaps: ["部長"] }]);
  await tenant.import(exported, file([...YAMADA, "部長"], ["佐藤", "sato@x", "主任"]));
  expect(await tasks.changes(2)).toEqual([{ field: "title", before: "部長", after: "課長" }]);
  await tenant.import(exported, START);
  expect(await tasks.list()).toEqual([]);
});

test("a change whose fields were all changed again has no task", async () => {
  await mirror();
  await tenant.import(users, CHANGED);
  await tenant.import(users, file([...YAMADA, "係長"]));
  expect(await tasks.list()).toEqual([[2, "edit", "open"]]);
  await tenant.import(exported, file([...YAMADA, "係長"], ["佐藤", "sato@x", "主任"]));
  expect(await tasks.list()).toEqual([]);
});

test("a column that a map ignores does not count as shown by an export", async () => {
  const joined = (...rows: readonly (readonly string[])[]): Cells => [["氏名", "メールアドレス", "入社年"], ...rows];
  await mirror();
  await tenant.client.users.addField({ name: "入社年" });
  await tenant.import(users, joined([...YAMADA, "2020"]));
  const cells = joined([...YAMADA, "1999"], ["佐藤", "sato@x", ""]);
  await tenant.import({ ...exported, map: { columns: [{ header: "入社年", to: null }] } }, cells);
  expect(await tasks.list()).toEqual([
    [1, "create", "open"],
    [2, "edit", "open"],
  ]);
  await tenant.import(exported, joined([...YAMADA, "2020"], ["佐藤", "sato@x", ""]));
  expect(await tasks.list()).toEqual([]);
});

test("undo of a takeover: the console must be changed back", async () => {
  await mirror();
  const before = await mirroredAt();
  await tenant.import(users, CHANGED);
  const shows = await tenant.import(exported, file([...YAMADA, "部長"], ["佐藤", "sato@x", "係長"]));
  expect(await tasks.list()).toEqual([]);
  expect(await mirroredAt()).not.toBe(before);
  await undo(shows);
  expect(await tasks.list()).toEqual([[2, "edit", "open"]]);
  expect(await mirroredAt()).toBe(before);
  expect((await tenant.users()).map(({ title }) => title)).toEqual(["部長", "主任"]);
});

test("undo of a takeover is rejected and lists its records that were changed since", async () => {
  await mirror();
  const { change } = await tenant.import(
    exported,
    file([...YAMADA, "部長"], ["佐藤", "sato@x", "係長"], ["林", "hayashi@x", ""]),
  );
  const [yamada, , hayashi] = await tenant.users();
  await tenant.client.users.edit(yamada?.id ?? "", { title: "本部長" });
  await tenant.client.users.edit(hayashi?.id ?? "", { tel: "03" });
  const before = tenant.dump();
  const { blocked } = await tenant.client.imports.undo(change ?? 0);
  expect(blocked?.first.map(({ name, why, fields, change: by }) => [name, why, fields, by])).toEqual([
    ["山田 <yamada@x>", "changed", ["役職"], tasks.number(1)],
    ["林 <hayashi@x>", "changed", ["TEL"], tasks.number(2)],
  ]);
  const failure = await failureOf(undoChange(tenant.client, change ?? 0));
  expect(failure).toMatchObject({ code: "conflict", what: { en: expect.stringContaining("山田 <yamada@x>") } });
  expect(tenant.dump()["user"]).toEqual(before["user"]);
});

test("a tenant whose takeovers are all undone is no longer a mirror", async () => {
  const first = await mirror();
  const at = await mirroredAt();
  const second = await tenant.import(exported, START);
  await undo(second);
  expect(await mirroredAt()).toBe(at);
  await undo(first);
  expect(await mirroredAt()).toBeNull();
});

test("undoing the undo of a takeover makes the tenant a mirror again, as of the same time", async () => {
  await tenant.import(users, START);
  const first = await mirror();
  const at = await mirroredAt();
  const undone = await undo(first);
  expect(await mirroredAt()).toBeNull();
  const again = await undo(undone);
  expect(await mirroredAt()).toBe(at);
  await undo(again);
  expect(await mirroredAt()).toBeNull();
  const second = await tenant.import(exported, START);
  const later = await mirroredAt();
  await undo(await undo(await tenant.import({ ...exported, keepMissing: true }, START)));
  expect(await mirroredAt()).toBe(later);
  await undo(await undo(second));
  expect(await mirroredAt()).toBe(later);
});

test("a task keeps the name of its upload file, also for an undo", async () => {
  await mirror();
  const sha256 = "0".repeat(64);
  const plan = await tenant.plan(users, CHANGED);
  const done = await tenant.client.imports.commit(plan, { fileName: "upload.csv", sha256 });
  expect(done.emittedAt).toBe(done.committedAt);
  expect((await tenant.client.imports.show(done.id)).inConsole).toEqual({ done: 0, of: 1 });
  expect(await tasks.of()).toMatchObject({ work: "upload", file: "upload.csv" });
  await tenant.client.imports.commit(await undoImport(tenant.client, done.id), { fileName: "undo.csv", sha256 });
  expect(await tasks.of(2)).toMatchObject({ work: "upload", file: "undo.csv" });
});

test.each([
  ["docs", ["表示名", "ユーザーID", "説明"], ["山田", "yamada"], ["佐藤", "sato"], ["髙橋", "takahashi"]],
  ["orgs", ["組織名", "組織コード", "上位組織コード"], ["営業部", "S01"], ["開発部", "D01"], ["総務部", "G01"]],
  ["devices", ["シリアルナンバー", "端末識別名", "IMEI番号"], ["SN1", "一号"], ["SN2", "二号"], ["SN3", "三号"]],
] as const)(
  "tasks of any kind are closed according to the fields that they changed: %s",
  async (kind, header, first, second, third) => {
    const cells = (value: string): Cells => [header, [...first, value], [...second, ""], [...third, ""]];
    const change = (value: string) => tenant.import({ kind }, [header, [...first, value]]);
    const from = { kind, fromConsole: true } as const;
    await tenant.import(from, cells(""));
    await change("D01");
    await change("G01");
    await change("D01");
    await tenant.import(from, [header.slice(0, 2), first, second, third]);
    expect(await tasks.list()).toMatchObject([[3, expect.any(String), "open"]]);
    await tenant.import(from, cells("D01"));
    expect(await tasks.list()).toEqual([]);
  },
);

test("a takeover reports which tasks it closed and how many are open", async () => {
  await mirror();
  await tenant.import(users, CHANGED);
  await tenant.import(users, file(["佐藤", "sato@x", "係長"]));
  await tenant.client.users.addField({ name: "入社年" });
  const shown = await tenant.import(exported, file([...YAMADA, "部長"], ["佐藤", "sato@x", "主任"]));
  expect(shown.settled).toMatchObject({ closed: tasks.numbers(1), contradicted: [], open: 2 });
  expect((await tenant.import(users, CHANGED)).settled).toBeUndefined();
});
