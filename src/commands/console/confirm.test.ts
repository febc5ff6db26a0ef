import { expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

test("closes each task once, in one request, and shows what is still open of them", async () => {
  const tenant = { confirmConsoleTasks: { items: [example("consoleTask", { number: 4 })] } };
  const { exit, stdout, requests } = await run("console confirm 3 4 3 --fields number", { tenant });
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: "number\n4\n" });
  expect(requests).toEqual([{ operation: "confirmConsoleTasks", json: { numbers: [3, 4] } }]);
});

test("says why no task was recorded", async () => {
  const missing = new Failure("not-found", { what: { en: "no task 99", ja: "作業 99 はありません" } });
  const { en, ja } = await runInBoth("console confirm 3 99", { tenant: { confirmConsoleTasks: missing } });
  expect(en).toMatchObject({ exit: 6, stdout: "", stderr: "error: no task 99\n" });
  expect(ja.stderr).toContain("作業 99 はありません\n");
});
