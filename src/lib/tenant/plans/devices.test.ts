import { undoImport } from "#support/tenant/undo.ts";
import { beforeEach, describe, expect, test } from "vitest";
import { describeWrongKeys } from "#support/tenant/keys.ts";
import { failureOf, type Request, openForAllTests } from "#support/tenant/tenant.ts";

const tenant = openForAllTests();

const users = { kind: "users" } as const;
const devices = { kind: "devices" } as const;

const USERS = ["氏名", "メールアドレス", "メールアドレス"];
const YAMADA = ["山田", "yamada@example.jp", "y.main@example.jp"];
const TAKAHASHI = ["髙橋", "takahashi@example.jp", ""];

beforeEach(async () => {
  tenant.clear();
  await tenant.import(users, [USERS, YAMADA, TAKAHASHI]);
});

const HEADER = ["シリアルナンバー", "端末識別名", "IMEI番号", "所有者メールアドレス"];
const OWNED = ["S1", "一号機", "00 000000 000000 1", "yamada@example.jp"];
const SPARE = ["S2", "", "00 000000 000000 2", ""];

const seed = () => tenant.import(devices, [HEADER, OWNED, SPARE]);

const shown = async () =>
  (await tenant.devices()).map(({ serialNumber, imei, owner }) => [serialNumber, imei, owner?.name ?? null]);

const rows = (plan: { readonly id: string }) => Array.fromAsync(tenant.client.imports.rows(plan.id));
const codeOf = async (promise: Promise<unknown>) => (await failureOf(promise))?.code;
const revert = async ({ id }: { readonly id: string }) =>
  tenant.client.imports.commit(await undoImport(tenant.client, id));

describe("an import of devices", () => {
  test("creates, updates and leaves devices unchanged", async () => {
    const plan = await tenant.plan(devices, [HEADER, OWNED, SPARE]);
    expect(plan).toMatchObject({ rows: 2, create: 2, update: 0, unchanged: 0, delete: 0, invalid: 0, orgsCreated: 0 });
    await tenant.client.imports.commit(plan);
    const [first] = await tenant.devices();
    expect(first).toMatchObject({
      serialNumber: "S1",
      platform: null,
      status: null,
      identificationName: "一号機",
      imei: "00 000000 000000 1",
      owner: { name: "山田", email: "yamada@example.jp" },
      memo: null,
    });
    const again = await tenant.plan(devices, [HEADER, OWNED.with(1, "初号機"), SPARE]);
    expect(again).toMatchObject({ create: 0, update: 1, unchanged: 1 });
    expect(await rows(again)).toMatchObject([
      { key: "S1", action: "update", changed: ["identificationName"] },
      { key: "S2", action: "unchanged" },
    ]);
    await tenant.client.imports.commit(again);
    const [changed] = await tenant.devices();
    expect(changed).toMatchObject({ id: first?.id, createdAt: first?.createdAt, identificationName: "初号機" });
  });
});

