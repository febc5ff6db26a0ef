import { dropTasks, undoChange, undoImport } from "#support/tenant/undo.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Device, Import, Org, User } from "../../contract/index.ts";
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
const states = async () => (await tasks.list(true)).filter(([place]) => place > 0).map(([, , state]) => state);

/** The places and states of tasks that are not done. */
const openPlaces = async () =>
  (await tasks.list(true)).filter(([, , state]) => state !== "done").map(([place, , state]) => [place, state]);

/** Exchanges the addresses of two users, by way of a temporary one. */
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
/** What a plan leaves out, as the row with the records that it may be, and the tasks that change their keys. */
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

describe("rule 1, one row and one record: they match", () => {
  test("by any key that the console may have: the one it showed, each later one, and the current one", async () => {
    const { id } = await user("A3");
    for (const address of ["h2@ex.jp", "h3@ex.jp"]) await tenant.client.users.edit(id, { emails: [address] });
    for (const address of ["hanako@ex.jp", "h2@ex.jp", "h3@ex.jp"]) {
      const plan = await tenant.plan(FROM, [HEADER, HANAKO.with(1, address).with(3, "係長"), JIRO, KEN]);
      expect([address, plan.create, plan.update, plan.delete]).toEqual([address, 0, 1, 0]);
      await tenant.client.imports.discard(plan.id);
    }
  });

  test("a record without open changes has only one key", async () => {
    await tenant.import(FROM, [HEADER.slice(0, 2), ["林", "hayashi@ex.jp"]]);
    const plan = await tenant.plan(FROM, [HEADER.slice(0, 2), ["林", "h2@ex.jp"]]);
    expect(plan).toMatchObject({ create: 1, delete: 1 });
  });

  test("by the key that a record had before an import changed it", async () => {
    await tenant.import({ kind: "users", key: "employee-code" }, [HEADER, ["鈴木 花子", "h2@ex.jp", "A3", "主任"]]);
    const { id } = await user("A3");
    expect(await takenBefore({}, USERS)).toBe(0);
    expect(await user("h2@ex.jp")).toMatchObject({ id });
  });
});

