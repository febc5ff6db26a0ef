import { expect, test } from "vitest";
import { run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";

test("closes each task once, in one request, and shows what is still open of them", async () => {
  const tenant = { confirmConsoleTasks: { items: [example("consoleTask", { number: 4 })] } };
  const { exit, stdout, requests } = await run("console confirm 3 4 3 --fields number", { tenant });
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: "number\n4\n" });
  expect(requests).toEqual([{ operation: "confirmConsoleTasks", json: { numbers: [3, 4] } }]);
});

test("at a terminal, says that tasks were recorded as done instead of an empty list", async () => {
  const { exit, stdout, stderr } = await run("console confirm 3", {
    tenant: { confirmConsoleTasks: { items: [] } },
    terminal: { columns: 80 },
  });
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: "" });
  expect(stderr).toContain("recorded as done: 3");
});
