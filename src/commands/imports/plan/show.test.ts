import { expect, test } from "vitest";
import { inBoth } from "../../testing/program.ts";
import { folderWith, planning, planOf } from "../testing/plans.ts";

const FIRST = [
  { task: 1, name: "山田", field: "title" },
  { task: 2, name: "佐藤", field: null },
];

test.each([
  [2, "", ""],
  [5, "; …", "、…"],
])("what an export overwrites of open tasks is told before it is committed: %i values", async (count, en, ja) => {
  const plan = planOf({ mode: "replace", overwrites: { count, first: FIRST } });
  const circumstances = {
    tenant: { ...planning(plan), discardImport: planOf({ state: "discarded" }) },
    folder: folderWith({ "in.csv": "氏名,メールアドレス\n髙橋 花子,hanako@example.co.jp\n" }),
  };
  const told = await inBoth("users import in.csv --from-console --dry-run", circumstances);
  expect(told.en.stderr).toContain(
    `warning: overwrites ${count} values of open tasks for the console: 山田: 役職 (task 1); 佐藤: the record (task 2)${en}\n`,
  );
  expect(told.ja.stderr).toContain(
    `警告: 管理画面での未了の作業の値 ${count} 件を上書きします: 山田: 役職(作業 1)、佐藤: レコード全体(作業 2)${ja}\n`,
  );
});
