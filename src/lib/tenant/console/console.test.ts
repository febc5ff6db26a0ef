import { undoImport } from "#support/tenant/undo.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Import } from "../../contract/index.ts";
import { auditOf } from "#support/tenant/audit.ts";
import { failureOf, fileOf, TestTenant, type Cells } from "#support/tenant/tenant.ts";

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

const tasks = async () =>
  (await tenant.client.console.list({})).map(({ number, work, state, importNumber }) => ({
    number,
    work,
    state,
    importNumber,
  }));
const open = async () => (await tenant.client.tenant.show()).consoleTasks;

const mirror = (): Promise<Import> => tenant.import(exported, START);

test("what changes a tenant of our own has nothing to do with the console", async () => {
  await tenant.import(users, START);
  await tenant.client.users.addField({ name: "入社年" });
  expect(await tasks()).toEqual([]);
});

test("what changes a mirror waits for the console, until its export shows that it was done there", async () => {
  await mirror();
  expect(await tasks()).toEqual([]);
  const { number } = await tenant.import(users, CHANGED);
  // nothing changes, so nothing is to be done
  await tenant.import(users, CHANGED);
  expect(await tasks()).toEqual([{ number: 1, work: "repeat", state: "open", importNumber: number }]);
  expect(await tenant.client.console.show(1)).toMatchObject({ update: 1, mode: "append", openedBy: "owner" });
  expect(await open()).toBe(1);
  // another title of somebody else; the one of the import is there
  await tenant.import(exported, file([...YAMADA, "部長"], ["佐藤", "sato@x", "係長"]));
  expect(await tenant.client.console.show(1)).toMatchObject({ state: "shown", closedBy: "owner", doubtedAt: null });
  expect(await open()).toBe(0);
});

test("an export that lacks the change leaves it open, and the value as it is here", async () => {
  await mirror();
  await tenant.import(users, CHANGED);
  for (const _ of [1, 2]) {
    await tenant.import(exported, START);
    expect(await tenant.client.console.show(1)).toMatchObject({ state: "open", doubtedAt: null });
    expect((await tenant.users())[0]).toMatchObject({ title: "部長" });
  }
  await tenant.import(exported, file([...YAMADA, "部長"], ["佐藤", "sato@x", "主任"]));
  expect(await tasks()).toMatchObject([{ state: "shown" }]);
});

test("a value that nobody asked for here contradicts the task, and the value here stays", async () => {
  await mirror();
  await tenant.import(users, CHANGED);
  const other = file([...YAMADA, "係長"], ["佐藤", "sato@x", "主任"]);
  const plan = await tenant.plan(exported, other);
  const first = [{ name: "山田 <yamada@x>", field: "title", local: "部長", console: "係長", confirmed: false }];
  expect(plan.merged).toEqual({ open: 0, contradicted: 1, leftOut: 0, first });
  expect((await tenant.client.imports.commit(plan)).settled).toEqual({ closed: [], differing: [1], open: 1 });
  expect(await tenant.client.console.show(1)).toMatchObject({ state: "open", doubtedAt: expect.any(String) });
  expect((await tenant.users())[0]).toMatchObject({ title: "部長" });
  // it stays so until one of both sides changes
  expect((await tenant.plan(exported, other)).merged).toEqual({ open: 0, contradicted: 1, leftOut: 0, first });
  await tenant.client.console.close({ numbers: [1], state: "dropped" });
  await tenant.import(exported, other);
  expect((await tenant.users())[0]).toMatchObject({ title: "係長" });
});

test("an export that lacks the column proves nothing", async () => {
  await mirror();
  await tenant.import(users, CHANGED);
  await tenant.import(exported, [["氏名", "メールアドレス"], YAMADA, ["佐藤", "sato@x"]]);
  expect(await tenant.client.console.show(1)).toMatchObject({ state: "open", doubtedAt: null });
});

test("somebody whom the console still has was not deleted there", async () => {
  await mirror();
  await tenant.import({ ...users, mode: "replace" }, file([...YAMADA, "課長"]));
  expect((await tenant.import(exported, START)).create).toBe(0);
  expect(await tenant.client.console.show(1)).toMatchObject({ state: "open", doubtedAt: null });
  expect((await tenant.users()).map(({ name }) => name)).toEqual(["山田"]);
});

