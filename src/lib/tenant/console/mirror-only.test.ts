import { afterEach, beforeEach, expect, test } from "vitest";
import { TestTasks } from "#support/tenant/tasks.ts";
import { undoChange } from "#support/tenant/undo.ts";
import { failureOf, TestTenant, type Cells } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(() => {
  tenant = new TestTenant();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const tasks = new TestTasks(() => tenant);
const undo = async (number: number, options = {}) =>
  tenant.client.imports.commit(await undoChange(tenant.client, number, options));

const exportOf = (title: string): Cells => [
  ["氏名", "メールアドレス", "役職", "座席"],
  ["山田", "yamada@x.jp", title, title],
  ["佐藤", "sato@x.jp", title, title],
];

const takeOver = async (title: string): Promise<number> =>
  (await tenant.import({ kind: "users", fromConsole: true }, exportOf(title))).change ?? 0;

/** Changes what both exports had of somebody. @returns the number of the change */
const edit = async (title: string): Promise<number> => {
  const [yamada] = await tenant.client.users.find({ name: "yamada@x.jp" });
  const { consoleTask } = await tenant.client.users.edit(yamada?.id ?? "", {
    title,
    custom: [{ name: "座席", value: title }],
  });
  return consoleTask ?? 0;
};

const open = async () =>
  (await tenant.client.console.list({})).map(({ work, records }) => [
    work,
    ...records.flatMap(({ changes }) => changes.map(({ field, before, after }) => [field, before, after])),
  ]);
const both = (before: string, after: string) => [
  ["title", before, after],
  ["custom:座席", before, after],
];

beforeEach(async () => {
  await tenant.client.users.addField({ name: "座席" });
  await takeOver("主任");
});

test("values of a wrong file that were changed here and back since only have to be checked", async () => {
  const wrong = await takeOver("課長");
  await undo(await edit("部長"));
  await undo(wrong, { mirrorOnly: true });
  expect(await open()).toEqual([["check", ...both("主任", "主任")]]);
  await takeOver("主任");
  expect(await tasks.list()).toEqual([]);
});

test("a later change here is compared with the console values before the wrong file, also once undone", async () => {
  const wrong = await takeOver("課長");
  await edit("部長");
  const { change } = await undo(wrong, { mirrorOnly: true, skipBlocked: true });
  expect(await open()).toEqual([["edit", ...both("主任", "部長")]]);
  await undo(change ?? 0);
  expect(await open()).toEqual([["edit", ...both("課長", "部長")]]);
});

test("a change made between the undo and its own undo is compared with the values of the export", async () => {
  await edit("課長");
  const right = await takeOver("課長");
  const { change } = await undo(right, { mirrorOnly: true });
  expect(await open()).toEqual([["edit", ...both("主任", "課長")]]);
  await edit("部長");
  await undo(change ?? 0);
  expect(await open()).toEqual([["edit", ...both("課長", "部長")]]);
});

test("after undo, undo of the undo, and undo again, a later change is compared with the values before", async () => {
  const wrong = await takeOver("課長");
  const { change } = await undo(wrong, { mirrorOnly: true });
  await undo(change ?? 0);
  await edit("部長");
  await undo(wrong, { mirrorOnly: true, skipBlocked: true });
  expect(await open()).toEqual([["edit", ...both("主任", "部長")]]);
});

test("the undo is rejected after a later export, and so is undoing that undo", async () => {
  const wrong = await takeOver("課長");
  await edit("部長");
  const later = await takeOver("係長");
  const refused = await failureOf(undo(wrong, { mirrorOnly: true, skipBlocked: true }));
  expect(refused).toMatchObject({
    code: "conflict",
    what: {
      en: expect.stringContaining(`a later export of the console was imported after change ${wrong} (change ${later})`),
    },
  });
  expect(await open()).toEqual([["edit", ...both("係長", "部長")]]);
  const undone = await undo(later, { mirrorOnly: true });
  expect(await open()).toEqual([["edit", ...both("課長", "部長")]]);
  await takeOver("係長");
  expect(await failureOf(undo(undone.change ?? 0))).toMatchObject({ code: "conflict" });
});

test("undoing an export taken over with --prefer console restores the task as it was", async () => {
  const number = await edit("部長");
  const cells = exportOf("次長");
  const { change } = await tenant.import({ kind: "users", fromConsole: true, prefer: "console" }, cells);
  expect(await open()).toEqual([]);
  await undo(change ?? 0, { mirrorOnly: true });
  expect((await tenant.client.console.list({})).map((task) => task.number)).toEqual([number]);
  const changes = [
    { field: "title", before: "主任", after: "部長" },
    { field: "custom:座席", before: "主任", after: "部長" },
  ];
  expect((await tenant.client.console.show(number)).records).toMatchObject([{ name: "山田" }]);
  expect((await tenant.client.console.show(number)).records[0]?.changes).toEqual(changes);
});
