import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, onTestFinished } from "vitest";

function createFolder(atEnd: (remove: () => void) => void): string {
  const folder = mkdtempSync(join(tmpdir(), "clomoctl-test-"));
  atEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Creates a folder that is removed when the test ends. */
export const freshFolder = (): string => createFolder(onTestFinished);

/** Creates a folder for all tests of a file. */
export const folderForAllTests = (): string => createFolder(afterAll);