test("somebody whom an earlier file still makes is yet to be deleted, though the console has not got them", async () => {
  await mirror();
  await tenant.import(users, file(["髙橋", "takahashi@x", "係長"]));
  const { id } = (await tenant.users()).find(({ name }) => name === "髙橋") ?? {};
  await tenant.client.imports.commit(await tenant.client.imports.delete({ ...users, ids: [String(id)] }));
  const untold: Cells = [["氏名", "メールアドレス"], YAMADA, ["佐藤", "sato@x"]];
  await tenant.import(exported, untold);
  expect(await tasks()).toMatchObject([
    { work: "repeat", state: "dropped" },
    { work: "delete", state: "open" },
  ]);
  await tenant.import(exported, untold);
  expect(await tasks()).toMatchObject([{ state: "dropped" }, { work: "delete", state: "shown" }]);
});

test("users that an import created are seen in an export that has all that they have", async () => {
  await mirror();
  const more = [...START, ["髙橋", "takahashi@x", "係長"]];
  await tenant.import(users, more);
  await tenant.import(exported, [["氏名", "メールアドレス"], YAMADA, ["佐藤", "sato@x"], ["髙橋", "takahashi@x"]]);
  expect(await tasks()).toMatchObject([{ state: "open" }]);
  await tenant.import(exported, more);
  expect(await tasks()).toMatchObject([{ state: "open" }]);
  await tenant.import(
    exported,
    more.map((row, at) => [...row, at === 0 ? "組織コード" : ""]),
  );
  expect(await tasks()).toMatchObject([{ state: "shown" }]);
});

test("an undoing takes the place of what it undoes", async () => {
  await mirror();
  const { id } = await tenant.import(users, CHANGED);
  const undo = await tenant.client.imports.commit(await undoImport(tenant.client, id));
  expect(await tasks()).toEqual([
    { number: 1, work: "repeat", state: "dropped", importNumber: "2" },
    { number: 2, work: "undo", state: "open", importNumber: undo.number },
  ]);
  await tenant.import(exported, START);
  expect(await tasks()).toMatchObject([{ state: "dropped" }, { state: "shown" }]);
});

test("an undoing tells the task of what it undoes, as it was until then", async () => {
  const own = await tenant.import(users, START);
  await mirror();
  const undoes = async ({ id }: Import) => {
    await tenant.client.imports.commit(await undoImport(tenant.client, id));
    return (await tenant.client.console.list({})).at(-1)?.undoes;
  };
  const close = (number: number, state: "confirmed" | "dropped") =>
    tenant.client.console.close({ numbers: [number], state });
  const first = await tenant.import(users, CHANGED);
  expect(await undoes(first)).toEqual({ importNumber: first.number, task: 1, state: "open" });
  const confirmed = await tenant.import(users, CHANGED);
  await close(3, "confirmed");
  expect(await undoes(confirmed)).toEqual({ importNumber: confirmed.number, task: 3, state: "confirmed" });
  const dropped = await tenant.import(users, CHANGED);
  await close(5, "dropped");
  expect(await undoes(dropped)).toEqual({ importNumber: dropped.number, task: 5, state: "dropped" });
  // made before this was a mirror
  expect(await undoes(own)).toEqual({ importNumber: own.number, task: null, state: null });
  // what came from the console was there
  const newcomer = file(["髙橋", "takahashi@x", "係長"]);
  expect(await undoes(await tenant.import({ ...exported, keepMissing: true }, newcomer))).toBeNull();
});

test("an upload is proved by its verification, dropped with its plan, or by the next upload", async () => {
  await mirror();
  const emit = async (cells: Cells): Promise<Import> => {
    const plan = await tenant.plan(users, cells);
    return tenant.client.imports.emitted(plan);
  };
  await emit(CHANGED);
  const { id } = await emit(file([...YAMADA, "係長"]));
  expect(await tasks()).toMatchObject([
    { work: "upload", state: "dropped" },
    { work: "upload", state: "open" },
  ]);
  const { console, imports } = tenant.client;
  expect(await failureOf(console.close({ numbers: [2], state: "confirmed" }))).toMatchObject({ code: "conflict" });
  expect(await failureOf(console.close({ numbers: [2], state: "dropped" }))).toMatchObject({ code: "conflict" });
  const shows = file([...YAMADA, "係長"], ["佐藤", "sato@x", "主任"]);
  const upload = { stream: new Blob([fileOf(shows)]).stream(), encoding: "utf-8" } as const;
  expect(await imports.verify(id, upload)).toMatchObject({ accepted: true });
  expect(await tasks()).toMatchObject([{ state: "dropped" }, { state: "shown" }]);
  const { id: third } = await emit(CHANGED);
  await imports.discard(third);
  expect((await tasks()).at(-1)).toMatchObject({ work: "upload", state: "dropped" });
});

