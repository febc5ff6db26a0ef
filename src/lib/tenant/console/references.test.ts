import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stepsOf } from "../../../commands/console/steps.ts";
import type { Device, Org, User } from "../../contract/index.ts";
import { TestTenant, type Cells } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.import({ kind: "orgs", fromConsole: true }, ORGS);
  await tenant.import({ kind: "users", fromConsole: true }, USERS);
  await tenant.import({ kind: "devices", fromConsole: true }, DEVICES);
});
afterEach(() => tenant[Symbol.asyncDispose]());

const ORGS: Cells = [
  ["組織名", "組織コード", "上位組織コード"],
  ["本社", "HQ", ""],
  ["営業部", "S", "HQ"],
  // of one path
  ["第一課", "S1", "S"],
  ["第一課", "S2", "S"],
  ["窓口", "W", "S1"],
];
const USERS: Cells = [
  ["氏名", "メールアドレス", "組織コード"],
  // of one name
  ["佐藤 健", "ken1@ex.jp", "S1"],
  ["佐藤 健", "ken2@ex.jp", "S"],
  ["鈴木 花子", "hanako@ex.jp", "S"],
];
const DEVICES: Cells = [
  ["シリアルナンバー", "プラットフォーム", "ステータス", "所有者メールアドレス", "Androidモード"],
  ["T1", "Android", "管理中", "ken1@ex.jp", "comp"],
];

const user = async (name: string): Promise<User> => (await tenant.client.users.find({ name }))[0] as User;
const org = async (name: string): Promise<Org> => (await tenant.client.orgs.find({ name }))[0] as Org;
const device = async (name: string): Promise<Device> => (await tenant.client.devices.find({ name }))[0] as Device;
const task = (number = 1) => tenant.client.console.show(number);
const own = async (owner: string) => {
  const to = { owner: (await user(owner)).id, ownerOrg: null, wipes: 1 };
  return tenant.client.devices.setOwner({ ids: [(await device("T1")).id], ...to });
};
const move = async (whom: string, to: string) =>
  tenant.client.users.move({ ids: [(await user(whom)).id], org: (await org(to)).id });
/** What people read of a task, in Japanese. */
const steps = async (number = 1): Promise<string> =>
  stepsOf(await task(number))
    .map(({ ja }) => ja)
    .join("\n");

const [KEN1, KEN2] = ["佐藤 健 <ken1@ex.jp>", "佐藤 健 <ken2@ex.jp>"];
const [FIRST, SECOND] = ["本社/営業部/第一課 (S1)", "本社/営業部/第一課 (S2)"];

describe("who or what is called alike is another one", () => {
  test("an owner: with the wipe, and no export from before proves it", async () => {
    await own("ken2@ex.jp");
    expect((await task()).changes).toMatchObject([{ field: "owner", before: KEN1, after: KEN2 }]);
    expect(await task()).toMatchObject({ wipes: 1 });
    expect(await steps()).toMatch(/初期化し[^]*所有者: 佐藤 健 <ken1@ex.jp> → 佐藤 健 <ken2@ex.jp>/);
    await tenant.import({ kind: "devices", fromConsole: true }, DEVICES);
    expect(await task()).toMatchObject({ state: "open", doubtedAt: null });
  });

  test("an owner by way of somebody else; the same one again is nothing to do", async () => {
    await own("hanako@ex.jp");
    await own("ken2@ex.jp");
    expect((await task()).changes).toMatchObject([{ field: "owner", before: KEN1, after: KEN2 }]);
    expect(await steps()).not.toContain("作業は不要です");
    await own("ken1@ex.jp");
    expect((await task()).changes).toMatchObject([{ field: "owner", before: KEN1, after: KEN1 }]);
    expect(await steps()).toContain(`所有者: ${KEN1}(管理画面の元の値に戻っています`);
  });

  test("an owner that is an organisation", async () => {
    const ids = [(await device("T1")).id];
    const [first, second] = [(await org("S1")).id, (await org("S2")).id];
    await tenant.client.devices.setOwner({ ids, owner: null, ownerOrg: first, wipes: 1 });
    await tenant.client.console.close({ numbers: [1], state: "confirmed" });
    await tenant.client.devices.setOwner({ ids, owner: null, ownerOrg: second, wipes: 1 });
    expect((await task(2)).changes).toMatchObject([{ field: "ownerOrg", before: FIRST, after: SECOND }]);
  });

  test("an organisation of a user, also with what is changed later; no export from before proves it", async () => {
    await move("ken1@ex.jp", "S2");
    const moved = { field: "org", before: FIRST, after: SECOND };
    expect((await task()).changes).toMatchObject([moved]);
    await tenant.client.users.edit((await user("ken1@ex.jp")).id, { title: "課長" });
    expect((await task()).changes).toMatchObject([moved, { field: "title", after: "課長" }]);
    expect(await steps()).toContain(`組織: ${FIRST} → ${SECOND}`);
    await tenant.import({ kind: "users", fromConsole: true }, USERS);
    expect(await task()).toMatchObject({ state: "open" });
  });

  test("a parent of an organisation", async () => {
    await tenant.client.orgs.move((await org("W")).id, { parent: (await org("S2")).id });
    expect((await task()).changes).toMatchObject([{ field: "parentId", before: FIRST, after: SECOND }]);
    await tenant.import({ kind: "orgs", fromConsole: true }, ORGS);
    expect(await task()).toMatchObject({ state: "open", doubtedAt: null });
  });

  test("the plan of an export says which one was confirmed", async () => {
    await move("ken1@ex.jp", "S2");
    await tenant.client.console.close({ numbers: [1], state: "confirmed" });
    const { merged } = await tenant.plan({ kind: "users", fromConsole: true }, USERS);
    expect(merged?.first).toMatchObject([{ field: "org", local: "S2", console: "S1", confirmed: true }]);
  });
});

