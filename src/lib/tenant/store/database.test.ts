import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, DatabaseSync } from "node:sqlite";
import { Worker } from "node:worker_threads";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { Failure } from "../../errors/index.ts";
import type { OpenThreadTask } from "#support/tenant/open-thread.ts";
import { Database } from "./database.ts";
import { freshFolder } from "#support/folder.ts";

let folder = "";
beforeEach(() => {
  folder = freshFolder();
});

test("a file that does not exist yet can be created by many processes at once", async () => {
  const task: OpenThreadTask = { folder, rounds: 20, threads: 12, arrived: new Int32Array(new SharedArrayBuffer(4)) };
  const threads = Array.from(
    { length: task.threads },
    () => new Worker(new URL("../../../../test/support/tenant/open-thread.ts", import.meta.url), { workerData: task }),
  );
  const failures = await Promise.all(threads.map((thread) => once(thread, "message")));
  expect(failures.flat(2)).toEqual([]);
});

/** The code of the failure that `body` throws. */
const codeOf = (body: () => unknown): string | undefined => {
  try {
    body();
    return undefined;
  } catch (error) {
    return error instanceof Failure ? error.code : String(error);
  }
};

test("a file that a stopped program was closing is reported as locked", () => {
  const holder = open();
  holder.exec("pragma locking_mode = exclusive");
  holder.exec("create table t (a)");
  expect(codeOf(() => open({ busyTimeoutMs: 400 }))).toBe("locked");
  holder.close();
});

test("a new file that is locked by another connection is reported as locked", () => {
  const path = join(folder, "tenant.db");
  const holder = new DatabaseSync(path);
  holder.exec("begin exclusive");
  expect(codeOf(() => new Database(path, { busyTimeoutMs: 20 }))).toBe("locked");
  holder.close();
});

const open = (...[options]: [ConstructorParameters<typeof Database>[1]?]): Database =>
  new Database(join(folder, "tenant.db"), options);

test("a file gets a write-ahead log, unless it is opened as plain", () => {
  const journal = (database: Database): unknown => database.get("pragma journal_mode")?.["journal_mode"];
  const plain = open({ plain: true });
  expect(journal(plain)).toBe("delete");
  plain.close();
  const usual = open({ cacheKib: 100 });
  expect([journal(usual), usual.count("pragma cache_size")]).toEqual(["wal", -100]);
  expect([usual.count("pragma synchronous"), usual.count("pragma foreign_keys")]).toEqual([2, 0]);
  usual.close();
});

test("a statement is not prepared again for another limit", () => {
  const prepare = vi.spyOn(DatabaseSync.prototype, "prepare");
  const database = open();
  const countUpTo = (most: number) => database.all("select 1 from json_each('[1, 2, 3]') limit :most", { most }).length;
  expect(countUpTo(0)).toBe(0);
  const [connection] = prepare.mock.contexts as DatabaseSync[];
  prepare.mockRestore();
  // SQLite asks for permission when it prepares
  const authorize = vi.fn(() => constants.SQLITE_OK);
  connection?.setAuthorizer(authorize);
  expect(countUpTo(1)).toBe(1);
  expect(authorize).toHaveBeenCalled();
  authorize.mockClear();
  expect([countUpTo(2), countUpTo(3)]).toEqual([2, 3]);
  expect(authorize).not.toHaveBeenCalled();
  database.close();
});

test("a file without a log is read without one", () => {
  const plain = open({ plain: true });
  plain.exec("create table t (a)");
  plain.close();
  const readOnly = open({ readOnly: true });
  expect(readOnly.get("pragma journal_mode")).toEqual({ journal_mode: "delete" });
  expect(readOnly.count("select count(*) from t")).toBe(0);
  readOnly.close();
});

