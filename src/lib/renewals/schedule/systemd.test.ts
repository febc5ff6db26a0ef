import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { Failure } from "../../errors/index.ts";
import { listRegisteredFiles, createProcessTable } from "../../files/index.ts";
import type { DailyRun, LauncherParts, SchedulePlace } from "./schedule.ts";
import { createProgramRunner, type ProgramResult, type RunProgram } from "./programs.ts";
import { installSystemd, removeSystemd, readSystemdSchedule } from "./systemd.ts";

let folder = "";
let asked: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "systemd %h $x "));
  asked = [];
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

const ran = (code: number, stdout = "", stderr = ""): ProgramResult => ({ code, stdout: Buffer.from(stdout), stderr });

/** A machine where systemctl answers, and systemd-analyze finds nothing wrong, unless told otherwise. */
const placeOf = (answers: Readonly<Record<string, ProgramResult | undefined>> = {}): SchedulePlace => {
  const run: RunProgram = async (name, args) => {
    asked.push([name, ...args.map((arg) => arg.replace(/.*\//, ""))].join(" "));
    if (name in answers) return answers[name];
    return ran(0, args.includes("is-active") ? "active\n" : "");
  };
  return {
    run,
    write: async (path, content) => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    },
    launchers: join(folder, "launchers"),
    units: (way) => join(folder, way),
    owner: 1000,
    temporary: {
      temporaryFolder: join(folder, "tmp"),
      processes: createProcessTable(process.pid, process.kill.bind(process), "here"),
    },
  };
};

const LAUNCHER: LauncherParts = {
  node: "/usr/bin/node",
  door: "/usr/bin/clomoctl",
  path: "/usr/bin",
  userFolder: "/home/k",
  language: "en",
  variables: new Map(),
  scope: ["--all-contexts"],
};

const WISHED: DailyRun = { at: { hour: 9, minute: 0 }, timezone: "Asia/Tokyo", launcher: LAUNCHER };

test("writes both units, systemd reads them, and the timer is started", async () => {
  const place = placeOf();
  const { scheduled, changed, warnings } = await installSystemd(place, "systemd", WISHED);
  expect(scheduled).toMatchObject({ installed: true, at: "09:00", timezone: "Asia/Tokyo", active: true });
  expect({ changed, warnings }).toEqual({ changed: true, warnings: [] });
  expect(scheduled.files.every((file) => existsSync(file))).toBe(true);
  expect(asked).toEqual([
    "systemd-analyze verify --user clomoctl-renewals.service clomoctl-renewals.timer",
    "systemctl --user daemon-reload",
    "systemctl --user enable --now clomoctl-renewals.timer",
    "systemctl --user restart clomoctl-renewals.timer",
    "systemctl --user is-active clomoctl-renewals.timer",
  ]);
  const { temporaryFolder } = place.temporary;
  expect(await listRegisteredFiles(place.temporary)).toEqual([]);
  expect((await readdir(temporaryFolder)).filter((name) => name.includes("units"))).toEqual([]);
});

test("registers the folder that systemd reads, so that a later command removes what a killed one left", async () => {
  const place = placeOf();
  let registered: readonly string[] = [];
  const run: RunProgram = async (name, args, given) => {
    if (name === "systemd-analyze") registered = (await listRegisteredFiles(place.temporary)).map(({ path }) => path);
    return place.run(name, args, given);
  };
  await installSystemd({ ...place, run }, "systemd", WISHED);
  expect(registered).toEqual([expect.stringContaining("units")]);
});

test("installing again changes nothing, or only the time", async () => {
  const place = placeOf();
  await installSystemd(place, "systemd", WISHED);
  expect((await installSystemd(place, "systemd", WISHED)).changed).toBe(false);
  const later = await installSystemd(place, "systemd", { ...WISHED, at: { hour: 21, minute: 5 } });
  expect(later).toMatchObject({ changed: true, scheduled: { at: "21:05" } });
});

test("removal leaves nothing of its own, and keeps other units", async () => {
  const place = placeOf();
  await installSystemd(place, "systemd-system", WISHED);
  expect(await readFile(join(folder, "systemd-system", "clomoctl-renewals.service"), "utf8")).toContain("User=1000\n");
  await writeFile(join(folder, "systemd-system", "other.timer"), "");
  const { changed, scheduled } = await removeSystemd(place, "systemd-system");
  expect({ changed, installed: scheduled.installed }).toEqual({ changed: true, installed: false });
  expect(await readdir(join(folder, "systemd-system"))).toEqual(["other.timer"]);
  expect(await readdir(place.launchers)).toEqual([]);
  expect((await removeSystemd(place, "systemd-system")).changed).toBe(false);
});

test.each([
  ["is not there", undefined],
  ["has no session", ran(1, "", "Failed to connect to bus: No medium found")],
])("if systemctl %s, writes the units and explains what to run", async (_, systemctl) => {
  const place = placeOf({ systemctl });
  const { scheduled, warnings } = await installSystemd(place, "systemd", WISHED);
  expect(scheduled).toMatchObject({ installed: true, active: null });
  expect(warnings[0]?.en).toContain("systemctl --user daemon-reload; systemctl --user enable --now");
  expect(warnings[0]?.ja).toContain("systemctl --user daemon-reload");
  expect((await removeSystemd(place, "systemd")).warnings).toHaveLength(1);
  expect((await readSystemdSchedule(place, "systemd")).installed).toBe(false);
});

test("does not install units that systemd rejects", async () => {
  const place = placeOf({ "systemd-analyze": ran(1, "", "clomoctl-renewals.timer:6: Failed to parse\nx") });
  await expect(installSystemd(place, "systemd", WISHED)).rejects.toMatchObject({ code: "input-rejected" });
  expect(existsSync(join(folder, "systemd"))).toBe(false);
});

test("neither replaces nor removes somebody else's unit", async () => {
  const place = placeOf();
  const path = join(folder, "systemd", "clomoctl-renewals.timer");
  await place.write(path, "[Timer]\n");
  await expect(installSystemd(place, "systemd", WISHED)).rejects.toMatchObject({ code: "input-rejected", where: path });
  await expect(removeSystemd(place, "systemd")).rejects.toMatchObject({ code: "input-rejected" });
  expect(await readFile(path, "utf8")).toBe("[Timer]\n");
});

test.runIf(process.platform === "linux")(
  "names the file and does nothing else if units cannot be written or removed",
  async () => {
    const place = placeOf();
    await installSystemd(place, "systemd", WISHED);
    const [timer, temporary] = [join(folder, "systemd", "clomoctl-renewals.timer"), place.temporary.temporaryFolder];
    await rm(temporary, { recursive: true });
    await symlink("/proc/self/missing", temporary);
    await expect(installSystemd(place, "systemd", WISHED)).rejects.toMatchObject({
      code: "unexpected",
      where: temporary,
    });
    await rm(timer);
    // the first page of a process cannot be read
    await symlink("/proc/self/mem", timer);
    const faulty = { code: "unexpected", what: { en: "disk I/O error" }, where: timer };
    await expect(removeSystemd(place, "systemd")).rejects.toMatchObject(faulty);
    await expect(readSystemdSchedule(place, "systemd")).rejects.toMatchObject(faulty);
    expect(await readdir(join(folder, "systemd"))).toHaveLength(2);
  },
);

const real = createProgramRunner(process.env, new AbortController().signal);

test("a real systemd-analyze, if present, accepts both units and refuses a wrong time zone", async () => {
  const there = (await real("systemd-analyze", ["--version"]))?.code === 0;
  const place: SchedulePlace = {
    ...placeOf(),
    run: async (name, args, given) => (name === "systemd-analyze" ? real(name, args, given) : ran(0)),
  };
  const { notes } = await installSystemd(place, "systemd-system", WISHED);
  expect(notes).toHaveLength(there ? 0 : 1);
  const wrong = await installSystemd(place, "systemd", { ...WISHED, timezone: "Asia/Nowhere" }).then(
    () => "installed",
    (error: unknown) => (error instanceof Failure ? error.code : error),
  );
  expect(wrong).toBe(there ? "input-rejected" : "installed");
});
