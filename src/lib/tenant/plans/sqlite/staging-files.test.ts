import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Database } from "../../store/sqlite/database.ts";
import { isHeld, removeStrayJournals } from "./staging-files.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "clomoctl-staging-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("staging that a connection holds is held until it closes", () => {
  const path = join(folder, "a.db");
  const database = new Database(path, { plain: true });
  database.exec("pragma locking_mode = exclusive; create table t (x)");
  expect(isHeld(path)).toBe(true);
  database.close();
  expect(isHeld(path)).toBe(false);
});

test("staging whose first pages were never finished is nobody's", () => {
  const path = join(folder, "a.db");
  writeFileSync(path, new Uint8Array(8192));
  expect(isHeld(path)).toBe(false);
  expect(isHeld(join(folder, "none.db"))).toBe(false);
});

test("journals go with their staging, and stay beside it", () => {
  for (const file of ["a.db", "a.db-journal", "b.db-journal", "b.copy.db-wal", "b.copy.db-shm"]) {
    writeFileSync(join(folder, file), "");
  }
  removeStrayJournals(folder);
  removeStrayJournals(join(folder, "none"));
  expect(readdirSync(folder)).toEqual(["a.db", "a.db-journal"]);
});
