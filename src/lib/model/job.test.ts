import { describe, expect, test } from "vitest";
import { addRun, endLostRun, isOverdue, nameJob, type Job, type JobRun } from "./job.ts";

const runOf = (day: string, state: JobRun["state"] = "good"): JobRun => ({
  job: "users import hr.csv",
  startedAt: `${day}T00:00:00.000Z`,
  endedAt: `${day}T00:01:00.000Z`,
  day,
  state,
  exit: state === "good" ? 0 : 3,
  error: null,
  errorJa: null,
  change: null,
  command: null,
});

const dayAt = (number: number): string => new Date(Date.UTC(2026, 10, 1 + number)).toISOString().slice(0, 10);

const runOn = (...days: readonly number[]): Job =>
  days.map((day) => runOf(dayAt(day))).reduce<Job | undefined>(addRun, undefined) as Job;

test.each([
  ["hr-20261130.csv", "hr-DATE.csv"],
  ["hr_2026-11-30.csv", "hr_DATE.csv"],
  ["hr.2026.11.30.xlsx", "hr.DATE.xlsx"],
  ["hr-20261130-0200.csv", "hr-DATE.csv"],
  ["hr-202611.csv", "hr-DATE.csv"],
  ["/var/lib/clomo/20261130/branch1.csv", "DATE/branch1.csv"],
  ["in/tokyo/users.csv", "tokyo/users.csv"],
  ["./users.csv", "users.csv"],
  ["../users.csv", "users.csv"],
  ["branch2.csv", "branch2.csv"],
  ["hr-12345678.csv", "hr-12345678.csv"],
  ["hr-120261130.csv", "hr-120261130.csv"],
  ["-", "-"],
])("the job of %s is named %s", (file, name) => {
  expect(nameJob(["users", "import"], [file])).toBe(`users import ${name}`);
});

describe("a job is overdue", () => {
  test.each<readonly [string, readonly number[], number, boolean]>([
    ["not before the third good day", [1, 2], 20, false],
    ["if one night is missing", [1, 2, 3], 5, true],
    ["not on the next day", [1, 2, 3], 4, false],
    ["not over a weekend that is usual", [2, 3, 4, 5, 6, 9, 10, 11, 12, 13], 16, false],
    ["not over a long weekend", [2, 3, 4, 5, 6, 9, 10, 11, 12, 13], 17, false],
    ["after a week without a run", [2, 3, 4, 5, 6, 9, 10, 11, 12, 13], 20, true],
    ["not between monthly runs", [1, 31, 61], 91, false],
    ["after a month without its run", [1, 31, 61], 108, true],
    ["not because a clock was ahead", [1, 2, 400, 3], 4, false],
  ])("%s", (_, days, today, expected) => {
    expect(isOverdue(runOn(...days), dayAt(today))).toBe(expected);
  });
});

test.each([-3650, 30, 365])("a clock that was wrong by %i days on one night ends no watch", (wrong) => {
  const usual = [100, 101, 102, 103, 104];
  const job = runOn(...usual, 105 + wrong, 106);
  expect([107, 110].map((today) => isOverdue(job, dayAt(today)))).toEqual([false, true]);
});

test("a beginning without a result counts as failed when the next run begins, or after a day", () => {
  const begins = (day: number): JobRun => ({ ...runOf(dayAt(day), "failed"), endedAt: null, exit: null });
  const begun = addRun(undefined, begins(1));
  expect(begun).toMatchObject({ failures: 0, runningSince: begins(1).startedAt });
  expect(endLostRun(begun, begins(1).startedAt)).toEqual(begun);
  expect(endLostRun(begun, begins(2).startedAt)).toMatchObject({ failures: 1, state: "failed", exit: null });
  expect(addRun(begun, begins(2))).toMatchObject({ failures: 1, runningSince: begins(2).startedAt });
  const ended = addRun(begun, runOf(dayAt(1)));
  expect([ended.failures, ended.state, ended.runningSince]).toEqual([0, "good", undefined]);
});

test("counts failures in a row, and ends them with a good run or one that was done in part", () => {
  const states = ["failed", "failed", "partial", "failed", "failed", "failed", "good"] as const;
  const failures: number[] = [];
  states.reduce<Job | undefined>((job, state, at) => {
    const next = addRun(job, runOf(dayAt(at), state));
    failures.push(next.failures);
    return next;
  }, undefined);
  expect(failures).toEqual([1, 2, 0, 1, 2, 3, 0]);
});
