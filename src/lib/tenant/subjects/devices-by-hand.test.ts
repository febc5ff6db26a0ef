import { undoImport } from "#support/tenant/undo.ts";
import { beforeEach, describe, expect, test } from "vitest";
import type { Device, Org, User } from "../api/operations.ts";
import { TestTasks } from "#support/tenant/tasks.ts";
import { failureOf, type TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
let sales: Org;
let yamada: User;
let sato: User;
openForEachTest(async (opened) => {
  tenant = opened;
  sales = (await tenant.client.orgs.create({ name: "営業部" })).after;
  yamada = (await tenant.client.users.create({ name: "山田", emails: ["yamada@example.jp"], org: sales.id })).after;
  sato = (await tenant.client.users.create({ name: "佐藤", emails: ["sato@example.jp"] })).after;
});

type Values = Readonly<Record<string, string | readonly string[] | null>>;
const ANDROID = { platform: "Android", status: "管理中" } as const;

const device = async (serialNumber: string, values: Values = {}): Promise<Device> =>
  (await tenant.client.devices.create({ serialNumber, ...values })).after;
const edit = (one: Device, values: Values) => tenant.client.devices.edit(one.id, values);
const own = (devices: readonly Device[], owner: Partial<Readonly<Record<"owner" | "ownerOrg", string>>>, more = {}) =>
  tenant.client.devices.setOwner({
    ids: devices.map(({ id }) => id),
    owner: owner.owner ?? null,
    ownerOrg: owner.ownerOrg ?? null,
    ...more,
  });
const refusal = async (promise: Promise<unknown>) => {
  const failure = await failureOf(promise);
  return failure && [failure.code, failure.what.en];
};
const found = async ({ id }: Device): Promise<Device> => (await tenant.client.devices.find({ name: id }))[0] as Device;

test("a device is created with all of its values, and its serial number is unique", async () => {
  const made = await device("S1", {
    ...ANDROID,
    androidMode: "comp",
    imei: "00 000000 000000 1",
    owner: yamada.id,
    tags: ["貸出用", "か\u3099"],
  });
  expect(made).toMatchObject({
    serialNumber: "S1",
    imei: "00 000000 000000 1",
    owner: { name: "山田", email: "yamada@example.jp" },
    ownerOrg: null,
    org: { path: "営業部" },
    tags: ["か\u3099", "貸出用"],
  });
  expect(await failureOf(device("S1"))).toMatchObject({
    code: "input-rejected",
    what: { en: 'serial number: "S1" is already used' },
    hint: { en: "run: `clomoctl devices show S1`" },
  });
  expect((await refusal(device("S2", { status: "managed" })))?.[0]).toBe("input-rejected");
  expect((await refusal(device("S2", { owner: yamada.id.replace(/.$/, "f") })))?.[0]).toBe("not-found");
  expect((await edit(made, { memo: "予備" })).after).toMatchObject({ memo: "予備", owner: { name: "山田" } });
});

test("a device is found by its telephone number and by what its owner is found by", async () => {
  await tenant.client.users.edit(yamada.id, { employeeCode: "0042" });
  await device("S1", { phoneNumber: "090-0000-0001", owner: yamada.id });
  await device("0900000001", { phoneNumber: "090-0000-0002", owner: sato.id });
  await device("S3", { phoneNumber: "09000000003" });
  const serials = (all: readonly Device[]) => all.map(({ serialNumber }) => serialNumber).join();
  const search = async (part: string) => serials(await Array.fromAsync(tenant.client.devices.list({ search: part })));
  expect(await Promise.all(["山田", "YAMADA@", "0042", "貸出"].map(search))).toEqual(["S1", "S1", "S1", ""]);
  const find = async (name: string) => serials(await tenant.client.devices.find({ name }));
  expect(await Promise.all(["090-0000-0003", "09000000002"].map(find))).toEqual(["S3", "0900000001"]);
});

describe("facts 1.3, seed 003 9: the owner is a user or an organisation", () => {
  test("an owner cannot be both, and moving the user moves the device", async () => {
    expect(await refusal(device("S1", { owner: yamada.id, ownerOrg: sales.id }))).toEqual([
      "input-rejected",
      "a device can have only one owner: a user or an organisation",
    ]);
    const one = await device("S1", { ownerOrg: sales.id });
    expect(one.org?.path).toBe("営業部");
    const [owned] = await own([one], { owner: sato.id });
    expect(owned?.after).toMatchObject({ owner: { name: "佐藤" }, ownerOrg: null, org: { path: "" } });
    await tenant.client.users.move({ ids: [sato.id], org: sales.id });
    expect((await found(one)).org?.path).toBe("営業部");
    const [free] = await own([one], {});
    expect(free?.after).toMatchObject({ owner: null, ownerOrg: null, org: null });
  });

  test("only 事前登録 and 管理中 devices get an owner, either all of the named devices or none", async () => {
    const [managed, left] = [await device("S1", { status: "管理中" }), await device("S2", { status: "管理外" })];
    const registered = await device("S3", { status: "事前登録" });
    const before = tenant.dump();
    expect(await refusal(own([managed, left], { owner: yamada.id }))).toEqual([
      "input-rejected",
      "S2: only devices with the status 事前登録 / 管理中 can have an owner; this device is 管理外",
    ]);
    expect(tenant.dump()).toEqual(before);
    expect((await refusal(device("S4", { status: "管理外", ownerOrg: sales.id })))?.[0]).toBe("input-rejected");
    const done = await own([managed, registered], { owner: yamada.id });
    expect(done.map(({ after }) => after.owner?.name)).toEqual(["山田", "山田"]);
    expect((await edit(managed, { status: "管理外" })).after.owner?.name).toBe("山田");
    expect((await refusal(own([managed], {})))?.[0]).toBe("input-rejected");
  });
});

describe("facts 1.3: a new owner requires a wipe in every Android mode but Dedicated", () => {
  test.each(["fully-managed", "comp", "work-profile", "legacy", "unknown", null])(
    "%s is rejected without the number of wipes",
    async (androidMode) => {
      const one = await device("S1", { ...ANDROID, androidMode, owner: yamada.id });
      for (const wipes of [undefined, 2]) {
        expect(await refusal(own([one], { owner: sato.id }, { wipes }))).toEqual([
          "input-rejected",
          `1 device would have to be wiped and set up again, but the confirmed number is ${wipes ?? 0}; nothing was changed`,
        ]);
      }
      expect((await found(one)).owner?.name).toBe("山田");
      expect(await refusal(own([one], { owner: sato.id }, { wipes: 9, dryRun: true }))).toEqual([
        "input-rejected",
        "1 device would have to be wiped and set up again, but the confirmed number is 9; nothing was changed",
      ]);
      const [dry] = await own([one], { owner: sato.id }, { dryRun: true });
      expect(dry).toMatchObject({ dryRun: true, after: { owner: { name: "佐藤" } } });
      const [done] = await own([one], { owner: sato.id }, { wipes: 1 });
      expect(done?.after.owner?.name).toBe("佐藤");
    },
  );

  test("no wipe is needed for Dedicated, a first owner, another platform or a 事前登録 device", async () => {
    const free = [
      await device("S1", { ...ANDROID, androidMode: "dedicated", owner: yamada.id }),
      await device("S2", { ...ANDROID, androidMode: "comp" }),
      await device("S3", { platform: "iOS", status: "管理中", owner: yamada.id }),
      await device("S4", { ...ANDROID, androidMode: "comp", status: "事前登録", owner: yamada.id }),
    ];
    expect(await own(free, { owner: sato.id })).toHaveLength(4);
    expect((await refusal(own(free.slice(0, 1), { owner: yamada.id }, { wipes: 1 })))?.[0]).toBe("input-rejected");
  });

  test("a device that cannot have the owner is reported before the number is asked for", async () => {
    const used = await device("S1", { ...ANDROID, androidMode: "fully-managed", owner: yamada.id });
    await device("S2", { ...ANDROID, androidMode: "comp", owner: sato.id });
    expect((await refusal(own([used], { owner: sato.id })))?.[1]).toContain("S2");
  });
});

describe("facts 1.3: a plan counts the devices that a new owner makes it necessary to wipe", () => {
  const HEADER = ["シリアルナンバー", "所有者メールアドレス"];
  const seed = async (): Promise<void> => {
    await device("S1", { ...ANDROID, androidMode: "comp", owner: yamada.id });
    await device("S2", { ...ANDROID, owner: yamada.id });
    await device("S3", { ...ANDROID, androidMode: "dedicated", owner: yamada.id });
    await device("S4", { ...ANDROID, androidMode: "comp" });
    await device("S5", { ...ANDROID, status: "事前登録", owner: yamada.id });
    await device("S6", { platform: "iOS", status: "管理中", owner: yamada.id });
  };
  const toSato = ["S1", "S2", "S3", "S4", "S5", "S6"].map((serial) => [serial, "sato@example.jp"]);

  test("an import has this number, and so does an undo that gives back an owner", async () => {
    await seed();
    const done = await tenant.import({ kind: "devices" }, [HEADER, ...toSato]);
    expect(done).toMatchObject({ update: 6, wipes: 2 });
    const undo = await undoImport(tenant.client, done.id);
    // the one that had no owner has one now, and loses him
    expect(undo).toMatchObject({ update: 6, wipes: 3 });
    expect(await tenant.client.imports.show(undo.id)).toMatchObject({ wipes: 3 });
  });

  test("skipped rows, the console's own export and rows without a new owner do not count", async () => {
    await seed();
    const skipping = { kind: "devices", skipInvalid: true } as const;
    const skipped = await tenant.plan(skipping, [
      [...HEADER, "ステータス"],
      ["S1", "sato@example.jp", "?"],
      ["S2", "sato@example.jp", "管理中"],
    ]);
    expect(skipped).toMatchObject({ invalid: 1, wipes: 1 });
    expect(await tenant.plan({ kind: "devices", fromConsole: true }, [HEADER, ...toSato])).toMatchObject({ wipes: 0 });
    expect(await tenant.plan({ kind: "devices" }, "シリアルナンバー,メモ\nS1,予備")).toMatchObject({
      update: 1,
      wipes: 0,
    });
    expect((await tenant.plan({ kind: "users" }, "氏名,メールアドレス\n山田,yamada@example.jp")).wipes).toBeUndefined();
  });
});

describe("facts 1.3: an account has one device in Fully Managed", () => {
  test("a second device is rejected, whichever of the two is Fully Managed", async () => {
    const full = { ...ANDROID, androidMode: "fully-managed" };
    await device("S1", { ...full, owner: yamada.id });
    const refused = [
      "input-rejected",
      "S2: 山田 <yamada@example.jp> also owns the Android device S1; in Fully Managed mode, an account can be used for only one device",
    ];
    expect(await refusal(device("S2", { ...ANDROID, androidMode: "comp", owner: yamada.id }))).toEqual(refused);
    const other = await device("S2", full);
    expect(await refusal(own([other], { owner: yamada.id }))).toEqual(refused);
    const shared = await device("S3", { ...ANDROID, androidMode: "dedicated", owner: yamada.id });
    expect((await refusal(edit(shared, { androidMode: "fully-managed" })))?.[1]).toContain("S3: 山田");
  });

  test("two devices in other modes may have the same user; devices without an account do not count", async () => {
    await device("S1", { ...ANDROID, androidMode: "comp", owner: yamada.id });
    await device("S2", { ...ANDROID, androidMode: "work-profile", owner: yamada.id });
    const sole = { ...ANDROID, androidMode: "fully-managed", owner: sato.id };
    await device("S3", { platform: "iOS", status: "管理中", owner: sato.id });
    const full = await device("S4", sole);
    await edit(full, { status: "管理外" });
    expect((await device("S5", sole)).owner?.name).toBe("佐藤");
    expect((await refusal(edit(full, { status: "管理中" })))?.[0]).toBe("input-rejected");
  });
});

describe("facts 1.3: an undo does not give back an account that another device uses now", () => {
  const FULL = { ...ANDROID, androidMode: "fully-managed" } as const;
  const change = (header: string, cell: string) =>
    tenant.import({ kind: "devices" }, `シリアルナンバー,${header}\nS1,${cell}`);
  const undone = async ({ id }: { readonly id: string }) =>
    tenant.client.imports.commit(await undoImport(tenant.client, id));

  test.each([
    [
      "deleted it",
      async ({ id }: Device) =>
        tenant.client.imports.commit(await tenant.client.imports.delete({ kind: "devices", ids: [id] })),
    ],
    ["gave it away", () => change("所有者メールアドレス", "sato@example.jp")],
    ["made it Dedicated", () => change("Androidモード", "dedicated")],
    ["took it out of management", () => change("ステータス", "管理外")],
  ])("if the import %s", async (_, importing) => {
    const one = await device("S1", { ...FULL, owner: yamada.id });
    const done = await importing(one);
    const other = await device("S2", { ...ANDROID, androidMode: "comp", owner: yamada.id });
    const before = tenant.dump();
    const refused = await failureOf(undoImport(tenant.client, done.id));
    expect(refused).toMatchObject({
      code: "conflict",
      what: { en: expect.stringContaining("in Fully Managed mode, an account can be used for only one device") },
    });
    expect(tenant.dump()).toEqual(before);
    await own([other], {}, { wipes: 1 });
    await undone(done);
    expect(await found(one)).toMatchObject({ owner: { name: "山田" }, androidMode: "fully-managed", status: "管理中" });
  });
});

test("tags are added and removed in any character form, and are kept in a fixed order", async () => {
  const [one, other] = [await device("S1", { tags: ["が", "a"] }), await device("S2")];
  const ids = [one.id, other.id];
  const done = await tenant.client.devices.tag({ ids, add: ["か\u3099", "b"], remove: ["a", "c"] });
  expect(done.map(({ after }) => after.tags)).toEqual([
    ["b", "が"],
    ["b", "か\u3099"],
  ]);
  const again = await tenant.client.devices.tag({ ids, add: ["b"], remove: [] });
  expect(again.map(({ before, after }) => JSON.stringify(before) === JSON.stringify(after))).toEqual([true, true]);
  const file = "シリアルナンバー,タグ,タグ\nS1,が,b";
  expect(await tenant.plan({ kind: "devices" }, file)).toMatchObject({ unchanged: 1 });
});

describe("in a mirror", () => {
  const tasks = new TestTasks(() => tenant);
  beforeEach(async () => {
    await tenant.import({ kind: "devices", fromConsole: true }, "シリアルナンバー,ステータス\nS1,管理中");
  });
  const one = async (): Promise<Device> => (await tenant.client.devices.find({ name: "S1" }))[0] as Device;

  test("each change is a task, including owner and tags, and an export shows that it was done", async () => {
    const [owned] = await own([await one()], { owner: yamada.id });
    const { id } = await one();
    await tenant.client.devices.tag({ ids: [id], add: ["貸出用"], remove: [] });
    expect(owned?.consoleTask).toBe(tasks.number(1));
    expect((await tasks.of(1)).records).toMatchObject([
      { name: "S1", changes: [{ field: "owner", before: null, after: "山田 <yamada@example.jp>" }] },
    ]);
    expect(await tasks.changes(2)).toEqual([{ field: "tags", before: null, after: ["貸出用"] }]);
    const exported = { kind: "devices", fromConsole: true } as const;
    const header = ["シリアルナンバー", "ステータス", "所有者メールアドレス", "タグ"];
    await tenant.import(exported, [header, ["S1", "管理中", "yamada@example.jp", "貸出用"]]);
    expect(await tasks.list()).toEqual([]);
  });

  test("an owning organisation is shown by its path", async () => {
    await own([await one()], { ownerOrg: sales.id });
    expect(await tasks.changes()).toEqual([{ field: "ownerOrg", before: null, after: "営業部" }]);
  });
});

test("a device that changes hands loses the tags that its former use left", async () => {
  const awaited = async (id: string): Promise<string> =>
    (await device(`S${id}`, { owner: yamada.id, status: "管理中", tags: ["回収待ち", "貸出用"] })).id;
  const { devices } = tenant.client;
  const [back, edited, kept] = [await awaited("1"), await awaited("2"), await awaited("3")];
  await devices.setOwner({ ids: [back], owner: null, ownerOrg: null });
  await devices.setOwner({ ids: [edited], owner: null, ownerOrg: sales.id });
  await devices.setOwner({ ids: [kept], owner: yamada.id, ownerOrg: null });
  await devices.edit(kept, { memo: "画面に傷" });
  const tags = async () => (await tenant.devices()).map((one) => one.tags);
  expect(await tags()).toEqual([["貸出用"], ["貸出用"], ["回収待ち", "貸出用"]]);
  await devices.tag({ ids: [back, kept], add: ["返却済み"], remove: [] });
  await devices.setOwner({ ids: [kept], owner: null, ownerOrg: null });
  expect((await tags())[2]).toEqual(["貸出用", "返却済み"]);
  await devices.setOwner({ ids: [back], owner: yamada.id, ownerOrg: null });
  expect((await tags())[0]).toEqual(["貸出用"]);
});
