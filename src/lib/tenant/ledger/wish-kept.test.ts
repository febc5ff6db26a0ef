import { describe, expect, test } from "vitest";
import type { ImportRequest, User } from "../api/operations.ts";
import { type Cells, prepareTenant, TestTenant, openForEachTest } from "#support/tenant/tenant.ts";

// exports of the console that wait for each other

let tenant: TestTenant;
const openPrepared = prepareTenant(async (prepared) => {
  tenant = prepared;
  await take("orgs", ORGS);
  await take("users", USERS);
  await take("devices", DEVICES);
});
openForEachTest((opened) => (tenant = opened), openPrepared);

const take = (kind: ImportRequest["kind"], cells: Cells, more: Partial<ImportRequest> = {}) =>
  tenant.import({ kind, fromConsole: true, ...more }, cells);
const KEPT = { keepMissing: true } as const;

const ORGS: Cells = [
  ["組織名", "組織コード", "上位組織コード"],
  ["本社", "HQ", ""],
  ["営業部", "S", "HQ"],
  ["第一課", "S1", "S"],
];
const NEW_ORGS: Cells = [...ORGS.slice(0, 2), ["新部", "N", "HQ"]];
const HEADER = ["氏名", "メールアドレス", "組織コード", "CLOMOアカウント名"];
const USERS: Cells = [HEADER, ["山田", "taro@x", "S", "taro"], ["佐藤", "ken@x", "S1", ""]];
const MOVED: Cells = [HEADER, ["山田", "taro@x", "N", "taro"], ["佐藤", "ken@x", "N", ""]];
const OWNED = ["シリアルナンバー", "プラットフォーム", "ステータス", "所有者メールアドレス"];
const DEVICES: Cells = [OWNED, ["SN1", "iOS", "管理中", "ken@x"]];

const user = async (name: string): Promise<User | undefined> => (await tenant.client.users.find({ name }))[0];
const codes = async () => (await Array.fromAsync(tenant.client.orgs.list())).map(({ code }) => code);

describe("references to records that an export lacks", () => {
  test("to a department that was replaced by a new one, to which its people moved", async () => {
    const taro = await user("taro@x");
    expect(await take("orgs", NEW_ORGS)).toMatchObject({ create: 1, delete: 2, merged: { cleared: 2 } });
    expect(await user("taro@x")).toMatchObject({ id: taro?.id, org: { code: null } });
    await take("users", MOVED);
    expect(await codes()).toEqual([null, "HQ", "N"]);
    expect(await user("taro@x")).toMatchObject({ id: taro?.id, org: { code: "N" } });
    expect(await tenant.client.console.list({})).toEqual([]);
  });

  test("of a device that passed from a leaver to a new user", async () => {
    const users: Cells = [...USERS.slice(0, 2), ["高橋", "new@x", "S1", ""]];
    const devices: Cells = [OWNED, ["SN1", "iOS", "管理中", "new@x"]];
    const gone = await take("users", users);
    expect(gone).toMatchObject({ delete: 1, create: 1, merged: { cleared: 1 } });
    expect((await tenant.client.devices.find({ name: "SN1" }))[0]).toMatchObject({ owner: null });
    await take("devices", devices);
    expect((await tenant.client.devices.find({ name: "SN1" }))[0]).toMatchObject({ owner: { email: "new@x" } });
    expect(await tenant.client.console.list({})).toEqual([]);
  });

  test("a filtered export makes a tenant a mirror and deletes nothing, whatever the mode", async () => {
    await using own = new TestTenant();
    await own.import(
      { kind: "users" },
      USERS.map((row) => row.slice(0, 2)),
    );
    const part: Cells = [HEADER.slice(0, 2), ["佐藤", "ken@x"]];
    await own.import({ kind: "users", mode: "replace", fromConsole: true, ...KEPT }, part);
    const { mirroredAt: since, users } = await own.client.tenant.show();
    expect([since === null, users]).toEqual([false, 2]);
  });
});
