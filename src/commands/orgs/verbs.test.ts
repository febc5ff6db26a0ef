import { expect, test } from "vitest";
import type { Import, Org, WrittenOrg } from "../../lib/client/index.ts";
import { toCommittedPlan, listOperations, rowOf } from "#support/commands/imports/plans.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { example, toWritten, type Answers } from "#support/commands/tenant.ts";

const USERS = { thing: "user", create: 0, update: 0, delete: 3, recordsBefore: 120 } as const;
const PLAN: Import = {
  ...example<Import>("planDeletion"),
  id: "019a9f3c-5a00-7abc-8def-000000000007",
  number: "P13",
  kind: "orgs",
  delete: 2,
  recordsBefore: 22,
};
const BOTH: Import = { ...PLAN, beside: [USERS] };
const DISCARDED = { ...PLAN, state: "discarded" } as const;
const [SALES] = example<{ items: readonly Org[] }>("findOrgs").items;

const goneOrg = rowOf({
  row: 0,
  key: "S01",
  action: "delete",

  after: [
    { field: "id", value: SALES?.id ?? "" },
    { field: "path", value: "本社/営業部" },
    { field: "name", value: "営業部" },
  ],
});
const goneUser = rowOf({ thing: "user", row: 0, action: "delete" });

const tenantWith = (more: Answers, plan = BOTH): Answers => ({
  findOrgs: example("findOrgs"),
  planDeletion: plan,
  tenant: example("tenant", { mirroredAt: null }),
  importRows: plan.beside === undefined ? [goneOrg] : [goneOrg, goneUser],
  ...more,
});

test("--recursive is one plan, confirmed by the total and undone by one number", async () => {
  const tenant = tenantWith({ commitImport: toCommittedPlan(BOTH, 18) });
  const line = "orgs delete S01 --recursive --confirm-deletions 5 --format json";
  const { en } = await runInBoth(line, { tenant });
  expect(en.exit).toBe(0);
  expect(en.stderr).toBe(
    [
      "plan for kanto (context local): organisations, delete",
      "organisation: delete 2 of 22",
      "user: delete 3 of 120",
      "  - S01 本社/営業部",
      "  - user hanako@example.co.jp 髙橋 花子",
      "import 18: delete 5",
      "undo: clomoctl undo 18",
      "",
    ].join("\n"),
  );
  expect(JSON.parse(en.stdout)).toMatchObject({ number: "18", delete: 2, beside: [USERS] });
  expect(en.requests[1]?.json).toEqual({ kind: "orgs", ids: [SALES?.id], recursive: true, called: "S01" });
  expect(listOperations(en.requests).filter((operation) => operation === "commitImport")).toHaveLength(1);
});

test.each([
  ["--confirm-deletions 2", 3, "the plan deletes 5 records, not 2; nothing was changed"],
  ["--yes --max-deletions 4", 10, "the plan deletes 5 of 142 records, but the limit is 4; nothing was changed"],
  ["--yes", 3, "pass --confirm-deletions 5"],
])("the count of one kind does not confirm both: %s exits with %i", async (answer, ending, told) => {
  const tenant = tenantWith({ import: BOTH, discardImport: DISCARDED });
  const { exit, stderr } = await run(`orgs delete S01 --recursive ${answer}`, { tenant });
  expect(exit).toBe(ending);
  expect(stderr).toContain(told);
});

test.each([
  ["20", 12, 1, "12 of 12 records, but the limit is 6; nothing was changed"],
  ["40%", 12, 1, "12 of 12 records, but the limit is 4; nothing was changed"],
  ["40%", 1, 13, "13 of 30 records, but the limit is 12; nothing was changed"],
  ["12", 6, 8, "14 of 42 records, but the limit is 12; nothing was changed"],
])("--max-deletions %s applies to each kind separately: %i and %i", async (limit, users, orgs, en) => {
  const beside = [{ ...USERS, delete: users, recordsBefore: 12 }];
  const whole = { ...PLAN, delete: orgs, recordsBefore: 30, beside };
  const tenant = tenantWith({ import: whole, discardImport: DISCARDED }, whole);
  const told = await runInBoth(`orgs delete S01 --recursive --yes --max-deletions ${limit}`, { tenant });
  expect(told.en).toMatchObject({ exit: 10, stderr: expect.stringContaining(`error: the plan deletes ${en}`) });
  expect(told.en.stderr).toContain(`pass --confirm-deletions ${users + orgs} instead`);
  const { findOrgs: _find, planDeletion: _plan, discardImport: _discard, ...kept } = tenant;
  const imports = { items: [whole] };
  const later = await run(`imports commit P13 --yes --max-deletions ${limit}`, { tenant: { ...kept, imports } });
  expect(later).toMatchObject({ exit: 10, stderr: expect.stringContaining(`error: the plan deletes ${en}`) });
});

test("a dry run says that nothing was changed and proposes nothing", async () => {
  const { after } = example<WrittenOrg>("createOrg");
  const createOrg = toWritten(null, { ...after, name: "一課", code: null, path: "本社/一課" }, { dryRun: true });
  const { en } = await runInBoth("orgs create 一課 --dry-run", { tenant: { createOrg } });
  expect(en.requests).toEqual([{ operation: "createOrg", json: { name: "一課", dryRun: true } }]);
  expect(en.stderr).toBe("would be created: 本社/一課\ndry run: nothing was changed\n");
  // it would be created with another id
  const { stdout } = await run("orgs create 一課 --dry-run --format json", { tenant: { createOrg } });
  expect(JSON.parse(stdout)).toMatchObject({ id: null, path: "本社/一課" });
});