describe("an owner", () => {
  test.each(["yamada@example.jp", "YAMADA@Example.JP", "y.main@example.jp", "Y.MAIN@EXAMPLE.JP"])(
    "is found by %s, whichever address of the user it is",
    async (address) => {
      const plan = await tenant.plan(devices, [HEADER, OWNED.with(3, address)]);
      const [row] = await rows(plan);
      expect(row?.after).toContainEqual({ field: "ownerEmail", value: "yamada@example.jp" });
      await tenant.client.imports.commit(plan);
      expect(await shown()).toEqual([["S1", "00 000000 000000 1", "山田"]]);
      expect(await tenant.plan(devices, [HEADER, OWNED])).toMatchObject({ unchanged: 1 });
    },
  );

  test.each([
    ["7", "山田", []],
    ["0007", "山田", []],
    ["山　田", "山田", []],
    ["TAKA", "髙橋", []],
    ["佐藤", null, ["owner-ambiguous@2"]],
    ["8", null, ["owner-ambiguous@2"]],
    ["9", null, ["user-unknown@2"]],
  ])("is found by code, account or name: %s", async (cell, name, faults) => {
    await tenant.import(users, [
      ["氏名", "メールアドレス", "社員コード", "CLOMOアカウント名"],
      ["山田", "yamada@example.jp", "0007", ""],
      ["髙橋", "takahashi@example.jp", "0008", "taka"],
      ["佐藤", "Sato1@example.jp", "08", ""],
      ["佐藤", "sato2@example.jp", "", ""],
    ]);
    const plan = await tenant.plan({ ...devices, skipInvalid: true }, [HEADER, OWNED.with(3, cell)]);
    expect(await tenant.faults(plan)).toEqual(faults);
    await tenant.client.imports.commit(plan);
    expect(await shown()).toEqual(name === null ? [] : [["S1", "00 000000 000000 1", name]]);
    expect(await tenant.plan(devices, [HEADER, OWNED.with(3, cell)])).toMatchObject({ create: 0, update: 0 });
  });

  test("whom the tenant lacks is reported for each row", async () => {
    const unknown = OWNED.with(3, "nobody@example.jp");
    const plan = await tenant.plan(devices, [HEADER, unknown, SPARE, unknown.with(0, "S3").with(2, "")]);
    expect(await tenant.problems(plan)).toMatchObject([
      {
        code: "user-unknown",
        row: 2,
        column: 4,
        header: "所有者メールアドレス",
        params: { value: "nobody@example.jp" },
      },
      { code: "user-unknown", row: 4, column: 4 },
    ]);
    expect(await codeOf(tenant.client.imports.commit(plan))).toBe("input-rejected");
  });

  test("is cleared by a blank cell unless blanks keep values, and stays if the file lacks the column", async () => {
    await seed();
    const file = [HEADER, OWNED.with(3, "")];
    expect(await tenant.plan({ ...devices, blank: "keep" }, file)).toMatchObject({ unchanged: 1 });
    expect(await tenant.plan(devices, [HEADER.slice(0, 3), OWNED.slice(0, 3)])).toMatchObject({ unchanged: 1 });
    const cleared = await tenant.plan({ ...devices, blank: "clear" }, file);
    expect(await rows(cleared)).toMatchObject([{ action: "update", changed: ["ownerEmail"] }]);
    await tenant.client.imports.commit(cleared);
    expect((await tenant.devices())[0]?.owner).toBeNull();
  });
});

describe("a key", () => {
  const imei = { ...devices, key: "imei" } as const satisfies Request;

  test("may be the IMEI, so that one file can exchange serial numbers", async () => {
    await seed();
    const plan = await tenant.plan(imei, [HEADER, OWNED.with(0, "S2"), SPARE.with(0, "S1")]);
    expect(await rows(plan)).toMatchObject([
      { key: "00 000000 000000 1", action: "update", changed: ["serialNumber"] },
      { key: "00 000000 000000 2", action: "update", changed: ["serialNumber"] },
    ]);
    const done = await tenant.client.imports.commit(plan);
    expect(await shown()).toEqual([
      ["S2", "00 000000 000000 1", "山田"],
      ["S1", "00 000000 000000 2", null],
    ]);
    expect(describeWrongKeys(tenant.database)).toEqual([]);
    await revert(done);
    expect((await shown()).map(([serial]) => serial)).toEqual(["S1", "S2"]);
  });

  test("is ambiguous if several devices have the same value", async () => {
    await tenant.import(devices, [HEADER, OWNED, SPARE.with(2, "00 000000 000000 1")]);
    const plan = await tenant.plan(imei, [HEADER, OWNED]);
    expect(await tenant.problems(plan)).toMatchObject([
      { code: "key-ambiguous", row: 2, column: 3, params: { count: 2 } },
    ]);
  });

  test("must not be blank, whichever key it is", async () => {
    expect(await tenant.faults(await tenant.plan(imei, [HEADER, OWNED.with(2, "")]))).toEqual(["required@2"]);
  });

  test("does not allow taking another device's serial number", async () => {
    await seed();
    const plan = await tenant.plan(imei, [HEADER, OWNED.with(0, "S2")]);
    expect(await tenant.problems(plan)).toMatchObject([
      { code: "value-taken", row: 2, column: 1, params: { value: "S2", holder: "S2" } },
    ]);
    expect(await tenant.reasons(plan)).toMatchObject([
      { en: "S2 is already used as シリアルナンバー by the device S2" },
    ]);
    const created = await tenant.plan(imei, [HEADER, ["S1", "", "new", ""]]);
    expect(await tenant.faults(created)).toEqual(["value-taken@2"]);
    const deleted = await tenant.plan({ ...imei, mode: "replace" }, [HEADER, OWNED.with(0, "S2")]);
    expect(deleted).toMatchObject({ update: 1, delete: 1, rejected: false });
    await tenant.client.imports.commit(deleted);
    expect(await shown()).toEqual([["S2", "00 000000 000000 1", "山田"]]);
  });

  test("facts 1.3: is compared with its spaces: an IMEI without them is different", async () => {
    await seed();
    const plan = await tenant.plan(
      imei,
      "シリアルナンバー,IMEI番号\nS3,000000000000001\nS4,00 000000 0000001\nS1,00 000000 000000 1",
    );
    expect(await rows(plan)).toMatchObject([{ action: "create" }, { action: "create" }, { action: "unchanged" }]);
    await tenant.client.imports.commit(plan);
    expect((await tenant.devices()).map((device) => device.imei)).toEqual([
      "00 000000 000000 1",
      "00 000000 000000 2",
      "000000000000001",
      "00 000000 0000001",
    ]);
  });
});

