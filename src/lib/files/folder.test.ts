import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ensureFolder, syncFolder, createUnwritableFailure } from "./folder.ts";
import { freshFolder } from "#support/folder.ts";

test("creates folders for their owner only, and reports a folder that cannot be created", async () => {
  const root = freshFolder();
  const folder = join(root, "a", "b");
  await ensureFolder(folder);
  await ensureFolder(folder);
  expect((await stat(folder)).mode & 0o777).toBe(process.platform === "win32" ? 0o666 : 0o700);
  await writeFile(join(root, "file"), "");
  await expect(ensureFolder(join(root, "file", "x"))).rejects.toMatchObject({ code: "usage" });
});

test.runIf(process.platform === "linux")("refuses a folder where none can be created", async () => {
  await expect(ensureFolder("/proc/clomoctl/x")).rejects.toMatchObject({ code: "usage", where: "/proc/clomoctl/x" });
});

test.each([
  ["ENOSPC", "no space left on the disk"],
  ["EDQUOT", "no space left on the disk"],
  ["EIO", "disk I/O error"],
  ["EROFS", "clomoctl cannot write its settings and data to this folder"],
])("reports a home that cannot be written because of %s: %s", (code, what) => {
  const cause = Object.assign(new Error(code), { code, path: "/home/of/clomoctl/contexts.json.tmp-1" });
  expect(createUnwritableFailure("/home/of/clomoctl", cause)).toMatchObject({
    code: "unexpected",
    what: { en: what },
    where: "/home/of/clomoctl",
    cause,
  });
});

test("syncs the names in a folder, and reports a missing folder", async () => {
  const folder = freshFolder();
  await expect(syncFolder(folder)).resolves.toBeUndefined();
  await rm(folder, { recursive: true });
  await expect(syncFolder(folder)).rejects.toMatchObject({ code: "ENOENT" });
});
