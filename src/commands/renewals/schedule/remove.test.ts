import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { createTestMachine, type TestMachine } from "#support/commands/renewals/machine.ts";

/** A machine with these installed; what was asked for it is forgotten. */
async function withInstalled(...words: readonly string[]): Promise<TestMachine> {
  const here = createTestMachine();
  for (const way of words) await run(`renewals schedule install ${way}`, here.circumstances);
  writeFileSync(join(here.home, "asked"), "");
  return here;
}

const ALL = ["--systemd", "--system", "--cron"] as const;

const launchers = ({ home }: TestMachine): readonly string[] => readdirSync(join(home, "schedule")).toSorted();

test.each([
  ["--systemd", "systemd", ["renewals-cron.sh", "renewals-systemd-system.sh"]],
  ["--systemd --system", "systemd-system", ["renewals-cron.sh", "renewals-systemd.sh"]],
  ["--cron", "cron", ["renewals-systemd-system.sh", "renewals-systemd.sh"]],
])("%s removes only that schedule, and shows it", async (words, way, left) => {
  const here = await withInstalled(...ALL);
  const ran = await run(`renewals schedule remove ${words} --fields way,installed,at,active,files`, here.circumstances);
  expect(ran).toMatchObject({
    exit: 0,
    stdout: `way\tinstalled\tat\tactive\tfiles\n${way}\tfalse\t\t\t[]\n`,
    stderr: "",
  });
  expect(launchers(here)).toEqual(left);
});

test("removes all schedules by default, and nothing that belongs to others", async () => {
  const here = await withInstalled(...ALL);
  here.setCrontab(`5 4 * * * true\n${here.crontab() ?? ""}`);
  writeFileSync(join(here.units, "other.timer"), "");
  const ran = await run("renewals schedule remove --fields way,installed", here.circumstances);
  expect(ran.stdout).toBe("way\tinstalled\nsystemd\tfalse\nsystemd-system\tfalse\ncron\tfalse\n");
  expect(launchers(here)).toEqual([]);
  expect([here.crontab(), readdirSync(here.units), readdirSync(here.systemUnits)]).toEqual([
    "5 4 * * * true\n",
    ["other.timer"],
    [],
  ]);
  expect(here.asked()).toContain("systemctl --user disable --now clomoctl-renewals.timer");
  expect(here.asked()).toContain("systemctl --system disable --now clomoctl-renewals.timer");
});

test("touches only existing schedules by default", async () => {
  const here = await withInstalled("--cron");
  expect((await run("renewals schedule remove --fields way", here.circumstances)).stdout).toBe("way\ncron\n");
  expect(here.asked().filter((line) => line.startsWith("systemctl"))).toEqual([]);
  expect(here.crontab()).toBeUndefined();
});

describe("when nothing is installed", () => {
  test.each(["", " --cron", " --systemd"])("reports that in both languages:%s", async (words) => {
    const here = createTestMachine();
    const { en, ja } = await runInBoth(`renewals schedule remove${words} --format json`, here.circumstances);
    expect(en).toMatchObject({ exit: 0, stdout: "[]\n", stderr: "no daily schedule was installed\n" });
    expect(ja).toMatchObject({ exit: 0, stdout: "[]\n", stderr: "毎日の自動実行は登録されていませんでした\n" });
  });

  test("reports that also without cron", async () => {
    const here = createTestMachine();
    here.program("crontab");
    here.program("systemctl");
    const ran = await run("renewals schedule remove --format json", here.circumstances);
    expect(ran).toMatchObject({ exit: 0, stdout: "[]\n", stderr: "no daily schedule was installed\n" });
  });
});

test("prints in both languages how to remove a Windows task by hand", async () => {
  const here = await withInstalled("--cron", "--system");
  const { en, ja } = await runInBoth("renewals schedule remove --task-scheduler", here.circumstances);
  expect(en.exit).toBe(0);
  expect(en.stderr).toContain('to remove the task on Windows, run: schtasks /delete /tn "clomoctl renewals"');
  expect(ja.stderr).toContain('Windows でタスクを削除するには: schtasks /delete /tn "clomoctl renewals"');
  expect(ja.stderr).not.toBe(en.stderr);
  expect(here.crontab()).toContain("renewals-cron.sh");
  expect(readdirSync(here.systemUnits)).toHaveLength(2);
  const both = await run("renewals schedule remove --task-scheduler --cron --fields way", here.circumstances);
  expect(both).toMatchObject({ stdout: "way\ncron\n", stderr: expect.stringMatching(/^[^\n]*schtasks[^\n]*\n$/) });
  const cron = await run("renewals schedule remove --cron", here.circumstances);
  expect(cron.stderr).not.toContain("schtasks");
});

test("if systemd does not respond, prints in both languages what to run", async () => {
  const here = await withInstalled("--systemd");
  here.program("systemctl");
  const line = "renewals schedule remove --systemd --fields installed";
  const en = await run(line, here.circumstances);
  expect(en).toMatchObject({ exit: 0, stdout: "installed\nfalse\n" });
  expect(en.stderr).toMatch(/^warning: .*systemctl --user daemon-reload\n$/);
  await run("renewals schedule install --systemd", here.circumstances);
  expect((await run(`${line} --lang ja`, here.circumstances)).stderr).toMatch(
    /^警告: .*systemctl --user daemon-reload\n$/,
  );
});

test("leaves a unit of somebody else unchanged, in both languages", async () => {
  const here = createTestMachine();
  mkdirSync(here.units, { recursive: true });
  const unit = join(here.units, "clomoctl-renewals.timer");
  writeFileSync(unit, "[Timer]\n");
  const { en, ja } = await runInBoth("renewals schedule remove --systemd", here.circumstances);
  expect(en).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining(unit) });
  expect(ja).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining(unit) });
  expect(existsSync(unit)).toBe(true);
  expect(here.asked()).toEqual([]);
});

test.each(["now", "--way cron", "--at 09:00"])("%s is a usage error", async (words) => {
  const here = createTestMachine();
  expect(await run(`renewals schedule remove ${words}`, here.circumstances)).toMatchObject({ exit: 2, stdout: "" });
  expect(here.asked()).toEqual([]);
});
