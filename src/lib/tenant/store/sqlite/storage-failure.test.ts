import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createDiskFailure } from "../../../errors/disk.ts";
import { Failure } from "../../../errors/index.ts";
import { same } from "../../../text/index.ts";
import { createReadOnlyFailure, toServedFailure, toStorageFailure } from "./storage-failure.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "storage-"));
  path = join(folder, "tenant.db");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Creates a file with a table of a few pages. */
function fill(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  database.exec("create table filled (value text)");
  database.exec(`insert into filled select hex(randomblob(2000)) from json_each('[${"1,".repeat(20)}1]')`);
  return database;
}

/** SQLite's own error. */
function thrown(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

const READ = "select count(value) from filled";

const corrupted = (): unknown => {
  fill(path).close();
  truncateSync(path, 8192);
  const error = thrown(() => new DatabaseSync(path).exec(READ));
  rmSync(path);
  return error;
};

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
      "the tenant's file is damaged",
    ],
    [
      "a file that is being made",
      () => {
        return corrupted();
      },
      "unexpected",
      "disk I/O error",
    ],
    [
      // SQLite's error for a page that a disk could not read once
      "a file that reads well afterwards",
      () => {
        const error = corrupted();
        fill(path).close();
        return error;
      },
      "unexpected",
      "disk I/O error",
    ],
    [
      "a file that was cut off",
      () => {
        fill(path).close();
        truncateSync(path, 8192);
        return thrown(() => new DatabaseSync(path).exec(READ));
      },
      "unexpected",
      "the tenant's file is damaged",
    ],
    [
      "a folder that is not there",
      () => thrown(() => new DatabaseSync(join(folder, "absent", "tenant.db"))),
      "unexpected",
      "the tenant's file cannot be opened",
    ],
    [
      "a disk that failed as the file was opened for writing",
      () => {
        fill(path).close();
        return thrown(() => new DatabaseSync(path, { readOnly: true }).exec("delete from filled"));
      },
      "unexpected",
      "the tenant's file cannot be opened",
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
  const told = (errcode: number, free: number | undefined, staging?: string): unknown => {
    const error = Object.assign(new Error("disk I/O error"), { errcode });
    return toStorageFailure(error, path, staging, (asked) => (asked === folder ? free : undefined));
  };

  test.each([
    [IOERR_SHMSIZE, 0, "no space left on the disk", "free some space, then run the command again"],
    [IOERR_SHMSIZE, 65_535, "no space left on the disk", "free some space, then run the command again"],
    [IOERR_SHMSIZE, 65_536, "disk I/O error", "check the disk first (see the system log), then run the command again"],
    [
      IOERR_SHMSIZE,
      undefined,
      "disk I/O error",
      "check the disk first (see the system log), then run the command again",
    ],
    [IOERR_READ, 0, "disk I/O error", "check the disk first (see the system log), then run the command again"],
  ])("%i with %s bytes free: %s", (errcode, free, what, hint) => {
    expect(told(errcode, free)).toMatchObject({
      code: "unexpected",
      what: { en: what },
      where: path,
      hint: { en: hint },
    });
  });

  test("on a full disk is not blamed on the plan", () => {
    expect(told(IOERR_SHMSIZE, 0, join(folder, "plan.db"))).toMatchObject({
      what: { en: "no space left on the disk" },
      where: path,
    });
  });

  test("on this disk, which is not full", () => {
    const error = Object.assign(new Error("disk I/O error"), { errcode: IOERR_SHMSIZE });
    expect(toStorageFailure(error, path)).toMatchObject({ what: { en: "disk I/O error" } });
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

describe("a plan's file next to the tenant's", () => {
  const staging = (): string => join(folder, "plan.db");

  /** The error of reading a damaged plan file. */
  function ofHarmed(harm: () => void): unknown {
    fill(path).close();
    fill(staging()).close();
    harm();
    const database = new DatabaseSync(path);
    return thrown(() => {
      database.exec(`attach '${staging()}' as s`);
      database.exec("select count(value) from s.filled");
    });
  }

  test.each([
    ["cut off", () => truncateSync(staging(), 8192)],
    ["gone", () => rmSync(staging())],
    ["a text", () => writeFileSync(staging(), "x".repeat(10_000))],
  ])("is blamed if it is %s", (_, harm) => {
    expect(toStorageFailure(ofHarmed(harm), path, staging())).toMatchObject({
      code: "unexpected",
      what: { en: "the plan's file is damaged or missing" },
      where: staging(),
      hint: {
        en: expect.stringMatching(
          /^create the plan again: import the file or run the deletion once more; if that also fails, check the disk \(see the system log\)$/,
        ) as string,
      },
    });
  });

  test("is not blamed for damage of the tenant's file", () => {
    fill(path).close();
    fill(staging()).close();
    truncateSync(path, 8192);
    const error = thrown(() => new DatabaseSync(path).exec(READ));
    expect(toStorageFailure(error, path, staging())).toMatchObject({ where: path });
  });

  test("is not blamed for an invalid statement", () => {
    fill(staging()).close();
    const error = thrown(() => new DatabaseSync(":memory:").exec("select nothing"));
    expect(toStorageFailure(error, path, staging())).toBe(error);
  });
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
    const failure = toServedFailure(fail()) as Failure;
    expect(failure).toMatchObject({ code: "unavailable", status, where: undefined });
    expect(JSON.stringify(failure)).not.toContain(folder);
  });

  test.each([
    ["of the input", new Failure("input-rejected", { what: same("not a path"), where: "/本社" })],
    ["of a right", new Failure("not-permitted", { what: same("no right") })],
    ["unexpected", new Error("unexpected")],
  ])("an error %s is returned unchanged", (_, error) => {
    expect(toServedFailure(error)).toBe(error);
  });
});
