import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { stepsOf } from "../../../commands/console/steps.ts";
import type { Device, Org, User } from "../../contract/index.ts";
import { TestTasks } from "#support/tenant/tasks.ts";
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
const tasks = new TestTasks(() => tenant);
const own = async (owner: string) => {
  const to = { owner: (await user(owner)).id, ownerOrg: null, wipes: 1 };
  return tenant.client.devices.setOwner({ ids: [(await device("T1")).id], ...to });
};
const move = async (whom: string, to: string) =>
  tenant.client.users.move({ ids: [(await user(whom)).id], org: (await org(to)).id });
/** What people read of a task, in Japanese. */
const steps = async (place = 1): Promise<string> =>
  stepsOf(await tasks.of(place))
    .map(({ ja }) => ja)
    .join("\n");

const [KEN1, KEN2] = ["佐藤 健 <ken1@ex.jp>", "佐藤 健 <ken2@ex.jp>"];
const [FIRST, SECOND] = ["本社/営業部/第一課 (S1)", "本社/営業部/第一課 (S2)"];

describe("who or what is called alike is another one", () => {
  test("an owner: with the wipe, and no export from before proves it", async () => {
    await own("ken2@ex.jp");
    expect(await tasks.changes()).toMatchObject([{ field: "owner", before: KEN1, after: KEN2 }]);
    expect(await tasks.of()).toMatchObject({ wipes: 1 });
    expect(await steps()).toMatch(/初期化し[^]*所有者: 佐藤 健 <ken1@ex.jp> → 佐藤 健 <ken2@ex.jp>/);
    await tenant.import({ kind: "devices", fromConsole: true }, DEVICES);
    expect(await tasks.list()).toEqual([[1, "edit", "open"]]);
  });

  test("an owner by way of somebody else; of the same one again there is only to check", async () => {
    await own("hanako@ex.jp");
    await own("ken2@ex.jp");
    expect(await tasks.changes(2)).toMatchObject([{ field: "owner", before: KEN1, after: KEN2 }]);
    await own("ken1@ex.jp");
    expect(await tasks.list()).toEqual([[3, "check", "open"]]);
    expect(await steps(3)).toContain(`所有者: 「${KEN1}」であることを確認してください`);
  });

  test("an owner that is an organisation", async () => {
    const ids = [(await device("T1")).id];
    const [first, second] = [(await org("S1")).id, (await org("S2")).id];
    await tenant.client.devices.setOwner({ ids, owner: null, ownerOrg: first, wipes: 1 });
    await tasks.confirm(1);
    await tenant.client.devices.setOwner({ ids, owner: null, ownerOrg: second, wipes: 1 });
    expect(await tasks.changes(2)).toMatchObject([{ field: "ownerOrg", perhaps: [FIRST], after: SECOND }]);
  });

  test("an organisation of a user; no export from before proves it", async () => {
    await move("ken1@ex.jp", "S2");
    expect(await tasks.changes()).toMatchObject([{ field: "org", before: FIRST, after: SECOND }]);
    expect(await steps()).toContain(`組織: ${FIRST} → ${SECOND}`);
    await tenant.import({ kind: "users", fromConsole: true }, USERS);
    expect(await tasks.list()).toEqual([[1, "move", "open"]]);
  });

  test("a parent of an organisation", async () => {
    await tenant.client.orgs.move((await org("W")).id, { parent: (await org("S2")).id });
    expect(await tasks.changes()).toMatchObject([{ field: "parentId", before: FIRST, after: SECOND }]);
    await tenant.import({ kind: "orgs", fromConsole: true }, ORGS);
    expect(await tasks.list()).toEqual([[1, "move", "open"]]);
  });

  test("the plan of an export says which one was confirmed", async () => {
    await move("ken1@ex.jp", "S2");
    await tasks.confirm(1);
    const { merged } = await tenant.plan({ kind: "users", fromConsole: true }, USERS);
    expect(merged?.first).toMatchObject([{ field: "org", local: "S2", console: "S1", confirmed: true }]);
  });
});

test("a text that begins like the one before is another one", async () => {
  const { id } = await user("hanako@ex.jp");
  await tenant.client.users.edit(id, { title: "課長" });
  await tasks.confirm(1);
  await tenant.client.users.edit(id, { title: "課長 (代理)" });
  expect(await tasks.changes(2)).toEqual([
    { field: "title", before: null, after: "課長 (代理)", perhaps: ["課長"], neverExported: true },
  ]);
});

describe("what was only renamed is the same one, called as the console has it until then", () => {
  test("an organisation into which somebody moved", async () => {
    await move("hanako@ex.jp", "W");
    const { id } = await org("W");
    await tenant.client.orgs.edit(id, { name: "受付" });
    const [from, to] = ["本社/営業部 (S)", "本社/営業部/第一課/窓口 (W)"];
    expect(await tasks.changes()).toMatchObject([
      { field: "org", before: from, after: to, renamed: "本社/営業部/第一課/受付 (W)" },
    ]);
    expect(await steps()).toContain(`組織: ${from} → ${to}(ここでは「本社/営業部/第一課/受付 (W)」)`);
    expect(await steps(2)).toMatch(/^「窓口 \(W\)」: [^]*組織名: 窓口 → 受付/);
    await tenant.client.orgs.edit(id, { name: "窓口" });
    expect((await tasks.changes())?.[0]?.renamed).toBeUndefined();
  });

  test("who owns a device; also as the one whom the console had", async () => {
    await own("ken2@ex.jp");
    await tenant.client.users.edit((await user("ken2@ex.jp")).id, { name: "鈴木 健" });
    expect(await tasks.changes()).toMatchObject([{ after: KEN2, renamed: "鈴木 健 <ken2@ex.jp>" }]);
    await tenant.client.users.edit((await user("ken1@ex.jp")).id, { name: "田中 健" });
    await own("ken1@ex.jp");
    expect(await tasks.of(4)).toMatchObject({ work: "check" });
    expect(await tasks.changes(4)).toMatchObject([{ before: KEN1, after: KEN1, renamed: "田中 健 <ken1@ex.jp>" }]);
  });
});