test("look-alike characters are equal in a Shift_JIS file: in serial numbers, addresses and names", async () => {
  await tenant.import(users, [USERS, ["一", "a\u301c@example.jp", ""]]);
  await tenant.import(devices, [HEADER, ["S\u2212\u301c", "\u2016号\u2014", "1", "a\u301c@example.jp"]]);
  const before = tenant.dump();
  const file = [HEADER, ["S\uff0d\uff5e", "\u2225号\u2015", "1", "A\uff5e@example.jp"]];
  const plan = await tenant.plan({ ...devices, mode: "replace" }, file, { encoding: "shift_jis" });
  expect(plan).toMatchObject({ unchanged: 1, create: 0, delete: 0, invalid: 0 });
  await tenant.client.imports.commit(plan);
  expect(tenant.dump()).toEqual(before);
  expect(await tenant.plan(devices, file)).toMatchObject({ update: 1, unchanged: 0 });
});

describe("an undo", () => {
  test("restores what an import created, changed and deleted, including owners", async () => {
    await seed();
    const before = tenant.dump();
    const done = await tenant.import({ ...devices, mode: "replace" }, [
      HEADER,
      SPARE.with(3, "takahashi@example.jp"),
      ["S3", "", "", "takahashi@example.jp"],
    ]);
    expect(done).toMatchObject({ create: 1, update: 1, delete: 1 });
    const undo = await undoImport(tenant.client, done.id);
    expect(undo).toMatchObject({ kind: "devices", create: 1, update: 1, delete: 1 });
    expect(await rows(undo)).toMatchObject([
      { key: "S2", action: "update", changed: ["ownerEmail"] },
      { key: "S1", action: "create", after: expect.arrayContaining([{ field: "ownerEmail", value: YAMADA[1] }]) },
      { key: "S3", action: "delete" },
    ]);
    await tenant.client.imports.commit(undo);
    expect(tenant.dump()).toEqual(before);
  });

  test("restores a deleted device even if its owner now has another name and other addresses", async () => {
    await seed();
    const done = await tenant.import({ ...devices, mode: "replace" }, [HEADER, SPARE]);
    await tenant.import(users, "氏名,メールアドレス,社員コード\n山田,yamada@example.jp,E2");
    for (const name of ["山田", "山田 改"])
      await tenant.import(
        { ...users, key: "employee-code" },
        `氏名,メールアドレス,社員コード\n${name},kai@example.jp,E2`,
      );
    await revert(done);
    expect((await tenant.devices())[0]).toMatchObject({
      serialNumber: "S1",
      owner: { name: "山田 改", email: "kai@example.jp" },
    });
  });
});

