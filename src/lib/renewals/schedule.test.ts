import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { renderSchedule, SCHEDULERS, type DailyRun } from "./schedule.ts";

const RUN: DailyRun = {
  at: "8:05",
  node: "/opt/node",
  programPath: "/home/it's 100%/$HOME/clomoctl.js",
  words: ["status", "--notify"],
  home: "/home/情シス/a b",
};

test("a line of the crontab gives the shell each word as it is", () => {
  const [, minute, hour, command = ""] = /^(\d+) (\d+) \* \* \* (.*)\n$/.exec(renderSchedule("cron", RUN)) ?? [];
  expect([minute, hour]).toEqual(["5", "8"]);
  // cron takes the backslash away before a percent sign
  const typed = command
    .replaceAll(String.raw`\%`, "%")
    .replace("'/opt/node'", "/usr/bin/printf '%s\\n' \"$CLOMOCTL_HOME\"");
  const told = execFileSync("/bin/sh", ["-c", typed.replace(/^(\S+='[^']*') /, "$1; ")], { encoding: "utf8" });
  expect(told).toBe(`/home/情シス/a b\n${RUN.programPath}\nstatus\n--notify\n`);
});

test("the commands for systemd are a script that writes both units", () => {
  const script = renderSchedule("systemd", RUN);
  execFileSync("/bin/sh", ["-n", "-c", script]);
  expect(script).toContain("OnCalendar=*-*-* 8:05:00\nPersistent=true\n");
  expect(script).toMatch(/\nloginctl enable-linger\n$/);
  expect(script).toContain('Environment="CLOMOCTL_HOME=/home/情シス/a b"\n');
  expect(script).toContain(String.raw`ExecStart="/opt/node" "/home/it's 100%%/$$HOME/clomoctl.js" "status" "--notify"`);
});

test("two homes have two timers and two tasks", () => {
  const other = { ...RUN, home: "/home/情シス/a-b", programPath: "C:\\clomoctl.js" };
  for (const scheduler of ["systemd", "task"] as const) {
    const names = [{ ...RUN, programPath: "C:\\clomoctl.js" }, other].map((run) =>
      [...renderSchedule(scheduler, run).matchAll(/clomoctl-[\w-]+-[\da-f]{8}/g)].map(String),
    );
    expect(new Set(names.flat()).size).toBe(2);
  }
});

test("a task sets the home and quotes its paths", () => {
  const programPath = "C:\\Program Files\\clomoctl.js";
  expect(renderSchedule("task", { ...RUN, programPath, node: "C:\\it's\\node.exe" })).toContain(
    `-Argument '/d /s /c "set "CLOMOCTL_HOME=/home/情シス/a b" & "C:\\it''s\\node.exe" "${programPath}" status --notify"'`,
  );
});

test.each(SCHEDULERS)("%s refuses a line break in a path, and a time that does not exist", (scheduler) => {
  const run = { ...RUN, programPath: "/a" };
  expect(() => renderSchedule(scheduler, { ...run, home: "/", programPath: "/a\nb" })).toThrow(
    "a schedule cannot contain this path",
  );
  expect(() => renderSchedule(scheduler, { ...run, at: "24:00" })).toThrow('"24:00" is not a time of day');
});
