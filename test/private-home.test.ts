import { chmod, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome, run } from "./program.ts";

const DOOR = join(import.meta.dirname, "..", "bin", "clomoctl.js");

/** All below a folder that others may read, write or enter; files lie behind folders that are closed to them. */
async function openToOthers(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const open: string[] = [];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() && ((await stat(path)).mode & 0o077) !== 0) open.push(path);
  }
  return open;
}

const posix = process.platform !== "win32";

test.runIf(posix).each(["000", "002", "022"])("under umask %s a new home is its owner's alone", async (umask) => {
  const home = join(await freshHome(), "home");
  const command = `umask ${umask}; exec "$0" "$1" users import fixtures/people.csv --create-orgs --yes`;
  const { status, stderr } = spawnSync("sh", ["-c", command, process.execPath, DOOR], {
    env: { PATH: process.env["PATH"] ?? "", CLOMOCTL_HOME: home, LANG: "C" },
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  expect((await stat(home)).mode & 0o777).toBe(0o700);
  // Node names the folder of its own version below cache/code as it likes
  const open = (await openToOthers(home)).filter((path) => !path.startsWith(join(home, "cache", "code") + "/"));
  expect(open).toEqual([]);
});

test.runIf(posix)("code that others may have put there is not run, and they cannot put any there again", async () => {
  const home = await freshHome();
  const code = join(home, "cache", "code");
  await mkdir(code, { recursive: true });
  await writeFile(join(code, "planted"), "x");
  for (const folder of [home, join(home, "cache"), code]) await chmod(folder, 0o777);
  expect(await run(["--version"], { home })).toMatchObject({ code: 0 });
  for (const folder of [home, join(home, "cache"), code]) expect((await stat(folder)).mode & 0o022).toBe(0);
  expect(await readdir(code)).not.toContain("planted");
});
