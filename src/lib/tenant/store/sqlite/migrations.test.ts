import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { failureOf, TestTenant } from "#support/tenant/tenant.ts";
import { Database } from "./database.ts";
import { migrate, SCHEMA_VERSION, MIGRATIONS, type Migration } from "./migrations.ts";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "migrations-"));
  path = join(folder, "tenant.db");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const TENANT = { name: "t", now: "2026-04-01T00:00:00.000Z" };

/** Drops the triggers of version 107. */
const dropAccountTriggers = (database: Database): void => {
  const triggers = "select name from sqlite_master where type = 'trigger' and tbl_name = 'account'";
  for (const { name } of database.all(triggers)) database.exec(`drop trigger ${String(name)}`);
};

const versionOf = (database: Database): number => database.count("pragma user_version");

test("a new file gets the schema, and the root organisation", () => {
  const database = new Database(path);
  migrate(database, TENANT);
  migrate(database, { ...TENANT, name: "other" });
  expect([versionOf(database), database.count("pragma application_id")]).toEqual([107, 0x434c4f4d]);
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

test("step versions ascend from 104, and the last one is the program's version", () => {
  const versions = MIGRATIONS.map(({ version }) => version);
  expect(versions[0]).toBe(104);
  expect(versions).toEqual([...new Set(versions)].toSorted((one, other) => one - other));
  expect(SCHEMA_VERSION).toBe(versions.at(-1));
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
  const MORE: readonly Migration[] = [...MIGRATIONS, { version: 108, run: ADDED }];

  test("runs once, on a new file and on a file that lacks it", () => {
    let runs = 0;
    const counted: readonly Migration[] = [
      ...MIGRATIONS,
      {
        version: 108,
        run: (database) => {
          runs += 1;
          database.exec(ADDED);
        },
      },
    ];
    const [released, made] = [new Database(path), new Database(join(folder, "new"))];
    migrate(released, TENANT);
    for (const database of [released, made]) {
      migrate(database, TENANT, counted);
      migrate(database, TENANT, counted);
      expect(versionOf(database)).toBe(108);
      expect(database.all("select name, plan from tenant")).toEqual([{ name: "t", plan: null }]);
    }
    expect(runs).toBe(2);
    for (const one of [released, made]) one.close();
  });

  test("replaces the credentials of version 105, which was never released", () => {
    const database = new Database(path);
    migrate(database, TENANT);
    dropAccountTriggers(database);
    database.exec("drop table counted_attempt; create table sign_in_failure (pk integer primary key)");
    database.exec("pragma user_version = 105");
    migrate(database, TENANT);
    expect(database.count("select count(*) from credential, counted_attempt")).toBe(0);
    expect(database.all("select name from sqlite_master where name = 'sign_in_failure'")).toEqual([]);
    database.close();
  });

  test("deletes the credentials that accounts without a role kept", () => {
    const database = new Database(path);
    migrate(database, TENANT);
    dropAccountTriggers(database);
    database.exec(`create trigger credential_password after update of verifier on account begin select 1; end;
      insert into account (user, role, verifier, createdAt, updatedAt, revision)
        values (1, 'none', 'x', '', '', 0), (2, 'system', 'y', '', '', 0);
      insert into credential (id, user, kind, name, hash, readOnly, createdAt, expiresAt)
        values ('a', 1, 'token', '', 'a', 0, '', ''), ('b', 2, 'token', '', 'b', 0, '', ''), ('c', 3, 'token', '', 'c', 0, '', '');
      insert into reset_code (user, verifier, addressKey, expiresAt) values (1, '', '', ''), (2, '', '', '');
      pragma user_version = 106`);
    migrate(database, TENANT);
    expect(database.all("select user, verifier from account")).toEqual([
      { user: 1, verifier: null },
      { user: 2, verifier: "y" },
    ]);
    expect(database.all("select user from credential")).toEqual([{ user: 2 }]);
    expect(database.all("select user from reset_code")).toEqual([{ user: 2 }]);
    database.close();
  });

  test("that fails leaves the file as it was", () => {
    const database = new Database(path);
    migrate(database, TENANT);
    const failing: readonly Migration[] = [...MIGRATIONS, { version: 108, run: `${ADDED}; create nonsense` }];
    expect(() => migrate(database, TENANT, failing)).toThrow(/nonsense/);
    expect(versionOf(database)).toBe(107);
    expect(database.all("select name from pragma_table_info('tenant') where name = 'plan'")).toEqual([]);
    migrate(database, TENANT, MORE);
    expect(versionOf(database)).toBe(108);
    database.close();
  });

  test("that is killed leaves the file as it was", () => {
    const database = new Database(path);
    migrate(database, TENANT);
    database.close();
    const source = `
      import { Database } from ${JSON.stringify(import.meta.resolve("./database.ts"))};
      import { migrate, MIGRATIONS } from ${JSON.stringify(import.meta.resolve("./migrations.ts"))};
      const run = (database) => {
        database.exec(${JSON.stringify(ADDED)});
        process.kill(process.pid, "SIGKILL");
      };
      migrate(new Database(${JSON.stringify(path)}), ${JSON.stringify(TENANT)}, [...MIGRATIONS, { version: 108, run }]);`;
    const killed = spawnSync(process.execPath, ["--input-type=module", "-e", source], { encoding: "utf8" });
    expect(killed, killed.stderr).toMatchObject({ signal: "SIGKILL" });
    const again = new Database(path);
    expect(versionOf(again)).toBe(107);
    migrate(again, TENANT, MORE);
    expect(again.all("select name, plan from tenant")).toEqual([{ name: "t", plan: null }]);
    again.close();
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
    expect(versionOf(second)).toBe(108);
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
    expect(versionOf(database)).toBe(108);
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

/** Makes the file of a tenant and changes what its header says of it. */
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

const FOREIGN = { what: { en: "not a tenant file of clomoctl" } };
const PRE_RELEASE = {
  what: { en: "this tenant was created by a pre-release version of clomoctl and cannot be opened" },
};

test.each([
  ["of the first pre-release version", "pragma application_id = 0; pragma user_version = 1", PRE_RELEASE],
  ["of the last pre-release version", "pragma application_id = 0; pragma user_version = 100", PRE_RELEASE],
  ["below the first version", "pragma user_version = 100", PRE_RELEASE],
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
  ["of a newer program", "pragma user_version = 108", { code: "unavailable" }],
  ["of a pre-release version", "pragma application_id = 0; pragma user_version = 100", PRE_RELEASE],
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
