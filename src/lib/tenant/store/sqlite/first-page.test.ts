import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Database } from "./database.ts";
import { loggedFirstPage } from "./first-page.ts";

let folder = "";
let path = "";
let database: Database;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "first-page-"));
  path = join(folder, "a.db");
  database = new Database(path);
  database.exec("create table t (content text)");
  database.foldLog();
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

/** A transaction that sets the version and writes other pages, too; without a version it leaves the first page alone. */
const write = (version?: number): void =>
  database.change(() => {
    for (let n = 0; n < 3; n += 1) database.run("insert into t values (:content)", { content: "x".repeat(3000) });
    if (version !== undefined) database.exec(`pragma user_version = ${version}`);
    database.exec("update t set content = upper(content)");
  });

const PAGE_BYTES = 4096;
const FRAME_BYTES = PAGE_BYTES + 24;
const versionIn = (page: Buffer | undefined): number | undefined => page?.readUInt32BE(60);

let copies = 0;

/** What the log says, and what SQLite says of the whole, of a copy that a process left which was killed. */
const found = (change: (log: string) => void = () => undefined) => {
  const copy = join(folder, `copy-${(copies += 1)}.db`);
  copyFileSync(path, copy);
  copyFileSync(`${path}-wal`, `${copy}-wal`);
  change(`${copy}-wal`);
  const logged = versionIn(loggedFirstPage(copy)) ?? versionIn(readFileSync(copy));
  const other = new Database(copy, { readOnly: true });
  const sqlite = other.count("pragma user_version");
  other.close();
  return { logged, sqlite };
};

test("a log without the first page, an empty one and none say nothing", () => {
  expect(loggedFirstPage(path)).toBeUndefined();
  database.exec("insert into t values ('x')");
  database.exec("update t set content = 'y'");
  expect(loggedFirstPage(path)).toBeUndefined();
  expect(loggedFirstPage(join(folder, "none.db"))).toBeUndefined();
  expect(loggedFirstPage(folder)).toBeUndefined();
});

test("wherever a log is cut, its last whole transaction counts, as to SQLite", () => {
  for (const version of [7, 8, undefined, 9]) write(version);
  expect(found()).toEqual({ logged: 9, sqlite: 9 });
  const { length } = readFileSync(`${path}-wal`);
  const seen = new Set<number | undefined>();
  for (let bytes = 0; bytes < length; bytes += FRAME_BYTES / 2) {
    const { logged, sqlite } = found((log) => truncateSync(log, bytes));
    expect(logged, `${bytes} bytes`).toBe(sqlite);
    seen.add(logged);
  }
  expect([...seen]).toEqual([0, 7, 8]);
});

test("a page that was not written as a whole ends the log, as to SQLite", () => {
  for (const version of [7, 8]) write(version);
  const last = (log: string): void => {
    const bytes = readFileSync(log);
    bytes.fill(0, bytes.length - PAGE_BYTES);
    writeFileSync(log, bytes);
  };
  expect(found(last)).toEqual({ logged: 7, sqlite: 7 });
  const first = (log: string): void => {
    const bytes = readFileSync(log);
    const at = bytes.lastIndexOf("SQLite format 3\0", bytes.length, "latin1");
    bytes.fill(0, at, at + 512);
    writeFileSync(log, bytes);
  };
  expect(found(first)).toEqual({ logged: 7, sqlite: 7 });
});

test("what is left of an earlier round of the log does not count", () => {
  for (const version of [7, 8]) write(version);
  database.exec("pragma wal_checkpoint(restart)");
  database.exec("pragma user_version = 6");
  expect(readFileSync(`${path}-wal`).length).toBeGreaterThan(2 * FRAME_BYTES);
  expect(found()).toEqual({ logged: 6, sqlite: 6 });
});
