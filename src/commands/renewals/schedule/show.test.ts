import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { createTestMachine } from "#support/commands/renewals/machine.ts";

test("shows all three schedules by default, each with its state", async () => {
  const here = createTestMachine();
  await run("renewals schedule install --systemd --at 07:15", here.circumstances);
  const { exit, stdout, stderr } = await run("renewals schedule show --format json", here.circumstances);
  expect([exit, stderr]).toEqual([0, ""]);
  const absent = { installed: false, at: null, timezone: null, active: null, files: [] };
  expect(JSON.parse(stdout)).toEqual([
    {
      way: "systemd",
      installed: true,
      at: "07:15",
      timezone: "Asia/Tokyo",
      active: true,
      files: [
        join(here.units, "clomoctl-renewals.timer"),
        join(here.units, "clomoctl-renewals.service"),
        join(here.home, "schedule", "renewals-systemd.sh"),
      ],
    },
    { way: "systemd-system", ...absent },
    { way: "cron", ...absent },
  ]);
});

test.each([
  ["--systemd", ["systemd"]],
  ["--system", ["systemd-system"]],
  ["--systemd --system", ["systemd-system"]],
  ["--cron", ["cron"]],
  ["--cron --systemd", ["systemd", "cron"]],
  ["--task-scheduler", []],
])("%s shows %j", async (words, schedulers) => {
  const { stdout } = await run(`renewals schedule show ${words} --fields way`, createTestMachine().circumstances);
  expect(stdout).toBe(["way", ...schedulers, ""].join("\n"));
});

test("each schedule is read from its own place", async () => {
  const here = createTestMachine();
  for (const way of ["--system --at 07:15", "--cron --at 09:00"]) {
    await run(`renewals schedule install ${way}`, here.circumstances);
  }
  const fields = "--fields way,installed,at,timezone,active";
  expect((await run(`renewals schedule show ${fields}`, here.circumstances)).stdout).toBe(
    [
      "way\tinstalled\tat\ttimezone\tactive",
      "systemd\tfalse\t\t\t",
      "systemd-system\ttrue\t07:15\tAsia/Tokyo\ttrue",
      // by the machine's clock: the tests' own zone is UTC
      "cron\ttrue\t00:00\tUTC\t",
      "",
    ].join("\n"),
  );
});

test("shows a stopped timer as not active, and leaves the state blank if systemctl does not respond", async () => {
  const here = createTestMachine();
  await run("renewals schedule install --systemd", here.circumstances);
  here.program("systemctl", "\necho inactive; exit 3\n");
  const line = "renewals schedule show --systemd --fields active";
  expect((await run(line, here.circumstances)).stdout).toBe("active\nfalse\n");
  here.program("systemctl");
  expect((await run(line, here.circumstances)).stdout).toBe("active\n\n");
});

test("prints a table on a terminal, in the selected language", async () => {
  const here = createTestMachine();
  const { en, ja } = await runInBoth("renewals schedule show", { ...here.circumstances, terminal: {} });
  expect(en.stdout).toMatch(/^scheduler +installed +time +time zone +active +files\nsystemd +no\n/);
  expect(ja.stdout).toMatch(/^実行方法 +登録済み +時刻 +タイムゾーン +稼働中 +ファイル\nsystemd +/);
});

test("prints in both languages how to view a Windows task, if that is relevant", async () => {
  const here = createTestMachine();
  const { en, ja } = await runInBoth("renewals schedule show --task-scheduler", here.circumstances);
  expect(en).toMatchObject({
    exit: 0,
    stderr: expect.stringContaining('to show the task on Windows, run: schtasks /query /tn "clomoctl renewals"'),
  });
  expect(ja.stderr).toContain('Windows でタスクを確認するには: schtasks /query /tn "clomoctl renewals"');
  expect(ja.stderr).not.toBe(en.stderr);
  const windows = await run("renewals schedule show --cron", { ...here.circumstances, platform: "win32" });
  expect(windows.stderr).toContain("schtasks /query");
  expect((await run("renewals schedule show", here.circumstances)).stderr).toBe("");
});

test("broken markers in the crontab are a failure, in both languages", async () => {
  const here = createTestMachine();
  here.setCrontab("# >>> clomoctl renewals >>>\nx\n");
  const { en, ja } = await runInBoth("renewals schedule show --cron", here.circumstances);
  expect(en).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining("crontab -e") });
  expect(ja).toMatchObject({ exit: 3, stdout: "", stderr: expect.stringContaining("crontab -e で") });
});

test("ignores a timer that somebody else wrote", async () => {
  const here = createTestMachine();
  mkdirSync(here.systemUnits);
  writeFileSync(join(here.systemUnits, "clomoctl-renewals.timer"), "[Timer]\nOnCalendar=*-*-* 09:00:00 UTC\n");
  const { stdout } = await run("renewals schedule show --system --fields installed", here.circumstances);
  expect(stdout).toBe("installed\nfalse\n");
});

test.each(["now", "--way cron"])("%s is a usage error", async (words) => {
  expect(await run(`renewals schedule show ${words}`, createTestMachine().circumstances)).toMatchObject({
    exit: 2,
    stdout: "",
  });
});
