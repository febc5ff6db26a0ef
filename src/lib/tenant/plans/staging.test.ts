import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { Database } from "../store/database.ts";
import { isStagingFileInUse, removeStrayJournals } from "./staging.ts";
import { freshFolder } from "#support/folder.ts";

let folder: string;
beforeEach(() => {
  folder = freshFolder();
});

test("a staging file is in use until its connection closes", () => {
  const path = join(folder, "a.db");
  const database = new Database(path, { plain: true });
  database.exec("pragma locking_mode = exclusive; create table t (x)");
  expect(isStagingFileInUse(path)).toBe(true);
  database.close();
  expect(isStagingFileInUse(path)).toBe(false);
});

test("a staging file whose first pages were never completed is not in use", () => {
  const path = join(folder, "a.db");
  writeFileSync(path, new Uint8Array(8192));
  expect(isStagingFileInUse(path)).toBe(false);
  expect(isStagingFileInUse(join(folder, "none.db"))).toBe(false);
});

test("journals are removed if their staging file is gone, and kept otherwise", () => {
  for (const file of ["a.db", "a.db-journal", "b.db-journal", "b.copy.db-wal", "b.copy.db-shm"]) {
    writeFileSync(join(folder, file), "");
  }
  removeStrayJournals(folder);
  removeStrayJournals(join(folder, "none"));
  expect(readdirSync(folder)).toEqual(["a.db", "a.db-journal"]);
});
