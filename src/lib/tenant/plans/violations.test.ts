import { undoImport } from "#support/tenant/undo.ts";
import { beforeEach, describe, expect, test } from "vitest";
import type { Import } from "../api/operations.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { readAuditLog } from "#support/tenant/audit.ts";
import { failureOf, type TestTenant, omitColumn, type Cells, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
openForEachTest((opened) => (tenant = opened));

const HEADER = ["氏名", "メールアドレス", "役職"];
const BOSS = ["長", "boss@x.jp", ""];
const PEOPLE = [
  HEADER,
  BOSS,
  ["太郎", "taro@x.jp", ""],
  ["次郎", "jiro@x.jp", ""],
  ["三郎", "saburo@x.jp", ""],
] as const;
const TONIGHT = [HEADER, ["次郎", "jiro@x.jp", "課長"], ["新人", "new@x.jp", ""]] as const;

const seed = async (): Promise<void> => {
  await tenant.import({ kind: "users" }, PEOPLE);
  tenant.makeAdministrator("boss@x.jp");
  await tenant.import({ kind: "devices" }, [
    ["シリアルナンバー", "ステータス", "電話番号", "所有者メールアドレス"],
    ["SN1", "管理中", "090-0000-0001", "taro@x.jp"],
    ["SN2", "管理中", "", "taro@x.jp"],
    ["SN3", "管理中", "", "jiro@x.jp"],
  ]);
};

const replacing = (undeletable: "keep" | "release" | undefined, cells: Cells = TONIGHT): Promise<Import> =>
  tenant.plan({ kind: "users", mode: "replace", ...(undeletable && { undeletable }) }, cells);
const commit = (plan: Import): Promise<Import> => tenant.client.imports.commit(plan);
const emails = async () =>
  (await tenant.users()).map(({ emails: [email = ""] }) => email).toSorted((one, other) => one.localeCompare(other));
const told = async (plan: Import) =>
  (await tenant.reasons(plan)).map(({ en }) => en).filter((en) => !/domain/.test(en));

const KEPT_BOSS = "長 cannot be deleted: imports do not delete administrators";
const OWNED = "SN1 (090-0000-0001), SN2";

test("without the option, the file is rejected with the devices and a solution", async () => {
  await seed();
  const plan = await replacing(undefined);
  expect(plan).toMatchObject({ delete: 2, rejected: true });
  expect(plan).not.toHaveProperty("kept");
  expect(await told(plan)).toEqual([KEPT_BOSS, `太郎 <taro@x.jp> cannot be deleted: used by ${OWNED}`]);
});

test("keep commits everything else, and keeps administrators and owners of devices", async () => {
  await seed();
  const plan = await replacing("keep");
  expect(plan).toMatchObject({ create: 1, update: 1, delete: 1, rejected: false, kept: { count: 2 } });
  expect(plan).not.toHaveProperty("released");
  expect(await told(plan)).toEqual([KEPT_BOSS, `太郎 <taro@x.jp> cannot be deleted: used by ${OWNED}`]);
  const before = tenant.dump();
  await commit(plan);
  expect(await emails()).toEqual(["boss@x.jp", "jiro@x.jp", "new@x.jp", "taro@x.jp"]);
  expect(tenant.dump()["device"]).toEqual(before["device"]);
});

test("release also deletes the owner and frees the devices; an undo gives them back", async () => {
  await seed();
  const before = tenant.dump();
  const plan = await replacing("release");
  expect(plan).toMatchObject({ delete: 2, rejected: false, kept: { count: 1 }, released: 2 });
  expect(await told(plan)).toEqual([KEPT_BOSS, `太郎 <taro@x.jp> is deleted, and the owner is removed from ${OWNED}`]);
  const { id } = await commit(plan);
  expect(await emails()).toEqual(["boss@x.jp", "jiro@x.jp", "new@x.jp"]);
  expect((await tenant.devices()).map(({ serialNumber, owner }) => [serialNumber, owner?.email ?? null])).toEqual([
    ["SN1", null],
    ["SN2", null],
    ["SN3", "jiro@x.jp"],
  ]);
  const undo = await undoImport(tenant.client, id);
  expect(undo).toMatchObject({
    create: 2,
    update: 1,
    delete: 1,
    beside: [{ thing: "device", create: 0, update: 2, delete: 0 }],
  });
  await commit(undo);
  const times = (rows = tenant.dump()) =>
    Object.fromEntries(
      Object.entries(rows).map(([table, all]) => [table, all.map((row) => omitColumn(row, "updatedAt"))]),
    );
  expect(times()).toEqual(times(before));
  expect(await tenant.client.audit.verify({ changes: true })).toMatchObject({ broken: null, changes: { broken: [] } });
});

test("owners of 管理外 devices are always kept, because the console does not change their owner", async () => {
  await seed();
  await tenant.client.devices.edit((await tenant.devices())[0]?.id ?? "", { status: "管理外" });
  const plan = await replacing("release");
  expect(plan).toMatchObject({ delete: 1, kept: { count: 2 }, released: 0 });
  expect((await told(plan))[1]).toBe(`太郎 <taro@x.jp> cannot be deleted: used by ${OWNED}`);
});

test.each(["keep", "release"] as const)(
  "%s: a device that gets another owner between plan and commit is a conflict",
  async (how) => {
    await seed();
    const plan = await replacing(how);
    const [, , third] = await tenant.devices();
    const [saburo] = await tenant.client.users.find({ name: "saburo@x.jp" });
    await tenant.client.devices.setOwner({ ids: [third?.id ?? ""], owner: saburo?.id ?? "", ownerOrg: null });
    expect(await failureOf(commit(plan))).toMatchObject({ code: "conflict" });
  },
);

test("a device with a new owner prevents the undo and is named; other changes to it stay", async () => {
  await seed();
  const { id } = await commit(await replacing("release"));
  const [one] = await tenant.devices();
  const jiro = (await tenant.users()).find(({ emails: [first] }) => first === "jiro@x.jp");
  const own = (owner: string | null) => tenant.client.devices.setOwner({ ids: [one?.id ?? ""], owner, ownerOrg: null });
  await tenant.client.devices.edit(one?.id ?? "", { memo: "返却済み" });
  await own(jiro?.id ?? "");
  const before = tenant.dump();
  const failure = await failureOf(undoImport(tenant.client, id));
  expect(failure).toMatchObject({
    code: "conflict",
    what: { en: expect.stringMatching(/^the device SN1: changed later by change \d+ \(所有者\)$/) as unknown },
  });
  expect(tenant.dump()).toEqual(before);
  await own(null);
  await commit(await undoImport(tenant.client, id));
  expect((await tenant.devices())[0]).toMatchObject({ memo: "返却済み", owner: { email: "taro@x.jp" } });
});

test("an earlier import of devices cannot be undone while its devices have lost their owner", async () => {
  await tenant.import({ kind: "users" }, PEOPLE);
  const { id } = await tenant.import(
    { kind: "devices" },
    "シリアルナンバー,ステータス,所有者メールアドレス\nSN1,管理中,taro@x.jp",
  );
  const released = await commit(await replacing("release"));
  expect(await failureOf(undoImport(tenant.client, id))).toMatchObject({
    code: "conflict",
    what: { en: `the device SN1: changed later by change ${released.number} (所有者)` },
  });
  await commit(await undoImport(tenant.client, released.id));
  await commit(await undoImport(tenant.client, id));
  expect(await tenant.devices()).toEqual([]);
});

describe("organisations", () => {
  const ORGS = [
    ["組織名", "組織コード", "上位組織コード"],
    ["営業部", "S", ""],
    ["東日本", "S1", "S"],
    ["倉庫", "W", ""],
    ["開発部", "D", ""],
  ] as const;
  const orgs = (undeletable: "keep" | "release"): Promise<Import> =>
    tenant.plan({ kind: "orgs", mode: "replace", undeletable }, [ORGS[0], ORGS[4]]);
  const codes = async () => (await Array.fromAsync(tenant.client.orgs.list())).flatMap(({ code }) => code ?? []);
  beforeEach(async () => {
    await tenant.import({ kind: "orgs" }, ORGS);
    await tenant.import({ kind: "users" }, "氏名,メールアドレス,組織コード\n太郎,taro@x.jp,S1");
    await tenant.import({ kind: "devices" }, "シリアルナンバー,ステータス,所有組織コード\nSN1,管理中,W");
  });

  test("keep keeps organisations that are not empty, and those above them", async () => {
    const plan = await orgs("keep");
    expect(plan).toMatchObject({ delete: 0, rejected: false, kept: { count: 3 } });
    expect(await told(plan)).toEqual([
      "東日本 <S1> cannot be deleted: used by 1 user",
      "倉庫 <W> cannot be deleted: used by SN1",
      "営業部 <S> cannot be deleted: used by 1 organisation",
    ]);
  });

  test("release deletes an organisation that only owns devices; an undo gives the devices back", async () => {
    const before = tenant.dump();
    const plan = await orgs("release");
    expect(plan).toMatchObject({ delete: 1, kept: { count: 2 }, released: 1 });
    const { id } = await commit(plan);
    expect(await codes()).toEqual(["S", "S1", "D"]);
    expect((await tenant.devices())[0]?.ownerOrg).toBeNull();
    await commit(await undoImport(tenant.client, id));
    expect(tenant.sql("select ownerOrg from device")).toEqual(before["device"]?.map(({ ownerOrg }) => ({ ownerOrg })));
  });
});

describe("in a mirror", () => {
  const task = async () => (await tenant.client.console.list({}))[0];
  const mirror = async (): Promise<void> => {
    await seed();
    await tenant.import({ kind: "users", fromConsole: true }, PEOPLE);
    expect(await task()).toBeUndefined();
  };
  const owners = async () =>
    (await task())?.records
      .filter(({ thing }) => thing === "device")
      .map(({ name, changes }) => [name, ...changes.map(({ before, after }) => [before, after])]);

  test("the released devices are in the task of the import; after an undo, only the deletions were taken back", async () => {
    await mirror();
    const { id } = await commit(await replacing("release"));
    expect(await task()).toMatchObject({ kind: "users", create: 1, update: 3, delete: 2 });
    expect(await owners()).toEqual([
      ["SN1", ["太郎 <taro@x.jp>", null]],
      ["SN2", ["太郎 <taro@x.jp>", null]],
    ]);
    await commit(await undoImport(tenant.client, id));
    expect((await task())?.records.map(({ thing, state }) => [thing, state])).toEqual([
      ["user", "taken-back"],
      ["user", "taken-back"],
    ]);
  });

  test("an export that shows the devices without an owner removes them from the task", async () => {
    await mirror();
    await commit(await replacing("release"));
    await tenant.import(
      { kind: "devices", fromConsole: true },
      "シリアルナンバー,ステータス,電話番号,所有者メールアドレス\nSN1,管理中,090-0000-0001,\nSN2,管理中,,\nSN3,管理中,,jiro@x.jp",
    );
    expect(await owners()).toEqual([]);
  });
});

test("devices are not released without the right to change devices, or with only a part of the tenant", async () => {
  await seed();
  const items = ["users.write", "users.move", "users.delete"] as const;
  await addTestAccount(tenant, { name: "few", role: "custom", items });
  await addTestAccount(tenant, { name: "all", role: "custom", items: [...items, "devices.write"] });
  await tenant.client.orgs.create({ name: "東日本", code: "EAST" });
  await addTestAccount(tenant, { name: "div", role: "division", manages: ["EAST"] });
  const as = (account: string) =>
    tenant.planAs(account, { kind: "users", mode: "replace", undeletable: "release" }, TONIGHT);
  for (const account of ["few", "div"]) expect(await failureOf(as(account))).toMatchObject({ code: "not-permitted" });
  expect(await as("all")).toMatchObject({ released: 2 });
});

test("the audit record contains the numbers of kept users and released devices", async () => {
  await seed();
  await commit(await replacing("release"));
  expect(readAuditLog(tenant.database).at(-1)).toMatchObject({
    action: "imports.commit",
    detail: { delete: 2, kept: { count: 1 }, released: 2 },
  });
});
