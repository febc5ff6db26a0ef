import { copyFileSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { failureOf, TestTenant } from "#support/tenant/tenant.ts";
import { Database } from "../store/database.ts";
import { FIRST_SCHEMA_VERSION, migrate, SCHEMA_VERSION } from "./tenant-file.ts";
import { SCHEMA_STEPS, type SchemaStep } from "./schema.ts";
import { freshFolder } from "#support/folder.ts";

let folder = "";
let path = "";
beforeEach(() => {
  folder = freshFolder();
  path = join(folder, "tenant.db");
});

const TENANT = { name: "t", now: "2026-04-01T00:00:00.000Z" };

const NEXT = SCHEMA_VERSION + 1;

const versionOf = (database: Database): number => database.count("pragma user_version");

test("a new file gets the schema, and the root organisation", () => {
  const database = new Database(path);
  migrate(database, TENANT);
  migrate(database, { ...TENANT, name: "other" });
  expect([versionOf(database), database.count("pragma application_id")]).toEqual([SCHEMA_VERSION, 0x434c4f4d]);
  expect(database.all("select pk, name, createdAt, mirroredAt from tenant")).toEqual([
    { pk: 1, name: "t", createdAt: TENANT.now, mirroredAt: null },
  ]);
  expect(database.all("select name, parent from org")).toEqual([{ name: "全社", parent: null }]);
  database.close();
});

test("a file holds one tenant", () => {
  const database = new Database(path);
  migrate(database, TENANT);
  expect(() => database.run("insert into tenant (pk, name, createdAt) values (2, 'other', '')")).toThrow("CHECK");
  expect(database.all("select name from tenant")).toEqual([{ name: "t" }]);
  database.close();
});

test("two processes can create the same file", () => {
  const [first, second] = [new Database(path), new Database(path)];
  migrate(first, TENANT);
  migrate(second, TENANT);
  expect(second.count("select count(*) from tenant")).toBe(1);
  for (const one of [first, second]) one.close();
});

describe("a second step", () => {
  const ADDED = "alter table tenant add column plan text";
  const MORE: readonly SchemaStep[] = [...SCHEMA_STEPS, { version: NEXT, sql: ADDED }];

  test("runs on a new file and once on a file that lacks it", () => {
    const [released, made] = [new Database(path), new Database(join(folder, "new"))];
    migrate(released, TENANT);
    for (const database of [released, made]) {
      migrate(database, TENANT, MORE);
      migrate(database, TENANT, MORE);
      expect(versionOf(database)).toBe(NEXT);
      expect(database.all("select name, plan from tenant")).toEqual([{ name: "t", plan: null }]);
    }
    for (const one of [released, made]) one.close();
  });

  test("that fails leaves the file as it was", () => {
    const database = new Database(path);
    migrate(database, TENANT);
    const failing: readonly SchemaStep[] = [...SCHEMA_STEPS, { version: NEXT, sql: `${ADDED}; create nonsense` }];
    expect(() => migrate(database, TENANT, failing)).toThrow(/nonsense/);
    expect(versionOf(database)).toBe(SCHEMA_VERSION);
    expect(database.all("select name from pragma_table_info('tenant') where name = 'plan'")).toEqual([]);
    migrate(database, TENANT, MORE);
    expect(versionOf(database)).toBe(NEXT);
    database.close();
  });

  test("runs once if another process runs it at the same time", () => {
    const [first, second] = [new Database(path), new Database(path)];
    migrate(first, TENANT);
    const change = second.change.bind(second);
    second.change = (body) => {
      migrate(first, TENANT, MORE);
      return change(body);
    };
    migrate(second, TENANT, MORE);
    expect(versionOf(second)).toBe(NEXT);
    for (const one of [first, second]) one.close();
  });

  test("makes a file that a program without the step rejects", () => {
    const database = new Database(path);
    migrate(database, TENANT, MORE);
    expect(() => migrate(database, TENANT)).toThrow(
      expect.objectContaining({
        code: "unavailable",
        where: path,
        message: expect.stringContaining("newer version of clomoctl"),
      }),
    );
    expect(versionOf(database)).toBe(NEXT);
    database.close();
  });

  test("does not run on a file that cannot be written", () => {
    const database = new Database(path);
    migrate(database, TENANT);
    database.close();
    const readOnly = new Database(path, { readOnly: true });
    expect(() => migrate(readOnly, TENANT, MORE)).toThrow(
      expect.objectContaining({ code: "not-permitted", where: path }),
    );
    readOnly.close();
  });
});

const makeMarked = async (pragmas: string): Promise<void> => {
  const tenant = new TestTenant(folder);
  tenant.database.exec(pragmas);
  await tenant.close();
};

const reopened = async () => failureOf((async () => new TestTenant(folder))());

test("a file of a newer program is left alone", async () => {
  await makeMarked("pragma user_version = 9999");
  expect((await reopened())?.code).toBe("unavailable");
  expect(readdirSync(folder)).toContain("tenant.db");
});

const FOREIGN = { what: { en: "the file was not written by a released version of clomoctl" } };

test.each([
  ["of the first pre-release version", "pragma application_id = 0; pragma user_version = 1", FOREIGN],
  ["of the last pre-release version", `pragma user_version = ${FIRST_SCHEMA_VERSION - 1}`, FOREIGN],
  ["without numbers", "pragma application_id = 0; pragma user_version = 0", FOREIGN],
  ["without an application", "pragma application_id = 0", FOREIGN],
  ["of another application", "pragma application_id = 7", FOREIGN],
])("a file %s is rejected and left alone", async (_, pragmas, failure) => {
  await makeMarked(pragmas);
  const [bytes, { mtimeMs }] = [readFileSync(path), statSync(path)];
  const names = readdirSync(folder).toSorted();
  expect(await reopened()).toMatchObject({ code: "input-rejected", where: path, ...failure });
  expect(readFileSync(path).equals(bytes)).toBe(true);
  expect(statSync(path).mtimeMs).toBe(mtimeMs);
  expect(readdirSync(folder).toSorted()).toEqual(names);
  expect(names.filter((name) => name.startsWith("tenant.db"))).toEqual(["tenant.db"]);
});

test.each([
  ["of a newer program", `pragma user_version = ${NEXT}`, { code: "unavailable" }],
  ["of a pre-release version", "pragma user_version = 107", FOREIGN],
  ["of another application", "pragma application_id = 7", FOREIGN],
])(
  "a file that only the log of a killed program shows to be %s is left alone, like its log",
  async (_, pragmas, failure) => {
    await using tenant = new TestTenant();
    tenant.database.foldLog();
    tenant.database.exec(pragmas);
    for (const end of ["", "-wal"]) copyFileSync(tenant.path + end, path + end);
    const files = () => ["", "-wal"].map((end) => readFileSync(path + end, "latin1"));
    const before = files();
    expect(await reopened()).toMatchObject(failure);
    expect(files()).toEqual(before);
  },
);
