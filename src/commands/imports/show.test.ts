import { expect, test } from "vitest";
import { run, runInBoth } from "#support/commands/program.ts";
import { example, type Answers } from "#support/commands/tenant.ts";
import {
  toCommittedPlan,
  createRowsResponder,
  PLAN_ID,
  listOperations,
  planOf,
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
  const { en, ja } = await runInBoth("imports show 17 --format json", {
    tenant: holding(over),
  });
  expect(en).toMatchObject({ exit: 0, stderr: "", requests: [{ operation: "imports" }] });
  const { secretsSet, orgsCreated, unchanged, errors, undoneBy } = over;
  expect(JSON.parse(en.stdout)).toMatchObject({ secretsSet, orgsCreated, unchanged, errors, undoneBy, kept: null });
  expect(ja.stdout).toBe(en.stdout);
  const shown = await run("imports show 17", { tenant: holding(over), terminal: {} });
  expect(shown.stdout).not.toMatch(/ 0$/m);
});

test("shows what an open plan would do", async () => {
  const { en, ja } = await runInBoth("imports show P12 --fields state", {
    tenant: holding(planOf(), planning),
  });
  expect(en).toMatchObject({ exit: 0, stdout: "state\nplanned\n" });
  expect(en.stderr).toContain("plan for kanto (context local): users, append (追加更新), 2 rows\n");
  expect(en.stderr).toContain("  ~ 3 taro@example.co.jp 髙橋 花子: 役職: 主任 → (blank), TEL: 03 → 04\n");
  expect(ja.stderr).toContain("  ~ 3 taro@example.co.jp 髙橋 花子: 役職: 主任 → (空), TEL: 03 → 04\n");
  expect(ja.stderr).toContain("kanto(コンテキスト local)に対する計画: ユーザー、追加更新、2 行\n");
  expect(listOperations(en.requests)).toEqual(["imports", "importRows", "importRows"]);
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
  const { en, ja } = await runInBoth("imports show P12 --rows", { tenant });
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
