import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, test } from "vitest";
import { createDiskFailure, Failure } from "../../errors/index.ts";
import { same } from "../../text/index.ts";
import { createReadOnlyFailure, hideStoragePaths, toStorageFailure } from "./storage-failure.ts";
import { freshFolder } from "#support/folder.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = freshFolder();
  path = join(folder, "tenant.db");
});

function fill(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  database.exec("create table filled (value text)");
  database.exec(`insert into filled select hex(randomblob(2000)) from json_each('[${"1,".repeat(20)}1]')`);
  return database;
}

function thrown(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

const READ = "select count(value) from filled";

test("an unreadable file next to the tenant's is named, with a hint", () => {
  const error = Object.assign(new Error("EACCES"), { code: "EACCES", path: "/home/tenants/local/imports" });
  expect(toStorageFailure(error, path)).toMatchObject({
    code: "not-permitted",
    what: { en: "permission denied" },
    where: "/home/tenants/local/imports",
    cause: error,
  });
});

describe("failures caused by the disk or the file", () => {
  const cases: readonly (readonly [string, () => unknown, string, string])[] = [
    [
      "a full disk",
      () => {
        const database = fill(path);
        database.exec("pragma max_page_count = 1");
        return thrown(() => database.exec("insert into filled select value from filled"));
      },
      "unexpected",
      "no space left on the disk",
    ],
    [
      "a file that is no database",
      () => {
        writeFileSync(path, "x".repeat(10_000));
        return thrown(() => new DatabaseSync(path).exec(READ));
      },
      "unexpected",
      expect.stringContaining("the tenant's file cannot be used: file is not a database") as string,
    ],
    [
      "a file that was cut off",
      () => {
        fill(path).close();
        truncateSync(path, 8192);
        return thrown(() => new DatabaseSync(path).exec(READ));
      },
      "unexpected",
      expect.stringContaining("the tenant's file cannot be used: database disk image is malformed") as string,
    ],
    [
      "a folder that is not there",
      () => thrown(() => new DatabaseSync(join(folder, "absent", "tenant.db"))),
      "unexpected",
      expect.stringContaining("the tenant's file cannot be used: ") as string,
    ],
    [
      "a disk that failed as the file was opened for writing",
      () => {
        fill(path).close();
        return thrown(() => new DatabaseSync(path, { readOnly: true }).exec("delete from filled"));
      },
      "unexpected",
      expect.stringContaining("the tenant's file cannot be used: ") as string,
    ],
    [
      "a file that may only be read",
      () => {
        fill(path).close();
        const error = thrown(() => new DatabaseSync(path, { readOnly: true }).exec("delete from filled"));
        // no log can be made here, as on a read-only medium; permissions do not stop root
        mkdirSync(`${path}-wal`);
        return error;
      },
      "not-permitted",
      "the tenant is read-only",
    ],
  ];

  test.each(cases)("%s", (_, make, code, what) => {
    const error = make();
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(Failure);
    expect(toStorageFailure(error, path)).toMatchObject({ code, what: { en: what }, where: path, cause: error });
    expect((toStorageFailure(error, path) as Failure).hint?.ja).not.toBe("");
  });

  test.each([
    ["ENOSPC", "no space left on the disk"],
    ["EDQUOT", "no space left on the disk"],
    ["EIO", "disk I/O error"],
  ])("%s of the file system", (code, what) => {
    const error = Object.assign(new Error(code), { code });
    expect(toStorageFailure(error, path)).toMatchObject({ code: "unexpected", what: { en: what }, where: path });
  });
});

describe("an IOERR of SQLite", () => {
  const IOERR_READ = 266;
  const IOERR_SHMSIZE = 4874;
  const told = (errcode: number, free: number | undefined): unknown => {
    const error = Object.assign(new Error("disk I/O error"), { errcode });
    return toStorageFailure(error, path, undefined, (asked) => (asked === folder ? free : undefined));
  };

  test.each([
    [IOERR_SHMSIZE, 0, "no space left on the disk"],
    [IOERR_SHMSIZE, 65_535, "no space left on the disk"],
    [IOERR_SHMSIZE, 65_536, "the tenant's file cannot be used: disk I/O error"],
    [IOERR_SHMSIZE, undefined, "the tenant's file cannot be used: disk I/O error"],
    [IOERR_READ, 0, "the tenant's file cannot be used: disk I/O error"],
  ])("%i with %s bytes free: %s", (errcode, free, what) => {
    expect(told(errcode, free)).toMatchObject({ code: "unexpected", what: { en: what }, where: path });
  });

  test("on this disk, which is not full", () => {
    const error = Object.assign(new Error("disk I/O error"), { errcode: IOERR_SHMSIZE });
    expect(toStorageFailure(error, path)).toMatchObject({
      what: { en: "the tenant's file cannot be used: disk I/O error" },
    });
  });
});

test.each([
  ["database is locked", 5],
  ["database is locked", 261],
  ["locking protocol", 15],
])("%s (%i) means that another process has the lock", (message, errcode) => {
  const error = Object.assign(new Error(message), { errcode });
  expect(toStorageFailure(error, path)).toMatchObject({ code: "locked", cause: error });
});

test("other errors stay as they are", () => {
  const broken = thrown(() => new DatabaseSync(":memory:").exec("select nothing"));
  for (const error of [broken, new TypeError("x"), new Failure("locked", { what: { en: "x", ja: "x" } }), "text"]) {
    expect(toStorageFailure(error, path)).toBe(error);
  }
});

describe("a fault of a server's files names no path to its clients", () => {
  const sqlite = (errcode: number): unknown =>
    toStorageFailure(Object.assign(new Error("of SQLite"), { code: "ERR_SQLITE_ERROR", errcode }), path);

  test.each([
    ["a full disk", () => sqlite(13), 507],
    ["a full temporary folder", () => createDiskFailure("ENOSPC", undefined), 507],
    ["a faulty disk", () => sqlite(10), 503],
    ["a file that cannot be opened", () => sqlite(14), 503],
    ["a folder that may only be read", () => createReadOnlyFailure(path), 503],
  ])("%s", (_, fail, status) => {
    const failure = hideStoragePaths(fail()) as Failure;
    expect(failure).toMatchObject({ code: "unavailable", status, where: undefined });
    expect(JSON.stringify(failure)).not.toContain(folder);
  });

  test.each([
    ["of the input", new Failure("input-rejected", { what: same("not a path"), where: "/本社" })],
    ["of a right", new Failure("not-permitted", { what: same("no right") })],
    ["unexpected", new Error("unexpected")],
  ])("an error %s is returned unchanged", (_, error) => {
    expect(hideStoragePaths(error)).toBe(error);
  });
});