test("somebody confirms or drops a task once, and it is recorded who", async () => {
  await mirror();
  await tenant.client.users.addField({ name: "入社年" });
  const [field] = await tenant.client.users.fields();
  const { console } = tenant.client;
  expect(await console.show(1)).toMatchObject({ work: "add-field", name: "入社年", importId: null, mode: null });
  expect(await console.close({ numbers: [1], state: "confirmed" })).toMatchObject([
    { state: "confirmed", closedBy: "owner" },
  ]);
  await tenant.client.users.removeField(field?.id ?? "");
  expect(await console.close({ numbers: [2], state: "dropped" })).toMatchObject([
    { work: "remove-field", state: "dropped" },
  ]);
  expect(await failureOf(console.close({ numbers: [1], state: "dropped" }))).toMatchObject({ code: "conflict" });
  expect(await failureOf(console.close({ numbers: [9], state: "dropped" }))).toMatchObject({ code: "not-found" });
  expect(await console.list({ state: "open" })).toEqual([]);
  const audit = auditOf(tenant.database).filter(({ action }) => String(action).startsWith("console."));
  expect(audit).toMatchObject([
    { action: "console.confirm", objects: [{ thing: "console_task", id: "1" }] },
    { action: "console.drop", objects: [{ thing: "console_task", id: "2" }] },
  ]);
});

test("a column that the console's export has was added there", async () => {
  await mirror();
  await tenant.client.users.addField({ name: "入社年" });
  await tenant.import(exported, START);
  expect(await tasks()).toMatchObject([{ state: "open" }]);
  await tenant.import(exported, [
    ["氏名", "メールアドレス", "役職", "入社年"],
    [...YAMADA, "課長", "2020"],
    ["佐藤", "sato@x", "主任", ""],
  ]);
  expect(await tasks()).toMatchObject([{ state: "shown" }]);
});

test("a later change of the same field or record takes the place of an earlier one", async () => {
  await mirror();
  const field = await tenant.client.users.addField({ name: "入社年" });
  await tenant.client.users.removeField(field.id);
  await tenant.client.users.addField({ name: "入社年" });
  expect((await tasks()).map(({ work, state }) => [work, state])).toEqual([
    ["add-field", "dropped"],
    ["remove-field", "open"],
    ["add-field", "open"],
  ]);
  const again = (await tenant.client.users.fields()).find(({ name }) => name === "入社年");
  await tenant.client.users.removeField(again?.id ?? "");
  expect((await tasks()).map(({ work, state }) => [work, state]).slice(1)).toEqual([
    ["remove-field", "dropped"],
    ["add-field", "dropped"],
    ["remove-field", "open"],
  ]);
  await tenant.import(users, CHANGED);
  await tenant.import(users, file([...YAMADA, "課長"]));
  await tenant.import(exported, START);
  expect((await tasks()).slice(4)).toMatchObject([{ state: "dropped" }, { state: "shown" }]);
});

