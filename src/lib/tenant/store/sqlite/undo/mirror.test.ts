import { afterEach, beforeEach, expect, test } from "vitest";
import { TestTenant } from "#support/tenant/tenant.ts";
import { undoChange, undoImport } from "#support/tenant/undo.ts";

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

/** All tasks, each with the fields that it changes, or the number of its import. */
const tasks = async () =>
  (await tenant.client.console.list({})).map(({ work, state, changes, importNumber }) => [
    work,
    state,
    changes.length > 0 ? changes.map(({ field }) => field).join(", ") : importNumber,
  ]);

test("the task of what is undone is dropped, and the console is to have it undone, too", async () => {
  await tenant.client.users.edit(yamada, { title: "部長" });
  const { number } = await undo();
  expect(await tasks()).toEqual([
    ["edit", "dropped", "title"],
    ["undo", "open", number],
  ]);
  const again = await undo(Number(number));
  expect(await tasks()).toEqual([
    ["edit", "dropped", "title"],
    ["undo", "dropped", number],
    ["undo", "open", again.number],
  ]);
});

test.each([1, 0])("a task that a later change joined stays, whichever of the two is undone (%i back)", async (back) => {
  await tenant.client.users.edit(yamada, { title: "部長" });
  await tenant.client.users.edit(yamada, { tel: "03" });
  const { number } = await undo(lastNumber() - back);
  expect(await tasks()).toEqual([
    ["edit", "open", "title, tel"],
    ["undo", "open", number],
  ]);
});

test("what was confirmed stays so", async () => {
  await tenant.client.users.edit(yamada, { title: "部長" });
  const change = lastNumber();
  await tenant.client.console.close({ numbers: [1], state: "confirmed" });
  const { number } = await undo(change);
  expect(await tasks()).toEqual([
    ["edit", "confirmed", "title"],
    ["undo", "open", number],
  ]);
});

test("what is undone in part is still to be done, and then undone in part", async () => {
  const sato = (await tenant.client.users.create({ name: "佐藤", emails: ["sato@x.jp"] })).after.id;
  const org = (await tenant.client.orgs.create({ name: "営業部", code: "S" })).after.id;
  await tenant.client.users.move({ ids: [yamada, sato], org });
  const change = lastNumber();
  await tenant.client.users.move({ ids: [sato], org: (await tenant.client.orgs.create({ name: "課" })).after.id });
  const plan = await undoChange(tenant.client, change, { skipBlocked: true });
  const { number } = await tenant.client.imports.commit(plan);
  expect((await tasks()).filter(([, state]) => state === "open")).toEqual([
    ["create", "open", expect.stringContaining("name")],
    ["create", "open", expect.stringContaining("name")],
    ["move", "open", "org"],
    ["create", "open", expect.stringContaining("name")],
    ["undo", "open", number],
  ]);
});

test("of devices only those that get their owner back are told", async () => {
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
  await tenant.client.console.close({
    numbers: (await tenant.client.console.list({ state: "open" })).map((task) => task.number),
    state: "confirmed",
  });
  await tenant.client.devices.setOwner({ ids: [sn2?.id ?? ""], owner: sato?.id ?? "", ownerOrg: null });
  const undone = await undoChange(tenant.client, change ?? 0, { skipBlocked: true });
  expect(undone.blocked?.first).toMatchObject([
    { thing: "device", name: "SN2", why: "changed" },
    { thing: "user", name: "佐藤 <sato@x.jp>", why: "used" },
  ]);
  await tenant.client.imports.commit(undone);
  const open = (await tenant.client.console.list({ state: "open" })).map(({ work, name }) => [work, name]);
  expect(open).toEqual([
    ["edit", "SN2"],
    ["edit", "SN1"],
    ["undo", null],
  ]);
});

test("of records that no file has there is a task as well", async () => {
  await tenant.client.roles.createScheme({ name: "登録係", operations: ["users.write"] });
  const { number } = await undo();
  expect((await tasks()).at(-1)).toEqual(["undo", "open", number]);
});

test("an export that is undone here alone asks nothing of the console, and makes the mirror as old as before", async () => {
  const before = await tenant.client.tenant.show();
  const { id } = await tenant.import({ kind: "users", fromConsole: true }, [
    ["氏名", "メールアドレス", "役職"],
    ["山田", "yamada@x.jp", "部長"],
  ]);
  const plan = await undoImport(tenant.client, id, { mirrorOnly: true });
  await tenant.client.imports.commit(plan);
  expect(await tasks()).toEqual([]);
  expect((await tenant.client.tenant.show()).mirroredAt).toBe(before.mirroredAt);
  expect((await tenant.users())[0]?.title).toBe("課長");
});