describe("rule 2, several candidates: the other columns decide", () => {
  test("users who exchanged addresses: an earlier export leaves the tasks open, a later one closes them", async () => {
    await swap();
    expect(await takenBefore({}, USERS)).toBe(0);
    await tenant.import(FROM, SWAPPED);
    expect(await tasks.list()).toEqual([]);
    expect(await user("A3")).toMatchObject({ name: "鈴木 花子", emails: ["jiro@ex.jp"] });
  });

  test("a row that agrees with exactly one record matches it, and the rest is decided again", async () => {
    await swap();
    const [header, first, second, third] = SWAPPED;
    const later: Cells = [header ?? [], [...(first ?? []).slice(0, 3), "係長"], second ?? [], third ?? []];
    expect(await tenant.import(FROM, later)).toMatchObject({ update: 1 });
    expect(await user("A3")).toMatchObject({ name: "鈴木 花子", title: "係長", emails: ["jiro@ex.jp"] });
    expect(await tasks.list()).toEqual([]);
  });

  test("one user took the address that another user gave up", async () => {
    await readdress("A11", "tmp@ex.jp");
    await readdress("A3", "jiro@ex.jp");
    expect(await takenBefore({}, USERS)).toBe(0);
  });

  test("two organisations exchanged their codes", async () => {
    const [sales, general] = [await org("S"), await org("G")];
    await tenant.client.orgs.edit(general.id, { code: "T" });
    await tenant.client.orgs.edit(sales.id, { code: "G" });
    await tenant.client.orgs.edit(general.id, { code: "S" });
    expect(await takenBefore({ kind: "orgs" }, ORGS)).toBe(0);
  });

  test("a user was deleted, and another user was created with the same address", async () => {
    await remove("users", (await user("A3")).id);
    await tenant.client.users.create({ name: "新人", emails: ["hanako@ex.jp"] });
    expect(await takenBefore({}, USERS)).toBe(0);
    await tenant.import(FROM, [HEADER, ["新人", "hanako@ex.jp", "", ""], JIRO, KEN]);
    expect(await states()).toEqual([]);
  });

  test("a user with a changed address was deleted, and another user was created with the earlier address", async () => {
    await readdress("A3", "h2@ex.jp");
    await remove("users", (await user("A3")).id);
    await tenant.client.users.create({ name: "新人", emails: ["hanako@ex.jp"] });
    expect(await tenant.import(FROM, USERS)).toMatchObject({ create: 0, update: 0, delete: 0 });
    // whoever is deleted needs no other address
    expect(await states()).toEqual(["open", "open"]);
    expect(await takenBefore({}, USERS)).toBe(0);
  });

  test("an organisation or an app's user was deleted, and another was created with the same key", async () => {
    await remove("orgs", (await org("S")).id);
    await tenant.client.orgs.create({ name: "第二営業部", code: "S", parentId: (await org("全社")).id });
    expect(await takenBefore({ kind: "orgs" }, ORGS)).toBe(0);
    const docs: Cells = [
      ["表示名", "ユーザーID"],
      ["田中", "tanaka"],
    ];
    await tenant.import({ kind: "docs", fromConsole: true }, docs);
    await tenant.import({ kind: "docs", mode: "replace" }, [
      ["表示名", "ユーザーID", "パスワード"],
      ["林", "hayashi", "Hidden4711"],
    ]);
    await tenant.import({ kind: "docs" }, [
      ["表示名", "ユーザーID", "パスワード"],
      ["谷", "tanaka", "Hidden4711"],
    ]);
    expect(await takenBefore({ kind: "docs" }, docs)).toBe(0);
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

  test("an earlier export matched the rows by another key", async () => {
    await readdress("A11", "tmp@ex.jp");
    await readdress("A3", "jiro@ex.jp");
    await readdress("A11", "hanako@ex.jp");
    await tenant.import({ ...FROM, key: "employee-code" }, USERS);
    expect(await user("A3")).toMatchObject({ name: "鈴木 花子", emails: ["jiro@ex.jp"] });
    expect(await takenBefore({}, USERS)).toBe(0);
    await tenant.import(FROM, [
      HEADER,
      ["鈴木 花子", "jiro@ex.jp", "A3", "主任"],
      ["渡辺 次郎", "hanako@ex.jp", "A11", "主任"],
      KEN,
    ]);
    expect(await user("A3")).toMatchObject({ name: "鈴木 花子", emails: ["jiro@ex.jp"] });
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

  test("confirming only one of two tasks does not resolve it", async () => {
    await exchanged();
    await tasks.confirm(2);
    expect(await tenant.import(FROM, BARE)).toMatchObject({ merged: { leftOut: 2 } });
    expect((await tasks.list(true)).map(([, , state]) => state)).toEqual(expect.arrayContaining(["confirmed", "open"]));
  });

  test("two organisations exchanged their names as well as their codes", async () => {
    const [sales, general] = [await org("S"), await org("G")];
    await tenant.client.orgs.edit(general.id, { code: "T", name: "営業部" });
    await tenant.client.orgs.edit(sales.id, { code: "G", name: "総務部" });
    await tenant.client.orgs.edit(general.id, { code: "S" });
    const plan = await tenant.plan({ kind: "orgs", fromConsole: true }, ORGS);
    const numbers = tasks.numbers(1, 2, 3).join(", ");
    expect(await leftOut(plan)).toEqual([
      ["warning", 2, "営業部 <S>, 総務部 <G>", numbers],
      ["warning", 3, "営業部 <S>, 総務部 <G>", numbers],
    ]);
    await tenant.client.imports.discard(plan.id);
    expect(await takenBefore({ kind: "orgs" }, ORGS)).toBe(2);
  });

  test("two rows agree with the same record", async () => {
    await readdress("A3", "h2@ex.jp");
    const plan = await tenant.plan(FROM, [HEADER, HANAKO.with(1, "h2@ex.jp"), HANAKO, JIRO, KEN]);
    expect(plan).toMatchObject({ create: 0, update: 0, delete: 0, rejected: false, merged: { leftOut: 2 } });
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

    test("lower organisations with several candidates are left out, and unambiguous ones stay as they are", async () => {
      const below: Cells = [
        ["組織名", "組織コード", "上位組織パス"],
        ...ORGS.slice(1),
        ["子", "", "甲"],
        ["子", "", "乙"],
        ["孫", "", "甲/子"],
        ["長女", "", "甲"],
        ["次女", "N", "甲"],
      ];
      await take(below);
      const before = await tenant.client.orgs.list();
      const [first, second] = [await org("甲"), await org("乙")];
      await exchange(first, second);
      const exchanged = await tenant.client.orgs.list();
      expect(await takenBefore({ kind: "orgs" }, below)).toBe(4);
      expect(await tenant.client.orgs.list()).toEqual(exchanged);
      const open = await tenant.client.console.list({});
      await dropTasks(tenant.client, ...open.map(({ number }) => number));
      expect((await tenant.client.orgs.list()).map(({ path }) => path)).toEqual(before.map(({ path }) => path));
      expect(await take(below)).toMatchObject({ update: 0, create: 0, delete: 0 });
      expect(await tasks.list()).toEqual([]);
    });

    test("are left out, even if it was confirmed that one of them no longer has a code", async () => {
      const [header = [], ...rows] = ORGS;
      await take([header, ...rows.map((row) => (row[0] === "甲" ? row.with(1, "K") : row))]);
      const [coded, other] = [await org("K"), await org("乙")];
      const { consoleTask } = await tenant.client.orgs.edit(coded.id, { code: null });
      await tenant.client.console.confirm({ numbers: [consoleTask ?? 0] });
      await exchange(coded, other);
      const exchanged = await tenant.client.orgs.list();
      expect(await takenBefore({ kind: "orgs" }, ORGS)).toBe(2);
      expect(await tenant.client.orgs.list()).toEqual(exchanged);
    });

    test("are distinguished if only one of them can have the other place, before and after", async () => {
      const [first, second] = [await org("甲"), await org("乙")];
      await rename(first, "丙");
      await rename(second, "甲");
      expect(await takenBefore({ kind: "orgs" }, ORGS)).toBe(0);
      expect(await take([...ORGS.slice(0, 3), ["甲", "", ""], ["丙", "", ""]])).toMatchObject({ update: 0, delete: 0 });
      expect(await tasks.list()).toEqual([]);
      expect([(await org("丙")).id, (await org("甲")).id]).toEqual([first.id, second.id]);
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

  test("the console also changed another field of the record", async () => {
    await readdress("A3", "h2@ex.jp");
    const shown: Cells = [
      ["氏名", "メールアドレス", "役職"],
      ...USERS.slice(1).map(([name = "", address = ""]) => [name, address, "係長"]),
    ];
    expect(
      await tenant.import(
        FROM,
        shown.map((row) => row.map((cell) => (cell === "hanako@ex.jp" ? "tmp@ex.jp" : cell))),
      ),
    ).toMatchObject({
      create: 0,
      update: 2,
      delete: 0,
      merged: { leftOut: 1 },
    });
  });

  test("half of an exchange has a temporary key", async () => {
    await swap();
    const plan = await tenant.plan(FROM, [HEADER, HANAKO.with(1, "jiro@ex.jp"), JIRO.with(1, "tmp2@ex.jp"), KEN]);
    expect((await leftOut(plan)).map(([, row, records]) => [row, records])).toEqual([[3, "渡辺 次郎 <hanako@ex.jp>"]]);
    expect(plan).toMatchObject({ create: 0, delete: 0 });
  });

  test("the row may be a record of another row that is left out", async () => {
    await swap();
    const shown: Cells = [
      ["氏名", "メールアドレス", "役職"],
      ["鈴木 花子", "others@ex.jp", "主任"],
      ["渡辺 次郎", "jiro@ex.jp", "係長"],
      ["佐藤 健", "ken@ex.jp", ""],
    ];
    expect(await takenBefore({}, shown)).toBe(2);
  });

  test("the row may be a user who was deleted here, until the deletion is confirmed", async () => {
    await remove("users", (await user("A3")).id);
    const plan = await tenant.plan(FROM, unknown("tmp@ex.jp"));
    expect(await leftOut(plan)).toEqual([["warning", 2, "鈴木 花子 <hanako@ex.jp>", String(tasks.number(1))]]);
    await tenant.client.imports.commit(plan);
    expect(await tasks.list()).toEqual([[1, "delete", "open"]]);
    await tasks.confirm(1);
    expect(await tenant.import(FROM, unknown("tmp@ex.jp"))).toMatchObject({ create: 1 });
    expect(await tasks.list()).toEqual([]);
  });

  test("a row with different values is a new record", async () => {
    await readdress("A3", "h2@ex.jp");
    const other: Cells = [HEADER, HANAKO, JIRO, KEN, ["森", "mori@ex.jp", "A20", ""]];
    expect(await tenant.plan(FROM, other)).toMatchObject({ create: 1, merged: { leftOut: 0 } });
  });

  test("the row may be a user who is new here, whatever keys the user has had since", async () => {
    await tenant.client.users.create({ name: "森", emails: ["mori@ex.jp"] });
    const shown: Cells = [...USERS, ["森", "m3@ex.jp", "", ""]];
    expect(await takenBefore({}, shown)).toBe(1);
    await tenant.client.users.edit((await user("mori@ex.jp")).id, { emails: ["m2@ex.jp"] });
    expect(await takenBefore({}, shown)).toBe(1);
    await tenant.import(FROM, [...shown, ["森", "m2@ex.jp", "", ""]]);
    expect(await user("m3@ex.jp")).toMatchObject({ name: "森" });
  });

  test("the row may be an organisation that is new here", async () => {
    await tenant.client.orgs.create({ name: "広報部", code: "P", parentId: (await org("営業部")).id });
    expect(await takenBefore({ kind: "orgs" }, [...ORGS, ["広報部", "X1", "S"]])).toBe(1);
  });

  test("an organisation has a temporary code, and its parent has another name", async () => {
    const tree = (above: string, code: string): Cells => [
      ["組織名", "組織コード", "上位組織パス"],
      [above, "S", ""],
      ["一課", code, above],
    ];
    const of = { kind: "orgs", fromConsole: true } as const;
    await tenant.import(of, tree("営業部", "S1"));
    await tenant.client.orgs.edit((await org("S1")).id, { code: "S2" });
    const plan = await tenant.plan(of, tree("営業本部", "X99"));
    expect(plan).toMatchObject({ create: 0, update: 1, delete: 0, merged: { leftOut: 1 } });
  });

  test("an organisation has a temporary code: its users stay in it", async () => {
    await tenant.import(FROM, [
      ["氏名", "メールアドレス", "組織コード"],
      ["鈴木 花子", "hanako@ex.jp", "S"],
    ]);
    await tenant.client.orgs.edit((await org("S")).id, { code: "S2" });
    const shown = ORGS.map((row) => row.map((cell) => (cell === "S" ? "X99" : cell)));
    expect(await takenBefore({ kind: "orgs" }, shown)).toBe(1);
    // another one of that name is somewhere else
    expect(await tenant.plan({ kind: "orgs", fromConsole: true }, [...ORGS, ["営業部", "N", "G"]])).toMatchObject({
      create: 1,
    });
  });

  test("a device has a temporary serial number and keeps another of its keys", async () => {
    const devices = (serial: string): Cells => [
      ["シリアルナンバー", "プラットフォーム", "ステータス", "IMEI番号"],
      [serial, "iOS", "管理中", "00 000000 000000 0"],
    ];
    const of = { kind: "devices", fromConsole: true } as const;
    await tenant.import(of, devices("SER1"));
    await tenant.client.devices.edit((await device("SER1")).id, { serialNumber: "SER2" });
    expect(await takenBefore(of, devices("SERX"))).toBe(1);
  });

  test("a device has a temporary serial number and keeps its name", async () => {
    const devices = (serial: string): Cells => [
      ["シリアルナンバー", "プラットフォーム", "ステータス", "端末識別名"],
      [serial, "iOS", "管理中", "営業部 1 号機"],
    ];
    const of = { kind: "devices", fromConsole: true } as const;
    await tenant.import(of, devices("SER1"));
    await tenant.client.devices.edit((await device("SER1")).id, { serialNumber: "SER2" });
    expect(await takenBefore(of, devices("SERX"))).toBe(1);
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

  test("a row with the old key is the same record if no row has the confirmed key", async () => {
    const { id } = await user("A3");
    await readdress("A3", "h2@ex.jp");
    await tasks.confirm(1);
    expect(await tenant.import(FROM, USERS)).toMatchObject({
      create: 0,
      update: 0,
      delete: 0,
      merged: { contradicted: 1, first: [{ field: "emails", local: "h2@ex.jp", console: "hanako@ex.jp" }] },
    });
    expect(await user("h2@ex.jp")).toMatchObject({ id });
    expect(await tasks.list()).toEqual([[1, "edit", "open"]]);
  });

  test("a row with the key of a user whose deletion was confirmed is the user who has the key now", async () => {
    await remove("users", (await user("A11")).id);
    await readdress("A3", "jiro@ex.jp");
    await tasks.confirm(1, 2);
    const shown: Cells = [HEADER, ["鈴木 花子", "jiro@ex.jp", "A3", "係長"], KEN];
    expect(await tenant.import(FROM, shown)).toMatchObject({ create: 0, update: 1, delete: 0 });
    expect(await user("A3")).toMatchObject({ emails: ["jiro@ex.jp"], title: "係長" });
  });

  test("the same applies to the code of an organisation", async () => {
    await tenant.client.orgs.edit((await org("S")).id, { code: "S9" });
    await tasks.confirm(1);
    const both: Cells = [...ORGS, ["営業部", "S9", ""]];
    expect(await tenant.import({ kind: "orgs", fromConsole: true }, both)).toMatchObject({ create: 1, delete: 0 });
    expect(await tasks.list()).toEqual([]);
  });

  test("the same applies to a dropped code or name of an organisation", async () => {
    const [sales, first] = [await org("S"), await org("甲")];
    await tenant.client.orgs.edit(sales.id, { code: "S9" });
    await tenant.client.orgs.edit(first.id, { name: "丁" });
    await tenant.client.users.move({ ids: [(await user("A3")).id], org: sales.id });
    await tenant.import({ ...FROM }, [
      [...HEADER, "組織コード"],
      [...HANAKO, "S"],
      [...JIRO, ""],
      [...KEN, ""],
    ]);
    await dropTasks(tenant.client, ...tasks.numbers(1, 2));
    const cells: Cells = [
      [...HEADER, "組織コード"],
      [...HANAKO, "S9"],
      [...JIRO, ""],
      [...KEN, ""],
    ];
    expect(await tenant.import(FROM, cells)).toMatchObject({ create: 0, update: 0, delete: 0 });
    const done: Cells = [
      ...ORGS.slice(0, 1),
      ["営業部", "S9", ""],
      ["総務部", "G", ""],
      ["丁", "", ""],
      ["乙", "", ""],
    ];
    const taken = await tenant.import({ kind: "orgs", fromConsole: true }, done);
    expect(taken).toMatchObject({ create: 0, update: 2, delete: 0 });
    expect((await org("S9")).id).toBe(sales.id);
    expect((await org("丁")).id).toBe(first.id);
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

  test("a row with a dropped key is the same record if no row has the record's key", async () => {
    const { id } = await user("A3");
    await readdress("A3", "h2@ex.jp");
    await dropTasks(tenant.client, tasks.number(1));
    const done: Cells = [HEADER, HANAKO.with(1, "h2@ex.jp"), JIRO, KEN];
    expect(await tenant.import(FROM, done)).toMatchObject({ create: 0, update: 1, delete: 0 });
    expect(await user("h2@ex.jp")).toMatchObject({ id });
    // that export showed it: there is nothing to be done any more
    const before: Cells = [HEADER, HANAKO.with(2, ""), JIRO, KEN];
    expect(await tenant.import(FROM, before)).toMatchObject({ create: 1, delete: 1 });
  });

  test("a row with a dropped key is another record if a row has the record's key", async () => {
    const { id } = await user("A3");
    await readdress("A3", "h2@ex.jp");
    await dropTasks(tenant.client, tasks.number(1));
    const both: Cells = [...USERS, ["鈴木 花子", "h2@ex.jp", "", ""]];
    expect(await tenant.import(FROM, both)).toMatchObject({ create: 1, update: 0, delete: 0 });
    expect(await user("A3")).toMatchObject({ id, emails: ["hanako@ex.jp"] });
  });

  test("an exchange that was dropped: an earlier export finds each record by its former key", async () => {
    await swap();
    await dropTasks(tenant.client, ...(await tenant.client.console.list({})).map(({ number }) => number));
    await tenant.import(FROM, USERS);
    expect(await user("A3")).toMatchObject({ name: "鈴木 花子", emails: ["hanako@ex.jp"] });
  });

  test("an exchange that was confirmed: a later export is accepted even after an earlier one", async () => {
    await swap();
    await tasks.confirm(...(await tasks.list()).map(([place]) => place));
    await tenant.import({ ...FROM, key: "employee-code" }, USERS);
    await tenant.import(FROM, SWAPPED);
    expect(await user("A3")).toMatchObject({ name: "鈴木 花子", emails: ["jiro@ex.jp"] });
  });
});

describe("rules 1 to 5, by another key than the usual one", () => {
  const BY_CODE = { ...FROM, key: "employee-code" } as const;
  const recode = async (address: string, code: string) =>
    tenant.client.users.edit((await user(address)).id, { employeeCode: code });

  test.for<[string, () => Promise<unknown>]>([
    ["who was deleted here stays so", async () => remove("users", (await user("ken@ex.jp")).id)],
    ["whose code was changed here is met by both", () => recode("ken@ex.jp", "B7")],
    [
      "who have exchanged their codes are told apart by the other columns",
      async () => {
        await recode("hanako@ex.jp", "T");
        await recode("ken@ex.jp", "A3");
        await recode("hanako@ex.jp", "A7");
      },
    ],
    [
      "whose code somebody else has by now is met by his former one",
      async () => {
        await recode("hanako@ex.jp", "B3");
        await recode("ken@ex.jp", "A3");
      },
    ],
  ])("%s", async ([, change]) => {
    await change();
    const before = await Array.fromAsync(tenant.client.users.list());
    const open = await openPlaces();
    expect(await tenant.import(BY_CODE, USERS)).toMatchObject({ create: 0, update: 0, delete: 0 });
    expect(await Array.fromAsync(tenant.client.users.list())).toEqual(before);
    expect((await tasks.list()).length).toBe(open.length);
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

  test("a path that two rows share decides nothing: records below it stay, and new ones are left out", async () => {
    const of = { kind: "orgs", fromConsole: true } as const;
    const header = ["組織名", "組織コード", "上位組織パス"];
    await tenant.import(of, [header, ["営業部", "S", ""], ["課", "K", "営業部"], ["係", "", "営業部"]]);
    const { id } = await org("営業部/係");
    const shown: Cells = [
      header,
      ["営業部", "S", ""],
      ["営業部", "S2", ""],
      ["課", "K", "営業部"],
      ["係", "", "営業部"],
      ["班", "H", "営業部"],
    ];
    const plan = await tenant.plan(of, shown);
    expect(plan).toMatchObject({ rejected: false, create: 1, update: 0, delete: 0, merged: { leftOut: 2 } });
    const found = await Array.fromAsync(tenant.client.imports.problems(plan.id));
    expect(found.map(({ code, row }) => [code, row])).toEqual([
      ["row-ambiguous", 5],
      ["reference-ambiguous", 6],
    ]);
    await tenant.client.imports.commit(plan);
    expect(await org("K")).toMatchObject({ path: "営業部/課" });
    expect(await org("営業部/係")).toMatchObject({ id, path: "営業部/係" });
  });

  test("a record that an export left out: cells with its key are ignored, and the file is accepted", async () => {
    await tenant.import(FROM, MEMBERS);
    await readdress("A3", "h2@ex.jp");
    const half = await tenant.import(FROM, [HEADER, HANAKO.with(1, "tmp@ex.jp"), JIRO, KEN]);
    expect(half.merged).toMatchObject({ leftOut: 1 });
    const header = ["シリアルナンバー", "プラットフォーム", "ステータス", "所有者メールアドレス"];
    const cells: Cells = [header, ["T1", "iOS", "管理中", "tmp@ex.jp"], ["T2", "iOS", "管理中", "jiro@ex.jp"]];
    const plan = await tenant.plan({ kind: "devices", fromConsole: true }, cells);
    expect(plan).toMatchObject({ rejected: false, create: 2 });
    const found = await Array.fromAsync(tenant.client.imports.problems(plan.id));
    const left = found.filter(({ code }) => code === "reference-left-out");
    expect(left.map(({ row, params }) => [row, params])).toEqual([[2, { value: "tmp@ex.jp" }]]);
    await tenant.client.imports.commit(plan);
    expect(await device("T1")).toMatchObject({ owner: null });
    expect(await device("T2")).toMatchObject({ owner: { email: "jiro@ex.jp" } });
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

  test("an exchange that was reversed: the owner of a new device stays blank", async () => {
    await swap();
    await readdress("A11", "tmp@ex.jp");
    await readdress("A3", "hanako@ex.jp");
    await readdress("A11", "jiro@ex.jp");
    expect(await takenBefore({}, SWAPPED)).toBe(0);
    const owned: Cells = [
      ["シリアルナンバー", "プラットフォーム", "ステータス", "所有者メールアドレス"],
      ["T1", "iOS", "管理中", "jiro@ex.jp"],
    ];
    expect(await tenant.import({ kind: "devices", fromConsole: true }, owned)).toMatchObject({ create: 1 });
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

    test("shows nothing for a new user either", async () => {
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
    ] as const)(
      "%s, shows that the console has it, which an undo with --mirror-only reverses",
      async (_, change, name) => {
        await change();
        expect(await tasks.list()).toHaveLength(1);
        const plan = await tenant.import(exported, grouped(name, name));
        expect(await tasks.list()).toEqual([]);
        await tenant.client.imports.commit(await undoImport(tenant.client, plan.id, { mirrorOnly: true }));
        expect(await tasks.list()).toHaveLength(1);
      },
    );

    test("does not affect cells that are clear", async () => {
      await rename("A", "A2");
      // whoever left the group there leaves it here
      expect(await tenant.import(exported, grouped("", "A"))).toMatchObject({ update: 1, groupsCreated: 0 });
      expect(await groups()).toEqual([["A2", 1]]);
      expect(await tenant.import(exported, grouped("A2", "A"))).toMatchObject({ update: 1, groupsCreated: 0 });
      expect(await groups()).toEqual([["A2", 2]]);
    });

    test("belongs to another group once the change is confirmed", async () => {
      await rename("A", "A2");
      await tasks.confirm(1);
      expect(await tenant.plan(exported, grouped("A", "A"))).toMatchObject({ update: 2, newGroups: ["A"] });
    });

    test("belongs to another group in any other file", async () => {
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

    test("of a renamed group, next to its former name, proves nothing, however often it is taken over", async () => {
      await rename("A", "A2");
      for (const again of [false, true]) {
        const done = await tenant.import(exported, grouped("A", "A2"));
        expect(done, String(again)).toMatchObject({ update: 0, groupsCreated: 0 });
        expect(await tasks.list()).toEqual([[1, "edit", "open"]]);
      }
      expect(await groups()).toEqual([["A2", 2]]);
      await tenant.import(exported, grouped("A2", "A2"));
      expect(await tasks.list()).toEqual([]);
    });

    test("of a renamed group, next to one that another group has now, is decided by the other columns", async () => {
      await rename("A", "A2");
      await create("A");
      const [tanaka] = await tenant.client.secured.find("docs", { name: "tanaka" });
      await tenant.client.secured.edit({ app: "docs", id: tanaka?.id ?? "" }, { groups: ["A"] });
      for (const again of [false, true]) {
        const done = await tenant.import(exported, grouped("A", "A2"));
        expect(done, String(again)).toMatchObject({ update: 0, groupsCreated: 0 });
      }
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
