import { dropTasks, undoChange } from "#support/tenant/undo.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Device, Import, Org, User } from "../operations.ts";
import { TestTasks } from "#support/tenant/tasks.ts";
import { type Cells, prepareTenant, type TestTenant } from "#support/tenant/tenant.ts";

// Which record a row or a cell of an export belongs to: each describe is a rule of decision 033 ("Matching"), and named after it.

let tenant: TestTenant;
const openPrepared = prepareTenant(async (prepared) => {
  tenant = prepared;
  await tenant.import({ kind: "orgs", fromConsole: true }, ORGS);
  await tenant.import(FROM, USERS);
});
beforeEach(async () => {
  tenant = await openPrepared();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const FROM = { kind: "users", fromConsole: true } as const;
const ORGS: Cells = [
  ["組織名", "組織コード", "上位組織コード"],
  ["営業部", "S", ""],
  ["総務部", "G", ""],
  ["甲", "", ""],
  ["乙", "", ""],
];
const HEADER = ["氏名", "メールアドレス", "社員コード", "役職"];
const HANAKO = ["鈴木 花子", "hanako@ex.jp", "A3", "主任"];
const KEN = ["佐藤 健", "ken@ex.jp", "A7", ""];
const JIRO = ["渡辺 次郎", "jiro@ex.jp", "A11", "主任"];
const USERS: Cells = [HEADER, HANAKO, JIRO, KEN];

const user = async (name: string): Promise<User> => (await tenant.client.users.find({ name }))[0] as User;
const org = async (name: string): Promise<Org> => (await tenant.client.orgs.find({ name }))[0] as Org;
const readdress = async (code: string, address: string) =>
  tenant.client.users.edit((await user(code)).id, { emails: [address] });
const device = async (name: string): Promise<Device> => (await tenant.client.devices.find({ name }))[0] as Device;
const remove = async (kind: "users" | "orgs" | "devices", id: string) =>
  tenant.client.imports.commit(await tenant.client.imports.delete({ kind, ids: [id] }));
const tasks = new TestTasks(() => tenant);

const openPlaces = async () =>
  (await tasks.list(true)).filter(([, , state]) => state !== "done").map(([place, , state]) => [place, state]);

const swap = async () => {
  await readdress("A11", "tmp@ex.jp");
  await readdress("A3", "jiro@ex.jp");
  await readdress("A11", "hanako@ex.jp");
};
const SWAPPED: Cells = [
  HEADER,
  ["鈴木 花子", "jiro@ex.jp", "A3", "主任"],
  ["渡辺 次郎", "hanako@ex.jp", "A11", "主任"],
  KEN,
];
const leftOut = async ({ id }: Import) =>
  (await Array.fromAsync(tenant.client.imports.problems(id)))
    .filter(({ code }) => code === "row-ambiguous")
    .map(({ severity, row, params }) => [severity, row, params["records"], params["tasks"]]);

/** Takes an export over that is from before the tasks were done, and returns how many rows were left out. */
const takenBefore = async (request: object, cells: Cells): Promise<number> => {
  const before = await openPlaces();
  const done = await tenant.import({ ...FROM, ...request }, cells);
  expect(done).toMatchObject({ create: 0, update: 0, delete: 0 });
  expect(await openPlaces()).toEqual(before);
  return done.merged?.leftOut ?? 0;
};

describe("rule 2, several candidates: the other columns decide", () => {
  test("users who exchanged addresses: an earlier export leaves the tasks open, a later one closes them", async () => {
    await swap();
    expect(await takenBefore({}, USERS)).toBe(0);
    await tenant.import(FROM, SWAPPED);
    expect(await tasks.list()).toEqual([]);
    expect(await user("A3")).toMatchObject({ name: "鈴木 花子", emails: ["jiro@ex.jp"] });
  });

  test("a device was deleted and its serial number reused: columns missing from the export decide nothing", async () => {
    const devices: Cells = [
      ["シリアルナンバー", "メモ"],
      ["SER1", "貸出用"],
    ];
    const of = { kind: "devices", fromConsole: true } as const;
    await tenant.import(of, devices);
    await remove("devices", (await device("SER1")).id);
    await tenant.client.devices.create({ serialNumber: "SER1" });
    expect(await takenBefore(of, [["シリアルナンバー"], ["SER1"]])).toBe(1);
    expect(await takenBefore(of, devices)).toBe(0);
    await tenant.import(of, [devices[0] ?? [], ["SER1", ""]]);
    expect(await tasks.list()).toEqual([]);
  });
});

describe("rule 3, still several candidates: the row is ambiguous and left out", () => {
  const BARE: Cells = [
    ["氏名", "メールアドレス"],
    ["田中", "a@ex.jp"],
    ["田中", "b@ex.jp"],
    ["林", "c@ex.jp"],
  ];
  /** Two namesakes exchange their addresses. */
  const exchanged = async () => {
    await tenant.import(FROM, BARE);
    const [first, second] = (await tenant.users()).filter(({ name }) => name === "田中");
    await tenant.client.users.edit(String(first?.id), { emails: ["t@ex.jp"] });
    await tenant.client.users.edit(String(second?.id), { emails: ["a@ex.jp"] });
    await tenant.client.users.edit(String(first?.id), { emails: ["b@ex.jp"] });
  };

  test("the row changes nothing, no record counts as missing, and the plan names row, records and tasks", async () => {
    await exchanged();
    const plan = await tenant.plan(FROM, BARE.with(3, ["林 健", "c@ex.jp"]));
    expect(await leftOut(plan)).toEqual([
      ["warning", 2, "田中 <a@ex.jp>, 田中 <b@ex.jp>", tasks.numbers(2, 3).join(", ")],
      ["warning", 3, "田中 <a@ex.jp>, 田中 <b@ex.jp>", tasks.numbers(2, 3).join(", ")],
    ]);
    expect(await tenant.client.imports.commit(plan)).toMatchObject({ update: 1, delete: 0, merged: { leftOut: 2 } });
    expect(await tasks.list()).toEqual([
      [2, "edit", "open"],
      [3, "edit", "open"],
    ]);
  });

  test.each<readonly [string, () => Promise<unknown>, Cells]>([
    ["confirming", () => tasks.confirm(2, 3), BARE],
    ["dropping", () => dropTasks(tenant.client, ...tasks.numbers(2, 3)), BARE],
  ])("%s the tasks makes the next export unambiguous", async (_, does, cells) => {
    await exchanged();
    expect(await tenant.import(FROM, cells)).toMatchObject({ merged: { leftOut: 2 } });
    await does();
    expect((await tenant.plan(FROM, cells)).merged).toBeUndefined();
  });

  describe("organisations without codes, which have only their names", () => {
    const rename = async (one: Org, name: string) => tenant.client.orgs.edit(one.id, { name });
    const take = (cells: Cells) => tenant.import({ kind: "orgs", fromConsole: true }, cells);
    const exchange = async (first: Org, second: Org) => {
      await rename(first, "丙");
      await rename(second, "甲");
      await rename(first, "乙");
    };

    test("are left out until the tasks are confirmed", async () => {
      const [first, second] = [await org("甲"), await org("乙")];
      await exchange(first, second);
      expect(await takenBefore({ kind: "orgs" }, ORGS)).toBe(2);
      await tasks.confirm(2, 3);
      expect(await take(ORGS)).toMatchObject({ update: 0, create: 0, delete: 0 });
      expect(await tasks.list()).toEqual([]);
      expect((await org("乙")).id).toBe(first.id);
    });

    test("a row matches an existing organisation rather than a deleted one", async () => {
      await remove("orgs", (await org("甲")).id);
      const { after } = await tenant.client.orgs.create({ name: "甲", parentId: (await org("全社")).id });
      expect(await take(ORGS)).toMatchObject({ create: 0, delete: 0 });
      expect((await org("甲")).id).toBe(after.id);
      expect(await tasks.list()).toEqual([]);
    });
  });
});

describe("rule 4, a row with an unknown key, and a record without a row whose key was changed here: ambiguous", () => {
  const unknown = (address: string): Cells => [HEADER, HANAKO.with(1, address), JIRO, KEN];

  test.each(["open", "confirmed"] as const)("the change of the key is %s", async (state) => {
    await readdress("A3", "h2@ex.jp");
    if (state === "confirmed") await tasks.confirm(1);
    const plan = await tenant.plan(FROM, unknown("tmp@ex.jp"));
    const toDo = state === "open" ? String(tasks.number(1)) : "";
    expect(await leftOut(plan)).toEqual([["warning", 2, "鈴木 花子 <h2@ex.jp>", toDo]]);
    expect(await tenant.client.imports.commit(plan)).toMatchObject({ create: 0, update: 0, delete: 0 });
    expect(await user("h2@ex.jp")).toMatchObject({ name: "鈴木 花子" });
    expect((await tasks.list(true)).map(([, , of]) => of)).toEqual([state]);
  });

  test("half of an exchange has a temporary key", async () => {
    await swap();
    const plan = await tenant.plan(FROM, [HEADER, HANAKO.with(1, "jiro@ex.jp"), JIRO.with(1, "tmp2@ex.jp"), KEN]);
    expect((await leftOut(plan)).map(([, row, records]) => [row, records])).toEqual([[3, "渡辺 次郎 <hanako@ex.jp>"]]);
    expect(plan).toMatchObject({ create: 0, delete: 0 });
  });

  test("a row with different values is a new record", async () => {
    await readdress("A3", "h2@ex.jp");
    const other: Cells = [HEADER, HANAKO, JIRO, KEN, ["森", "mori@ex.jp", "A20", ""]];
    expect(await tenant.plan(FROM, other)).toMatchObject({ create: 1, merged: { leftOut: 0 } });
  });
});

describe("rule 5, a key that was confirmed as replaced: used only if the row has no other record", () => {
  test("a row with the old key is another record if a row has the confirmed key", async () => {
    const { id } = await user("A3");
    await readdress("A3", "h2@ex.jp");
    await tasks.confirm(1);
    const both: Cells = [HEADER, HANAKO.with(1, "h2@ex.jp"), JIRO, KEN, ["鈴木 花子", "hanako@ex.jp", "", ""]];
    expect(await tenant.import(FROM, both)).toMatchObject({ create: 1, update: 0, delete: 0 });
    expect(await user("h2@ex.jp")).toMatchObject({ id });
    expect(await tasks.list()).toEqual([]);
  });

  test("a row with the new key of a record is left out as another record if a row has its former key", async () => {
    await readdress("A3", "h2@ex.jp");
    await tenant.client.orgs.edit((await org("S")).id, { code: "S9" });
    const plan = await tenant.plan(FROM, [...USERS, ["新", "h2@ex.jp", "", ""]]);
    expect(await leftOut(plan)).toEqual([["warning", 5, "鈴木 花子 <h2@ex.jp>", String(tasks.number(1))]]);
    await tenant.client.imports.discard(plan.id);
    const ofOrgs = await tenant.plan({ kind: "orgs", fromConsole: true }, [...ORGS, ["新部", "S9", ""]]);
    expect(await leftOut(ofOrgs)).toEqual([["warning", 6, "営業部 <S9>", String(tasks.number(2))]]);
  });

  test("an exchange that was confirmed: an earlier export opens the tasks again", async () => {
    await swap();
    await tasks.confirm(...(await tasks.list()).map(([place]) => place));
    await tenant.import(FROM, USERS);
    expect((await tasks.list()).map(([, , state]) => state)).toEqual(["open", "open"]);
    expect(await user("A3")).toMatchObject({ name: "鈴木 花子", emails: ["jiro@ex.jp"] });
    await tenant.import(FROM, SWAPPED);
    expect(await tasks.list()).toEqual([]);
  });
});

describe("rule 6, a cell that refers to an ambiguous key: its value is not shown", () => {
  const IN = ["氏名", "メールアドレス", "組織コード"];
  const MEMBERS: Cells = [IN, ["鈴木 花子", "hanako@ex.jp", "S"], ["渡辺 次郎", "jiro@ex.jp", "G"]];
  const SWAPPED_ORGS: Cells = ORGS.map(([name = "", code, above = ""]) => [
    name,
    { S: "G", G: "S" }[code ?? ""] ?? code ?? "",
    above,
  ]);
  const OTHERWISE: Cells = [IN, ["鈴木 花子", "hanako@ex.jp", "G"], ["渡辺 次郎", "jiro@ex.jp", "S"]];
  const swapCodes = async () => {
    const [sales, general] = [await org("S"), await org("G")];
    await tenant.client.orgs.edit(general.id, { code: "T" });
    await tenant.client.orgs.edit(sales.id, { code: "G" });
    await tenant.client.orgs.edit(general.id, { code: "S" });
  };

  test("users stay in organisations that exchanged codes until an export of organisations shows it", async () => {
    await tenant.import(FROM, MEMBERS);
    await swapCodes();
    for (const state of ["open", "confirmed"] as const) {
      expect(await takenBefore({}, MEMBERS)).toBe(0);
      expect(await takenBefore({}, OTHERWISE)).toBe(0);
      expect(await user("hanako@ex.jp")).toMatchObject({ org: { path: "営業部" } });
      if (state === "open") await tasks.confirm(2, 3);
    }
    // an export of organisations shows what became of them
    await tenant.import({ kind: "orgs", fromConsole: true }, SWAPPED_ORGS);
    expect(await takenBefore({}, OTHERWISE)).toBe(0);
    expect(await tenant.import(FROM, MEMBERS)).toMatchObject({ update: 2 });
  });

  test("an ambiguous cell proves nothing about users who are to be moved", async () => {
    await tenant.import(FROM, MEMBERS);
    await swapCodes();
    await tenant.client.users.move({ ids: [(await user("hanako@ex.jp")).id], org: (await org("S")).id });
    expect(await takenBefore({}, MEMBERS)).toBe(0);
    await tenant.import({ kind: "orgs", fromConsole: true }, SWAPPED_ORGS);
    await tenant.import(FROM, [IN, ["鈴木 花子", "hanako@ex.jp", "S"], ["渡辺 次郎", "jiro@ex.jp", "S"]]);
    expect(await tasks.list()).toEqual([]);
  });

  test("devices keep their owners", async () => {
    await tenant.import(FROM, MEMBERS);
    const header = ["シリアルナンバー", "プラットフォーム", "ステータス"];
    const owned = (address: string): Cells => [
      [...header, "所有者メールアドレス"],
      ["T1", "iOS", "管理中", address],
    ];
    const belonging = (code: string): Cells => [
      [...header, "所有組織コード"],
      ["T2", "iOS", "管理中", code],
    ];
    const kept = { kind: "devices", fromConsole: true, keepMissing: true } as const;
    await tenant.import(kept, owned("hanako@ex.jp"));
    await tenant.import(kept, belonging("S"));
    await swapCodes();
    for (const code of ["S", "G"]) expect(await takenBefore(kept, belonging(code))).toBe(0);
    await tenant.import(kept, owned(""));
    await tenant.client.users.edit((await user("hanako@ex.jp")).id, { emails: ["h2@ex.jp"] });
    await remove("users", (await user("h2@ex.jp")).id);
    expect(await tenant.import(kept, owned("hanako@ex.jp"))).toMatchObject({ update: 0, merged: { contradicted: 1 } });
    await tenant.client.users.create({ name: "新人", emails: ["hanako@ex.jp"] });
    expect(await takenBefore(kept, owned("hanako@ex.jp"))).toBe(0);
    expect((await tenant.client.devices.find({ name: "T1" }))[0]).toMatchObject({ owner: null });
  });

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
    const rename = async (from: string, to: string) =>
      tenant.client.secured.editGroup({ app: "docs", id: await idOf(from) }, { name: to });
    const remove = async (name: string, memberships: number) =>
      tenant.client.secured.deleteGroups("docs", { ids: [await idOf(name)], memberships });
    const create = (name: string) => tenant.client.secured.createGroup("docs", { name });

    beforeEach(() => tenant.import(exported, grouped("A", "A")));

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

    test.each([
      ["of a new group", () => create("B"), "B"],
      ["of a renamed group", () => rename("A", "B"), "B"],
    ] as const)("%s, shows that the console has it", async (_, change, name) => {
      await change();
      expect(await tasks.list()).toHaveLength(1);
      await tenant.import(exported, grouped(name, name));
      expect(await tasks.list()).toEqual([]);
    });

    test.each<readonly [string, () => Promise<unknown>, string]>([
      ["and brought back", groups, "A"],
      ["and brought back, and renamed", () => rename("A", "A2"), "A2"],
    ])("of a group that was deleted %s, shows that the console has it", async (_, change, name) => {
      await remove("A", 2);
      await tenant.client.imports.commit(await undoChange(tenant.client, "last"));
      await change();
      expect(await groups()).toEqual([[name, 2]]);
      expect(await tasks.list()).not.toEqual([]);
      await tenant.import(exported, grouped(name, name));
      expect(await tasks.list()).toEqual([]);
    });

    test.each([
      ["deleted", () => remove("A", 1)],
      [
        "renamed and deleted",
        async () => {
          await rename("A", "A2");
          await remove("A2", 1);
        },
      ],
    ] as const)("of a group that was %s: a warning names the users added to it since", async (_, change) => {
      await tenant.import(exported, grouped("A", ""));
      await change();
      const plan = await tenant.plan(exported, [...grouped("A", "A"), ["谷", "tani", "A"]]);
      expect(plan).toMatchObject({ create: 1, update: 0, groupsCreated: 0, rejected: false });
      const found = await Array.fromAsync(tenant.client.imports.problems(plan.id));
      expect(found.map(({ code, row, params }) => [code, row, params["value"]])).toEqual([
        ["reference-deleted", 3, "A"],
        ["reference-deleted", 4, "A"],
      ]);
    });
  });

  test("organisations with a code come first, followed by those without a code from the top down", async () => {
    const tree: Cells = [
      ["組織名", "組織コード", "上位組織コード", "上位組織パス"],
      ["営業部", "S", "", ""],
      ["課", "", "S", ""],
      ["係", "", "", "営業部/課"],
      ["班", "", "", "営業部/課/係"],
    ];
    await tenant.import({ kind: "orgs", fromConsole: true }, tree);
    const of = async (path: string) => (await org(path)).id;
    await tenant.client.orgs.edit(await of("営業部/課"), { name: "第一課" });
    await tenant.client.orgs.edit(await of("S"), { name: "営業本部" });
    await tenant.client.orgs.edit(await of("営業本部/第一課/係"), { name: "窓口" });
    expect(await takenBefore({ kind: "orgs" }, tree)).toBe(0);
    expect((await org("営業本部/第一課/窓口/班")).path).toBe("営業本部/第一課/窓口/班");
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
