import { VERSION_SCHEMAS } from "./versions.ts";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { hash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, test } from "vitest";
import { fillAtRandom } from "#support/tenant/random-tenant.ts";
import { plantSecrets } from "#support/tenant/secret-columns.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { RECORD_TYPES } from "../../nouns/index.ts";
import { copyTenantFile, EMPTIED_COLUMNS, EMPTIED_TABLES } from "./tenant-copy.ts";
import { Database, type Row } from "../store/database.ts";
import { migrate, receiveTenantFile } from "./tenant-file.ts";
import { readCopyState } from "./received.ts";
import { folderForAllTests } from "#support/folder.ts";

const folder = folderForAllTests();

const ALIVE = { self: 1, isAlive: () => true } as unknown as Parameters<typeof receiveTenantFile>[1]["processes"];

const KEEPING = ["pk", "revision", "action", "changed", "inConsole", "wished", "written", "since"];

/** Columns that contain no secret, of the tables that no record type describes. A new column must be decided on. */
const HARMLESS: Readonly<Record<string, string>> = {
  tenant: "pk name mirroredAt createdAt",
  tenant_profile: `pk domain loginUrl mdmAddress contactName contactMail contactPhone contracts ios macos android
    windows ade vpp gate securedApps mobileAppPortal androidAccounts consoleTimezone languages`,
  collection: "name revision last",
  user_email: "emailKey user main",
  administrators_known: "kind at actor",
  import: "pk id kind state createdAt etag revision change detail",
  change: "number revision writer import undoes undoneBy",
  created_range: "revision thing first last",
  observed_version: "thing pk revision state",
  layout: "use digest columns at actor change",
  audit: "seq record hash",
  replaced_audit: "pk receipt seq record hash",
  renewal_item: `pk id kind name organisation expiresAt certainty fingerprint topic owner account phone notes source
    confirmedAt confirmedBy createdAt updatedAt phoneHolder`,
  renewal_notice: "pk id itemId expiresAt stage way recipient state messageId attempts at error host pid",
  answer: "pk id question value by at",
  // a file with a password or a private key is refused
  kept_file: "digest content",
  ade_server: `pk endpoint tokenExpiresAt tokenSetAt tokenSetBy tokenRejectedAt serverUuid serverName adminId
    orgName cursorAt fullAt renewal
    apiRejectedAt apiServers apiSyncAt clomoServer`,
  ade_device: `pk serialNumber profileStatus profileUuid profileAssignTime profilePushTime deviceFamily os model
    description color assetTag deviceAssignedDate deviceAssignedBy mdmMigrationDeadline opType opDate seenAt`,
  business_device: "pk serialNumber deviceFamily model color status orderNumber addedAt server releasedAt seenAt",
};

