import { expect, test } from "vitest";
import { inBoth, run } from "#support/commands/program.ts";
import { folderWith, operations, planning, planOf } from "#support/commands/imports/plans.ts";
import { changesIn } from "../../../lib/plan/describe.ts";
import { refuseBeyond } from "../../../lib/plan/limits.ts";

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

test("updates are counted of all kinds, and a share is of each kind", () => {
  const device = { thing: "device", create: 0, update: 1, delete: 0, recordsBefore: 4 };
  const undo = planOf({ create: 0, update: 1, recordsBefore: 200, mode: "undo", beside: [device] });
  const refused = (maxChanges: string) => () => refuseBeyond(changesIn(undo), { maxChanges });
  expect(refused("1")).toThrow("the plan updates 2 of 204 records, more than the 1 allowed; nothing was changed");
  expect(refused("20%")).toThrow("the plan updates 1 of 4 devices, more than the 0 allowed; nothing was changed");
  for (const limit of ["2", "25%"]) expect(refused(limit)).not.toThrow();
});