describe("a custom field that is removed and added again is removed in the console first, with its values", () => {
  const withField = (year: string): Cells => [
    ["氏名", "メールアドレス", "役職", "入社年"],
    [...YAMADA, "課長", year],
    ["佐藤", "sato@x", "主任", ""],
  ];
  const FIRST = [{ work: "add-field", state: "shown" }];

  beforeEach(async () => {
    await mirror();
    const { id } = await tenant.client.users.addField({ name: "入社年" });
    await tenant.import(exported, withField("2020"));
    await tenant.client.users.removeField(id);
    await tenant.client.users.addField({ name: "入社年" });
  });

  test("each task tells of the other one while it is open", async () => {
    const { console } = tenant.client;
    expect(await console.list({})).toMatchObject([
      ...FIRST,
      { work: "remove-field", state: "open", fieldTask: 3 },
      { work: "add-field", state: "open", fieldTask: 2 },
    ]);
    await console.close({ numbers: [2], state: "confirmed" });
    const [only] = await console.list({ state: "open" });
    expect(only).toMatchObject({ number: 3 });
    expect(only).not.toHaveProperty("fieldTask");
  });

  test.each(["", "2020"])(
    "an export with the column may be of the former one: it closes neither (%o)",
    async (year) => {
      await tenant.import(exported, withField(year));
      expect(await tenant.client.console.list({ state: "open" })).toMatchObject([
        { work: "remove-field", doubtedAt: null },
        { work: "add-field", doubtedAt: null },
      ]);
    },
  );

  test("a removal that an export contradicted is not opened again beside a later one, as that export is undone", async () => {
    const { console, users: people } = tenant.client;
    const contradicting = await tenant.import(exported, withField("2020"));
    await console.close({ numbers: [2], state: "confirmed" });
    const [field] = await people.fields();
    await people.removeField(field?.id ?? "");
    await undo(contradicting, { mirrorOnly: true });
    expect(await tasks()).toMatchObject([
      ...FIRST,
      { work: "remove-field", state: "confirmed" },
      { work: "add-field", state: "dropped" },
      { work: "remove-field", state: "open" },
    ]);
  });

  test("once the removal is confirmed, the column proves that it was added", async () => {
    await tenant.client.console.close({ numbers: [2], state: "confirmed" });
    await tenant.import(exported, withField(""));
    expect(await tasks()).toMatchObject([...FIRST, { state: "confirmed" }, { work: "add-field", state: "shown" }]);
  });
});

describe("a custom field that is removed here, while the console still has it", () => {
  const withField = (title: string, year: string): Cells => [
    ["氏名", "メールアドレス", "役職", "入社年"],
    [...YAMADA, title, year],
    ["佐藤", "sato@x", "主任", ""],
  ];

  let exportWithField: Import;

  beforeEach(async () => {
    await mirror();
    const { id } = await tenant.client.users.addField({ name: "入社年" });
    exportWithField = await tenant.import(exported, withField("課長", "2020"));
    await tenant.client.users.removeField(id);
  });

  test("is read past in an export, which is told, with the task; it stays open", async () => {
    const plan = await tenant.plan(exported, withField("部長", "2020"));
    expect(plan).toMatchObject({ rejected: false, update: 1, unknownColumns: ["入社年"] });
    const problems = await Array.fromAsync(tenant.client.imports.problems(plan.id));
    const told = problems.find(({ column }) => column === 4);
    expect(told).toMatchObject({ code: "header-removed", severity: "warning", params: { task: 2 } });
    const { settled } = await tenant.client.imports.commit(plan);
    expect(settled).toMatchObject({ closed: [] });
    expect((await tasks())[1]).toMatchObject({ work: "remove-field", state: "open" });
    expect(await tenant.client.users.fields()).toEqual([]);
  });

  test("is an unknown column in every other file, and once its task is confirmed", async () => {
    expect(await tenant.plan(users, withField("部長", "2020"))).toMatchObject({ rejected: true, errors: 1 });
    await tenant.client.console.close({ numbers: [2], state: "confirmed" });
    expect(await tenant.plan(exported, withField("部長", "2020"))).toMatchObject({ rejected: true, errors: 1 });
  });

  test.each(["open", "confirmed"] as const)(
    "is not to be added again where the export with it is undone, its removal being %s",
    async (state) => {
      if (state !== "open") await tenant.client.console.close({ numbers: [2], state });
      await undo(exportWithField, { mirrorOnly: true });
      expect(await tasks()).toMatchObject([
        { work: "add-field", state: "shown" },
        { work: "remove-field", state },
      ]);
    },
  );

  test("is no difference of an upload that is verified", async () => {
    const plan = await tenant.plan(users, CHANGED);
    await tenant.client.imports.emitted(plan, { fileName: "upload.csv" });
    const stream = new Blob([fileOf(withField("部長", "2020"))]).stream();
    const content = { stream, encoding: "utf-8" } as const;
    expect(await tenant.client.imports.verify(plan.id, content)).toMatchObject({ accepted: true });
    expect((await tasks())[1]).toMatchObject({ work: "remove-field", state: "open" });
  });
});

test("who came back is proved by all that they had", async () => {
  await mirror();
  const { id } = await tenant.import({ ...users, mode: "replace" }, file([...YAMADA, "課長"]));
  await tenant.client.imports.commit(await undoImport(tenant.client, id));
  await tenant.import(exported, [["氏名", "メールアドレス"], YAMADA, ["佐藤", "sato@x"]]);
  expect(await tasks()).toMatchObject([{ state: "dropped" }, { work: "undo", state: "open" }]);
});

