import { expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

const closed = (...numbers: readonly number[]) => ({
  items: numbers.map((number) => example("consoleTask", { number, state: "confirmed" })),
});

test("closes each task once, in one request, and shows the tasks", async () => {
  const tenant = { confirmConsoleTasks: closed(3, 4) };
  const { exit, stdout, requests } = await run("console confirm 3 4 3 --fields number,state", { tenant });
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: "number\tstate\n3\tconfirmed\n4\tconfirmed\n" });
  expect(requests).toEqual([{ operation: "confirmConsoleTasks", json: { numbers: [3, 4] } }]);
});

test("says why no task was recorded", async () => {
  const missing = new Failure("not-found", { what: { en: "no task 99", ja: "作業 99 はありません" } });
  const { en, ja } = await runInBoth("console confirm 3 99", { tenant: { confirmConsoleTasks: missing } });
  expect(en).toMatchObject({ exit: 6, stdout: "", stderr: "error: no task 99\n" });
  expect(ja.stderr).toContain("作業 99 はありません\n");
});
