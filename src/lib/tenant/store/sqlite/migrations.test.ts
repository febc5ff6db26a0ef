import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { failureOf, TestTenant } from "#support/tenant/tenant.ts";
import { Database } from "./database.ts";
import { migrate, STEPS } from "./migrations.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "migrations-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const TENANT = { name: "t", now: "2026-04-01T00:00:00.000Z" };

test("a new file gets the newest shape, the root organisation and no copy", () => {
  const database = new Database(join(folder, "tenant.db"));
  const copies: number[] = [];
  migrate(database, TENANT, (version) => copies.push(version));
  migrate(database, { ...TENANT, name: "other" }, (version) => copies.push(version));
  expect(copies).toEqual([]);
  expect(database.all("select name from tenant")).toEqual([{ name: "t" }]);
  expect(database.all("select name, parent from org")).toEqual([{ name: "全社", parent: null }]);
  database.close();
});

/** All that a file holds: its schema, whatever its order and spaces, and its rows. */
const contentOf = (database: Database): unknown => {
  const schema = database.all("select type, name, tbl_name as of, sql from sqlite_master order by type, name");
  const tables = schema.filter(({ type }) => type === "table").map(({ name }) => String(name));
  return {
    schema: schema.map(({ sql, ...rest }) => ({ ...rest, sql: String(sql).replaceAll(/\s+/g, " ") })),
    rows: tables.map((table) => [table, database.all(`select * from "${table}"`)]),
  };
};

test("a new file has at once what all steps make", () => {
  const [atOnce, byStep] = ["once", "step"].map((name) => new Database(join(folder, name))) as [Database, Database];
  let steps = 0;
  const exec = atOnce.exec.bind(atOnce);
  atOnce.exec = (sql) => {
    if (/create table/i.test(sql)) steps += 1;
    exec(sql);
  };
  migrate(atOnce, TENANT, () => undefined);
  migrate(byStep, TENANT, () => undefined, [...STEPS]);
  expect(steps).toBe(1);
  // each file has a key of its own
  const keys = [atOnce, byStep].map((database) =>
    String(database.get("select sealingKey from tenant")?.["sealingKey"]),
  );
  expect(new Set(keys).size).toBe(2);
  expect(keys.join(" ")).toMatch(/^[0-9a-f]{64} [0-9a-f]{64}$/);
  for (const database of [atOnce, byStep]) database.exec("update tenant set sealingKey = null");
  expect(contentOf(atOnce)).toEqual(contentOf(byStep));
  expect(atOnce.count("pragma user_version")).toBe(STEPS.length);
  atOnce.close();
  byStep.close();
});

test("serial numbers of an older file are compared without case; of twins one has the key, and none is lost", () => {
  const database = new Database(join(folder, "tenant.db"));
  const at = STEPS.findIndex((step) => typeof step === "string" && step.includes("step_twin"));
  migrate(database, TENANT, () => undefined, STEPS.slice(0, at));
  const serials = ["SN1", "sn1", "Sn1", "sn2", "ｓn3", "SN4", "sn5", "sN5"];
  for (const [pk, serial] of serials.entries())
    database.run(
      `insert into device (pk, id, serialNumber, createdAt, updatedAt, revision) values (:pk, :id, :serial, '', '', 0)`,
      { pk, id: `id-${pk}`, serial },
    );
  database.exec(`insert into import (id, kind, state, createdAt, detail) values
    ('a', 'devices', 'planned', '', '{}'), ('b', 'users', 'planned', '', '{}'), ('c', 'devices', 'committed', '', '{}')`);
  migrate(database, TENANT, () => undefined, [...STEPS]);
  const found = database.all(
    "select serialNumber as serial, upper(coalesce(serialKey, serialNumber)) as key from device",
  );
  expect(found.map(({ serial }) => serial)).toEqual(serials);
  expect(found.map(({ key }) => key)).toEqual(["SN1", "SN1 ID-1", "SN1 ID-2", "SN2", "ｓN3", "SN4", "SN5", "SN5 ID-7"]);
  expect(database.all("select id, state from import order by id")).toEqual([
    { id: "a", state: "discarded" },
    { id: "b", state: "planned" },
    { id: "c", state: "committed" },
  ]);
  database.close();
});

