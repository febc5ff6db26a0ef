import { expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { example } from "#support/commands/tenant.ts";
import {
  createFolderWith,
  createRowsResponder,
  buildPlanAnswers,
  planOf,
  rowOf,
  toCommittedPlan,
} from "#support/commands/imports/plans.ts";

const FIRST = [
  { name: "山田", field: "title", local: "部長", console: null, confirmed: true },
  { name: "佐藤", field: null, local: null, console: null, confirmed: false },
  { name: "小林", field: "title", local: null, console: "主任", confirmed: false, deleted: true as const },
];

test.each([
  [3, "", ""],
  [6, "warning: and 3 more\n", "警告: ほか 3 件\n"],
])("the plan of an export shows what was changed here: %i contradictions", async (contradicted, en, ja) => {
  const plan = planOf({ mode: "replace", merged: { open: 3, contradicted, leftOut: 1, first: FIRST } });
  const circumstances = {
    tenant: { ...buildPlanAnswers(plan), discardImport: planOf({ state: "discarded" }) },
    folder: createFolderWith({ "in.csv": "氏名,メールアドレス\n髙橋 花子,hanako@example.co.jp\n" }),
  };
  const printed = await runInBoth("users import in.csv --from-console --dry-run", circumstances);
  expect(printed.en.stderr).toContain(
    "warning: 1 row left out because the matching record is not certain; do the tasks in the console, then export again (clomoctl console list)\n" +
      "warning: 3 records changed in this tenant but not in the console yet; the local values are kept (clomoctl console list)\n" +
      `warning: ${contradicted} differences between the console and the changes in this tenant; the local values are kept (what to do: clomoctl console list)\n` +
      "warning: 山田: 役職: in this tenant: 部長 (confirmed as done); in the console: (blank)\n" +
      "warning: 佐藤: not in the console\n" +
      `warning: 小林: 役職: deleted in this tenant; in the console: 主任\n${en}`,
  );
  expect(printed.ja.stderr).toContain(
    "警告: このテナントで変更し、管理画面ではまだ変更していないデータ: 3 件。このテナントの値を残します(clomoctl console list)\n" +
      `警告: 管理画面に、このテナントでの変更と異なる内容が ${contradicted} 件あります。このテナントの値を残します(対処: clomoctl console list)\n` +
      "警告: 山田: 役職: このテナントでは 部長(完了を確認済み)、管理画面では (空)\n" +
      `警告: 佐藤: 管理画面にありません\n警告: 小林: 役職: このテナントでは削除済み、管理画面では 主任\n${ja}`,
  );
});

test("the plan of a preferred export lists what it gives up", async () => {
  const [, gone] = FIRST;
  const first = Array.from({ length: 25 }, (_, at) => ({
    ...FIRST[0],
    name: `山田${at}`,
    console: "次長",
    confirmed: false,
  }));
  const plan = planOf({
    mode: "replace",
    merged: {
      open: 0,
      contradicted: 0,
      leftOut: 0,
      first: [],
      givenUp: { count: 26, first: [gone, ...first] as never },
    },
  });
  const printed = await runInBoth("users import in.csv --from-console --prefer console --dry-run", {
    tenant: { ...buildPlanAnswers(plan), discardImport: planOf({ state: "discarded" }) },
    folder: createFolderWith({ "in.csv": "氏名,メールアドレス\n髙橋 花子,hanako@example.co.jp\n" }),
  });
  expect(printed.en.requests.find(({ operation }) => operation === "createImport")).toMatchObject({
    json: { fromConsole: true, prefer: "console" },
  });
  expect(printed.en.stderr).toContain(
    "warning: 26 values changed in this tenant, to be replaced with the console value:\n" +
      "warning: 佐藤: not in the console\nwarning: 山田0: 役職: in this tenant: 部長; in the console: 次長\n",
  );
  expect(printed.en.stderr).toMatch(/山田18: .* 次長\nwarning: and 6 more\n/);
  expect(printed.ja.stderr).toContain(
    "このテナントでの変更を取りやめ、管理画面の内容に置き換える値: 26 件\n警告: 佐藤: 管理画面にありません\n",
  );
});

test.each([
  [true, " --from-console", "", ""],
  [undefined, "", "; to keep them, pass --blank keep", "(--blank keep を付ければ残ります)"],
])("proposes to keep removed memberships, except for a console export: %s", async (fromConsole, flag, en, ja) => {
  const { request } = planOf();
  const plan = planOf({
    kind: "docs",
    request: request && { ...request, fromConsole },
    columns: [{ field: "groups", changed: 1, cleared: 0, removed: 2, kept: 0 }],
  });
  const circumstances = {
    tenant: { ...buildPlanAnswers(plan), discardImport: planOf({ state: "discarded" }) },
    folder: createFolderWith({ "in.csv": "表示名,ユーザーID,グループ名\n田中,tanaka,A\n" }),
  };
  const told = await runInBoth(`secured users import in.csv --app docs${flag} --dry-run`, circumstances);
  expect(told.en.stderr).toContain(`グループ名: 2 memberships would be removed${en}\n`);
  expect(told.ja.stderr).toContain(`グループ名: 所属 2 件がなくなります${ja}\n`);
});

test("a device that is created is shown with its owner", async () => {
  const after = [
    { field: "serialNumber", value: "SN000001" },
    { field: "ownerEmail", value: "hanako@example.co.jp" },
  ];
  const row = rowOf({ row: 2, line: 2, key: "SN000001", action: "create", exists: false, after });
  const plan = planOf({ kind: "devices", create: 1, update: 0, delete: 0 });
  const { stderr } = await run("devices import in.csv --dry-run", {
    tenant: {
      ...buildPlanAnswers(plan, { importRows: createRowsResponder(row) }),
      discardImport: planOf({ state: "discarded" }),
    },
    folder: createFolderWith({ "in.csv": "シリアルナンバー,所有者メールアドレス\nSN000001,hanako@example.co.jp\n" }),
  });
  expect(stderr).toContain("  + 2 SN000001 hanako@example.co.jp\n");
});

test("an unattended import warns of a column that loses most of its values, even with --quiet", async () => {
  const columns = [{ field: "nameKana", changed: 0, cleared: 108, removed: 0, kept: 0, clearedOf: 117 }];
  const plan = planOf({ columns });
  const { importRows: _notRead, ...answers } = buildPlanAnswers(plan);
  const { exit, stderr } = await run("users import in.csv --yes --quiet", {
    tenant: { ...answers, commitImport: toCommittedPlan(plan) },
    folder: createFolderWith({ "in.csv": "氏名,メールアドレス\n髙橋 花子,hanako@example.co.jp\n" }),
  });
  expect(exit).toBe(0);
  expect(stderr).toContain("warning: フリガナ: 108 of 117 values would be cleared; to keep them, pass --blank keep\n");
});

test.each([[{}, "; to keep them, pass --blank keep", "(--blank keep を付ければ残ります)"]])(
  "a column that loses most of its values has its own warning: %o",
  async (change, en, ja) => {
    const columns = [
      { field: "nameKana", changed: 0, cleared: 108, removed: 0, kept: 0, clearedOf: 117 },
      { field: "title", changed: 0, cleared: 12, removed: 0, kept: 0 },
    ];
    const plan = planOf({ columns, ...change });
    const told = await runInBoth("users import in.csv --dry-run", {
      tenant: { ...buildPlanAnswers(plan), discardImport: planOf({ state: "discarded" }) },
      folder: createFolderWith({ "in.csv": "氏名,メールアドレス\n髙橋 花子,hanako@example.co.jp\n" }),
    });
    expect(told.en.stderr).toContain(`warning: フリガナ: 108 of 117 values would be cleared${en}\n`);
    expect(told.ja.stderr).toContain(`警告: フリガナ: 117 件の値のうち 108 件が消えます${ja}\n`);
    expect(told.ja.stderr).not.toContain("警告: 役職");
  },
);

test.each([
  ["users import in.csv --dry-run", "--report plan.xlsx", {}],
  ["users import in.csv --dry-run --report all.csv --overwrite", "all.csv", { importProblems: [] }],
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
  expect(told.ja.stderr).toContain(`  … 他 25 件(全件: ${all})\n`);
});

test("a command lists all rows of a plan that is kept", async () => {
  const plan = planOf({ create: 30, update: 0 });
  const rows = Array.from({ length: 30 }, (_, at) => rowOf({ row: at + 2 }));
  const tenant = { imports: { items: [plan] }, tenant: example("tenant"), importRows: createRowsResponder(...rows) };
  const told = await run("imports show P12", { tenant });
  expect(told.stderr).toContain("  … and 25 more (all: clomoctl imports show P12 --rows)\n");
});
