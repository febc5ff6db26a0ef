import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { TestTenant } from "#support/tenant/tenant.ts";
import { Database } from "./database.ts";
import { readDatabaseState, inspectTenantFile } from "./inspect.ts";
import { SCHEMA_VERSION } from "./migrations.ts";

const PROCESSES = { self: 1, isAlive: (pid: number): boolean => pid === 4242 };

let tenant: TestTenant;
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.client.tenant.set({ ios: true });
});
afterEach(() => tenant.close());

const inspected = () => inspectTenantFile(tenant.folder, PROCESSES);

test("an undamaged tenant has no faults, and its file is not changed", async () => {
  await tenant.reopen();
  const before = readFileSync(tenant.path);
  expect(await inspected()).toMatchObject({
    path: tenant.path,
    version: SCHEMA_VERSION,
    newest: SCHEMA_VERSION,
    faults: [],
    strays: 0,
    auditHead: { seq: 1, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    auditTable: [],
    isLocked: false,
    holder: undefined,
  });
  expect(readFileSync(tenant.path).equals(before)).toBe(true);
});

test("sealed secrets are listed with the key that sealed them", async () => {
  expect(await inspected()).toMatchObject({ sealed: [] });
  tenant.database.run("insert into ade_server (pk, privateKey, token) values (1, 'AAAAAAkey', 'BBBBBBtoken')");
  expect((await inspected())?.sealed).toEqual([
    { secret: "ade-key", by: "AAAAAA" },
    { secret: "ade-token", by: "BBBBBB" },
  ]);
});

test("a missing tenant is not created", async () => {
  const folder = join(tenant.folder, "none");
  expect(await inspectTenantFile(folder, PROCESSES)).toBeUndefined();
  expect(existsSync(folder)).toBe(false);
  mkdirSync(folder);
  expect(await inspectTenantFile(folder, PROCESSES)).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
});

test("an interruption takes effect while the database is inspected", async () => {
  const aborting = new AbortController();
  const asked = inspectTenantFile(tenant.folder, PROCESSES, aborting.signal);
  setImmediate(() => aborting.abort());
  await expect(asked).rejects.toMatchObject({ code: "interrupted" });
  await expect(inspectTenantFile(tenant.folder, PROCESSES, aborting.signal)).rejects.toMatchObject({
    code: "interrupted",
  });
});

describe("problems are found", () => {
  test("a file with an older or newer schema, which is not changed", async () => {
    for (const version of [SCHEMA_VERSION - 1, SCHEMA_VERSION + 5]) {
      tenant.database.exec(`pragma user_version = ${version}`);
      // before the first version there is none that is older
      const state = version < SCHEMA_VERSION ? readDatabaseState(tenant.path) : await inspected();
      expect(state).toMatchObject({ version, newest: SCHEMA_VERSION });
      expect(tenant.database.count("pragma user_version")).toBe(version);
    }
  });

  test("a file of a newer program, whose log from a killed program is not merged", async () => {
    const folder = join(tenant.folder, "copy");
    mkdirSync(folder);
    tenant.database.foldLog();
    tenant.database.exec(`pragma user_version = ${SCHEMA_VERSION + 1}`);
    for (const name of ["tenant.db", "tenant.db-wal"]) copyFileSync(join(tenant.folder, name), join(folder, name));
    const files = () => ["tenant.db", "tenant.db-wal"].map((name) => readFileSync(join(folder, name), "latin1"));
    const before = files();
    expect(await inspectTenantFile(folder, PROCESSES)).toMatchObject({
      version: SCHEMA_VERSION + 1,
      newest: SCHEMA_VERSION,
      isLocked: undefined,
    });
    expect(files()).toEqual(before);
  });

  test("a lock, and its holder", async () => {
    const other = new Database(tenant.path);
    other.exec("begin immediate");
    expect(await inspected()).toMatchObject({ isLocked: true, holder: undefined });
    const note = { pid: 4242, what: "import 3", since: "2026-04-01T00:00:00.000Z" };
    writeFileSync(join(tenant.folder, "writer.json"), JSON.stringify(note));
    expect(await inspected()).toMatchObject({ isLocked: true, holder: note });
    other.exec("rollback");
    other.close();
    expect(await inspected()).toMatchObject({ isLocked: false, holder: undefined });
  });

  test("an audit log with missing or additional triggers; other schema versions are not compared", async () => {
    const [trigger] = tenant.database.all(
      "select name from sqlite_master where type = 'trigger' and tbl_name = 'audit'",
    );
    const name = String(trigger?.["name"]);
    tenant.database.exec(`drop trigger ${name}; create trigger own after insert on audit begin select 1; end`);
    const found = (await inspected())?.auditTable ?? [];
    expect(found.toSorted((one, other) => one.name.localeCompare(other.name))).toEqual([
      { name, reason: "missing" },
      { name: "own", reason: "unknown" },
    ]);
    tenant.database.exec(`pragma user_version = ${SCHEMA_VERSION - 1}`);
    expect(readDatabaseState(tenant.path)).toMatchObject({ auditTable: [] });
  });

  test("records with references to missing records", async () => {
    tenant.database.exec(
      "insert into device (id, serialNumber, owner, createdAt, updatedAt, revision) values ('x', 'S', 99, '', '', 0)",
    );
    expect((await inspected())?.strays).toBe(1);
  });

  test("a file with contradictory parts", async () => {
    tenant.database.exec("pragma wal_checkpoint(truncate)");
    const folder = join(tenant.folder, "copy");
    mkdirSync(folder);
    const bytes = readFileSync(tenant.path);
    // the header's number of free pages. @see https://sqlite.org/fileformat2.html#the_database_header
    bytes.writeUInt32BE(5, 36);
    writeFileSync(join(folder, "tenant.db"), bytes);
    const state = await inspectTenantFile(folder, PROCESSES);
    expect(state?.faults).toEqual(["Freelist: size is 0 but should be 5"]);
    // what is damaged is not asked further
    expect(state).toMatchObject({ strays: 0, auditHead: null });
    rmSync(folder, { recursive: true });
  });

  test("a file that is missing, empty, truncated or not a database", async () => {
    tenant.database.exec("pragma wal_checkpoint(truncate)");
    const bytes = readFileSync(tenant.path);
    const folder = join(tenant.folder, "copy");
    mkdirSync(folder);
    const path = join(folder, "tenant.db");
    const damage = { code: "unexpected", where: path };
    writeFileSync(join(folder, "writer.json"), "");
    await expect(inspectTenantFile(folder, PROCESSES)).rejects.toThrow(expect.objectContaining(damage));
    writeFileSync(path, "");
    await expect(inspectTenantFile(folder, PROCESSES)).rejects.toThrow(expect.objectContaining(damage));
    writeFileSync(path, "no database at all, whatever its name says");
    await expect(inspectTenantFile(folder, PROCESSES)).rejects.toThrow(expect.objectContaining(damage));
    writeFileSync(path, bytes);
    truncateSync(path, bytes.length - 8192);
    const cut = inspectTenantFile(folder, PROCESSES).then((state) => {
      if (state?.faults.length !== 0) throw Object.assign(new Error("faults"), damage);
    });
    await expect(cut).rejects.toThrow(expect.objectContaining(damage));
    rmSync(folder, { recursive: true });
  });
});
