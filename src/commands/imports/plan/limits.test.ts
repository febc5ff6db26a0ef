import { expect, test } from "vitest";
import { runInBoth, run } from "#support/commands/program.ts";
import { createFolderWith, listOperations, buildPlanAnswers, planOf } from "#support/commands/imports/plans.ts";
import { listPlanChanges } from "../../../lib/plan/describe.ts";
import { enforceLimits } from "../../../lib/plan/limits.ts";

const plan = planOf({ create: 0, update: 0, delete: 30, recordsBefore: 200, mode: "replace" });
const tenant = buildPlanAnswers(plan, { discardImport: plan, import: plan });
const LINE = "users import people.csv --mode replace --yes --max-deletions";

test.each(["", " --dry-run"])("a replace beyond its limit changes nothing and says what to type:%s", async (dry) => {
  const folder = createFolderWith({ "people.csv": "氏名,メールアドレス\n" });
  const { en, ja } = await runInBoth(`${LINE} 5%${dry}`, { tenant, folder });
  expect([en.exit, ja.exit]).toEqual([10, 10]);
  expect(en.stderr).toContain(
    "error: the plan deletes 30 of 200 records, but the limit is 10; nothing was changed\n  --max-deletions 5%\n  if that is right, pass --confirm-deletions 30 instead\n",
  );
  expect(ja.stderr).toContain("エラー: 計画では 200 件のうち 30 件を削除します。上限の 10 件を超えるため、");
  expect(listOperations(en.requests).at(-1)).toBe("discardImport");
  const { stderr } = await run(`${LINE} 5%${dry} --format json`, { tenant, folder });
  expect(JSON.parse(stderr.trim().split("\n").at(-1) ?? "")).toMatchObject({ type: "limit-exceeded", status: 422 });
});

test("an invalid limit is a usage error before anything is asked", async () => {
  const { en, ja } = await runInBoth(`${LINE} many`);
  expect(en).toMatchObject({ exit: 2, requests: [] });
  expect(en.stderr).toContain('error: "many" is neither a number of records nor a percentage\n  --max-deletions\n');
  expect(ja.stderr).toContain("例: --max-deletions 20、--max-deletions 5%\n");
  expect(await run("imports commit 019a9f3c-5a00-7abc-8def-000000000005 --yes --max-changes 5x")).toMatchObject({
    exit: 2,
    requests: [],
  });
});

test("counts updates of all kinds together, and applies a percentage to each kind", () => {
  const device = { thing: "device", create: 0, update: 1, delete: 0, recordsBefore: 4 };
  const undo = planOf({ create: 0, update: 1, recordsBefore: 200, mode: "undo", beside: [device] });
  const refused = (maxChanges: string) => () => enforceLimits(listPlanChanges(undo), { maxChanges });
  expect(refused("1")).toThrow("the plan updates 2 of 204 records, but the limit is 1; nothing was changed");
  expect(refused("20%")).toThrow("the plan updates 1 of 4 records, but the limit is 0; nothing was changed");
  for (const limit of ["2", "25%"]) expect(refused(limit)).not.toThrow();
});
