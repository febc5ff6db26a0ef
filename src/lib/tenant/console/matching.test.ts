import { beforeEach, describe, expect, test } from "vitest";
import type { Import, User } from "../operations.ts";
import { type Cells, prepareTenant, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

// Which record a row or a cell of an export belongs to: each describe is a rule of decision 033 ("Matching"), and named after it.

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

describe("rule 4, a row with an unknown key, and a record without a row whose key was changed here: ambiguous", () => {
  test("half of an exchange has a temporary key", async () => {
    await swap();
    const cells = [HEADER, HANAKO.with(1, "jiro@ex.jp"), JIRO.with(1, "tmp2@ex.jp"), KEN];
    const plan = await tenant.plan(
      FROM,
      cells.map((row) => row.toSpliced(2, 1)),
    );
    expect((await leftOut(plan)).map(([, row, records]) => [row, records])).toEqual([[3, "渡辺 次郎 <hanako@ex.jp>"]]);
    expect(plan).toMatchObject({ create: 0, delete: 0 });
    const { change } = await tenant.client.imports.commit(plan);
    const listed = async () =>
      (await tenant.client.console.list({})).flatMap(({ number, records }) =>
        records.flatMap(({ state, row, key }) => (state === "left-out" ? [[number, row, key]] : [])),
      );
    expect(await listed()).toEqual([[change, 3, "tmp2@ex.jp"]]);
    await tenant.import(FROM, [HEADER, HANAKO.with(1, "jiro@ex.jp"), JIRO.with(1, "hanako@ex.jp"), KEN]);
    expect(await listed()).toEqual([]);
  });

  test("a row with different values is a new record", async () => {
    await readdress("A3", "h2@ex.jp");
    const other: Cells = [HEADER, HANAKO, JIRO, KEN, ["森", "mori@ex.jp", "A20", ""]];
    const { create, merged } = await tenant.plan(FROM, other);
    expect([create, merged]).toEqual([1, undefined]);
  });
});

describe("rule 5, a row with the address of one person and the code of another: the other columns decide", () => {
  const NEW = ["森", "jiro@ex.jp", "A99", "主任"];
  const [TO_JIRO, TO_HANAKO, RENAMED] = [
    HANAKO.with(1, "jiro@ex.jp"),
    JIRO.with(1, "hanako@ex.jp"),
    JIRO.with(1, "n@ex.jp"),
  ];
  const SORTED: Cells = [HANAKO.with(2, "A11"), JIRO.with(2, "A3")];

  test.each<[string, Cells, number, number, string[]]>([
    ["renamed, and somebody got the address", [RENAMED, NEW, HANAKO], 1, 0, ["n@ex.jp"]],
    ["given the address of another", [TO_JIRO, TO_HANAKO], 0, 1, ["hanako@ex.jp"]],
    ["removed, and somebody got the address", [NEW, HANAKO], 1, 0, []],
  ])("a person who was deleted here was %s", async (_, rows, create, update, open) => {
    await tenant.import({ kind: "users", mode: "replace" }, [HEADER, HANAKO, KEN]);
    expect(await tenant.import(FROM, [HEADER, ...rows, KEN])).toMatchObject({ create, update, delete: 0 });
    const records = (await tenant.client.console.list({})).flatMap((task) => task.records);
    expect(records.map(({ key }) => key)).toEqual(open);
  });

  test.each<[string, Cells, number, string[], number]>([
    ["exchanged", [TO_JIRO, TO_HANAKO], 0, ["jiro@ex.jp", "hanako@ex.jp"], 0],
    ["passed on", [TO_JIRO, RENAMED], 0, ["jiro@ex.jp", "n@ex.jp"], 0],
    ["new", [HANAKO, RENAMED], 0, ["hanako@ex.jp", "n@ex.jp"], 0],
    ["passed on to a new person", [NEW, HANAKO, RENAMED], 1, ["hanako@ex.jp", "n@ex.jp"], 0],
    ["that of somebody else now", [NEW, HANAKO], 0, ["hanako@ex.jp", "jiro@ex.jp"], 1],
    ["kept, while the codes are exchanged", SORTED, 0, ["hanako@ex.jp", "jiro@ex.jp"], 0],
  ])("an address that is %s", async (_, rows, create, addresses, left) => {
    const people = [await user("A3"), await user("A11")];
    const done = await tenant.import(FROM, [HEADER, ...rows, KEN]);
    expect([done.create, done.delete, done.merged?.leftOut ?? 0]).toEqual([create, 0, left]);
    expect([(await user(people[0]?.id ?? "")).emails[0], (await user(people[1]?.id ?? "")).emails[0]]).toEqual(
      addresses,
    );
  });
});

describe("rule 6, a cell that refers to an ambiguous key: its value is not shown", () => {
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
