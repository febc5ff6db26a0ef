import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";
import {
  createRowsResponder,
  PLAN_ID,
  listOperations,
  planOf,
  problemOf,
  ROWS,
} from "#support/commands/imports/plans.ts";

const imports = { items: [planOf({ create: 2, update: 0 })] };
const tenant = { imports, replanImport: planOf(), tenant: example("tenant"), importRows: createRowsResponder(...ROWS) };

test("compares again, shows the new plan and says how to continue", async () => {
  const { en, ja } = await runInBoth("imports replan 019a9f3c-5a00-7abc-8def-000000000005 --format json", { tenant });
  expect(en.exit).toBe(0);
  expect(JSON.parse(en.stdout)).toMatchObject({ id: PLAN_ID, state: "planned", create: 1, update: 1 });
  expect(en.stderr).toContain("create 1, update 1, unchanged 0");
  expect(en.stderr.endsWith(`to commit the plan: clomoctl imports commit P12\n`)).toBe(true);
  expect(ja.stderr.endsWith(`計画を適用するには: clomoctl imports commit P12\n`)).toBe(true);
  expect(ja.stdout).toBe(en.stdout);
  expect(en.requests.slice(0, 2)).toEqual([
    { operation: "imports" },
    { operation: "replanImport", params: { id: PLAN_ID }, json: {} },
  ]);
});

test.each([
  [3, true],
  [1, false],
])("lists the problems of the file under its name: row %i", async (row, columnsAreTold) => {
  const replanImport = planOf({ errors: 1, rejected: true, absentColumns: ["フリガナ"] });
  const answers = { imports, replanImport, tenant: example("tenant"), importProblems: [problemOf({ row, line: row })] };
  const { exit, stderr, requests } = await run("imports replan 019a9f3c-5a00-7abc-8def-000000000005", {
    tenant: answers,
  });
  expect(exit).toBe(3);
  expect(stderr).toContain(`people.csv:${row}:2: メールアドレス: not an email address (B${row})\n`);
  expect(stderr.includes("left unchanged: フリガナ")).toBe(columnsAreTold);
  expect(stderr).not.toContain("imports commit");
  expect(listOperations(requests)).toEqual(["imports", "replanImport", "importProblems"]);
});

test("says why it cannot be compared, in both languages", async () => {
  const replanImport = new Failure("conflict", { what: { en: "it is committed", ja: "適用済みです" } });
  const { en, ja } = await runInBoth("imports replan 019a9f3c-5a00-7abc-8def-000000000005", {
    tenant: { imports, replanImport },
  });
  expect(en).toMatchObject({ exit: 5, stdout: "", stderr: "error: it is committed\n" });
  expect(ja).toMatchObject({ exit: 5, stdout: "", stderr: "エラー: 適用済みです\n" });
  expect(await run("imports replan f", { tenant: { imports } })).toMatchObject({
    exit: 6,
    requests: [{ operation: "imports" }],
  });
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
])("%s ends the comparison and changes nothing", async (signal, exit) => {
  const signals = new EventEmitter();
  const replanImport = (): unknown => {
    signals.emit(signal);
    return planOf();
  };
  const { en, ja } = await runInBoth("imports replan 019a9f3c-5a00-7abc-8def-000000000005", {
    tenant: { imports, replanImport },
    signals,
  });
  expect(en).toMatchObject({ exit, stdout: "", stderr: "error: interrupted: nothing was changed\n" });
  expect(ja).toMatchObject({ exit, stdout: "", stderr: "エラー: 中断しました: 何も変更していません\n" });
});
