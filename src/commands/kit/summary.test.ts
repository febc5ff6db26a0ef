import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import {
  toCommittedPlan,
  createFolderWith,
  createRowsResponder,
  buildPlanAnswers,
  planOf,
  ROWS,
} from "#support/commands/imports/plans.ts";
import { runInBoth, run, type Circumstances } from "#support/commands/program.ts";
import { example, type Answers } from "#support/commands/tenant.ts";
import type { Import } from "../../lib/client/index.ts";
import { RunSummary } from "./summary.ts";

const START = "2026-11-20T10:00:00+09:00 local";
const CSV = "氏名,メールアドレス\n";
const PLAN = planOf({ number: "P2", create: 0, update: 0, delete: 3, recordsBefore: 200, mode: "replace" });
const LEFT = { import: PLAN, discardImport: PLAN };
const NOTHING = planOf({ number: "P4", create: 0, update: 0, unchanged: 2 });
const SECRETS = { ...NOTHING, secretsSet: 2 };
const REPLACE = "users import n2.csv --mode replace --yes --max-deletions";

const planned = (plan: Import, more: Answers): Circumstances => ({
  tenant: buildPlanAnswers(plan, more),
  folder: createFolderWith({ "n2.csv": CSV, "n 2.csv": CSV }),
});

test("an unattended import has one summary line, the same in both languages", async () => {
  const { en, ja } = await runInBoth(`${REPLACE} 5%`, planned(PLAN, { commitImport: toCommittedPlan(PLAN) }));
  expect(en.summary).toBe(`${START} users import n2.csv: +0 ~0 -3 import 17 exit 0`);
  expect(ja.summary).toBe(en.summary);
});

test.each([
  [`${REPLACE} 1`, PLAN, LEFT, "+0 ~0 -3 import P2 exit 10"],
  [`${REPLACE} 5% --confirm-deletions 2`, PLAN, LEFT, "+0 ~0 -3 import P2 exit 3"],
  ["users import n2.csv --no-input", planOf(), LEFT, "+1 ~1 -0 import P12 exit 2"],
  ["users import n2.csv --yes", NOTHING, { discardImport: NOTHING }, "+0 ~0 -0 import P4 exit 0"],
  [
    "users import n2.csv --yes --quiet",
    SECRETS,
    { commitImport: toCommittedPlan(SECRETS) },
    "+0 ~0 -0 import 17 exit 0",
  ],
] as const)("summarises a plan whatever happens to it: %s", async (line, plan, answers, ending) => {
  const { summary } = await run(line, planned(plan, answers));
  expect(summary).toBe(`${START} users import n2.csv: ${ending}`);
});

test("--quiet keeps the line of a refusal, and omits the line of a plan that changes nothing", async () => {
  const { importRows: _, ...tenant } = buildPlanAnswers(PLAN, LEFT);
  const folder = createFolderWith({ "n2.csv": CSV });
  const refused = await run(`${REPLACE} 1 --quiet`, { tenant, folder });
  expect(refused.summary).toBe(`${START} users import n2.csv: +0 ~0 -3 import P2 exit 10`);
  const unchanged = await run("users import n2.csv --yes --quiet", planned(NOTHING, { discardImport: NOTHING }));
  expect(unchanged).toMatchObject({ exit: 0, summary: undefined, stderr: "" });
});

test.each([
  ["'n 2.csv'", "n 2.csv"],
  ["n2.csv", "./n2.csv"],
  ["-", "-"],
] as const)("the file is one word without its folder: %s", async (name, file) => {
  const circumstances = { ...planned(planOf(), { commitImport: toCommittedPlan() }), stdin: CSV };
  const { summary } = await run(["users", "import", file, "--yes"], circumstances);
  expect(summary).toBe(`${START} users import ${name}: +1 ~1 -0 import 17 exit 0`);
});