test("records of one name are told apart, by what the console knows", async () => {
  const [one, two] = [await user("ken1@ex.jp"), await user("ken2@ex.jp")];
  await tenant.client.users.edit(one.id, { title: "主任" });
  await tenant.client.users.edit(two.id, { title: "副主任", emails: ["new@ex.jp"] });
  await tenant.client.users.create({ name: "佐藤 健", emails: ["ken3@ex.jp"] });
  await tenant.client.orgs.edit((await org("S2")).id, { code: "S9" });
  await own("hanako@ex.jp");
  const called = async (place: number) => {
    const record = await tasks.record(place);
    return [record?.name, record?.key, record?.console];
  };
  expect(await Promise.all([1, 2, 3, 4, 5].map(called))).toEqual([
    ["佐藤 健", "ken1@ex.jp", null],
    // its new address is not in the console yet
    ["佐藤 健", "new@ex.jp", { name: "佐藤 健", key: "ken2@ex.jp" }],
    ["佐藤 健", "ken3@ex.jp", null],
    ["第一課", "S9", { name: "第一課", key: "S2" }],
    ["T1", null, null],
  ]);
});

test("a record is called as the console has it until its address is confirmed", async () => {
  const { client } = tenant;
  await client.users.edit((await user("hanako@ex.jp")).id, { title: "部長" });
  await client.users.edit((await user("hanako@ex.jp")).id, { emails: ["h9@ex.jp"] });
  expect(await tasks.record(1)).toMatchObject({ key: "h9@ex.jp", console: { key: "hanako@ex.jp" } });
  await tasks.confirm(2);
  expect(await tasks.record(1)).toMatchObject({ key: "h9@ex.jp", console: null });
});

test("whom a task deletes is called as the console has them", async () => {
  const { client } = tenant;
  const [one, other] = [await user("ken1@ex.jp"), await user("ken2@ex.jp")];
  await client.users.edit(one.id, { emails: ["old@ex.jp"] });
  await client.users.edit(other.id, { emails: ["ken1@ex.jp"] });
  await tenant.import({ kind: "users", mode: "replace" }, [
    ["氏名", "メールアドレス"],
    ["佐藤 健", "old@ex.jp"],
  ]);
  expect(await tasks.of(3)).toMatchObject({ delete: 2 });
  expect((await tasks.of(3)).records.map(({ name, key, console }) => [name, key, console])).toEqual([
    ["佐藤 健", "ken1@ex.jp", { name: "佐藤 健", key: "ken2@ex.jp" }],
    ["鈴木 花子", "hanako@ex.jp", null],
  ]);
  expect(await steps(3)).toContain("佐藤 健 <ken2@ex.jp>");
  expect(await steps(3)).not.toContain("佐藤 健 <ken1@ex.jp>");
});

test("an organisation without a code is called by its path, as the console has it until the task is done", async () => {
  const { client } = tenant;
  const made = async (name: string, parent: string) =>
    (await client.orgs.create({ name, parentId: (await org(parent)).id })).after.id;
  const [one, other] = [await made("課/係", "S"), await made("課/係", "HQ")];
  const title = async (place: number) => (await steps(place)).split("」")[0];
  expect((await tasks.record(1))?.key).toBe("本社/営業部/課\\/係");
  expect((await tasks.record(2))?.key).toBe("本社/課\\/係");
  await tasks.confirm(1, 2);
  await client.orgs.edit(one, { name: "係" });
  expect(await title(3)).toBe("「本社/営業部/課\\/係");
  await client.orgs.move(other, { parent: (await org("S")).id });
  expect(await title(4)).toBe("「本社/課\\/係");
});

test("so it is once it is gone, with those above it", async () => {
  const { client } = tenant;
  const made = async (name: string, parentId: string) => (await client.orgs.create({ name, parentId })).after.id;
  const [s, hq] = [(await org("S")).id, (await org("HQ")).id];
  const above = [await made("課", s), await made("課", hq)];
  const below = [await made("係", above[0] ?? ""), await made("係", above[1] ?? "")];
  await tasks.confirm(1, 2, 3, 4);
  await client.imports.commit(await client.imports.delete({ kind: "orgs", ids: [...above, ...below] }));
  expect((await tasks.of(5)).records.map(({ work, key }) => `${work} ${key}`).toSorted()).toEqual([
    "delete 本社/営業部/課",
    "delete 本社/営業部/課/係",
    "delete 本社/課",
    "delete 本社/課/係",
  ]);
});

test("a blank cell says nothing of people whose organisation may have no code in the console yet", async () => {
  const { client } = tenant;
  const { id } = await org("S");
  await client.orgs.edit(id, { code: null });
  await tasks.confirm(1);
  await client.orgs.edit(id, { code: "S9" });
  const blank = USERS.map((row, at) => (at > 1 ? row.with(2, "") : row));
  expect(await tenant.import({ kind: "users", fromConsole: true }, blank)).toMatchObject({ update: 0 });
  expect((await user("ken2@ex.jp")).org.id).toBe(id);
});