test("tasks for the console of an older file get numbers for those who see a part", () => {
  const database = new Database(join(folder, "tenant.db"));
  const before = STEPS.slice(0, 13);
  migrate(database, TENANT, () => undefined, before);
  database.exec(`insert into console_task (work, kind, name, state, openedAt, openedBy)
    select 'edit', 'users', e.value, 'open', '', '' from json_each('["a", "b", "c"]') e`);
  migrate(database, TENANT, () => undefined, [...STEPS]);
  const tasks = database.all("select pk, number, handle from console_task order by pk");
  expect(tasks.map(({ pk, number }) => [pk, number])).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
  const handles = tasks.map(({ handle }) => Number(handle));
  expect(new Set(handles).size).toBe(3);
  for (const handle of handles) expect(String(handle)).toMatch(/^[1-9]\d{5}$/);
  database.close();
});

test("the phone of a renewal in an older file is a number, or who holds it", () => {
  const database = new Database(join(folder, "tenant.db"));
  const isStep = (step: (typeof STEPS)[number]): boolean => typeof step === "string" && step.includes("phoneHolder");
  migrate(database, TENANT, () => undefined, STEPS.slice(0, STEPS.findIndex(isStep)));
  database.exec(`insert into renewal_item (id, kind, name, certainty, phone, createdAt, updatedAt)
    select e.key, 'custom', e.key, 'typed', e.value, '', ''
    from json_each('["090-0000-0000", "+81 (90) 0000", "情報システム部の金庫", "03-0000-0000 内線 1", null]') e`);
  migrate(database, TENANT, () => undefined, [...STEPS]);
  expect(database.all("select phone, phoneHolder from renewal_item order by pk")).toEqual([
    { phone: "090-0000-0000", phoneHolder: null },
    { phone: "+81 (90) 0000", phoneHolder: null },
    { phone: null, phoneHolder: "情報システム部の金庫" },
    { phone: null, phoneHolder: "03-0000-0000 内線 1" },
    { phone: null, phoneHolder: null },
  ]);
  database.close();
});

test("a file holds one tenant", () => {
  const database = new Database(join(folder, "tenant.db"));
  migrate(database, TENANT, () => undefined);
  expect(() => database.run("insert into tenant (pk, name, createdAt) values (2, 'other', '')")).toThrow("CHECK");
  expect(database.all("select pk, name, createdAt, mirroredAt from tenant")).toEqual([
    { pk: 1, name: "t", createdAt: TENANT.now, mirroredAt: null },
  ]);
  database.close();
});

test("an older file is copied before, with what its log holds, and changed as one or not at all", () => {
  const path = join(folder, "tenant.db");
  const database = new Database(path);
  migrate(database, TENANT, () => undefined);
  database.run("insert into sent_column values ('users', 'name', 'in the log')");
  const copy = `${path}.before-${STEPS.length}`;
  const backUp = (version: number): void => {
    const reader = database.reader();
    reader.copyTo(`${path}.before-${version}`);
    reader.close();
  };
  const step = "alter table tenant add column plan text;";
  expect(() => migrate(database, TENANT, backUp, [...STEPS, `${step} create nonsense`])).toThrow(/nonsense/);
  expect(database.count("pragma user_version")).toBe(STEPS.length);
  migrate(database, TENANT, backUp, [...STEPS, step]);
  expect(database.all("select name, plan from tenant")).toEqual([{ name: "t", plan: null }]);
  const before = new Database(copy);
  expect(before.count("pragma user_version")).toBe(STEPS.length);
  expect(before.all("select at from sent_column")).toEqual([{ at: "in the log" }]);
  before.close();
  database.close();
});

test("two processes may make the same file", () => {
  const path = join(folder, "tenant.db");
  const [first, second] = [new Database(path), new Database(path)];
  migrate(first, TENANT, () => undefined);
  migrate(second, TENANT, () => undefined);
  expect(second.count("select count(*) from tenant")).toBe(1);
  first.close();
  second.close();
});

test("a file that another process migrates meanwhile is migrated once", () => {
  const path = join(folder, "tenant.db");
  const [first, second] = [new Database(path), new Database(path)];
  migrate(first, TENANT, () => undefined, STEPS.slice(0, -1));
  const versions: number[] = [];
  const run = second.change.bind(second);
  second.change = (body) => {
    migrate(first, TENANT, (version) => versions.push(version));
    return run(body);
  };
  migrate(second, TENANT, (version) => versions.push(version));
  expect(versions).toEqual([STEPS.length - 1]);
  first.close();
  second.close();
});

test("a file of a newer program is left alone", async () => {
  const tenant = new TestTenant(folder);
  tenant.database.exec("pragma user_version = 9999");
  await tenant.close();
  const opened = await failureOf((async () => new TestTenant(folder))());
  expect(opened?.code).toBe("unavailable");
  expect(readdirSync(folder)).toContain("tenant.db");
});
