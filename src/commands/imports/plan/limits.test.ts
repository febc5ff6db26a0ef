import { expect, test } from "vitest";
import { inBoth, run } from "#support/commands/program.ts";
import { folderWith, operations, planning, planOf } from "#support/commands/imports/plans.ts";

const plan = planOf({ create: 0, update: 0, delete: 30, recordsBefore: 200, mode: "replace" });
const tenant = planning(plan, { discardImport: plan, import: plan });
const LINE = "users import people.csv --mode replace --yes --max-deletions";

test.each(["", " --dry-run"])("a replace beyond its limit changes nothing, and says what to type:%s", async (dry) => {
  const folder = folderWith({ "people.csv": "氏名,メールアドレス\n" });
  const { en, ja } = await inBoth(`${LINE} 5%${dry}`, { tenant, folder });
  expect([en.exit, ja.exit]).toEqual([10, 10]);
  expect(en.stderr).toContain(
    "error: the plan deletes 30 of 200 records, more than the 10 allowed; nothing was changed\n  --max-deletions 5%\n  if they are to go, pass --confirm-deletions 30 instead\n",
  );
  expect(ja.stderr).toContain("エラー: 計画では 200 件のうち 30 件を削除します。上限の 10 件を超えるため、");
  expect(operations(en.requests).at(-1)).toBe("discardImport");
  const { stderr } = await run(`${LINE} 5%${dry} --format json`, { tenant, folder });
  expect(JSON.parse(stderr.trim().split("\n").at(-1) ?? "")).toMatchObject({ type: "limit-exceeded", status: 422 });
});

test("one that cannot be read is a usage error before anything is asked", async () => {
  const { en, ja } = await inBoth(`${LINE} many`);
  expect(en).toMatchObject({ exit: 2, requests: [] });
  expect(en.stderr).toContain("error: many is neither a number of records nor a share of them\n  --max-deletions\n");
  expect(ja.stderr).toContain("例: --max-deletions 20、--max-deletions 5%\n");
  expect(await run("imports commit 019a --yes --max-changes 5x")).toMatchObject({ exit: 2, requests: [] });
});