describe("users that own devices", () => {
  test("are not deleted by a file that lacks them", async () => {
    await seed();
    await tenant.import(devices, [HEADER, ["S3", "", "", "y.main@example.jp"]]);
    const replace = { ...users, mode: "replace" } as const;
    const plan = await tenant.plan(replace, [USERS, TAKAHASHI]);
    expect(plan).toMatchObject({ delete: 1, rejected: true });
    expect(await tenant.problems(plan)).toMatchObject([
      { code: "delete-held", row: 0, params: { name: "山田 <yamada@example.jp>", count: 2, of: "device" } },
    ]);
    expect(await tenant.reasons(plan)).toMatchObject([
      { en: "山田 <yamada@example.jp> cannot be deleted: used by S1, S3" },
    ]);
    expect(await codeOf(tenant.client.imports.commit(plan))).toBe("input-rejected");
    expect(await tenant.plan(replace, [USERS, YAMADA])).toMatchObject({ delete: 1, rejected: false });
  });
});

describe("devices are found", () => {
  test.each([
    ["their serial number", "S1", ["S1"]],
    ["their IMEI, blanks included", "00 000000 000000 2", ["S2"]],
    ["an IMEI without its blanks", "000000000000002", []],
    ["their serial number in another letter case", "s1", ["S1"]],
  ])("by %s", async (_, name, serials) => {
    await seed();
    const found = await tenant.client.devices.find({ name });
    expect(found.map(({ serialNumber }) => serialNumber)).toEqual(serials);
    for (const { id } of found) expect(await tenant.client.devices.find({ name: id })).toEqual(found);
  });
});

describe("serial numbers are compared ignoring case", () => {
  const serials = async () => (await tenant.devices()).map(({ serialNumber }) => serialNumber);

  test("a row matches its device and keeps its serial number", async () => {
    await seed();
    const plan = await tenant.plan(devices, [HEADER, OWNED.with(0, "s1"), SPARE.with(0, "s2").with(1, "二号機")]);
    expect(plan).toMatchObject({ create: 0, update: 1, unchanged: 1 });
    expect(await rows(plan)).toMatchObject([{ changed: [] }, { changed: ["identificationName"] }]);
    expect(await tenant.problems(plan)).toEqual([]);
    await tenant.client.imports.commit(plan);
    expect(await serials()).toEqual(["S1", "S2"]);
    expect(describeWrongKeys(tenant.database)).toEqual([]);
  });

  test("a replacing import does not delete a device because of its letter case", async () => {
    await seed();
    for (const serial of ["s1", "Ｓ 1"])
      expect(await tenant.plan({ kind: "devices", mode: "replace" }, [HEADER, OWNED.with(0, serial)])).toMatchObject({
        delete: 1,
        unchanged: 1,
      });
  });

  test("a device is found, created, changed and searched in any case, and undone exactly", async () => {
    await tenant.import(devices, [HEADER, OWNED.with(0, "sN1")]);
    const [device] = await tenant.client.devices.find({ name: "Sn1" });
    expect(device).toMatchObject({ serialNumber: "sN1" });
    expect(await codeOf(tenant.client.devices.create({ serialNumber: "SN1" }))).toBe("input-rejected");
    for (const query of [{ filterId: "n1" }, { filterId: "N1" }, { search: "sn" }, { search: "SN" }])
      expect(await Array.fromAsync(tenant.client.devices.list(query))).toHaveLength(1);
    await tenant.client.devices.edit(device?.id ?? "", { serialNumber: "SN1" });
    expect(await serials()).toEqual(["SN1"]);
    const gone = await tenant.import({ kind: "devices", mode: "replace" }, [HEADER, SPARE]);
    await revert(gone);
    expect(await tenant.client.devices.find({ name: "sn1" })).toHaveLength(1);
    expect(describeWrongKeys(tenant.database)).toEqual([]);
  });
});
