import { expect, test } from "vitest";
import type { InputProblem } from "../../../lib/client/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { createFolderWith, buildPlanAnswers, planOf, problemOf } from "#support/commands/imports/plans.ts";

const many = (count: number, severity: InputProblem["severity"], code = "required"): readonly InputProblem[] =>
  Array.from({ length: count }, (_, at) => problemOf({ row: at + 2, line: at + 2, code, severity }));

function circumstances(problems: readonly InputProblem[]) {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const plan = planOf({ errors, warnings: problems.length - errors, create: 0, update: 0, rejected: errors > 0 });
  const tenant = buildPlanAnswers(plan, {
    importProblems: problems,
    discardImport: { ...plan, state: "discarded" },
    ...(errors > 0 ? { import: { ...plan, state: "discarded" } } : {}),
  });
  return { tenant, folder: createFolderWith({ "people.csv": "氏名,メールアドレス\n" }) };
}
const IMPORT = "users import people.csv --dry-run";

test.each([
  [{ line: 5 }, "people.csv:3:2: メールアドレス: not an email address (B3, line 5)"],
  [{ line: 0 }, "people.csv:3:2: メールアドレス: not an email address (B3)"],
  [{ column: 0, header: "" }, "people.csv:3: not an email address"],
  [{ column: 703 }, "people.csv:3:703: メールアドレス: not an email address (AAA3)"],
  [{ row: 0, line: 0, column: 4, header: "" }, "people.csv: not an email address"],
  [{ code: "of-tomorrow" }, "people.csv:3:2: メールアドレス: of-tomorrow (B3)"],
])("reports a problem with its place: %j", async (change, told) => {
  const { stderr } = await run(IMPORT, circumstances([problemOf(change)]));
  expect(stderr.split("\n")[0]).toBe(told);
});

test("a warning is marked as a warning and rejects nothing", async () => {
  const warning = problemOf({ code: "port-range", severity: "warning" });
  const { en, ja } = await runInBoth(`${IMPORT} --format json`, circumstances([warning]));
  expect(en.exit).toBe(0);
  expect(en.stderr.split("\n")[0]).toBe(
    "warning: people.csv:3:2: メールアドレス: must be a port number from 1 to 65535 (B3)",
  );
  expect(ja.stderr.split("\n")[0]).toMatch(/^警告: people\.csv:3:2: /);
});

test.each([
  [20, 20, false, false],
  [21, 3, true, false],
  [3, 21, false, true],
])("from %i errors and %i warnings, lists the first twenty", async (errors, warnings, moreErrors, moreWarnings) => {
  const problems = [...many(errors, "error"), ...many(warnings, "warning", "port-range")];
  const { en, ja } = await runInBoth(IMPORT, circumstances(problems));
  expect(en.stderr.match(/must not be blank/g)).toHaveLength(Math.min(errors, 20));
  expect(en.stderr.match(/^warning: .*must be a port number/gm)).toHaveLength(Math.min(warnings, 20));
  expect(en.stderr.includes(`… ${errors} errors in all; --errors FILE writes all of them\n`)).toBe(moreErrors);
  expect(en.stderr.includes(`… ${warnings} warnings in all\n`)).toBe(moreWarnings);
  expect(ja.stderr.includes(`… エラーは全部で ${errors} 件(--errors FILE で全件を出力)\n`)).toBe(moreErrors);
  expect(ja.stderr.includes(`… 警告は全部で ${warnings} 件\n`)).toBe(moreWarnings);
});

test("reports a common cause once, with the number of other rows", async () => {
  const unknown = (row: number, code: string) =>
    problemOf({ row, line: row, column: 3, header: "組織コード", code: "org-unknown", params: { code } });
  const lacking = (row: number) =>
    problemOf({ row, line: row, column: 0, header: "", code: "required-new", params: { header: "氏名", of: "user" } });
  const rows = Array.from({ length: 30 }, (_, at) => [lacking(at + 2), unknown(at + 2, at === 7 ? "HR" : "HQ")]).flat();
  const { tenant, folder } = circumstances(rows);
  const { en, ja } = await runInBoth(IMPORT, { tenant, folder });
  expect(en.stderr.match(/^people\.csv.*$/gm)).toEqual([
    "people.csv:2: 氏名 must not be blank for a new user (and 29 more rows)",
    expect.stringMatching(
      /^people\.csv:2:3: 組織コード: no organisation has the code HQ.* \(C2\) \(and 28 more rows\)$/,
    ),
    expect.stringMatching(/^people\.csv:9:3: 組織コード: no organisation has the code HR.*\(C9\)$/),
  ]);
  expect(ja.stderr).toContain("people.csv:2: 新しいユーザーでは氏名を空にできません(ほか 29 行)\n");
});

test("JSON gives programs every error, but no warnings", async () => {
  const problems = [...many(25, "error"), ...many(25, "warning", "port-range"), problemOf({ row: 99 })];
  const { stderr } = await run(`${IMPORT} --format json`, circumstances(problems));
  const { problems: given } = JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "") as { problems: InputProblem[] };
  expect(given).toHaveLength(26);
  expect(given.at(-1)).toEqual({ ...problemOf({ row: 99 }), reason: "not an email address" });
  const plain = await run(IMPORT, circumstances(problems));
  expect(plain.stderr).not.toContain("{");
});