test("a change that an export does not show stays open, whoever wrote the record since", async () => {
  const withTel = (...rows: readonly (readonly string[])[]): Cells => [["氏名", "メールアドレス", "TEL"], ...rows];
  await mirror();
  await tenant.import(users, CHANGED);
  await tenant.import(users, withTel([...YAMADA, "03-9"]));
  await tenant.import(exported, withTel([...YAMADA, "03-9"], ["佐藤", "sato@x", ""]));
  expect(await tasks()).toMatchObject([{ state: "open" }, { state: "shown" }]);
  // another telephone number says nothing of the title
  await tenant.import(exported, withTel([...YAMADA, "03-8"], ["佐藤", "sato@x", ""]));
  expect(await tenant.client.console.show(1)).toMatchObject({ state: "open", doubtedAt: null });
  await tenant.import(exported, file([...YAMADA, "部長"], ["佐藤", "sato@x", "主任"]));
  expect(await tasks()).toMatchObject([{ state: "shown" }, { state: "shown" }]);
});

test("a column that a map ignores is not seen in an export", async () => {
  const joined = (...rows: readonly (readonly string[])[]): Cells => [["氏名", "メールアドレス", "入社年"], ...rows];
  await mirror();
  await tenant.client.users.addField({ name: "入社年" });
  await tenant.import(users, joined([...YAMADA, "2020"]));
  const cells = joined([...YAMADA, "1999"], ["佐藤", "sato@x", ""]);
  await tenant.import({ ...exported, map: { columns: [{ header: "入社年", to: null }] } }, cells);
  expect(await tasks()).toMatchObject([{ work: "add-field", state: "open" }, { state: "open" }]);
  await tenant.import(exported, joined([...YAMADA, "2020"], ["佐藤", "sato@x", ""]));
  expect(await tasks()).toMatchObject([{ state: "shown" }, { state: "shown" }]);
});

test("the deletion of somebody who was made again since is not shown by an export that has him", async () => {
  await mirror();
  await tenant.import({ ...users, mode: "replace" }, file(["佐藤", "sato@x", "主任"]));
  await tenant.import(users, CHANGED);
  await tenant.import(exported, [
    ["氏名", "メールアドレス", "役職", "組織コード"],
    [...YAMADA, "部長", ""],
    ["佐藤", "sato@x", "主任", ""],
  ]);
  expect(await tasks()).toMatchObject([{ state: "shown" }, { state: "shown" }]);
});

const undo = async ({ id }: Import, options: { readonly mirrorOnly?: boolean } = {}): Promise<Import> =>
  tenant.client.imports.commit(await undoImport(tenant.client, id, options));
const mirroredAt = async () => (await tenant.client.tenant.show()).mirroredAt;

test.each([
  [{}, ["undo"], "shown"],
  [{ mirrorOnly: true }, ["repeat"], "open"],
] as const)(
  "the mirror is as old as before an export that is undone; it closed no task if it was not the console's: %o",
  async (options, works, state) => {
    await mirror();
    const before = await mirroredAt();
    await tenant.import(users, CHANGED);
    const shows = await tenant.import(exported, file([...YAMADA, "部長"], ["佐藤", "sato@x", "係長"]));
    expect(await tasks()).toMatchObject([{ state: "shown" }]);
    expect(await mirroredAt()).not.toBe(before);
    await undo(shows, options);
    expect((await tenant.client.console.list({ state: "open" })).map(({ work }) => work)).toEqual(works);
    expect(await tenant.client.console.show(1)).toMatchObject({ state });
    expect(await mirroredAt()).toBe(before);
  },
);

test("an export that changed nothing is undone all the same, and one that contradicted leaves no contradiction", async () => {
  await mirror();
  await tenant.import(users, CHANGED);
  const agrees = await tenant.import(exported, file([...YAMADA, "部長"], ["佐藤", "sato@x", "主任"]));
  await undo(agrees, { mirrorOnly: true });
  expect(await tasks()).toMatchObject([{ state: "open" }]);
  const differs = await tenant.import(exported, file([...YAMADA, "係長"], ["佐藤", "sato@x", "主任"]));
  expect(await tenant.client.console.show(1)).toMatchObject({ doubtedAt: expect.any(String) });
  await undo(differs, { mirrorOnly: true });
  expect(await tenant.client.console.show(1)).toMatchObject({ state: "open", doubtedAt: null });
  await tenant.import(exported, START);
  expect(await tenant.client.console.show(1)).toMatchObject({ state: "open", doubtedAt: null });
});

