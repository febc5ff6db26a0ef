import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import {
  getLastRunPath,
  renderLauncherScript,
  parseLastRun,
  removeLauncher,
  quoteShellWord,
  resolveStablePath,
} from "./launcher.ts";
import type { LauncherParts } from "./schedule.ts";

let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "launcher 'x' $y "));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

/** A program that says what it was asked, and ends as `codes` says by verb. */
const door = (codes: { readonly notify: number; readonly check: number }, warning = ""): string => `#!/usr/bin/env node
const [, verb] = process.argv.slice(2);
if (verb === "notify") { console.log("sent"); process.stderr.write(${JSON.stringify(warning)}); }
else console.log([verb, ...process.argv.slice(4), process.env.CLOMOCTL_LANG, process.env.CLOMOCTL_HOME].join(" "));
process.exit(${JSON.stringify(codes)}[verb]);
`;

async function program(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, ".."), { recursive: true });
  await writeFile(path, content);
  await chmod(path, 0o755);
  return path;
}

const parts = (over: Partial<LauncherParts>): LauncherParts => ({
  node: process.execPath,
  door: join(folder, "clomoctl"),
  path: "/nowhere",
  userFolder: folder,
  language: "en",
  variables: new Map([["CLOMOCTL_HOME", join(folder, "it's home")]]),
  scope: ["--context", "it's $(here)"],
  ...over,
});

/** Runs the launcher with the environment of cron. */
function launch(over: Partial<LauncherParts> = {}, path = "/usr/bin:/bin") {
  const ran = spawnSync("/bin/sh", ["-c", renderLauncherScript(parts(over))], {
    env: { PATH: path, HOME: folder },
    encoding: "utf8",
  });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

test("prints nothing if there is nothing to report", async () => {
  await program("clomoctl", door({ notify: 0, check: 0 }));
  expect(launch()).toEqual({ code: 0, out: "", err: "" });
});

test.each([
  [2, 2],
  [3, 3],
])("shows a check that ends with %i, and the run ends with %i", async (check, code) => {
  await program("clomoctl", door({ notify: 0, check }));
  const home = join(folder, "it's home");
  const out = `check --format table --quiet --no-input --context it's $(here) en ${home}\n`;
  expect(launch()).toEqual({ code, out, err: "" });
});

test("shows items within the warning time only after a reminder that failed or warned", async () => {
  await program("clomoctl", door({ notify: 0, check: 1 }));
  expect(launch()).toEqual({ code: 0, out: "", err: "" });
  await program("clomoctl", door({ notify: 0, check: 1 }, "warning: the owner has gone\n"));
  expect(launch()).toMatchObject({ code: 0, out: expect.stringMatching(/^check .*\nwarning: the owner has gone\n$/) });
  await program("clomoctl", door({ notify: 7, check: 1 }));
  expect(launch()).toMatchObject({ code: 7, out: expect.stringMatching(/^check /) });
});

test("still runs the check after a failed reminder, shows the failure last and uses its exit code", async () => {
  await program("clomoctl", door({ notify: 7, check: 2 }, "error: no server\n"));
  const { code, out } = launch();
  expect(code).toBe(7);
  expect(out).toMatch(/^check .*\nerror: no server\n$/);
});

test.each([
  [0, 0, /^$/],
  [1, 6, /^check .*\nerror: nobody is to be told\n$/],
])("with a check that ends with %i, missing reminder settings end the run with %i", async (check, code, out) => {
  await program("clomoctl", door({ notify: 6, check }, "error: nobody is to be told\n"));
  const ran = launch();
  expect(ran.code).toBe(code);
  expect(ran.out).toMatch(out);
});

test("prints a warning of the reminders alone", async () => {
  await program("clomoctl", door({ notify: 0, check: 0 }, "warning: the owner has gone\n"));
  expect(launch()).toEqual({ code: 0, out: "warning: the owner has gone\n", err: "" });
});

test("finds a moved program on PATH, including npm's shims", async () => {
  const moved = await program("new/bin/clomoctl.js", door({ notify: 0, check: 2 }));
  await program("bin/clomoctl", `#!/bin/sh\nexec ${quoteShellWord(process.execPath)} ${quoteShellWord(moved)} "$@"\n`);
  expect(launch({ path: join(folder, "bin") }).code).toBe(2);
  await rename(moved, join(folder, "bin", "clomoctl"));
  expect(launch({ path: join(folder, "bin") }).code).toBe(2);
});

test("looks for a moved or outdated Node where version managers keep it", async () => {
  await program("clomoctl", door({ notify: 0, check: 2 }));
  const old = await program("old/node", "#!/bin/sh\nexit 1\n");
  await program(".nvm/versions/node/v24.0.0/bin/node", `#!/bin/sh\nexec ${quoteShellWord(process.execPath)} "$@"\n`);
  const bare = await program("bare/readme", "");
  expect(launch({ node: old }, `${join(bare, "..")}:/usr/bin:/bin`).code).toBe(2);
});

test("if neither is found, explains what to do in the language of the installation", async () => {
  const missing = launch({ door: "/nowhere/clomoctl", language: "ja" });
  expect(missing.code).toBe(127);
  expect(missing.err).toContain("「clomoctl renewals schedule install」をもう一度実行してください");
});

test("refuses a path with a line break", () => {
  expect(() => renderLauncherScript(parts({ door: "/a\nb" }))).toThrow(expect.objectContaining({ code: "usage" }));
});

test("follows a link in npx's cache to the checkout, and keeps any other link", async () => {
  const checkout = await program("checkout/bin/clomoctl.js", "");
  const [cached, kept] = [join(folder, "_npx", "clomoctl"), join(folder, "clomoctl-link")];
  await mkdir(join(folder, "_npx"));
  for (const link of [cached, kept]) await symlink(checkout, link);
  expect(await Promise.all([cached, kept, join(folder, "_npx", "gone")].map(resolveStablePath))).toEqual([
    await realpath(checkout),
    kept,
    join(folder, "_npx", "gone"),
  ]);
});

test.each([0, 2, 3])("a run records its time and its exit code %i next to the launcher", async (check) => {
  await program("clomoctl", door({ notify: 0, check }));
  const launcher = await program("renewals-cron.sh", renderLauncherScript(parts({})));
  const ran = spawnSync("/bin/sh", [launcher], { env: { PATH: "/usr/bin:/bin", HOME: folder }, encoding: "utf8" });
  expect([ran.status, ran.stderr]).toEqual([check, ""]);
  const noted = parseLastRun(await readFile(getLastRunPath(launcher), "utf8"));
  expect(noted?.exit).toBe(check);
  expect(Date.parse(noted?.at ?? "")).toBeGreaterThan(Date.UTC(2026, 0, 1));
  await removeLauncher(launcher);
  expect(await readdir(folder)).toEqual(["clomoctl"]);
});

test("a record that cannot be written changes nothing", async () => {
  await program("clomoctl", door({ notify: 0, check: 0 }));
  const launcher = await program("renewals-cron.sh", renderLauncherScript(parts({})));
  await mkdir(getLastRunPath(launcher));
  const ran = spawnSync("/bin/sh", [launcher], { env: { PATH: "/usr/bin:/bin", HOME: folder }, encoding: "utf8" });
  expect([ran.status, ran.stdout, ran.stderr]).toEqual([0, "", ""]);
});

test.each(["", "yesterday 0", "2026-11-20T00:00:00Z", "2026-11-20T00:00:00Z x\n"])(
  "%j is not a record of a run",
  (note) => {
    expect(parseLastRun(note)).toBeUndefined();
  },
);
