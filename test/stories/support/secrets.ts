import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";

/** Checks that no file of a folder contains a secret. */
export async function expectNowhere(folder: string, secret: string): Promise<void> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(0);
  for (const { parentPath, name } of files)
    expect((await readFile(join(parentPath, name))).includes(secret), name).toBe(false);
}
