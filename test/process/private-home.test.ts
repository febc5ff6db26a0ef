import { chmod, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshHome, run } from "#support/process/program.ts";

const DOOR = join(import.meta.dirname, "..", "..", "bin", "clomoctl.js");

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

test.runIf(posix).each(["000", "002", "022"])(
  "under umask %s, a new home is accessible only to its owner",
  async (umask) => {
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
  },
);

test.runIf(posix)(
  "code that others may have placed in the cache is not run, and the cache is closed to them",
  async () => {
    const home = await freshHome();
    const code = join(home, "cache", "code");
    await mkdir(code, { recursive: true });
    await writeFile(join(code, "planted"), "x");
    for (const folder of [join(home, "cache"), code]) await chmod(folder, 0o777);
    expect(await run(["--version"], { home })).toMatchObject({ code: 0 });
    for (const folder of [join(home, "cache"), code]) expect((await stat(folder)).mode & 0o022).toBe(0);
    expect(await readdir(code)).not.toContain("planted");
  },
);

test.runIf(posix)("a home that others can write allows no changes until it is closed, and keeps no code", async () => {
  const home = await freshHome();
  await chmod(home, 0o777);
  const mend = `chmod go-w ${home}`;
  const listed = await run(["orgs", "list"], { home });
  expect(listed).toMatchObject({
    code: 0,
    stderr: expect.stringContaining(`other users can write to ${home}: ${mend}`),
  });
  const create = ["orgs", "create", "営業部", "--code", "S1"];
  const refused = await run(create, { home });
  expect(refused).toMatchObject({ code: 4, text: "", stderr: expect.stringContaining(`run: ${mend};`) });
  expect([(await stat(home)).mode & 0o777, await readdir(join(home, "cache", "code"))]).toEqual([0o777, []]);
  expect(spawnSync("sh", ["-c", mend]).status).toBe(0);
  expect(await run(create, { home })).toMatchObject({ code: 0 });
});

test.runIf(posix)("a tenant folder that others can write allows no changes, even in a closed home", async () => {
  const home = await freshHome();
  const create = ["orgs", "create", "営業部", "--code", "S1"];
  expect(await run(create, { home })).toMatchObject({ code: 0 });
  const folder = join(home, "tenants", "local");
  expect(await readdir(folder)).toContain("tenant.db");
  await chmod(folder, 0o777);
  const listed = await run(["orgs", "list"], { home });
  expect(listed).toMatchObject({ code: 0, stderr: expect.stringContaining(`chmod go-w ${folder}`) });
  const refused = await run(["orgs", "create", "総務部", "--code", "S2"], { home });
  expect(refused).toMatchObject({
    code: 4,
    text: "",
    stderr: expect.stringContaining(`run: chmod go-w ${folder};`),
  });
});

/** Somebody who may not enter what belongs to root; nobody else is needed for what belongs to oneself. */
const STRANGER = process.geteuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const mayRun =
  spawnSync(process.execPath, [DOOR, "--version"], { ...STRANGER, env: { HOME: "/nowhere" } }).status === 0;

test.runIf(posix && mayRun)(
  "if the tenants' folder cannot be entered, the error shows the folder and the remedy",
  async () => {
    const home = await freshHome();
    const tenants = join(home, "tenants");
    await mkdir(tenants);
    await chmod(home, 0o755);
    await chmod(tenants, process.geteuid?.() === 0 ? 0o700 : 0o000);
    for (const line of ["users list", "orgs create 営業部 --code S1"]) {
      const env = { CLOMOCTL_HOME: home, LANG: "C", PATH: process.env["PATH"] ?? "" };
      const { status, stderr } = spawnSync(process.execPath, [DOOR, ...line.split(" ")], {
        ...STRANGER,
        env,
        encoding: "utf8",
      });
      expect([status, stderr]).toEqual([4, expect.stringContaining(`permission denied\n  ${tenants}\n`)]);
    }
    await chmod(tenants, 0o700);
  },
);

test.runIf(posix)("settings that others can write are not used", async () => {
  const home = await freshHome();
  await run(["context", "add", "kanto", "--embedded"], { home });
  await chmod(join(home, "contexts.json"), 0o666);
  const listed = await run(["context", "list"], { home });
  expect(listed).toMatchObject({ code: 4, text: "" });
  expect(listed.stderr).toContain(`chmod go-w ${join(home, "contexts.json")}`);
});

test.runIf(posix)("recipients that others can write are not used", async () => {
  const home = await freshHome();
  const notify = join(home, "notify.yaml");
  await writeFile(notify, "recipients:\n  - name: ops\n    way: webhook\n    url-file: nowhere\n");
  const add = ["renewals", "add", "x", "--kind", "custom", "--expires", "2020-01-01"];
  expect(await run(add, { home })).toMatchObject({ code: 0 });
  await chmod(notify, 0o666);
  const refused = await run(["status", "--notify"], { home });
  expect(refused).toMatchObject({ code: 3, stderr: expect.stringContaining(`chmod go-w ${notify}`) });
  await chmod(notify, 0o600);
  const used = await run(["status", "--notify"], { home });
  expect(used).toMatchObject({ code: 2, text: expect.stringContaining("could not notify ops") });
});

test("unreadable recipients are not treated as missing", async () => {
  const home = await freshHome();
  await mkdir(join(home, "notify.yaml"));
  expect(await run(["status", "--notify"], { home })).toMatchObject({
    code: 3,
    stderr: expect.stringContaining(join(home, "notify.yaml")),
  });
});
