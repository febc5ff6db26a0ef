import { dropTasks } from "#support/tenant/undo.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { recordCalled, stepsOf } from "../../../commands/console/steps.ts";
import type { Org, User } from "../../contract/index.ts";
import { TestTasks } from "#support/tenant/tasks.ts";
import { TestTenant, type Cells } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.import({ kind: "orgs", fromConsole: true }, ORGS);
  await tenant.import(FROM, USERS);
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
const remove = async (kind: "users" | "orgs", id: string) =>
  tenant.client.imports.commit(await tenant.client.imports.delete({ kind, ids: [id] }));
const tasks = new TestTasks(() => tenant);
const states = async () => (await tasks.list(true)).filter(([place]) => place > 0).map(([, , state]) => state);

/** The places and states of tasks that are not done. */
const openPlaces = async () =>
  (await tasks.list(true)).filter(([, , state]) => state !== "done").map(([place, , state]) => [place, state]);

/** The problems of an export that is refused, as `code@row`. */
const refused = async (request: object, cells: Cells): Promise<readonly string[]> => {
  const plan = await tenant.plan({ ...FROM, ...request }, cells);
  expect(plan.rejected).toBe(true);
  const found = await tenant.errors(plan);
  await tenant.client.imports.discard(plan.id);
  return found.map(({ code, row }) => `${code}@${row}`);
};

/** Takes an export over that is from before the tasks were done, and returns how many rows were left out. */
const takenBefore = async (request: object, cells: Cells): Promise<number> => {
  const before = await openPlaces();
  const done = await tenant.import({ ...FROM, ...request }, cells);
  expect(done).toMatchObject({ create: 0, update: 0, delete: 0 });
  expect(await openPlaces()).toEqual(before);
  return done.merged?.leftOut ?? 0;
};

