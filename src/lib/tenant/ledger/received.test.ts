import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshFolder } from "#support/commands/program.ts";
import { readCopyState } from "./received.ts";

// the only file whose reading fails on a sound disk
const FAILING = "/proc/self/mem";

test.skipIf(!existsSync(FAILING))("a disk error is reported as such, and not as a damaged bundle", () => {
  expect(() => readCopyState(FAILING)).toThrow(expect.objectContaining({ code: "unexpected" }));
});

test("a file that ends too early is damaged", () => {
  const path = join(freshFolder(), "tenant.db");
  writeFileSync(path, "SQLite format 3\0");
  expect(readCopyState(path).fault).not.toBeNull();
});