test("a text that begins like the former one is another one", async () => {
  const { id } = await user("hanako@ex.jp");
  await tenant.client.users.edit(id, { title: "課長" });
  await tenant.import({ kind: "users" }, [
    ["氏名", "メールアドレス", "役職"],
    ["鈴木 花子", "hanako@ex.jp", "課長 (代理)"],
  ]);
  expect((await task()).changes).toEqual([{ field: "title", before: null, after: "課長", now: "課長 (代理)" }]);
});

describe("what was only renamed is the same one, told by the name that the console has until then", () => {
  test("an organisation into which somebody moved", async () => {
    await move("hanako@ex.jp", "W");
    const { id } = await org("W");
    await tenant.client.orgs.edit(id, { name: "受付" });
    const [from, to] = ["本社/営業部 (S)", "本社/営業部/第一課/窓口 (W)"];
    expect((await task()).changes).toMatchObject([
      { field: "org", before: from, after: to, renamed: "本社/営業部/第一課/受付 (W)" },
    ]);
    expect(await steps()).toContain(`組織: ${from} → ${to}(ここでは現在「本社/営業部/第一課/受付 (W)」)`);
    expect(await steps(2)).toMatch(/^「窓口 \(W\)」: [^]*組織名: 窓口 → 受付/);
    await tenant.client.orgs.edit(id, { name: "窓口" });
    expect((await task()).changes[0]?.renamed).toBeUndefined();
  });

  test("who owns a device; also as the one whom the console had", async () => {
    await own("ken2@ex.jp");
    await tenant.client.users.edit((await user("ken2@ex.jp")).id, { name: "鈴木 健" });
    expect((await task()).changes).toMatchObject([{ after: KEN2, renamed: "鈴木 健 <ken2@ex.jp>" }]);
    await tenant.client.users.edit((await user("ken1@ex.jp")).id, { name: "田中 健" });
    await own("ken1@ex.jp");
    const [change] = (await task()).changes;
    expect(change).toMatchObject({ before: KEN1, after: KEN1, renamed: "田中 健 <ken1@ex.jp>" });
    expect(change?.ids?.after).toBe(change?.ids?.before);
  });
});

