import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Operation } from "../../model/role.ts";
import { Session } from "../session.ts";
import { readImport } from "../plans/import-rows.ts";
import { Database } from "../store/sqlite/database.ts";
import { registerSqlFunctions } from "../plans/sqlite/functions.ts";
import { auditImport } from "../plans/sqlite/worker/audit.ts";
import { SqliteStore } from "../store/sqlite/store.ts";
import { exportWithAuditRecord } from "../records/exports.ts";
import { addTestAccount } from "#support/tenant/accounts.ts";
import { readAuditLog, computeAuditHashes } from "#support/tenant/audit.ts";
import { TestTasks } from "#support/tenant/tasks.ts";
import { type Cells, prepareTenant, readStreamText, TEST_ORIGIN, type TestTenant } from "#support/tenant/tenant.ts";

let tenant: TestTenant;
let orgs: ReadonlyMap<string, string>;
const openPrepared = prepareTenant(async (prepared) => {
  tenant = prepared;
  await tenant.import({ kind: "orgs" }, [
    ["組織名", "組織コード", "上位組織コード"],
    ["本社", "H", ""],
    ["営業部", "S", "H"],
    ["総務部", "G", "H"],
    ["工場", "F", ""],
  ]);
  await tenant.import(users, [USERS, ["山田", "yamada@x", "S"], ["佐藤", "sato@x", "G"], ["鈴木", "suzuki@x", ""]]);
  await tenant.import(devices, [DEVICES, ["SN-1", "yamada@x", ""], ["SN-2", "", "F"], ["SN-3", "", ""]]);
  orgs = new Map((await tenant.client.orgs.list()).map(({ id, code }) => [id, code ?? "全社"]));
  tenant.clearAudit();
});
beforeEach(async () => {
  tenant = await openPrepared();
});
afterEach(() => tenant[Symbol.asyncDispose]());

const users = { kind: "users" } as const;
const devices = { kind: "devices" } as const;
const USERS = ["氏名", "メールアドレス", "組織コード"];
const DEVICES = ["シリアルナンバー", "所有者メールアドレス", "所有組織コード"];

const idOf = (code: string): string => [...orgs].find((org) => org[1] === code)?.[0] ?? expect.unreachable();
const user = async (name: string): Promise<string> =>
  (await tenant.client.users.find({ name }))[0]?.id ?? expect.unreachable();
const device = async (name: string): Promise<string> =>
  (await tenant.client.devices.find({ name }))[0]?.id ?? expect.unreachable();

const codesIn = ({ orgs: ids }: Readonly<Record<string, unknown>>): readonly string[] | null => {
  if (ids === undefined) return null;
  expect(ids).toEqual([...new Set(ids as readonly string[])].toSorted());
  return (ids as readonly string[]).map((id) => orgs.get(id) ?? "new").toSorted();
};

const touched = () => readAuditLog(tenant.database).map((record) => [record["action"], codesIn(record)]);

const lastTouched = () => touched().at(-1);

const commit = async (cells: Cells, request: Parameters<TestTenant["import"]>[0] = users) =>
  (await tenant.import(request, cells)).id;

describe("changes by hand", () => {
  test("a change to devices names their organisations before and after, or 全社 without an owner", async () => {
    const { devices: client } = tenant.client;
    await client.create({ serialNumber: "SN-4" });
    expect(lastTouched()).toEqual(["devices.create", ["全社"]]);
    const ids = [await device("SN-1")];
    await client.edit(ids[0] ?? "", { memo: "予備" });
    expect(lastTouched()).toEqual(["devices.edit", ["S"]]);
    await client.setOwner({ ids, owner: await user("sato@x"), ownerOrg: null });
    expect(lastTouched()).toEqual(["devices.set-owner", ["G", "S"]]);
    await client.setOwner({ ids, owner: null, ownerOrg: idOf("F") });
    expect(lastTouched()).toEqual(["devices.set-owner", ["F", "G"]]);
    await client.setOwner({ ids, owner: null, ownerOrg: null });
    expect(lastTouched()).toEqual(["devices.set-owner", ["F", "全社"]]);
    await client.tag({ ids: [await device("SN-2")], add: ["貸出"], remove: [] });
    expect(lastTouched()).toEqual(["devices.tag", ["F"]]);
  });

  test("marking a user names the organisation; a change without an organisation names none", async () => {
    const { client } = tenant;
    await tenant.mark("users", [await user("yamada@x")]);
    expect(lastTouched()).toEqual(["users.edit", ["S"]]);
    await tenant.mark("docs", ["admin01"]);
    await client.users.addField({ name: "座席" });
    await client.renewals.add({ kind: "custom", name: "保守契約" });
    await client.tenant.set({ contactName: "総務" });
    await commit(
      [
        ["表示名", "ユーザーID", "パスワード"],
        ["山田", "yamada", "secret1"],
      ],
      { kind: "docs" },
    );
    await readStreamText(await client.users.export());
    expect(touched().slice(1)).toEqual([
      ["secured.users.create", null],
      ["fields.add", null],
      ["renewals.add", null],
      ["tenant.set", null],
      ["imports.commit", null],
      ["users.export", null],
    ]);
  });
});