const listUndecided = (database: Database): readonly string[] => {
  const records = new Map(
    [...VERSION_SCHEMAS.values()].flatMap((versions): (readonly [string, readonly string[]])[] => {
      const { thing, key, columns, times } = versions;
      const stored = [...columns.map(({ name }) => name), ...times];
      // secrets are stored as the times at which they were set
      const secret = Object.entries(thing.fields).flatMap(([name, field]) => (field.secret === true ? [name] : []));
      const fields = stored.filter((name) => !secret.includes(name));
      const more = [...KEEPING, ...fields];
      return [
        [thing.name, [key, "pk", "revision", ...fields]],
        [versions.table, more],
        [versions.observed, more],
      ];
    }),
  );
  return database
    .all("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
    .flatMap(({ name }) => {
      const table = String(name);
      if (EMPTIED_TABLES.includes(table)) return [];
      const known = [
        ...(EMPTIED_COLUMNS[table] ?? []),
        ...(HARMLESS[table] ?? "").split(/\s+/),
        ...(records.get(table) ?? []),
      ];
      return database
        .all(`pragma table_info("${table}")`)
        .flatMap((column) => (known.includes(String(column["name"])) ? [] : [`${table}.${String(column["name"])}`]));
    });
};

describe("every column is emptied in a copy or declared as harmless", () => {
  const create = (): Database => {
    const database = new Database(":memory:", { plain: true });
    migrate(database, { name: "", now: "" });
    return database;
  };

  test("in the current schema", () => {
    expect(listUndecided(create())).toEqual([]);
    expect([...RECORD_TYPES.keys()].length).toBeGreaterThan(5);
  });

  test.each([
    ["alter table user add column pin text", "user.pin"],
    ["alter table tenant add column token text", "tenant.token"],
    ["create table api_token (token text)", "api_token.token"],
  ])("and a new one needs a decision: %s", (sql, column) => {
    const database = create();
    database.exec(sql);
    expect(listUndecided(database)).toEqual([column]);
  });
});

const copyOf = async (tenant: TestTenant, name: string): Promise<string> => {
  const path = await copyTenantFile(tenant.database);
  copyFileSync(path, join(folder, name));
  rmSync(path);
  return join(folder, name);
};

/** The folders of this computer do not travel. */
const toFileName = (path: Row[string]) => (typeof path === "string" ? (path.split(/[/\\]/).at(-1) ?? "") : path);

const rowsOf = (database: Pick<Database, "all">): ReadonlyMap<string, unknown> =>
  new Map(
    database
      .all("select name from sqlite_schema where type = 'table' order by name")
      .map(({ name }) => String(name))
      .filter((name) => !EMPTIED_TABLES.includes(name) && name !== "sqlite_sequence")
      .map((name) => {
        const emptied = Object.fromEntries((EMPTIED_COLUMNS[name] ?? []).map((column) => [column, null]));
        const rows = database.all(`select * from "${name}"`).map((row) => ({ ...row, ...emptied }));
        if (name !== "renewal_item") return [name, rows];
        return [name, rows.map(({ source = null, ...row }) => ({ ...row, source: toFileName(source) }))];
      }),
  );

test.each([3, 9])("a copy of tenant %i has every row, no secret, and always the same bytes", async (seed) => {
  await using tenant = new TestTenant();
  await fillAtRandom(tenant, seed, 20);
  const planted = plantSecrets(tenant, (name) => `Kanarie${name}0x`);
  const path = await copyOf(tenant, `${seed}.db`);
  const copy = new Database(path, { readOnly: true });
  expect(rowsOf(copy)).toEqual(rowsOf(tenant.database));
  for (const table of EMPTIED_TABLES) expect(copy.count(`select count(*) from ${table}`)).toBe(0);
  copy.close();
  const bytes = readFileSync(path).toString("latin1");
  tenant.database.foldLog();
  const original = readFileSync(tenant.database.path).toString("latin1");
  expect(planted.size).toBeGreaterThan(3);
  // the control: the original has all of them
  expect([...planted.values()].filter((secret) => !original.includes(secret))).toEqual([]);
  expect([...planted.values()].filter((secret) => bytes.includes(secret))).toEqual([]);
  expect(readFileSync(await copyOf(tenant, `${seed}-again.db`)).equals(readFileSync(path))).toBe(true);
});

test("a copy has the names of files without the folders of this computer", async () => {
  await using tenant = new TestTenant();
  const { id } = await tenant.client.renewals.add({ kind: "custom", name: "保守", source: "/home/suzuki/push.pem" });
  await tenant.client.renewals.edit(id, { expiresAt: "2027-05-31T00:00:00.000Z" });
  await tenant.client.renewals.edit(id, { source: String.raw`C:\home/suzuki\new.pem` });
  const path = await copyOf(tenant, "source.db");
  expect(readCopyState(path).fault).toBeNull();
  const bytes = readFileSync(path).toString("latin1");
  expect([bytes.includes("/home/suzuki"), bytes.includes("push.pem")]).toEqual([false, true]);
});

describe("a copy from a bundle", () => {
  const sound = async (): Promise<string> => {
    await using tenant = new TestTenant();
    await tenant.import({ kind: "users" }, "氏名,メールアドレス\n山田,yamada@x\n佐藤,sato@x");
    const [user] = await tenant.users();
    await tenant.client.users.edit(user?.id ?? "", { title: "課長" });
    return await copyOf(tenant, "sound.db");
  };

  const stateAfter = async (change: (database: DatabaseSync, path: string) => void) => {
    const path = await sound();
    const database = new DatabaseSync(path);
    change(database, path);
    if (database.isOpen) database.close();
    return readCopyState(path);
  };

  const withoutTriggers = (database: DatabaseSync, sql: string): void => {
    const triggers = database.prepare("select name, sql from sqlite_schema where type = 'trigger'").all();
    for (const { name } of triggers) database.exec(`drop trigger "${String(name)}"`);
    database.exec(sql);
    for (const trigger of triggers) database.exec(String(trigger["sql"]));
  };

  test("is sound, and is not changed by the check", async () => {
    const path = await sound();
    const before = readFileSync(path);
    expect(readCopyState(path)).toEqual({ fault: null, unsafe: null, problems: [], isSealed: false });
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.startsWith("sound.db"))).toEqual(["sound.db"]);
  });

  test("with a removed audit record is refused, even if all hashes are computed anew", async () => {
    const { fault } = await stateAfter((database) =>
      withoutTriggers(database, "delete from audit where seq = 1; update audit set seq = 1 where seq = 2"),
    );
    expect(fault?.what.en).toContain("record 1");
    const anew = await stateAfter((database) => {
      const [, last] = database.prepare("select record from audit order by seq").all();
      const record = String(last?.["record"]).replace('"seq":2,', '"seq":1,');
      withoutTriggers(database, "delete from audit");
      database
        .prepare("insert into audit (seq, record, hash) values (1, ?, ?)")
        .run(record, hash("sha256", `\n${record}`));
    });
    expect(anew.fault?.what.en).toContain("history");
  });

  test("with an altered earlier version of a record is refused", async () => {
    const { fault } = await stateAfter((database) => database.exec("update user_version set title = '社長'"));
    expect(fault?.what.en).toContain("history");
  });

  test("becomes a tenant with its own name", async () => {
    const place = mkdtempSync(join(folder, "received-"));
    const file = { folder: place, name: "minato", now: "2026-04-01T00:00:00.000Z", processes: ALIVE };
    receiveTenantFile(await sound(), file);
    expect(readdirSync(place)).toEqual(["tenant.db"]);
    await using tenant = new TestTenant(place);
    expect((await tenant.users()).map(({ name }) => name)).toEqual(["山田", "佐藤"]);
    expect(await tenant.client.audit.verify({ changes: true })).toMatchObject({
      broken: null,
      changes: { broken: [] },
    });
    expect(tenant.sql("select name from tenant")).toEqual([{ name: "minato" }]);
  });
});
