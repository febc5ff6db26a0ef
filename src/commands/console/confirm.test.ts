import { describe, expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const closed = (...numbers: readonly number[]) => ({
  items: numbers.map((number) => example("consoleTask", { number, state: "confirmed" })),
});

test("closes each task once, in one request, and shows the tasks", async () => {
  const tenant = { confirmConsoleTasks: closed(3, 4) };
  const { exit, stdout, stderr, requests } = await run("console confirm 3 4 3 --fields number,state", { tenant });
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: "number\tstate\n3\tconfirmed\n4\tconfirmed\n" });
  expect(stderr).toMatch(/^task 3 is recorded as .*\ntask 4 is recorded as .*\n$/);
  expect(requests).toEqual([{ operation: "confirmConsoleTasks", json: { numbers: [3, 4] } }]);
});

test("says in a sentence what is recorded, and shows people the task's fields", async () => {
  const tenant = { confirmConsoleTasks: closed(3) };
  const { en, ja } = await runInBoth("console confirm 3", { tenant, terminal: { columns: 120 } });
  expect(en.stdout).toMatch(/^task +users: add 118$/m);
  expect(en.stdout).not.toContain("…");
  expect(en.stderr).toBe("task 3 is recorded as confirmed (users: add 118: 髙橋 花子 <hanako@example.co.jp>)\n");
  expect(ja.stderr).toBe(
    "作業 3 を「完了を確認」として記録しました(ユーザー: 追加 118: 髙橋 花子 <hanako@example.co.jp>)\n",
  );
});

test("says why no task was recorded", async () => {
  const missing = new Failure("not-found", { what: { en: "no task 99", ja: "作業 99 はありません" } });
  const { en, ja } = await runInBoth("console confirm 3 99", { tenant: { confirmConsoleTasks: missing } });
  expect(en).toMatchObject({ exit: 6, stdout: "", stderr: "error: no task 99\n" });
  expect(ja.stderr).toContain("作業 99 はありません\n");
});

describe("--at", () => {
  const task = example("consoleTask", { number: 3, openedAt: "2026-11-19T23:30:00.000Z" });
  const looked = { consoleTask: task };

  test("a time before the task existed is refused, in the tenant's time zone or --timezone", async () => {
    const { en, ja } = await runInBoth("console confirm 3 --at 2026-11-19T23:00:00Z", { tenant: looked });
    expect(en).toMatchObject({ exit: 3, stdout: "", requests: [{ operation: "consoleTask" }] });
    expect(en.stderr).toContain("the time is before task 3 was opened (2026-11-20 08:30)\n  2026-11-20 08:00\n");
    expect(ja.stderr).toContain("作業 3 の完了日時に、作業の発生日時(2026-11-20 08:30)より前の日時は指定できません");
    const utc = await run("console confirm 3 --timezone UTC --at 2026-11-19T23:00:00Z", { tenant: looked });
    expect(utc.stderr).toContain("(2026-11-19 23:30)\n  2026-11-19 23:00\n");
  });

  test("a time in the future is refused, too", async () => {
    const { exit, stderr } = await run("console confirm 3 --at 2026-11-20T01:00:01Z", { tenant: {} });
    expect(exit).toBe(2);
    expect(stderr).toContain("2026-11-20 10:00:01 (Asia/Tokyo) is in the future\n");
  });

  test("a time after the task was opened is sent", async () => {
    const { exit, requests } = await run("console confirm 3 --at 2026-11-19T23:45:00Z", {
      tenant: { ...looked, confirmConsoleTasks: closed(3) },
    });
    expect(exit).toBe(0);
    expect(requests.at(-1)).toMatchObject({ json: { numbers: [3], at: "2026-11-19T23:45:00.000Z" } });
  });
});
