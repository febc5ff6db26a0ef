import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TestTasks } from "#support/tenant/tasks.ts";
import { TestTenant, type Cells } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
const tasks = new TestTasks(() => tenant);
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.import(exported, grouped("A", "A"));
});
afterEach(() => tenant[Symbol.asyncDispose]());

const exported = { kind: "docs", fromConsole: true, createGroups: true } as const;
const grouped = (tanaka: string, hayashi: string): Cells => [
  ["表示名", "ユーザーID", "グループ名"],
  ["田中", "tanaka", tanaka],
  ["林", "hayashi", hayashi],
];
const groups = async () => (await tenant.client.secured.groups("docs")).map(({ name, users }) => [name, users]);
const rename = async (name: string) => {
  const [group] = await tenant.client.secured.groups("docs");
  await tenant.client.secured.editGroup({ app: "docs", id: group?.id ?? "" }, { name });
};

describe("a group that was renamed here is met by its former name, while that is to be done", () => {
  test("an export from before makes no group of the former name, and takes nobody out of it", async () => {
    await rename("A2");
    await rename("ａ３");
    const done = await tenant.import(exported, grouped("A", "A"));
    expect(done).toMatchObject({ update: 0, groupsCreated: 0, settled: { closed: [] } });
    expect(await groups()).toEqual([["ａ３", 2]]);
    // who left it there meanwhile, leaves it here
    expect(await tenant.import(exported, grouped("", "A"))).toMatchObject({ update: 1, groupsCreated: 0 });
    expect(await groups()).toEqual([["ａ３", 1]]);
  });

  test("once that is done, or where the export has both names, the former one is another's", async () => {
    await rename("A2");
    expect(await tenant.plan(exported, grouped("A2", "A"))).toMatchObject({ update: 1, newGroups: ["A"] });
    await tasks.confirm(1);
    expect(await tenant.plan(exported, grouped("A", "A"))).toMatchObject({ update: 2, newGroups: ["A"] });
  });

  test("another file makes it, as that says so", async () => {
    await rename("A2");
    const file = { kind: "docs", createGroups: true } as const;
    expect(await tenant.plan(file, grouped("A", "A"))).toMatchObject({ update: 2, newGroups: ["A"] });
  });
});

describe("a name that went from one group to another, while that is to be done", () => {
  const create = (name: string) => tenant.client.secured.createGroup("docs", { name });
  const tasksOf = async (cells: Cells) => {
    const plan = await tenant.plan(exported, cells);
    expect(plan.rejected).toBe(true);
    const problems = await tenant.errors(plan);
    await tenant.client.imports.discard(plan.id);
    return problems.map(({ code, row }) => `${code}@${row}`);
  };

  test("an export that puts users into another group by it is refused", async () => {
    await rename("A2");
    await create("A");
    expect(await tasksOf(grouped("A", ""))).toEqual(["key-pending@2"]);
    // both are there, and those in them are who they are here
    await tenant.import(exported, grouped("A2", "A2"));
    expect(await groups()).toEqual([
      ["A", 0],
      ["A2", 2],
    ]);
    await tasks.confirm(1, 2);
    await tenant.import(exported, grouped("A2", "A"));
    expect(await groups()).toEqual([
      ["A", 1],
      ["A2", 1],
    ]);
  });

  test("so is one from before two groups changed their names", async () => {
    await tenant.import(exported, grouped("A", "B"));
    const byName = async (name: string) =>
      (await tenant.client.secured.groups("docs")).find((one) => one.name === name);
    const [first, second] = [await byName("A"), await byName("B")];
    const name = (id: string | undefined, to: string) =>
      tenant.client.secured.editGroup({ app: "docs", id: String(id) }, { name: to });
    await name(first?.id, "T");
    await name(second?.id, "A");
    await name(first?.id, "B");
    expect(await tasksOf(grouped("A", "B"))).toEqual(["key-pending@2", "key-pending@3"]);
    expect(await tenant.plan(exported, grouped("B", "A"))).toMatchObject({ update: 0, invalid: 0 });
  });

  test("so is one from before a group was deleted and another one made", async () => {
    const [group] = await tenant.client.secured.groups("docs");
    await tenant.client.secured.deleteGroups("docs", { ids: [String(group?.id)], memberships: 2 });
    await create("A");
    expect(await tasksOf(grouped("A", ""))).toEqual(["key-pending@2"]);
  });
});
