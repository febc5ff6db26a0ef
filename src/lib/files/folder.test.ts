import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ensureFolder, syncNames, unwritable } from "./folder.ts";

test("folders are made for their owner only; what cannot be made is told", async () => {
  const root = await mkdtemp(join(tmpdir(), "home-"));
  const folder = join(root, "a", "b");
  await ensureFolder(folder);
  await ensureFolder(folder);
  expect((await stat(folder)).mode & 0o777).toBe(process.platform === "win32" ? 0o666 : 0o700);
  await writeFile(join(root, "file"), "");
  await expect(ensureFolder(join(root, "file", "x"))).rejects.toMatchObject({ code: "unexpected" });
  await rm(root, { recursive: true });
});

test.each([
  ["ENOSPC", "no space left on the disk", "free some space, then run it again"],
  ["EDQUOT", "no space left on the disk", "free some space, then run it again"],
  ["EIO", "disk I/O error", "check the disk first (see the system log), then run it again"],
  [
    "EROFS",
    "the settings and data of clomoctl cannot be written here",
    "make the folder writable, or let CLOMOCTL_HOME name another",
  ],
])("a home that cannot be written because of %s: %s", (code, what, hint) => {
  const cause = Object.assign(new Error(code), { code, path: "/home/of/clomoctl/contexts.json.tmp-1" });
  expect(unwritable("/home/of/clomoctl", cause)).toMatchObject({
    code: "unexpected",
    what: { en: what },
    where: "/home/of/clomoctl",
    hint: { en: hint },
    cause,
  });
});

test("a home whose lock SQLite cannot write because the disk is full", () => {
  const cause = Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: 13 });
  expect(unwritable("/home/of/clomoctl", cause)).toMatchObject({
    what: { en: "no space left on the disk" },
    where: "/home/of/clomoctl",
  });
});

test("the names in a folder are synced; a folder that does not exist is told", async () => {
  const folder = await mkdtemp(join(tmpdir(), "names-"));
  await expect(syncNames(folder)).resolves.toBeUndefined();
  await rm(folder, { recursive: true });
  await expect(syncNames(folder)).rejects.toMatchObject({ code: "ENOENT" });
});
