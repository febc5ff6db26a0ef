import { expect, test } from "vitest";
import { runInBoth } from "#support/commands/program.ts";
import {
  createFolderWith,
  createRowsResponder,
  buildPlanAnswers,
  planOf,
  rowOf,
} from "#support/commands/imports/plans.ts";

const FIRST = [
  { name: "山田", field: "title", local: "部長", console: null, confirmed: true },
  { name: "佐藤", field: null, local: null, console: null, confirmed: false },
];

test("the plan of an export names what differs from the changes made here", async () => {
  const none = { unsettled: 0, cleared: 0, brought: 0, wishes: { count: 0, first: [] } };
  const plan = planOf({
    mode: "replace",
    merged: { contradicted: 2, leftOutRows: [], leftOut: 1, first: FIRST, ...none },
  });
  const printed = await runInBoth("console sync in.csv --dry-run", {
    tenant: { ...buildPlanAnswers(plan), imports: { items: [] }, discardImport: planOf({ state: "discarded" }) },
    folder: createFolderWith({ "in.csv": "氏名,メールアドレス\n髙橋 花子,hanako@example.co.jp\n" }),
  });
  expect(printed.en.stderr).toContain(
    "warning: 1 row not imported, because the matching record cannot be determined (clomoctl console list)\n" +
      "warning: 2 differences between the console and the mirror; the values of the mirror are kept (clomoctl console list)\n" +
      "warning: 山田: 役職: in the mirror: 部長; in the console: (blank)\nwarning: 佐藤: not in the console\n",
  );
  expect(printed.ja.stderr).toContain(
    "警告: 山田: 役職: ミラーでは 部長、管理画面では (空)\n警告: 佐藤: 管理画面にありません\n",
  );
});

test.each([
  ["users import in.csv --dry-run", "--report plan.xlsx", {}],
  ["users import in.csv --dry-run --report all.csv --overwrite", "all.csv", { orgs: [] }],
])("reports rows that are not listed, and what has all of them: %s", async (line, all, more) => {
  const plan = planOf({ create: 30, update: 0 });
  const rows = Array.from({ length: 30 }, (_, at) => rowOf({ row: at + 2 }));
  const told = await runInBoth(line, {
    tenant: {
      ...buildPlanAnswers(plan),
      importRows: createRowsResponder(...rows),
      discardImport: planOf({ state: "discarded" }),
      ...more,
    },
    folder: createFolderWith({ "in.csv": "氏名,メールアドレス\n髙橋 花子,hanako@example.co.jp\n" }),
  });
  expect(told.en.stderr).toContain(`  … and 25 more (all: ${all})\n`);
  expect(told.ja.stderr).toContain(`  … ほか 25 件(全件: ${all})\n`);
});
