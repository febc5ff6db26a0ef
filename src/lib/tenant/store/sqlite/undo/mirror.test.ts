import { afterEach, beforeEach, expect, test } from "vitest";
import { TestTasks } from "#support/tenant/tasks.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
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

test("of what is undone it is only to be checked that the console does not have it", async () => {
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
])("the fields of another change stay its own, whichever of the two is undone (%i back)", async (back, left) => {
  await tenant.client.users.edit(yamada, { title: "部長" });
  await tenant.client.users.edit(yamada, { tel: "03" });
  await undo(lastNumber() - back);
  const open = (await tenant.client.console.list({})).filter(({ work }) => work === "edit");
  expect(open.flatMap(({ records }) => records.flatMap(({ changes }) => changes.map(({ field }) => field)))).toEqual([
    left,
  ]);
});

test("what was confirmed is to be taken back there", async () => {
  await tenant.client.users.edit(yamada, { title: "部長" });
  await tasks.confirm(1);
  await undo(tasks.number(1));
  expect(await tasks.list()).toMatchObject([[expect.anything(), expect.anything(), "open"]]);
});

test("of devices only those that get their owner back are in its task", async () => {
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

test("of records that no file has there is a task as well", async () => {
  await tenant.client.roles.createScheme({ name: "登録係", operations: ["users.write"] });
  await tasks.confirm(1);
  await undo(tasks.number(1));
  expect(await tasks.list()).toMatchObject([[expect.anything(), "delete", "open"]]);
});