describe("an export from before keys went from one record to another", () => {
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

  test("changes nothing if the other columns tell whose a row is; the tasks are closed by one from after", async () => {
    await swap();
    expect(await takenBefore({}, USERS)).toBe(0);
    await tenant.import(FROM, SWAPPED);
    expect(await tasks.list()).toEqual([]);
    expect(await user("A3")).toMatchObject({ name: "鈴木 花子", emails: ["jiro@ex.jp"] });
  });

  test("may have other changes, if all other rows are decided", async () => {
    await swap();
    const [header, first, second, third] = SWAPPED;
    const later: Cells = [header ?? [], [...(first ?? []).slice(0, 3), "係長"], second ?? [], third ?? []];
    expect(await tenant.import(FROM, later)).toMatchObject({ update: 1 });
    expect(await user("A3")).toMatchObject({ name: "鈴木 花子", title: "係長", emails: ["jiro@ex.jp"] });
    expect(await tasks.list()).toEqual([]);
  });

  test("changes nothing if one took what the other gave up", async () => {
    await readdress("A11", "tmp@ex.jp");
    await readdress("A3", "jiro@ex.jp");
    expect(await takenBefore({}, USERS)).toBe(0);
  });

  test("leaves out namesakes who exchanged them, of whom nothing else is shown, and says who they may be", async () => {
    const bare: Cells = [
      ["氏名", "メールアドレス"],
      ["田中", "a@ex.jp"],
      ["田中", "b@ex.jp"],
      ["林", "c@ex.jp"],
    ];
    await tenant.import(FROM, bare);
    const [first, second] = (await tenant.users()).filter(({ name }) => name === "田中");
    await tenant.client.users.edit(String(first?.id), { emails: ["t@ex.jp"] });
    await tenant.client.users.edit(String(second?.id), { emails: ["a@ex.jp"] });
    await tenant.client.users.edit(String(first?.id), { emails: ["b@ex.jp"] });
    const plan = await tenant.plan(FROM, bare.toSpliced(3, 1, ["林 健", "c@ex.jp"]));
    const found = await Array.fromAsync(tenant.client.imports.problems(plan.id));
    expect(found.map(({ code, severity, row, params }) => [code, severity, row, params["records"]])).toEqual([
      ["row-ambiguous", "warning", 2, "田中 <a@ex.jp>, 田中 <b@ex.jp>"],
      ["row-ambiguous", "warning", 3, "田中 <a@ex.jp>, 田中 <b@ex.jp>"],
    ]);
    expect(await tenant.client.imports.commit(plan)).toMatchObject({ update: 1, delete: 0, merged: { leftOut: 2 } });
    expect(await tasks.list()).toEqual([
      [2, "edit", "open"],
      [3, "edit", "open"],
    ]);
    await tasks.confirm(2);
    expect(await tenant.import(FROM, bare)).toMatchObject({ merged: { leftOut: 2 } });
    expect((await tasks.list(true)).map(([, , state]) => state)).toEqual(expect.arrayContaining(["confirmed", "open"]));
    await tasks.confirm(3);
    expect((await tenant.plan(FROM, bare)).merged).toBeUndefined();
  });

  test("changes nothing if an import exchanged them", async () => {
    const [, hanako, jiro] = SWAPPED;
    await tenant.import({ kind: "users", key: "employee-code" }, [HEADER, hanako ?? [], jiro ?? []]);
    expect(await takenBefore({}, USERS)).toBe(0);
    await tenant.import(FROM, SWAPPED);
    expect(await states()).toEqual(["done"]);
  });

  test("meets whom an import alone gave another one by the former", async () => {
    await tenant.import({ kind: "users", key: "employee-code" }, [HEADER, ["鈴木 花子", "h2@ex.jp", "A3", "主任"]]);
    const { id } = await user("A3");
    expect(await takenBefore({}, USERS)).toBe(0);
    expect(await user("h2@ex.jp")).toMatchObject({ id });
  });

  test("leaves out a new row that may be somebody whose key was changed here", async () => {
    await readdress("A3", "h2@ex.jp");
    const unknown: Cells = [HEADER, ["鈴木 花子", "tmp@ex.jp", "A3", "主任"], JIRO, KEN];
    expect(await takenBefore({}, unknown)).toBe(1);
    expect(await user("h2@ex.jp")).toMatchObject({ name: "鈴木 花子" });
  });

  test("leaves out a new row that may be somebody who exchanged keys, if nobody can tell whose the others are", async () => {
    await readdress("A3", "tmp@ex.jp");
    await readdress("A11", "hanako@ex.jp");
    await readdress("A3", "jiro@ex.jp");
    const shown: Cells = [
      ["氏名", "メールアドレス", "役職"],
      ["鈴木 花子", "others@ex.jp", "主任"],
      ["渡辺 次郎", "jiro@ex.jp", "係長"],
      ["佐藤 健", "ken@ex.jp", ""],
    ];
    expect(await takenBefore({}, shown)).toBe(2);
  });

  test("leaves out a new row that may be somebody who was deleted here, and says who, until that is confirmed", async () => {
    await remove("users", (await user("A3")).id);
    const unknown: Cells = [HEADER, ["鈴木 花子", "tmp@ex.jp", "A3", "主任"], JIRO, KEN];
    const plan = await tenant.plan(FROM, unknown);
    const [found] = await Array.fromAsync(tenant.client.imports.problems(plan.id));
    expect(found).toMatchObject({ code: "row-ambiguous", row: 2, params: { records: "鈴木 花子 <hanako@ex.jp>" } });
    await tenant.client.imports.commit(plan);
    expect(await tasks.list()).toEqual([[1, "delete", "open"]]);
    await tasks.confirm(1);
    expect(await tenant.import(FROM, unknown)).toMatchObject({ create: 1 });
    expect(await tasks.list()).toEqual([]);
  });

  test("changes nothing of organisations alike, by their codes; namesakes are left out", async () => {
    const [sales, general] = [await org("S"), await org("G")];
    await tenant.client.orgs.edit(general.id, { code: "T" });
    await tenant.client.orgs.edit(sales.id, { code: "G" });
    await tenant.client.orgs.edit(general.id, { code: "S" });
    expect(await takenBefore({ kind: "orgs" }, ORGS)).toBe(0);
    await tenant.client.orgs.edit(general.id, { name: "営業部" });
    await tenant.client.orgs.edit(sales.id, { name: "総務部" });
    const plan = await tenant.plan({ kind: "orgs", fromConsole: true }, ORGS);
    const found = await Array.fromAsync(tenant.client.imports.problems(plan.id));
    expect(found.map(({ code, row, params }) => [code, row, params["records"]])).toEqual([
      ["row-ambiguous", 2, "営業部 <S>, 総務部 <G>"],
      ["row-ambiguous", 3, "営業部 <S>, 総務部 <G>"],
    ]);
    await tenant.client.imports.discard(plan.id);
    expect(await takenBefore({ kind: "orgs" }, ORGS)).toBe(2);
  });

  test("is refused of organisations without codes, by their names", async () => {
    const [first, second] = [await org("甲"), await org("乙")];
    await tenant.client.orgs.edit(first.id, { name: "丙" });
    await tenant.client.orgs.edit(second.id, { name: "甲" });
    await tenant.client.orgs.edit(first.id, { name: "乙" });
    expect(await refused({ kind: "orgs" }, ORGS)).toEqual(["key-pending@4", "key-pending@5"]);
    await tasks.confirm(2, 3);
    await tenant.import({ kind: "orgs", fromConsole: true }, ORGS);
    expect((await org("乙")).id).toBe(first.id);
  });
});

