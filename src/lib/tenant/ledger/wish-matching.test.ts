import { beforeEach, describe, expect, test } from "vitest";
import type { Import, User } from "../api/operations.ts";
import { type Cells, prepareTenant, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

// Which record a row or a cell of an export belongs to: each describe is a rule of decision 033.

let tenant: TestTenant;
const openPrepared = prepareTenant(async (prepared) => {
  tenant = prepared;
  await tenant.import({ kind: "orgs", fromConsole: true }, ORGS);
  await tenant.import(FROM, USERS);
});
openForEachTest((opened) => (tenant = opened), openPrepared);

const FROM = { kind: "users", fromConsole: true } as const;
const ORGS = "組織名,組織コード,上位組織コード\n営業部,S,\n総務部,G,\n甲,,\n乙,,";
const HEADER = ["氏名", "メールアドレス", "社員コード", "役職"];
const HANAKO = ["鈴木 花子", "hanako@ex.jp", "A3", "主任"];
const KEN = ["佐藤 健", "ken@ex.jp", "A7", ""];
const JIRO = ["渡辺 次郎", "jiro@ex.jp", "A11", "主任"];
const USERS: Cells = [HEADER, HANAKO, JIRO, KEN];

const user = async (name: string): Promise<User> => (await tenant.client.users.find({ name }))[0] as User;
const readdress = async (code: string, address: string) =>
  tenant.client.users.edit((await user(code)).id, { emails: [address] });

const swap = async () => {
  await readdress("A11", "tmp@ex.jp");
  await readdress("A3", "jiro@ex.jp");
  await readdress("A11", "hanako@ex.jp");
};
const leftOut = async ({ id }: Import) =>
  (await Array.fromAsync(tenant.client.imports.problems(id)))
    .filter(({ code }) => code === "row-ambiguous")
    .map(({ severity, row, params }) => [severity, row, params["records"], params["tasks"]]);

const leftOutOf = async () =>
  (await tenant.client.console.list({})).flatMap(({ number, records }) =>
    records.flatMap(({ state, row, key }) => (state === "left-out" ? [[number, row, key]] : [])),
  );
const namesOf = async (...addresses: string[]): Promise<string[]> => {
  const names = new Map((await tenant.users()).map(({ emails, name }) => [emails[0], name]));
  return addresses.map((address) => names.get(address) ?? "-");
};
const without = (cells: Cells): Cells => cells.map((row) => row.toSpliced(2, 1));

describe("a row means the one record that has its key, had it since, or had it in the console", () => {
  test.each(["hanako@ex.jp", "tmp@ex.jp", "h2@ex.jp"])("%s", async (address) => {
    await readdress("A3", "tmp@ex.jp");
    await readdress("A3", "h2@ex.jp");
    const done = await tenant.import(FROM, [HEADER, HANAKO.with(1, address).with(3, "係長"), JIRO, KEN]);
    expect([done.create, done.update, done.delete, done.merged?.leftOut ?? 0]).toEqual([0, 1, 0, 0]);
    expect(await user("A3")).toMatchObject({ emails: ["h2@ex.jp"], title: "係長" });
  });

  test("exchanged keys: both rows are left out and listed, until a whole export shows them matched", async () => {
    await swap();
    const plan = await tenant.plan(FROM, without([HEADER, HANAKO, JIRO, KEN]));
    const both = "渡辺 次郎 <hanako@ex.jp>, 鈴木 花子 <jiro@ex.jp>";
    expect((await leftOut(plan)).map(([, row, records]) => [row, records])).toEqual([
      [2, both],
      [3, both],
    ]);
    expect(plan).toMatchObject({ create: 0, update: 0, delete: 0 });
    const { change } = await tenant.client.imports.commit(plan);
    expect(await leftOutOf()).toEqual([
      [change, 2, "hanako@ex.jp"],
      [change, 3, "jiro@ex.jp"],
    ]);
    const numbers = (await tenant.client.console.list({})).flatMap(({ number, update }) =>
      update > 0 ? [number] : [],
    );
    await tenant.client.imports.commit(await tenant.client.imports.dropTasks({ numbers }));
    await tenant.import(FROM, without([HEADER, HANAKO, JIRO, KEN]));
    expect(await tenant.client.console.list({})).toEqual([]);
  });

  test("a record that one row means is no candidate of another row", async () => {
    await readdress("A11", "tmp@ex.jp");
    await readdress("A3", "jiro@ex.jp");
    const done = await tenant.import(FROM, without([HEADER, HANAKO, JIRO, KEN.with(3, "係長")]));
    expect([done.create, done.update, done.delete, done.merged]).toEqual([0, 1, 0, undefined]);
  });

  test("a row with an unknown key is a new record", async () => {
    await readdress("A3", "h2@ex.jp");
    const { create, merged } = await tenant.plan(FROM, [HEADER, HANAKO, JIRO, KEN, HANAKO.with(1, "mori@ex.jp")]);
    expect([create, merged]).toEqual([1, undefined]);
  });
});

describe("a row with the address of one person, and the name and code of another, is left out", () => {
  const NEW = ["森", "jiro@ex.jp", "A99", "主任"];

  test.each<[string, Cells, string[]]>([
    ["of somebody new", [HANAKO, NEW], ["鈴木 花子", "渡辺 次郎"]],
    ["exchanged", [HANAKO.with(1, "jiro@ex.jp"), JIRO.with(1, "hanako@ex.jp")], ["鈴木 花子", "渡辺 次郎"]],
  ])("%s", async (_, rows, names) => {
    const done = await tenant.import(FROM, [HEADER, ...rows, KEN]);
    expect([done.create, done.update, done.delete]).toEqual([0, 0, 0]);
    expect(await namesOf("hanako@ex.jp", "jiro@ex.jp")).toEqual(names);
    expect(await leftOutOf()).not.toEqual([]);
  });

  test("another name or another code alone is taken", async () => {
    const rows = [HANAKO.with(2, "A11"), JIRO.with(0, "山本 次郎")];
    expect(await tenant.import(FROM, [HEADER, ...rows, KEN])).toMatchObject({ create: 0, update: 2, delete: 0 });
  });

  test("people who exchanged addresses here, too, are recognised", async () => {
    await swap();
    const rows = [HANAKO.with(1, "jiro@ex.jp"), JIRO.with(1, "hanako@ex.jp")];
    const done = await tenant.import(FROM, [HEADER, ...rows, KEN]);
    expect([done.create, done.update, done.delete, done.merged]).toEqual([0, 0, 0, undefined]);
    expect(await tenant.client.console.list({})).toEqual([]);
  });

  test("the person was deleted here, and somebody new has the address", async () => {
    await tenant.import({ kind: "users", mode: "replace" }, [HEADER, HANAKO, KEN]);
    expect(await tenant.import(FROM, [HEADER, HANAKO, NEW, KEN])).toMatchObject({ create: 1, update: 0, delete: 0 });
    expect(await tenant.client.console.list({})).toEqual([]);
  });
});

describe("a cell that refers to an ambiguous key: its value is not shown", () => {
  // no export shows groups by themselves: cells refer to them by what the console calls them
  describe("a group name that the console may have for another group, or that no group has here any longer", () => {
    const exported = { kind: "docs", fromConsole: true, createGroups: true } as const;
    const grouped = (tanaka: string, hayashi: string): Cells => [
      ["表示名", "ユーザーID", "グループ名"],
      ["田中", "tanaka", tanaka],
      ["林", "hayashi", hayashi],
    ];
    const groups = async () => (await tenant.client.secured.groups("docs")).map(({ name, users }) => [name, users]);
    const idOf = async (name: string): Promise<string> =>
      (await tenant.client.secured.groups("docs")).find((one) => one.name === name)?.id ?? "";
    const remove = async (name: string) => tenant.client.secured.deleteGroups("docs", { ids: [await idOf(name)] });
    const create = (name: string) => tenant.client.secured.createGroup("docs", { name });

    beforeEach(() => tenant.import(exported, grouped("A", "A")));

    test.each<readonly [string, () => Promise<unknown>, Cells, readonly (readonly [string, number])[]]>([
      ["of a deleted group", () => remove("A"), grouped("A", "A"), []],
      [
        "of a deleted group, that a new one has here",
        async () => {
          await remove("A");
          await create("A");
        },
        grouped("A", "A"),
        [["A", 0]],
      ],
    ])("%s, shows nothing, and creates no group", async (_, change, cells, after) => {
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
  });

  test("a code that the console may have for another organisation does not create an organisation", async () => {
    const from = { ...FROM, createOrgs: true };
    const users: Cells = [
      ["氏名", "メールアドレス", "組織コード"],
      ["佐藤 健", "ken@ex.jp", "S1"],
    ];
    await tenant.import(from, users);
    const [made] = await tenant.client.orgs.find({ name: "S1" });
    await tenant.client.orgs.edit(made?.id ?? "", { code: "S9" });
    expect(await tenant.import(from, users)).toMatchObject({ update: 0, orgsCreated: 0 });
  });
});
