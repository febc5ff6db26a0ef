import { afterEach, beforeEach, expect, test } from "vitest";
import { TestTasks } from "#support/tenant/tasks.ts";
import { undoImport } from "#support/tenant/undo.ts";
import { TestTenant, type Cells } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.import(EXPORT, START);
});
afterEach(() => tenant[Symbol.asyncDispose]());

const EXPORT = { kind: "users", fromConsole: true } as const;
const users = { kind: "users" } as const;
const HEADER = ["氏名", "メールアドレス", "役職"];
const SATO = ["佐藤", "sato@x", "主任"];
const START: Cells = [HEADER, ["山田", "yamada@x", "課長"], SATO];
const CHANGED: Cells = [HEADER, ["山田", "yamada@x", "部長"]];

const tasks = new TestTasks(() => tenant);
const lastChange = (): number => Number(tenant.sql("select max(seq) as seq from audit")[0]?.["seq"]);
const takeOver = (title: string) => tenant.import(EXPORT, [HEADER, ["山田", "yamada@x", title], SATO]);

test("a closed task keeps its record and what was changed, and says what closed it", async () => {
  await tenant.import(users, CHANGED);
  const { records, ...open } = await tasks.of();
  await takeOver("部長");
  const closed = {
    state: "done",
    closing: { how: "export", change: lastChange() },
    closedBy: "owner",
    closedAt: expect.any(String) as unknown,
  };
  expect(await tasks.of()).toEqual({ ...open, ...closed, records });
  // a list does not look for what closed its tasks
  const [listed] = await tenant.client.console.list({ all: true });
  expect(listed).toEqual({ ...open, state: "done", records });
});

test("an export that was not the console's has closed nothing", async () => {
  await tenant.import(users, CHANGED);
  const { id } = await takeOver("部長");
  await tenant.client.imports.commit(await undoImport(tenant.client, id, { mirrorOnly: true }));
  await takeOver("部長");
  expect((await tasks.of()).closing).toEqual({ how: "export", change: lastChange() });
});

test("a deletion and a creation keep their records", async () => {
  const [, sato] = await tenant.users();
  await tenant.client.users.create({ name: "林", emails: ["hayashi@x"], title: "係長" });
  await tenant.client.imports.commit(await tenant.client.imports.delete({ ...users, ids: [sato?.id ?? ""] }));
  await tenant.import(EXPORT, [HEADER, ["山田", "yamada@x", "課長"], ["林", "hayashi@x", "係長"]]);
  expect(await tasks.of(1)).toMatchObject({ work: "create", create: 1, records: [{ name: "林", key: "hayashi@x" }] });
  expect((await tasks.changes(1))?.map(({ field, after }) => [field, after])).toContainEqual(["title", "係長"]);
  expect(await tasks.of(2)).toMatchObject({ work: "delete", delete: 1, records: [{ name: "佐藤", key: "sato@x" }] });
});

test("what no export shows is closed by who confirms it", async () => {
  await tenant.client.users.addField({ name: "入社年" });
  const [field] = await tenant.client.users.fields();
  await tasks.confirm(1);
  await tenant.client.users.removeField(field?.id ?? "");
  await tasks.confirm(2);
  expect(await tasks.of(2)).toMatchObject({ state: "done", closing: { how: "confirm", change: lastChange() } });
});

test("of many records a single task names the first twenty, and a list two", async () => {
  const all = (title: string): Cells => [
    HEADER,
    ...Array.from({ length: 30 }, (_, at) => [`利用者${at}`, `u${at}@x`, title]),
  ];
  await tenant.import(users, all(""));
  await tenant.import({ ...EXPORT, keepMissing: true, mode: "append" }, all(""));
  expect(await tasks.of()).toMatchObject({ state: "done", work: "several", create: 30 });
  expect((await tasks.of()).records).toHaveLength(20);
  const [listed] = await tenant.client.console.list({ all: true });
  expect(listed?.records).toHaveLength(2);
});
