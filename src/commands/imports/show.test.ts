import { expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, type Answers } from "#support/commands/tenant.ts";
import {
  toCommittedPlan,
  createRowsResponder,
  PLAN_ID,
  listOperations,
  planOf,
  problemOf,
  rowOf,
  ROWS,
} from "#support/commands/imports/plans.ts";

const holding = (plan = planOf(), more: Answers = {}): Answers => ({ imports: { items: [plan] }, ...more });
const planning: Answers = { tenant: example("tenant"), importRows: createRowsResponder(...ROWS) };

test("shows what is kept of a finished import", async () => {
  const over = toCommittedPlan(
    planOf({
      secretsSet: 3,
      orgsCreated: 4,
      groupsCreated: 5,
      unchanged: 6,
      errors: 7,
      warnings: 8,
      undoneBy: 19,
    }),
  );
  const { en, ja } = await runInBoth("imports show 019a9f3c-5a00-7abc-8def-000000000005 --format json", {
    tenant: holding(over),
  });
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [{ operation: "imports" }] });
  const { secretsSet, orgsCreated, unchanged, errors, undoneBy } = over;
  expect(JSON.parse(en.stdout)).toMatchObject({ secretsSet, orgsCreated, unchanged, errors, undoneBy, kept: null });
  expect(ja.stdout).toBe(en.stdout);
});

test("names by number the change that it undoes and the change that undid it", async () => {
  const undoing = toCommittedPlan(planOf({ undoes: 17 }));
  const tenant = holding(undoing);
  const { stdout } = await run("imports show 019a9f3c-5a00-7abc-8def-000000000005 --format json", { tenant });
  expect(JSON.parse(stdout)).toMatchObject({ undoes: 17, undoneBy: null });
  const { en, ja } = await runInBoth("imports show 019a9f3c-5a00-7abc-8def-000000000005 --fields all", {
    tenant,
    terminal: {},
  });
  expect(en.stdout).toMatch(/^undoes change +17$/m);
  expect(ja.stdout).toMatch(/^取り消す変更 +17$/m);
  expect(en.stdout).toMatch(/^undone by change *$/m);
});

test("shows what an open plan would do", async () => {
  const { en, ja } = await runInBoth("imports show 019a9f3c-5a00-7abc-8def-000000000005 --fields state", {
    tenant: holding(planOf(), planning),
  });
  expect(en).toMatchObject({ exit: 0, stdout: "state\nplanned\n" });
  expect(en.stderr).toContain("plan for kanto (context local): users, append (追加更新), 2 rows\n");
  expect(en.stderr).toContain("  ~ 3 taro@example.co.jp 髙橋 花子: 役職: 主任 → (blank), TEL: 03 → 04\n");
  expect(ja.stderr).toContain("  ~ 3 taro@example.co.jp 髙橋 花子: 役職: 主任 → (空), TEL: 03 → 04\n");
  expect(ja.stderr).toContain("kanto(コンテキスト local)に対する計画: ユーザー、追加更新、2 行\n");
  expect(listOperations(en.requests)).toEqual(["imports", "importRows", "importRows"]);
});

test.each(["uploading", "discarded"] as const)("shows no plan for an import that is %s", async (state) => {
  const { exit, stderr } = await run("imports show 019a9f3c-5a00-7abc-8def-000000000005", {
    tenant: holding(planOf({ state })),
  });
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
});

test("lists the problems in the file of an open plan", async () => {
  const plan = planOf({ errors: 1, invalid: 1, rejected: true });
  const importProblems = [problemOf({ row: 3, line: 3 })];
  const { stderr } = await run("imports show 019a9f3c-5a00-7abc-8def-000000000005", {
    tenant: holding(plan, { tenant: example("tenant"), importProblems }),
  });
  expect(stderr).toContain("people.csv:3:2: メールアドレス: not an email address (B3)\n");
});

test("--rows lists the whole plan, with deletions without a row", async () => {
  const gone = rowOf({
    row: 0,
    key: "old@example.co.jp",
    action: "delete",
    changed: [],

    after: [{ field: "name", value: "山田 古" }],
  });
  const tenant = holding(planOf(), { importRows: createRowsResponder(...ROWS, gone) });
  const { en, ja } = await runInBoth("imports show 019a9f3c-5a00-7abc-8def-000000000005 --rows", { tenant });
  expect(en).toMatchObject({ exit: 0, stderr: "" });
  expect(en.stdout.split("\n")).toEqual([
    "row\tkey\tname\taction\tchanges",
    `2\thanako@example.co.jp\t髙橋 花子\tcreate\t[{"field":"name","before":null,"after":"髙橋 花子"}]`,
    `3\ttaro@example.co.jp\t髙橋 花子\tupdate\t[{"field":"title","before":"主任","after":null},{"field":"tel","before":"03","after":"04"}]`,
    "\told@example.co.jp\t山田 古\tdelete\t[]",
    "",
  ]);
  expect(en.requests.at(-1)).toEqual({ operation: "importRows", params: { id: PLAN_ID } });
  expect(ja.stdout).toBe(en.stdout);
});

test("on a terminal, --rows of a committed import shows who changed, with old and new values", async () => {
  const gone = rowOf({
    row: 0,
    key: "old@example.co.jp",
    action: "delete",
    changed: [],
    before: [{ field: "name", value: "山田 古" }],
    after: [],
  });
  const tenant = holding(toCommittedPlan(), { importRows: createRowsResponder(...ROWS, gone) });
  const { en, ja } = await runInBoth("imports show last --rows", { tenant, terminal: { columns: 200 } });
  expect(en.stdout).toMatch(/ taro@example\.co\.jp +髙橋 花子 +update +役職: 主任 → \(blank\); TEL: 03 → 04\n/);
  expect(ja.stdout).toMatch(/ old@example\.co\.jp +山田 古 +削除\n/);
});

test("says why the rows of a closed plan cannot be listed", async () => {
  const importRows = new Failure("conflict", { what: { en: "no open plan", ja: "計画がありません" } });
  const { en, ja } = await runInBoth("imports show 019a9f3c-5a00-7abc-8def-000000000005 --rows", {
    tenant: holding(toCommittedPlan(), { importRows }),
  });
  expect(en).toMatchObject({ exit: 5, stderr: "error: no open plan\n" });
  expect(ja).toMatchObject({ exit: 5, stderr: "エラー: 計画がありません\n" });
  expect(await run("imports show fff", { tenant: holding() })).toMatchObject({ exit: 6, stdout: "" });
});
