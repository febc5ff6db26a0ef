import { EventEmitter } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import type { Answers } from "#support/commands/tenant.ts";
import {
  createFolderWith,
  createRowsResponder,
  buildPlanAnswers,
  planOf,
  problemOf,
  rowOf,
} from "#support/commands/imports/plans.ts";

const ROWS = [
  rowOf(),
  rowOf({ row: 3, key: "=cmd|calc", action: "invalid", changed: [] }),
  rowOf({
    row: 4,
    key: "taro@example.co.jp",
    action: "update",
    changed: ["title", "custom:=年"],
    setsSecret: true,
    before: [{ field: "title", value: "主任" }],
    after: [{ field: "custom:=年", value: "2019\n頃" }],
  }),
  rowOf({ row: 5, key: "jiro@example.co.jp", action: "update", changed: ["custom:=年"], exists: true }),
  rowOf({ row: 6, key: "saburo@example.co.jp", action: "unchanged", changed: [], setsSecret: true }),
  rowOf({ row: 0, key: "old@example.co.jp", action: "delete", changed: [] }),
];
const folderOf = (): string => createFolderWith({ "people.csv": "氏名,メールアドレス\n" });
const LINE = "users import people.csv --report out/../report.csv";
const read = (folder: string): string => readFileSync(join(folder, "report.csv"), "utf8");

const planned = (more: Answers = {}): Answers => {
  const plan = planOf({ invalid: 1, errors: 2, delete: 1 });
  return buildPlanAnswers(plan, {
    importRows: createRowsResponder(...ROWS),
    importProblems: [problemOf(), problemOf({ column: 1, header: "氏名", code: "required" })],
    discardImport: { ...plan, state: "discarded" },
    ...more,
  });
};

test("a report has a line for each row of the plan, with deletions last, safe for a spreadsheet", async () => {
  const folder = folderOf();
  const { exit } = await run(`${LINE} --dry-run`, { tenant: planned(), folder });
  expect(exit).toBe(8);
  expect(read(folder).split("\r\n")).toEqual([
    "\ufeffrow,key,action,changed,reason",
    "2,hanako@example.co.jp,create,,",
    "3,'=cmd|calc,invalid,,メールアドレス: not an email address; 氏名: must not be blank",
    '4,taro@example.co.jp,update,"役職: 主任 → (blank); =年: (blank) → 2019\n頃; (secret set)",',
    "5,jiro@example.co.jp,update,'=年,",
    "6,saburo@example.co.jp,unchanged,(secret set),",
    ",old@example.co.jp,delete,,",
    "",
  ]);
});

test("a report has its reasons in the chosen language", async () => {
  const folder = folderOf();
  await run(`${LINE} --dry-run --lang ja`, { tenant: planned(), folder });
  expect(read(folder)).toContain("\ufeff行,キー,動作,変更内容,理由\r\n2,hanako@example.co.jp,追加,");
  expect(read(folder)).toContain("役職: 主任 → (空)");
  expect(read(folder)).toContain("メールアドレス: メールアドレスではありません; 氏名: 空にできません\r\n");
});

test("a report exists before the question, whatever the answer is", async () => {
  const folder = folderOf();
  const plan = planOf();
  const answers = { importRows: createRowsResponder(...ROWS), importProblems: [], import: plan, discardImport: plan };
  const { exit } = await run(LINE, { tenant: buildPlanAnswers(plan, answers), folder });
  expect({ exit, there: existsSync(join(folder, "report.csv")) }).toEqual({ exit: 2, there: true });
});

test("a report has the reason on its first line if the whole file is refused", async () => {
  const folder = folderOf();
  const plan = planOf({ errors: 2, rejected: true });
  const tenant = buildPlanAnswers(plan, {
    importProblems: [problemOf({ row: 0, line: 0, code: "file-no-rows", header: "" }), problemOf({ row: 1 })],
    importRows: createRowsResponder(ROWS[0] ?? rowOf()),
    discardImport: plan,
    import: { ...plan, state: "discarded" },
  });
  const { exit } = await run(LINE, { tenant, folder });
  expect(exit).toBe(3);
  expect(read(folder).split("\r\n").slice(1)).toEqual([
    "1,,invalid,,the file contains only a header row; メールアドレス: not an email address",
    "2,hanako@example.co.jp,create,,",
    "",
  ]);
});

test("a report requires an existing folder, which is checked before anything is read", async () => {
  const line = "users import people.csv --yes --report no/report.csv";
  const { en, ja } = await runInBoth(line, { tenant: {}, folder: folderOf() });
  expect(en).toMatchObject({ exit: 2, stdout: "", requests: [] });
  expect(en.stderr).toContain("error: the folder for this file does not exist\n");
  expect(ja.stderr).toContain("エラー: このファイルを置くフォルダーがありません\n");
});

test("a report is abandoned on a signal and leaves no file", async () => {
  const folder = folderOf();
  const signals = new EventEmitter();
  const plan = planOf({ create: 0, update: 0 });
  const importRows = (): unknown => {
    signals.emit("SIGINT");
    return ROWS;
  };
  const tenant = buildPlanAnswers(plan, { importRows, importProblems: [], import: plan, discardImport: plan });
  const { exit, stderr } = await run(`${LINE} --dry-run`, { tenant, folder, signals });
  expect(exit).toBe(130);
  expect(stderr).toContain("error: interrupted: nothing was changed\n");
  expect(existsSync(join(folder, "report.csv"))).toBe(false);
});
