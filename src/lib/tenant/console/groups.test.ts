import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { undoImport } from "#support/tenant/undo.ts";
import { TestTasks } from "#support/tenant/tasks.ts";
import { TestTenant, type Cells } from "#support/tenant/tenant.ts";

// No export shows groups by themselves: cells refer to them by what the console calls them.

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
const idOf = async (name: string): Promise<string> =>
  (await tenant.client.secured.groups("docs")).find((one) => one.name === name)?.id ?? "";
const rename = async (from: string, to: string) =>
  tenant.client.secured.editGroup({ app: "docs", id: await idOf(from) }, { name: to });
const remove = async (name: string, memberships: number) =>
  tenant.client.secured.deleteGroups("docs", { ids: [await idOf(name)], memberships });
const create = (name: string) => tenant.client.secured.createGroup("docs", { name });

describe("a cell by a name that the console may have for another group, or that no group has here any more", () => {
  test.each<readonly [string, () => Promise<unknown>, Cells, readonly (readonly [string, number])[]]>([
    ["of a renamed group", () => rename("A", "A2"), grouped("A", "A"), [["A2", 2]]],
    ["of a deleted group", () => remove("A", 2), grouped("A", "A"), []],
    [
      "that a new group has here",
      async () => {
        await rename("A", "A2");
        await create("A");
      },
      grouped("A", "A"),
      [
        ["A", 0],
        ["A2", 2],
      ],
    ],
    [
      "of a deleted group, that a new one has here",
      async () => {
        await remove("A", 2);
        await create("A");
      },
      grouped("A", "A"),
      [["A", 0]],
    ],
  ])("%s, shows nothing, and creates none", async (_, change, cells, after) => {
    await change();
    expect(await groups()).toEqual(after);
    expect(await tenant.import(exported, cells)).toMatchObject({ update: 0, groupsCreated: 0 });
    expect(await groups()).toEqual(after);
    // a group with an unknown name is created
    expect(await tenant.import(exported, [...cells, ["谷", "tani", "C"]])).toMatchObject({
      create: 1,
      groupsCreated: 1,
    });
  });

  test("shows nothing of a new user either", async () => {
    await rename("A", "A2");
    await tenant.import(exported, [...grouped("A", "A"), ["谷", "tani", "A"]]);
    expect(await groups()).toEqual([["A2", 2]]);
    await tasks.confirm(1);
    await tenant.import(exported, [...grouped("A2", "A2"), ["谷", "tani", "A2"]]);
    expect(await groups()).toEqual([["A2", 3]]);
  });

  test.each([
    ["of a new group", () => create("B"), "B"],
    ["of a renamed group", () => rename("A", "B"), "B"],
  ] as const)("%s, shows that the console has it; the mirror may take that back", async (_, change, name) => {
    await change();
    expect(await tasks.list()).toHaveLength(1);
    const plan = await tenant.import(exported, grouped(name, name));
    expect(await tasks.list()).toEqual([]);
    await tenant.client.imports.commit(await undoImport(tenant.client, plan.id, { mirrorOnly: true }));
    expect(await tasks.list()).toHaveLength(1);
  });

  test("makes no difference for cells that are clear", async () => {
    await rename("A", "A2");
    // whoever left the group there leaves it here
    expect(await tenant.import(exported, grouped("", "A"))).toMatchObject({ update: 1, groupsCreated: 0 });
    expect(await groups()).toEqual([["A2", 1]]);
    expect(await tenant.import(exported, grouped("A2", "A"))).toMatchObject({ update: 1, groupsCreated: 0 });
    expect(await groups()).toEqual([["A2", 2]]);
  });

  test("is another group's once somebody confirmed the change", async () => {
    await rename("A", "A2");
    await tasks.confirm(1);
    expect(await tenant.plan(exported, grouped("A", "A"))).toMatchObject({ update: 2, newGroups: ["A"] });
  });

  test("is another group's in any other file", async () => {
    await rename("A", "A2");
    const file = { kind: "docs", createGroups: true } as const;
    expect(await tenant.plan(file, grouped("A", "A"))).toMatchObject({ update: 2, newGroups: ["A"] });
  });

  test("shows nothing after two groups exchanged their names", async () => {
    await tenant.import(exported, grouped("A", "B"));
    await rename("A", "T");
    await rename("B", "A");
    await rename("T", "B");
    for (const cells of [grouped("A", "B"), grouped("B", "A")])
      expect(await tenant.import(exported, cells)).toMatchObject({ update: 0, groupsCreated: 0 });
    await tasks.confirm(2, 3);
    expect(await tenant.plan(exported, grouped("B", "A"))).toMatchObject({ update: 0 });
  });
});

describe("a cell by a code that the console may have for another organisation", () => {
  const FROM = { kind: "users", fromConsole: true, createOrgs: true } as const;
  const USERS: Cells = [
    ["氏名", "メールアドレス", "組織コード"],
    ["佐藤 健", "ken@ex.jp", "S1"],
  ];

  test("creates no organisation of this code", async () => {
    await tenant.import(FROM, USERS);
    const [org] = await tenant.client.orgs.find({ name: "S1" });
    await tenant.client.orgs.edit(org?.id ?? "", { code: "S9" });
    expect(await tenant.import(FROM, USERS)).toMatchObject({ update: 0, orgsCreated: 0 });
  });
});