describe("an export from before somebody was deleted and another one made with the same key", () => {
  test("changes nothing, and the deletion stays", async () => {
    await remove("users", (await user("A3")).id);
    await tenant.client.users.create({ name: "新人", emails: ["hanako@ex.jp"] });
    expect(await takenBefore({}, USERS)).toBe(0);
    await tenant.import(FROM, [HEADER, ["新人", "hanako@ex.jp", "", ""], JIRO, KEN]);
    expect(await states()).toEqual(["done", "done"]);
  });

  test("changes nothing though the address was changed before the deletion", async () => {
    await readdress("A3", "h2@ex.jp");
    await remove("users", (await user("A3")).id);
    await tenant.client.users.create({ name: "新人", emails: ["hanako@ex.jp"] });
    expect(await tenant.import(FROM, USERS)).toMatchObject({ create: 0, update: 0, delete: 0 });
    // whoever is deleted needs no other address
    expect(await states()).toEqual(["done", "open", "open"]);
    expect(await takenBefore({}, USERS)).toBe(0);
  });

  test("changes nothing of organisations, of users of an app", async () => {
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
});

describe("whose key and name were changed before they were deleted", () => {
  const readdressed = async () => {
    const { id } = await user("A3");
    await tenant.client.users.edit(id, { emails: ["h2@ex.jp"], name: "佐藤 花子" });
    await remove("users", id);
  };
  const LOCAL = { name: "佐藤 花子", key: "h2@ex.jp" };
  const CONSOLE = { name: "鈴木 花子", key: "hanako@ex.jp" };

  test("is seen again in an export by what it was", async () => {
    const bare: Cells = [
      ["氏名", "メールアドレス"],
      ["鈴木 花子", "hanako@ex.jp"],
      ["佐藤 健", "ken@ex.jp"],
    ];
    await tenant.import(FROM, bare);
    await readdressed();
    expect(await tenant.import(FROM, bare)).toMatchObject({ create: 0 });
    expect(await tasks.list()).toMatchObject([[expect.anything(), "delete", "open"]]);
    await tenant.import(FROM, bare.slice(0, 1).concat(bare.slice(2)));
    expect(await tasks.list()).toEqual([]);
  });

  test("is called as the console has it, and nothing is left of the change", async () => {
    await readdressed();
    expect(await tasks.list()).toEqual([[2, "delete", "open"]]);
    expect(await tasks.record(2)).toMatchObject({ ...LOCAL, console: CONSOLE });
    await tenant.import(FROM, USERS);
    const record = await tasks.record(2);
    expect(record).toMatchObject({ ...LOCAL, console: CONSOLE });
    expect(record && recordCalled(record)).toBe("鈴木 花子 <hanako@ex.jp> → 佐藤 花子 <h2@ex.jp>");
    expect(stepsOf(await tasks.of(2))[0]?.ja).toMatch(/^「鈴木 花子 <hanako@ex.jp>」: /);
  });

  test.for([
    ["as here, if the export shows that the change was done", ["佐藤 花子", "h2@ex.jp"], null],
    [
      "by the values of the export, if it has others",
      ["佐藤 花子", "hanako@ex.jp"],
      { name: "佐藤 花子", key: "hanako@ex.jp" },
    ],
  ] as const)("is called %s", async ([, [name, address], console]) => {
    await readdressed();
    await tenant.import(FROM, [HEADER, [name, address, "A3", "主任"], JIRO, KEN]);
    expect(await states()).toEqual(["done", "open"]);
    expect(await tasks.record(2)).toMatchObject({ ...LOCAL, console });
  });

  test("is called by the values of an export before it was deleted", async () => {
    const { id } = await user("A3");
    await tenant.client.users.edit(id, { emails: ["h2@ex.jp"] });
    const cells: Cells = [HEADER, ["鈴木 花子", "h3@ex.jp", "A3", "主任"], JIRO, KEN];
    await tenant.import({ ...FROM, key: "employee-code" }, cells);
    await remove("users", id);
    expect((await tasks.of(2)).records).toMatchObject([
      { name: "鈴木 花子", key: "h2@ex.jp", console: { name: "鈴木 花子", key: "h3@ex.jp" } },
    ]);
  });

  test("is called as the console has it if an import had changed it", async () => {
    await tenant.import({ kind: "users", key: "employee-code" }, [HEADER, ["佐藤 花子", "h2@ex.jp", "A3", "主任"]]);
    await remove("users", (await user("A3")).id);
    await tenant.import(FROM, USERS);
    expect(await states()).toEqual(["done", "open"]);
    expect(await tasks.record(2)).toMatchObject({ ...LOCAL, console: CONSOLE });
  });

  test("so is an organisation without a code", async () => {
    await tenant.client.orgs.edit((await org("甲")).id, { name: "丙" });
    await remove("orgs", (await org("丙")).id);
    expect(await tenant.import({ kind: "orgs", fromConsole: true }, ORGS)).toMatchObject({ create: 0 });
    expect(await tasks.record(2)).toMatchObject({ name: "丙", console: { name: "甲" } });
  });
});

describe("an export that names what went from one record to another", () => {
  const IN = ["氏名", "メールアドレス", "組織コード"];
  const MEMBERS: Cells = [IN, ["鈴木 花子", "hanako@ex.jp", "S"], ["渡辺 次郎", "jiro@ex.jp", "G"]];
  const SWAPPED_ORGS: Cells = ORGS.map(([name = "", code, above = ""]) => [
    name,
    { S: "G", G: "S" }[code ?? ""] ?? code ?? "",
    above,
  ]);
  const OTHERWISE: Cells = [IN, ["鈴木 花子", "hanako@ex.jp", "G"], ["渡辺 次郎", "jiro@ex.jp", "S"]];
  const swap = async () => {
    const [sales, general] = [await org("S"), await org("G")];
    await tenant.client.orgs.edit(general.id, { code: "T" });
    await tenant.client.orgs.edit(sales.id, { code: "G" });
    await tenant.client.orgs.edit(general.id, { code: "S" });
  };

  test("leaves them where they are, whether it is from before or from after", async () => {
    await tenant.import(FROM, MEMBERS);
    await swap();
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

  test("proves nothing of people who are to be moved", async () => {
    await tenant.import(FROM, MEMBERS);
    await swap();
    await tenant.client.users.move({ ids: [(await user("hanako@ex.jp")).id], org: (await org("S")).id });
    expect(await takenBefore({}, MEMBERS)).toBe(0);
    await tenant.import({ kind: "orgs", fromConsole: true }, SWAPPED_ORGS);
    await tenant.import(FROM, [IN, ["鈴木 花子", "hanako@ex.jp", "S"], ["渡辺 次郎", "jiro@ex.jp", "S"]]);
    expect(await tasks.list()).toEqual([]);
  });

  test("leaves devices with whom and what they belong to", async () => {
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
    await swap();
    for (const code of ["S", "G"]) expect(await takenBefore(kept, belonging(code))).toBe(0);
    await tenant.import(kept, owned(""));
    await tenant.client.users.edit((await user("hanako@ex.jp")).id, { emails: ["h2@ex.jp"] });
    await remove("users", (await user("h2@ex.jp")).id);
    expect(await takenBefore(kept, owned("hanako@ex.jp"))).toBe(0);
    await tenant.client.users.create({ name: "新人", emails: ["hanako@ex.jp"] });
    expect(await takenBefore(kept, owned("hanako@ex.jp"))).toBe(0);
    expect((await tenant.client.devices.find({ name: "T1" }))[0]).toMatchObject({ owner: null });
  });
});

describe("an export after one whose rows met their records by another key", () => {
  test("meets them by the usual key, too", async () => {
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

describe("an export that is taken for what it is not, though somebody closed the tasks of a swap", () => {
  const swap = async () => {
    await readdress("A11", "tmp@ex.jp");
    await readdress("A3", "jiro@ex.jp");
    await readdress("A11", "hanako@ex.jp");
  };
  const NOW: Cells = [
    HEADER,
    ["鈴木 花子", "jiro@ex.jp", "A3", "主任"],
    ["渡辺 次郎", "hanako@ex.jp", "A11", "主任"],
    KEN,
  ];
  test("one from before opens them again, if they were confirmed", async () => {
    await swap();
    await tasks.confirm(...(await tasks.list()).map(([place]) => place));
    await tenant.import(FROM, USERS);
    expect((await tasks.list()).map(([, , state]) => state)).toEqual(["open", "open"]);
    expect(await user("A3")).toMatchObject({ name: "鈴木 花子", emails: ["jiro@ex.jp"] });
    await tenant.import(FROM, NOW);
    expect(await tasks.list()).toEqual([]);
  });

  test("one from before exchanges them back, if they were dropped", async () => {
    await swap();
    await dropTasks(tenant.client, ...(await tenant.client.console.list({})).map(({ number }) => number));
    await tenant.import(FROM, USERS);
    expect(await user("A3")).toMatchObject({ name: "鈴木 花子", emails: ["hanako@ex.jp"] });
  });

  test("the true one is taken after one from before", async () => {
    await swap();
    await tasks.confirm(...(await tasks.list()).map(([place]) => place));
    await tenant.import({ ...FROM, key: "employee-code" }, USERS);
    await tenant.import(FROM, NOW);
    expect(await user("A3")).toMatchObject({ name: "鈴木 花子", emails: ["jiro@ex.jp"] });
  });

  test("one that shows what was taken back here changes nothing; cells that refer to it say nothing", async () => {
    await swap();
    await readdress("A11", "tmp@ex.jp");
    await readdress("A3", "hanako@ex.jp");
    await readdress("A11", "jiro@ex.jp");
    expect(await takenBefore({}, NOW)).toBe(0);
    const owned: Cells = [
      ["シリアルナンバー", "プラットフォーム", "ステータス", "所有者メールアドレス"],
      ["T1", "iOS", "管理中", "jiro@ex.jp"],
    ];
    expect(await tenant.import({ kind: "devices", fromConsole: true }, owned)).toMatchObject({ create: 1 });
    expect((await tenant.client.devices.find({ name: "T1" }))[0]).toMatchObject({ owner: null });
  });
});