describe("confirmed console tasks", () => {
  const tasks = new TestTasks(() => tenant);
  beforeEach(async () => {
    await commit([USERS, ["山田", "yamada@x", "S"], ["佐藤", "sato@x", "G"], ["鈴木", "suzuki@x", ""]], {
      ...users,
      fromConsole: true,
    });
  });

  const close = async (...numbers: readonly number[]) => {
    await tenant.client.console.confirm({ numbers: [...numbers] });
    return lastTouched()?.[1];
  };

  test("a confirmation names the organisations of a device's owners before and after", async () => {
    const { client } = tenant;
    await client.devices.setOwner({ ids: [await device("SN-1")], owner: await user("sato@x"), ownerOrg: null });
    await client.devices.setOwner({ ids: [await device("SN-2")], owner: null, ownerOrg: null });
    expect(await close(tasks.number(1))).toEqual(["G", "S"]);
    expect(await close(tasks.number(2))).toEqual(["F", "全社"]);
  });

  test("a confirmation names the organisation of an account's user, but none if the account manages some", async () => {
    await addTestAccount(tenant, { name: "boss", role: "system" });
    await addTestAccount(tenant, { name: "sales", role: "division", org: "G", manages: ["S", "G"] });
    const { accounts } = tenant.as("sales");
    const granted = await accounts.create({
      user: await user("sato@x"),
      name: "sato",
      role: "operator",
      passwordInConsole: true,
    });
    await tenant.as("sales").console.confirm({ numbers: [granted.consoleTask ?? 0] });
    expect(lastTouched()).toEqual(["console.confirm", ["G"]]);
    const [record] = await Array.fromAsync(tenant.as("sales").audit.list({ limit: 1 }));
    expect(record?.record).toMatchObject({ action: "console.confirm", actor: "sales" });
    const edit = { role: "division", managedOrgs: [idOf("S")] } as const;
    const managing = await tenant.client.accounts.edit(await user("sato@x"), edit);
    expect(await close(managing.consoleTask ?? 0)).toBeNull();
  });

  test("a confirmation names no organisation for custom fields", async () => {
    await tenant.client.users.addField({ name: "座席" });
    const [field] = await tenant.client.console.list({});
    expect(await close(field?.number ?? 0)).toBeNull();
  });
});

describe("an import by an account that manages part of the tenant", () => {
  const again = async (id: string): Promise<void> => {
    const connection = new Database(tenant.path);
    registerSqlFunctions(connection, () => false);
    const moment = { actor: "division", origin: TEST_ORIGIN, now: "2026-04-01T00:00:00.000Z", heldOrgs: [idOf("H")] };
    try {
      await new SqliteStore(connection).change(async (writer) => {
        const record = await readImport(writer, id);
        await writer.run("delete from change where revision = :revision", { revision: record.revision });
        await auditImport(connection, writer, record, {
          change: 9,
          moment: { ...moment, idPrefix: "a", referencePrefix: "b" },
          revision: record.revision ?? 0,
        });
      });
    } finally {
      connection.close();
    }
  };

  test("names the managed part", async () => {
    await again(await commit([USERS, ["山田", "yamada@x", "G"]]));
    expect(lastTouched()).toEqual(["imports.commit", ["H"]]);
  });
});

test("an export by an account that manages part of the tenant names that part, even after hidden records", async () => {
  const connection = new Database(tenant.path);
  try {
    await tenant.client.users.edit(await user("sato@x"), { title: "課長" });
    connection.exec("create temp view audit as select * from main.audit where false");
    const own = tenant.sql("select pk from org where code in ('H', 'F')").map(({ pk }) => Number(pk));
    const asker = { role: "division", items: new Set<never>(), orgs: own } as const;
    const session = new Session(new SqliteStore(connection), tenant.surroundings, "division", asker);
    const exporting = Promise.resolve({ content: new Blob(["a"]).stream(), records: 2 });
    await exportWithAuditRecord(session, { action: "users.export", filters: {} }, exporting);
    expect(lastTouched()).toEqual(["users.export", ["F", "H"]]);
    const { hashes, chain } = computeAuditHashes(tenant.database);
    expect(hashes).toEqual(chain);
    expect(hashes).toHaveLength(2);
  } finally {
    connection.close();
  }
});

describe("an account that manages 全て and may read the audit log", () => {
  const listed = async (items: readonly Operation[]): Promise<readonly string[]> => {
    const name = items.length > 1 ? "both" : "auditor";
    await addTestAccount(tenant, { name, role: "custom", items });
    tenant.clearAudit();
    const { client } = tenant;
    await client.secured.create("docs", { userId: "taro01", displayName: "山田", password: "secret1" });
    await tenant.mark("docs", ["taro01"]);
    await tenant.import({ kind: "docs" }, [
      ["表示名", "ユーザーID", "パスワード"],
      ["佐藤", "hana01", "secret1"],
      ["鈴木", "jiro01", "secret1"],
    ]);
    await readStreamText(await client.secured.export("docs"));
    await client.roles.createScheme({ name: "受付", operations: ["users.write"] });
    await client.accounts.setSettings({ composition: "mail-address" });
    await client.tenant.set({ domain: "example" });
    await client.users.edit(await user("yamada@x"), { title: "主任" });
    const records = await Array.fromAsync(tenant.as(name).audit.list());
    return records.map(({ record }) => (typeof record === "string" ? record : record.action)).toReversed();
  };

  test("sees no records of SECURED APPs without the right to them, nor of schemes and settings", async () => {
    expect(await listed(["audit.read"])).toEqual(["tenant.set", "users.edit"]);
  });

  test("sees records of SECURED APPs with the right to them", async () => {
    expect(await listed(["audit.read", "secured.read"])).toEqual([
      "secured.users.create",
      "secured.users.edit",
      "imports.commit",
      "secured.export",
      "tenant.set",
      "users.edit",
    ]);
  });
});
