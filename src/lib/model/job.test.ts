import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addRun, isOverdue, nameJob, type Job, type JobRun } from "./job.ts";

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
  ["/var/lib/clomo/20261130/branch1.csv", "branch1.csv"],
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

test("a clock that was ahead silences no later run (property)", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(30), { minLength: 3, maxLength: 12 }),
      fc.integer({ min: 31, max: 4000 }),
      (days, ahead) => {
        const usual = [...new Set(days)].toSorted((one, other) => one - other);
        const last = usual.at(-1) ?? 0;
        const wrong = [...usual.slice(0, -1), ahead, last];
        expect(runOn(...wrong).goodDays).toEqual(runOn(...usual).goodDays);
      },
    ),
  );
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