const DELETION = example<Import>("planDeletion");
const deleting: Answers = {
  findUsers: example("findUsers"),
  planDeletion: DELETION,
  tenant: example("tenant"),
  importRows: createRowsResponder(...ROWS),
  commitImport: toCommittedPlan(DELETION),
};

test("contains no personal names", async () => {
  const { summary } = await run("users delete hanako@example.co.jp --confirm-deletions 1", { tenant: deleting });
  expect(summary).toBe(`${START} users delete: +0 ~0 -1 import 17 exit 0`);
  const { findUsers: _find, planDeletion: _plan, ...kept } = deleting;
  const imports = { items: [{ ...DELETION, state: "planned" }] };
  const later = await run("imports commit P12 --confirm-deletions 1", { tenant: { ...kept, imports } });
  expect(later.summary).toBe(`${START} imports commit: +0 ~0 -1 import 17 exit 0`);
});

test.each([
  ["at a terminal", "users import n2.csv --yes", { terminal: {} }, { commitImport: toCommittedPlan() }],
  ["of a dry run", "users import n2.csv --dry-run", {}, { discardImport: planOf() }],
] as const)("there is no summary %s", async (_, line, more, answers) => {
  const { exit, summary } = await run(line, { ...planned(planOf(), answers), ...more });
  expect({ exit, summary }).toEqual({ exit: 0, summary: undefined });
});

test("the summary of an invalid command line names no tenant, unless it stopped a plan", () => {
  const summary = new RunSummary(["users", "import"], () => new Date(0));
  summary.work({ name: "kanto", timezone: "UTC" });
  summary.add({ file: "n2.csv" });
  expect(summary.line(2)).toBe("1970-01-01T00:00:00+00:00 - users import n2.csv: +0 ~0 -0 exit 2");
  expect(summary.line(3)).toContain(" kanto users import n2.csv: +0 ~0 -0 exit 3");
  summary.add({ create: 1 });
  expect(summary.line(2)).toContain(" kanto users import n2.csv: +1 ~0 -0 exit 2");
});

test("the summary of several plans has the sum of their records, and the number of the last", () => {
  const summary = new RunSummary(["console", "sync"], () => new Date(0));
  summary.add({ file: "o.csv u.csv" });
  for (const [number, create, changed] of [
    ["2", 3, true],
    ["3", 4, false],
  ] as const) {
    summary.add({ create, update: 1, delete: 0, number: "P1" });
    summary.add({ create, update: 1, delete: 0, number, changed });
  }
  expect(summary.line(0)).toContain(": +7 ~2 -0 import 3 exit 0");
  expect(summary.changed).toBe(true);
});

test.each([
  ["users import", "users import"],
  ["orgs import n2.csv --mode x", "orgs import"],
  ["undo", "undo"],
  ["users leave --on xx a", "users leave"],
])("an invalid command line has a summary: %s", async (line, command) => {
  const { en, ja } = await runInBoth(line);
  expect(en).toMatchObject({ exit: 2, summary: `2026-11-20T10:00:00+09:00 - ${command}: +0 ~0 -0 exit 2` });
  expect(ja.summary).toBe(en.summary);
  const dry = await run(`${line} --dry-run`, {});
  expect(dry.summary).toBeUndefined();
  const typed = await run(line, { terminal: {} });
  expect(typed.summary).toBeUndefined();
});

test.each([
  ["SIGHUP", 129],
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("an import that %s interrupts has a summary", async (signal, exit) => {
  const signals = new EventEmitter();
  const answers = planned(PLAN, {
    import: toCommittedPlan(PLAN),
    commitImport: () => {
      signals.emit(signal);
      return toCommittedPlan(PLAN);
    },
  });
  const ended = await run(`${REPLACE} 5%`, { ...answers, signals });
  expect(ended).toMatchObject({ exit, summary: `${START} users import n2.csv: +0 ~0 -3 import 17 exit ${exit}` });
});