test("exports are undone in any order, and without any of them it is no mirror", async () => {
  const first = await mirror();
  const second = await tenant.import(exported, START);
  const at = await mirroredAt();
  await undo(first, { mirrorOnly: true });
  expect(await mirroredAt()).toBe(at);
  await undo(second);
  expect(await mirroredAt()).toBeNull();
  expect(await tasks()).toEqual([]);
});

test("a task keeps the name of the file that was written for the console, of an undoing too", async () => {
  await mirror();
  const plan = await tenant.plan(users, CHANGED);
  await tenant.client.imports.emitted(plan, { fileName: "upload.csv" });
  expect(await tenant.client.console.show(1)).toMatchObject({ work: "upload", file: "upload.csv" });
  await tenant.client.imports.discard(plan.id);
  const { id } = await tenant.import(users, CHANGED);
  expect(await tenant.client.console.show(2)).toMatchObject({ work: "repeat", file: null });
  await tenant.client.imports.commit(await undoImport(tenant.client, id, { fileName: "undo.csv" }));
  expect(await tenant.client.console.show(3)).toMatchObject({ work: "undo", name: null, file: "undo.csv" });
});

test.each([
  ["docs", ["表示名", "ユーザーID", "説明"], ["山田", "yamada"], ["佐藤", "sato"], ["髙橋", "takahashi"]],
  ["orgs", ["組織名", "組織コード", "上位組織コード"], ["営業部", "S01"], ["開発部", "D01"], ["総務部", "G01"]],
  ["devices", ["シリアルナンバー", "端末識別名", "IMEI番号"], ["SN1", "一号"], ["SN2", "二号"], ["SN3", "三号"]],
] as const)(
  "tasks of any kind are settled by the fields that they changed; a later one takes the place of an earlier: %s",
  async (kind, header, first, second, third) => {
    const cells = (value: string): Cells => [header, [...first, value], [...second, ""], [...third, ""]];
    const change = (value: string) => tenant.import({ kind }, [header, [...first, value]]);
    const from = { kind, fromConsole: true } as const;
    await tenant.import(from, cells(""));
    await change("D01");
    await change("G01");
    await change("D01");
    await tenant.import(from, [header.slice(0, 2), first, second, third]);
    expect((await tasks()).map(({ state }) => state)).toEqual(["dropped", "dropped", "open"]);
    await tenant.import(from, cells("D01"));
    expect((await tasks()).map(({ state }) => state)).toEqual(["dropped", "dropped", "shown"]);
  },
);

test("a user of an app who was deleted and made again was not deleted in the console", async () => {
  const docs = (...rows: readonly (readonly string[])[]): Cells => [["表示名", "ユーザーID", "説明"], ...rows];
  const [taro, hana] = [
    ["太郎", "taro", ""],
    ["花子", "hana", ""],
  ];
  const from = { kind: "docs", fromConsole: true } as const;
  await tenant.import(from, docs(taro ?? [], hana ?? []));
  await tenant.import({ kind: "docs", mode: "replace" }, docs(taro ?? []));
  await tenant.import({ kind: "docs" }, [
    ["表示名", "ユーザーID", "パスワード"],
    ["花子", "hana", "Hidden4711"],
  ]);
  await tenant.import(from, docs(taro ?? [], hana ?? []));
  expect(await tasks()).toMatchObject([{ state: "shown" }, { state: "open" }]);
});

test("an export says which tasks it closed, from which it differed, and how many are open", async () => {
  await mirror();
  await tenant.import(users, CHANGED);
  await tenant.import(users, file(["佐藤", "sato@x", "係長"]));
  await tenant.client.users.addField({ name: "入社年" });
  const shown = await tenant.import(exported, file([...YAMADA, "部長"], ["佐藤", "sato@x", "主任"]));
  expect(shown.settled).toEqual({ closed: [1], differing: [], open: 2 });
  expect((await tenant.import(users, CHANGED)).settled).toBeUndefined();
});