test("a reader does not change the file, and is read-only if the file cannot be written", () => {
  const database = open();
  database.exec("create table t (a)");
  const reader = database.reader();
  expect([reader.isReadOnly, reader.count("select count(*) from t")]).toEqual([false, 0]);
  const readOnly = open({ readOnly: true });
  const another = readOnly.reader();
  expect([readOnly.isReadOnly, another.isReadOnly]).toEqual([true, true]);
  expect(codeOf(() => readOnly.checkWritable())).toBe("not-permitted");
  expect(codeOf(() => readOnly.change(() => undefined))).toBe("not-permitted");
  expect(codeOf(() => database.checkWritable())).toBeUndefined();
  const full = open({ readOnly: true, fullDisk: new Error("disk I/O error") });
  expect(() => full.checkWritable()).toThrow("no space left on the disk");
  full.close();
  for (const one of [database, reader, readOnly, another]) one.close();
});

test("a writable database is opened for writing; a missing or invalid file is not created", () => {
  const path = join(folder, "tenant.db");
  open().close();
  const opened = Database.orReadOnly(path);
  expect(opened.isReadOnly).toBe(false);
  opened.close();
  expect(() => Database.orReadOnly(join(folder, "none", "tenant.db"))).toThrow("unable to open");
  writeFileSync(join(folder, "words.db"), "no database, but words enough to be taken for one".repeat(99));
  expect(() => Database.orReadOnly(join(folder, "words.db"))).toThrow("not a database");
  expect(() => new Database(join(folder, "words.db"), { readOnly: true })).toThrow("not a database");
});

test("statements return rows, counts and changes", () => {
  const database = open();
  database.exec("create table t (a)");
  expect(database.run("insert into t values (:a), (:b)", { a: 1, b: null, other: "is no fault" })).toBe(2);
  expect(database.all("select a from t order by a")).toEqual([{ a: null }, { a: 1 }]);
  expect([...database.iterate("select a from t where a = :a", { a: 1 })]).toEqual([{ a: 1 }]);
  expect(database.get("select a from t where a = 7")).toBeUndefined();
  expect([database.count("select a from t where a = 7"), database.count("select null")]).toEqual([0, 0]);
  expect(database.count("select count(*) as all_rows, 9 as other from t")).toBe(2);
  expect(database.prepare("select 1")).toBe(database.prepare("select 1"));
  database.close();
});

describe("a change", () => {
  test("is made completely or not at all", () => {
    const database = open();
    database.exec("create table t (a)");
    expect(database.change(() => database.run("insert into t values (1)"))).toBe(1);
    const failing = (): never => {
      database.run("insert into t values (2)");
      throw new RangeError("no");
    };
    expect(() => database.change(failing)).toThrow("no");
    expect(database.all("select a from t")).toEqual([{ a: 1 }]);
    expect(database.isFree()).toBe(true);
    database.close();
  });

  test("whose error has already ended the transaction throws that error", () => {
    const database = open();
    const ending = (): never => {
      database.exec("rollback");
      throw new RangeError("no");
    };
    expect(() => database.change(ending)).toThrow(RangeError);
    expect(() => database.snapshot(ending)).toThrow(RangeError);
    database.close();
  });

  test("waits for another process up to the limit, unless it is interrupted", () => {
    const holder = open();
    holder.exec("begin immediate");
    let asked = 0;
    const impatient = open({ busyTimeoutMs: 150, interrupted: () => (asked += 1) > 99 });
    expect([impatient.isFree(), codeOf(() => impatient.change(() => undefined))]).toEqual([false, "locked"]);
    expect(asked).toBeGreaterThan(1);
    const interrupted = open({ interrupted: () => true });
    expect(codeOf(() => interrupted.change(() => undefined))).toContain("interrupted");
    expect(impatient.count("pragma busy_timeout")).toBe(150);
    holder.exec("rollback");
    expect([impatient.isFree(), impatient.change(() => "done")]).toEqual([true, "done"]);
    for (const database of [holder, impatient, interrupted]) database.close();
  });
});

test("a snapshot shows one moment, and allows writing with another connection", () => {
  const database = open();
  database.exec("create table t (a)");
  const other = open();
  const counts = other.snapshot(() => {
    const before = other.count("select count(*) from t");
    database.run("insert into t values (1)");
    return [before, other.count("select count(*) from t")];
  });
  expect([counts, other.count("select count(*) from t")]).toEqual([[0, 0], 1]);
  for (const one of [database, other]) one.close();
});
