import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Import } from "../../../../contract/index.ts";
import { TestTasks } from "#support/tenant/tasks.ts";
import { encodeCsv, TestTenant, type Cells } from "#support/tenant/tenant.ts";
import { undoChange } from "#support/tenant/undo.ts";

let tenant: TestTenant;
let yamada: string;
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.import({ kind: "users", fromConsole: true }, [
    ["氏名", "メールアドレス", "役職"],
    ["山田", "yamada@x.jp", "課長"],
  ]);
  yamada = (await tenant.users())[0]?.id ?? "";
});
afterEach(() => tenant[Symbol.asyncDispose]());

const undo = async (number: number | "last" = "last") =>
  tenant.client.imports.commit(await undoChange(tenant.client, number));

const lastNumber = (): number => tenant.database.count("select max(number) from change");

const tasks = new TestTasks(() => tenant);

test("an undone change only has to be checked in the console", async () => {
  await tenant.client.users.edit(yamada, { title: "部長" });
  await undo();
  expect(await tasks.list()).toEqual([[2, "check", "open"]]);
  expect(await tasks.changes(2)).toEqual([{ field: "title", before: "課長", after: "課長", perhaps: ["部長"] }]);
  await undo(lastNumber());
  expect(await tasks.list()).toEqual([[3, "edit", "open"]]);
});

test.each([
  [1, "tel"],
  [0, "title"],
])("each change keeps its own fields, whichever of the two is undone (%i back)", async (back, left) => {
  await tenant.client.users.edit(yamada, { title: "部長" });
  await tenant.client.users.edit(yamada, { tel: "03" });
  await undo(lastNumber() - back);
  const open = (await tenant.client.console.list({})).filter(({ work }) => work === "edit");
  expect(open.flatMap(({ records }) => records.flatMap(({ changes }) => changes.map(({ field }) => field)))).toEqual([
    left,
  ]);
});

test("a confirmed change must be reversed in the console", async () => {
  await tenant.client.users.edit(yamada, { title: "部長" });
  await tasks.confirm(1);
  await undo(tasks.number(1));
  expect(await tasks.list()).toMatchObject([[expect.anything(), expect.anything(), "open"]]);
});

test("only devices that get their owner back are in the task", async () => {
  const owner = yamada;
  for (const serialNumber of ["SN1", "SN2"])
    await tenant.client.devices.create({ serialNumber, status: "管理中", owner });
  const header = ["氏名", "メールアドレス"];
  const plan = await tenant.plan({ kind: "users", mode: "replace", undeletable: "release" }, [
    header,
    ["佐藤", "sato@x.jp"],
  ]);
  const { change } = await tenant.client.imports.commit(plan);
  const [, sn2] = await tenant.devices();
  const [sato] = await tenant.users();
  await tenant.client.console.confirm({ numbers: (await tenant.client.console.list({})).map(({ number }) => number) });
  await tenant.client.devices.setOwner({ ids: [sn2?.id ?? ""], owner: sato?.id ?? "", ownerOrg: null });
  const undone = await undoChange(tenant.client, change ?? 0, { skipBlocked: true });
  expect(undone.blocked?.first).toMatchObject([
    { thing: "device", name: "SN2", why: "changed" },
    { thing: "user", name: "佐藤 <sato@x.jp>", why: "used" },
  ]);
  const { consoleTask } = await tenant.client.imports.commit(undone);
  const task = await tenant.client.console.show(consoleTask ?? 0);
  expect(task.records.filter(({ thing }) => thing === "device").map(({ name }) => name)).toEqual(["SN1"]);
});

test("records that no file contains also get a task", async () => {
  await tenant.client.roles.createScheme({ name: "登録係", operations: ["users.write"] });
  await tasks.confirm(1);
  await undo(tasks.number(1));
  expect(await tasks.list()).toMatchObject([[expect.anything(), "delete", "open"]]);
});

describe("columns that exports have shown", () => {
  const TEL: Cells = [
    ["氏名", "メールアドレス", "役職", "TEL"],
    ["山田", "yamada@x.jp", "課長", "03"],
  ];
  const takeOver = (cells = TEL, more = {}) => tenant.import({ kind: "users", fromConsole: true, ...more }, cells);
  const isShown = async (): Promise<boolean> => {
    const plan = await tenant.plan({ kind: "users" }, [
      ["氏名", "メールアドレス"],
      ["山田 改", "yamada@x.jp"],
    ]);
    await tenant.client.imports.discard(plan.id);
    return plan.unseenColumns?.includes("TEL") === false;
  };
  const undoHere = async ({ change }: Pick<Import, "change">, mirrorOnly: boolean) =>
    tenant.client.imports.commit(await undoChange(tenant.client, change ?? 0, { mirrorOnly }));

  test("change with an export that is undone with --mirror-only, and with the undo of that", async () => {
    let last = await takeOver();
    const found = [await isShown()];
    for (const mirrorOnly of [true, false, false, false]) {
      last = await undoHere(last, mirrorOnly);
      found.push(await isShown());
    }
    expect(found).toEqual([true, false, true, false, true]);
  });

  test("stay if another export has shown them, until that export is undone as well", async () => {
    const [first, second] = [await takeOver(), await takeOver()];
    await undoHere(second, true);
    expect(await isShown()).toBe(true);
    await undoHere(first, true);
    expect(await isShown()).toBe(false);
  });

  test("stay if the changes of an export must be reversed in the console", async () => {
    await undoHere(await takeOver(), false);
    expect(await isShown()).toBe(true);
  });

  test.each([
    ["of which what it lacked was kept", (cells: Cells) => takeOver(cells, { keepMissing: true })],
    [
      "that a task was verified by",
      async (cells: Cells) => {
        await tenant.client.users.edit(yamada, { title: "部長" });
        const stream = new Blob([encodeCsv(cells)]).stream();
        return tenant.client.imports.verify(tasks.number(1), { stream, encoding: "utf-8" });
      },
    ],
  ])("do not include those of an export %s, which does not cover all records", async (_, takes) => {
    await takes(TEL);
    expect(await isShown()).toBe(false);
  });
});
