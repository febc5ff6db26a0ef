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
import { inspectTenantFile } from "./inspect.ts";
import { SCHEMA_VERSION } from "./migrations.ts";

let tenant: TestTenant;
beforeEach(async () => {
  tenant = new TestTenant();
  await tenant.client.tenant.set({ ios: true });
});
afterEach(() => tenant.close());

const inspected = () => inspectTenantFile(tenant.folder);

test("an undamaged tenant can be read, and its file is not changed", async () => {
  await tenant.reopen();
  const before = readFileSync(tenant.path);
  expect(await inspected()).toEqual({ path: tenant.path, sealed: [] });
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
  expect(await inspectTenantFile(folder)).toBeUndefined();
  expect(existsSync(folder)).toBe(false);
  mkdirSync(folder);
  expect(await inspectTenantFile(folder)).toBeUndefined();
  expect(readdirSync(folder)).toEqual([]);
});

test("an interruption takes effect while the database is inspected", async () => {
  const aborting = new AbortController();
  const asked = inspectTenantFile(tenant.folder, aborting.signal);
  setImmediate(() => aborting.abort());
  await expect(asked).rejects.toMatchObject({ code: "interrupted" });
  await expect(inspectTenantFile(tenant.folder, aborting.signal)).rejects.toMatchObject({
    code: "interrupted",
  });
});

describe("problems are found", () => {
  test("a file of a newer program, whose log from a killed program is not merged", async () => {
    const folder = join(tenant.folder, "copy");
    mkdirSync(folder);
    tenant.database.foldLog();
    tenant.database.exec(`pragma user_version = ${SCHEMA_VERSION + 1}`);
    for (const name of ["tenant.db", "tenant.db-wal"]) copyFileSync(join(tenant.folder, name), join(folder, name));
    const files = () => ["tenant.db", "tenant.db-wal"].map((name) => readFileSync(join(folder, name), "latin1"));
    const before = files();
    await expect(inspectTenantFile(folder)).rejects.toMatchObject({ code: "unavailable", where: expect.any(String) });
    expect(files()).toEqual(before);
  });

  test("records with references to missing records", async () => {
    tenant.database.exec(
      "insert into device (id, serialNumber, owner, createdAt, updatedAt, revision) values ('x', 'S', 99, '', '', 0)",
    );
    await expect(inspected()).rejects.toMatchObject({ code: "unexpected", where: tenant.path });
  });

  test("a file with contradictory parts", async () => {
    tenant.database.exec("pragma wal_checkpoint(truncate)");
    const folder = join(tenant.folder, "copy");
    mkdirSync(folder);
    const bytes = readFileSync(tenant.path);
    // the header's number of free pages. @see https://sqlite.org/fileformat2.html#the_database_header
    bytes.writeUInt32BE(5, 36);
    writeFileSync(join(folder, "tenant.db"), bytes);
    await expect(inspectTenantFile(folder)).rejects.toMatchObject({
      code: "unexpected",
      what: { en: "the tenant's file cannot be used: Freelist: size is 0 but should be 5" },
    });
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
    await expect(inspectTenantFile(folder)).rejects.toThrow(expect.objectContaining(damage));
    writeFileSync(path, "");
    await expect(inspectTenantFile(folder)).rejects.toThrow(expect.objectContaining(damage));
    writeFileSync(path, "no database at all, whatever its name says");
    await expect(inspectTenantFile(folder)).rejects.toThrow(expect.objectContaining(damage));
    writeFileSync(path, bytes);
    truncateSync(path, bytes.length - 8192);
    await expect(inspectTenantFile(folder)).rejects.toThrow(expect.objectContaining(damage));
    rmSync(folder, { recursive: true });
  });
});