test("records of one name are told apart, by what the console knows", async () => {
  const keys = async () => (await tenant.client.console.list({})).map(({ name, key }) => [name, key]);
  const [one, two] = [await user("ken1@ex.jp"), await user("ken2@ex.jp")];
  await tenant.client.users.edit(one.id, { title: "主任" });
  await tenant.client.users.edit(two.id, { title: "副主任", emails: ["new@ex.jp"] });
  await tenant.client.users.create({ name: "佐藤 健", emails: ["ken3@ex.jp"] });
  await tenant.client.orgs.edit((await org("S2")).id, { code: "S9" });
  await own("hanako@ex.jp");
  const all = [
    ["佐藤 健", "ken1@ex.jp"],
    // its new address is not there yet
    ["佐藤 健", "ken2@ex.jp"],
    ["佐藤 健", "ken3@ex.jp"],
    ["第一課", "S2"],
    ["T1", null],
  ];
  expect(await keys()).toEqual(all);
  const closed = await tenant.client.console.close({ numbers: [1, 3], state: "confirmed" });
  expect(closed.map(({ key }) => key)).toEqual(["ken1@ex.jp", "ken3@ex.jp"]);
  expect(await keys()).toEqual(all);
});

test("a record is called as the console has it until a task is done, whatever tasks after it change", async () => {
  const { client } = tenant;
  await client.users.edit((await user("ken1@ex.jp")).id, { title: "課長" });
  await tenant.import({ kind: "users" }, [
    ["氏名", "メールアドレス", "社員コード"],
    ["鈴木 花子", "hanako@ex.jp", "A1"],
  ]);
  await client.users.edit((await user("hanako@ex.jp")).id, { title: "部長" });
  await tenant.import({ kind: "users", key: "employee-code" }, [
    ["氏名", "メールアドレス", "社員コード"],
    ["鈴木 花子", "h9@ex.jp", "A1"],
  ]);
  await client.users.edit((await user("h9@ex.jp")).id, { emails: ["h10@ex.jp"] });
  const keys = async () => (await client.console.list({})).map(({ number, key }) => [number, key]);
  expect(await keys()).toEqual([
    [1, "ken1@ex.jp"],
    [2, null],
    [3, "hanako@ex.jp"],
    [4, null],
    [5, "h9@ex.jp"],
  ]);
  // once the later ones are done the console has the last one
  await client.console.close({ numbers: [5], state: "confirmed" });
  expect((await task(3)).key).toBe("hanako@ex.jp");
  // an old export, after which the task takes up what is changed then
  await client.orgs.edit((await org("W")).id, { name: "受付" });
  await tenant.import({ kind: "orgs", fromConsole: true }, ORGS);
  await client.orgs.edit((await org("W")).id, { code: "W2" });
  expect((await keys()).slice(-2)).toEqual([
    [5, "h9@ex.jp"],
    [6, "W"],
  ]);
});

test("whom a task deletes is told as the console has them until tasks before it are done", async () => {
  const { client } = tenant;
  const [one, other] = [await user("ken1@ex.jp"), await user("ken2@ex.jp")];
  const hanako = await user("hanako@ex.jp");
  await client.users.edit(one.id, { emails: ["old@ex.jp"] });
  await client.users.edit(other.id, { emails: ["ken1@ex.jp"] });
  await client.users.edit(hanako.id, { title: "部長" });
  await tenant.import({ kind: "users", mode: "replace" }, [
    ["氏名", "メールアドレス"],
    ["佐藤 健", "old@ex.jp"],
  ]);
  const deletion = await task(4);
  expect(deletion).toMatchObject({ delete: 2 });
  expect(deletion.former).toEqual([
    {
      name: "佐藤 健",
      key: "ken1@ex.jp",
      there: { name: "佐藤 健", key: "ken2@ex.jp" },
    },
  ]);
  expect(stepsOf(deletion)[0]?.ja).toBe(
    "「佐藤 健 <ken1@ex.jp>」は、管理画面では「佐藤 健 <ken2@ex.jp>」です。削除するのはこの「佐藤 健 <ken2@ex.jp>」です",
  );
});

