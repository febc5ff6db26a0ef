import { undoChange, undoImport } from "#support/tenant/undo.ts";
import { expect, test } from "vitest";
import type { Import } from "../api/operations.ts";
import { TestTasks } from "#support/tenant/tasks.ts";
import { failureOf, type TestTenant, type Cells, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

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
  expect(await tasks.list()).toEqual([]);
});

test("a change to a mirror is an open task until an export shows it", async () => {
  await mirror();
  const { change, consoleTask } = await tenant.import(users, CHANGED);
  // nothing changes, so nothing is to be done
  await tenant.import(users, CHANGED);
  expect(consoleTask).toBe(change);
  expect(await tasks.list()).toEqual([[1, "edit"]]);
  expect(await tasks.of()).toMatchObject({ update: 1, openedBy: "owner" });
  expect(await open()).toBe(1);
  // another title of somebody else; the one of the import is there
  await tenant.import(exported, file([...YAMADA, "部長"], ["佐藤", "sato@x", "係長"]));
  expect(await tasks.list()).toEqual([]);
  expect(await open()).toBe(0);
});

test("the creation of users by an import is done once an export shows all of their values", async () => {
  await mirror();
  const more = [...START, ["髙橋", "takahashi@x", "係長"]];
  await tenant.import(users, more);
  expect(await tasks.list()).toEqual([[1, "create"]]);
  await tenant.import(exported, [["氏名", "メールアドレス"], YAMADA, ["佐藤", "sato@x"], ["髙橋", "takahashi@x"]]);
  expect((await tasks.changes())?.map(({ field }) => field)).toEqual(["title"]);
  await tenant.import(exported, more);
  expect(await tasks.list()).toEqual([]);
});

test("a list of a new record that no export has shown is blank in the console", async () => {
  await tenant.import({ ...exported, key: "employee-code" }, "氏名,社員コード,メールアドレス\n山田,1,a@x");
  await tenant.client.users.create({ name: "佐藤", employeeCode: "2" });
  await tenant.import({ ...exported, key: "employee-code" }, "氏名,社員コード\n山田,1\n佐藤,2");
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
    [1, "create"],
    [2, "edit"],
  ]);
  await tenant.import(exported, joined([...YAMADA, "2020"], ["佐藤", "sato@x", ""]));
  expect(await tasks.list()).toEqual([]);
});

test("undo of a takeover brings back the wishes that it closed", async () => {
  await mirror();
  const before = await mirroredAt();
  await tenant.import(users, CHANGED);
  const shows = await tenant.import(exported, file([...YAMADA, "部長"], ["佐藤", "sato@x", "係長"]));
  expect(await tasks.list()).toEqual([]);
  expect(await mirroredAt()).not.toBe(before);
  await undo(shows);
  expect(await tasks.list()).toEqual([[1, "edit"]]);
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
    expect(await tasks.list()).toMatchObject([[3, expect.any(String)]]);
    await tenant.import(from, cells("D01"));
    expect(await tasks.list()).toEqual([]);
  },
);
