import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "#support/commands/program.ts";
import type { Answers } from "#support/commands/tenant.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
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
  rowOf({ row: 5, key: "jiro@example.co.jp", action: "update", changed: ["custom:=年"] }),
  rowOf({ row: 6, key: "saburo@example.co.jp", action: "unchanged", changed: [], setsSecret: true }),
  rowOf({ row: 0, key: "old@example.co.jp", action: "delete", changed: [] }),
];
const folderOf = (): string => createFolderWith({ "people.csv": "氏名,メールアドレス\n" });
const LINE = "users import people.csv --report out/../report.csv";
const read = (folder: string): string => readFileSync(join(folder, "report.csv"), "utf8");

const planned = (more: Answers = {}): Answers => {
  const plan = planOf({ invalid: 1, errors: 2, delete: 1 });
  return buildPlanAnswers(plan, {
    orgs: { items: [] },
    importRows: createRowsResponder(...ROWS),
    importProblems: [problemOf(), problemOf({ column: 1, header: "氏名", code: "required" })],
    discardImport: { ...plan, state: "discarded" },
    ...more,
  });
};

test("a report has a line for each value, with deletions first, safe for a spreadsheet", async () => {
  const folder = folderOf();
  const { exit } = await run(`${LINE} --dry-run`, { tenant: planned(), folder });
  expect(exit).toBe(8);
  expect(read(folder).split("\r\n")).toEqual([
    "\ufeffaction,key,name,organisation,field,before,after",
    "delete,old@example.co.jp,髙橋 花子,,,,",
    "update,taro@example.co.jp,,,役職,主任,(blank)",
    'update,taro@example.co.jp,,,\'=年,,"2019\n頃"',
    "update,taro@example.co.jp,,,secret,,set",
    "update,jiro@example.co.jp,髙橋 花子,,'=年,,(blank)",
    "create,hanako@example.co.jp,髙橋 花子,,氏名,,髙橋 花子",
    "",
  ]);
});

test("a report exists before the question, whatever the answer is", async () => {
  const folder = folderOf();
  const plan = planOf();
  const answers = { orgs: { items: [] }, importRows: createRowsResponder(...ROWS), import: plan, discardImport: plan };
  const { exit } = await run(LINE, { tenant: buildPlanAnswers(plan, answers), folder });
  expect({ exit, there: existsSync(join(folder, "report.csv")) }).toEqual({ exit: 2, there: true });
});

test("the first report at a terminal asks once for the company's name, which plans then show", async () => {
  await using tenant = new TestTenant();
  const folder = createFolderWith({ "people.csv": "氏名,メールアドレス\n花子,a@x.jp\n" });
  const report = (terminal?: { typing?: [string, string][] }) =>
    run("users import people.csv --report r.csv --overwrite --dry-run", { tenant: tenant.fetch, folder, terminal });
  for (const terminal of [undefined, { typing: [["Company name", "株式会社 例\r"]] as [string, string][] }, {}])
    expect(await report(terminal)).toMatchObject({ exit: 0 });
  expect((await report()).stderr).toContain("plan for 株式会社 例 (context local): users");
});