test("an organisation without a code is called by its path, as the console has it until the task is done", async () => {
  const { client } = tenant;
  const made = async (name: string, parent: string) =>
    (await client.orgs.create({ name, parentId: (await org(parent)).id })).after.id;
  const [one, other] = [await made("課/係", "S"), await made("課/係", "HQ")];
  const titles = async (number: number) => stepsOf(await task(number))[0]?.ja.split("」")[0];
  expect((await task(1)).key).toBe("本社/営業部/課\\/係");
  expect((await task(2)).key).toBe("本社/課\\/係");
  await client.console.close({ numbers: [1, 2], state: "confirmed" });
  await client.orgs.edit(one, { name: "係" });
  expect(await titles(3)).toBe("「本社/営業部/課\\/係");
  await client.orgs.move(other, { parent: (await org("S")).id });
  expect(await titles(4)).toBe("「本社/課\\/係");
  // what is changed after an export that differed is a task of its own
  tenant.sql("update console_task set doubtedAt = '2026-11-01T00:00:00.000Z' where pk = 3");
  await client.orgs.move(one, { parent: (await org("HQ")).id });
  expect([await titles(3), await titles(5)]).toEqual(["「本社/営業部/課\\/係", "「本社/営業部/係"]);
});

test("so it is once it is gone, with those above it", async () => {
  const { client } = tenant;
  const made = async (name: string, parentId: string) => (await client.orgs.create({ name, parentId })).after.id;
  const [s, hq] = [(await org("S")).id, (await org("HQ")).id];
  const above = [await made("課", s), await made("課", hq)];
  const below = [await made("係", above[0] ?? ""), await made("係", above[1] ?? "")];
  await client.imports.commit(await client.imports.delete({ kind: "orgs", ids: [...above, ...below] }));
  const tasks = (await client.console.list({})).slice(0, 4);
  expect(tasks.map(({ gone, key }) => [gone, key])).toEqual([
    [true, "本社/営業部/課"],
    [true, "本社/課"],
    [true, "本社/営業部/課/係"],
    [true, "本社/課/係"],
  ]);
});

test("a task without changes is proved by no export", async () => {
  await move("ken1@ex.jp", "S2");
  tenant.database.run("update console_task set changes = '[]'");
  await tenant.import({ kind: "users", fromConsole: true }, [USERS[0] ?? [], ["佐藤 健", "ken1@ex.jp", "S2"]]);
  expect(await task()).toMatchObject({ state: "open" });
});

describe("what rows of an import name is told as it is called now, and in the console", () => {
  const rename = async (code: string, to: string) => tenant.client.orgs.edit((await org(code)).id, { code: to });

  test("where a code went to another organisation since, whatever the rows call it", async () => {
    await rename("S1", "X");
    await tenant.import({ kind: "users" }, [
      ["氏名", "メールアドレス", "組織コード"],
      ["鈴木 花子", "hanako@ex.jp", "X"],
    ]);
    await rename("S2", "Y");
    await rename("X", "S2");
    await rename("Y", "X");
    expect((await task(2)).named).toEqual([
      {
        field: "orgCode",
        records: ["鈴木 花子"],
        kind: "orgs",
        name: "第一課",
        key: "S2",
        there: { name: "第一課", key: "S1" },
        tasks: [1],
      },
    ]);
    expect(await steps(2)).toContain(
      "鈴木 花子 の組織コード: 行の表示にかかわらず「第一課 (S2)」です(作業 1 を行うまで、管理画面では「第一課 (S1)」)",
    );
    await tenant.client.console.close({ numbers: [1], state: "confirmed" });
    expect(await steps(2)).toContain("鈴木 花子 の組織コード: 行の表示にかかわらず「第一課 (S2)」です");
    expect((await task(2)).named).toMatchObject([{ tasks: [] }]);
  });

  test("nothing where it is called as it was", async () => {
    await rename("S1", "X");
    await tenant.client.console.close({ numbers: [1], state: "confirmed" });
    await tenant.import({ kind: "users" }, [
      ["氏名", "メールアドレス", "組織コード"],
      ["鈴木 花子", "hanako@ex.jp", "X"],
    ]);
    expect((await task(2)).named).toBeUndefined();
  });
});

test("a blank cell says nothing of people whose organisation may have no code in the console yet", async () => {
  const { client } = tenant;
  const { id } = await org("S");
  await client.orgs.edit(id, { code: null });
  await client.console.close({ numbers: [1], state: "confirmed" });
  await client.orgs.edit(id, { code: "S9" });
  const blank = USERS.map((row, at) => (at > 1 ? row.with(2, "") : row));
  expect(await tenant.import({ kind: "users", fromConsole: true }, blank)).toMatchObject({ update: 0 });
  expect((await user("ken2@ex.jp")).org.id).toBe(id);
});
