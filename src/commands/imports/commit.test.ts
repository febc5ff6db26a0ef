import { expect, test } from "vitest";
import type { Import } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { runInBoth, run } from "#support/commands/program.ts";
import { TestTenant } from "#support/tenant/tenant.ts";
import { example, type Answers } from "#support/commands/tenant.ts";
import {
  COMMITTED_RESULT,
  toCommittedPlan,
  createFolderWith,
  createRowsResponder,
  PLAN_ID,
  listOperations,
  planOf,
  rowOf,
  ROWS,
} from "#support/commands/imports/plans.ts";

const GONE = rowOf({ row: 0, key: "old@example.co.jp", action: "delete", changed: [] });

const holding = (plan: Import, more: Answers = {}): Answers => ({
  imports: { items: [plan] },
  tenant: example("tenant"),
  importRows: createRowsResponder(...ROWS, GONE),
  ...more,
});
const TO_THE_VIEW = ["imports", "importRows", "importRows"];

test("shows the plan and commits it as shown: --yes", async () => {
  const tenant = holding(planOf(), { commitImport: toCommittedPlan() });
  const { en, ja } = await runInBoth("imports commit P12 --yes --format json", {
    tenant,
  });
  expect(en.exit).toBe(0);
  expect(JSON.parse(en.stdout)).toMatchObject(COMMITTED_RESULT);
  expect(en.stderr).toContain("plan for kanto (context local)");
  expect(en.requests.at(-1)).toEqual({ operation: "commitImport", params: { id: PLAN_ID }, json: { etag: "7-3" } });
  expect(ja.stdout).toBe(en.stdout);
  expect(listOperations(ja.requests)).toEqual([...TO_THE_VIEW, "commitImport"]);
});

test("the tenant refuses a plan with invalid rows, before anything is asked", async () => {
  const plan = planOf({ rejected: true, errors: 1, invalid: 1, delete: 3, mode: "replace" });
  const commitImport = new Failure("input-rejected", { what: { en: "invalid rows", ja: "不正な行" } });
  const { exit, stdout, stderr } = await run("imports commit P12", {
    tenant: { imports: { items: [plan] }, tenant: example("tenant"), commitImport },
    terminal: {},
  });
  expect({ exit, stdout, stderr }).toEqual({ exit: 3, stdout: "", stderr: "error: invalid rows\n" });
});

test("keeps the plan if the answer is no", async () => {
  const terminal = { columns: 300, typing: [["Apply to ", "n\r"]] } as const;
  const { exit, stdout, stderr, requests } = await run("imports commit P12 --format json", {
    tenant: holding(planOf()),
    terminal,
  });
  expect(exit).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ importId: PLAN_ID, dryRun: false, committed: false });
  expect(stderr.endsWith("and the plan is kept; to commit it: clomoctl imports commit P12\n")).toBe(true);
  expect(listOperations(requests)).toEqual(TO_THE_VIEW);
});

test("a plan that generates passwords is not committed later: its file is needed", async () => {
  const { request, ...plan } = planOf();
  const generating = { ...plan, request: request && { ...request, generatePasswords: true } };
  const tenant = {
    imports: { items: [generating] },
    tenant: example("tenant"),
    importRows: createRowsResponder(...ROWS),
  };
  const { exit, stderr, requests } = await run("imports commit P12 --yes", { tenant });
  expect(exit).toBe(3);
  expect(stderr).toContain(
    "import the file again with --generate-passwords; to discard this plan: clomoctl imports discard P12",
  );
  expect(listOperations(requests)).not.toContain("commitImport");
});

test("leaving the question counts as an interruption and keeps the plan", async () => {
  const tenant = holding(planOf(), { import: planOf() });
  const terminal = { columns: 300, typing: [["Apply to ", "\u0003"]] } as const;
  const { exit, stderr, requests } = await run("imports commit P12", {
    tenant,
    terminal,
  });
  expect(exit).toBe(130);
  expect(stderr).toContain(
    `error: interrupted: nothing was changed, and the plan is kept; to commit it: clomoctl imports commit P12\n`,
  );
  expect(listOperations(requests)).toEqual([...TO_THE_VIEW, "import"]);
});

const UNKNOWN_OUTCOME =
  "the commit was in progress: either the whole plan was committed, or nothing; to check: clomoctl imports show P12";

test.each([
  ["unavailable", undefined, UNKNOWN_OUTCOME],
  ["unavailable", "planned", UNKNOWN_OUTCOME],
  ["unavailable", "committed", "the change was made; the output may be incomplete"],
  ["input-rejected", undefined, undefined],
  ["conflict", undefined, undefined],
] as const)("a commit that fails (%s) says what became of the plan (%s): %s", async (code, state, told) => {
  const what = { en: "failed", ja: "失敗" };
  const commitImport = new Failure(code, { what });
  const now = state === undefined ? new Failure("unavailable", { what }) : planOf({ state });
  const { stderr } = await run("imports commit P12 --yes", {
    tenant: holding(planOf(), { commitImport, import: now }),
  });
  expect(/^(?:the commit|the change) .*$/m.exec(stderr)?.[0]).toBe(told);
  expect(stderr.endsWith("error: failed\n")).toBe(true);
});

test.each([
  ["users import list.csv --yes", true, 2],
  ["users import list.csv --yes", false, 2],
  ["undo last --confirm-deletions 1", true, 0],
  ["undo last --confirm-deletions 1", false, 0],
] as const)(
  "%s names the plan if a proxy's 502 hides whether it was committed: %s",
  async (words, isCommitted, users) => {
    await using tenant = new TestTenant();
    const header = ["氏名", "メールアドレス"];
    await tenant.import({ kind: "users" }, [header, ["山田", "yamada@example.jp"]]);
    const folder = createFolderWith({ "list.csv": "氏名,メールアドレス\r\n佐藤,sato@example.jp\r\n" });
    let isDown = false;
    const lossy: typeof tenant.fetch = async (request) => {
      const isCommit = request.url.endsWith("/commit");
      if (isCommit && isCommitted) await tenant.fetch(request);
      isDown ||= isCommit;
      return isDown ? new Response("<html>", { status: 502 }) : tenant.fetch(request);
    };
    const { exit, stderr } = await run(words, { folder, tenant: lossy });
    expect(exit).toBe(7);
    expect(stderr).toContain("(status 502); the tenant may have completed the request\n");
    const [, number = ""] = /: clomoctl imports show (\S+)\n/.exec(stderr) ?? [];
    const place = { folder, tenant: tenant.fetch };
    expect((await run(`imports show ${number} --format tsv --fields state`, place)).stdout).toBe(
      `state\n${isCommitted ? "committed" : "planned"}\n`,
    );
    const confirmed = words.startsWith("undo") ? "--confirm-deletions 1" : "--yes";
    expect((await run(`imports commit ${number} ${confirmed}`, place)).exit).toBe(isCommitted ? 5 : 0);
    expect(await tenant.users()).toHaveLength(users);
  },
);
