import { EventEmitter } from "node:events";
import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { Failure } from "../../lib/errors/index.ts";
import {
  toCommittedPlan,
  encodeText,
  createFolderWith,
  PLAN_ID,
  listOperations,
  buildPlanAnswers,
  planOf,
  problemOf,
} from "#support/commands/imports/plans.ts";
import { freshFolder, runInBoth, run } from "#support/commands/program.ts";
import { example, type Answers } from "#support/commands/tenant.ts";

const PEOPLE = "氏名,メールアドレス\r\n髙橋 花子,hanako@example.co.jp\r\n";
const folder = (more: Readonly<Record<string, string | Uint8Array>> = {}): string =>
  createFolderWith({ "people.csv": PEOPLE, ...more });
const dropped = (plan = planOf()): Answers => ({ discardImport: { ...plan, state: "discarded" } });
const TO_THE_VIEW = ["createImport", "uploadImport", "importRows", "importRows"];

/** An import that is not confirmed: its plan is only shown. */
const dry = (words: string, more: Answers = {}, files: Readonly<Record<string, string | Uint8Array>> = {}) =>
  run(`users import people.csv --dry-run ${words}`.trimEnd(), {
    tenant: buildPlanAnswers(planOf(), { ...dropped(), ...more }),
    folder: folder(files),
  });

const REQUEST = {
  kind: "users",
  mode: "append",
  skipInvalid: false,
  createOrgs: false,
  delimiter: ",",
  fileName: "people.csv",
  today: "2026-11-20",
};

test("--map assigns headers to fields, including the tenant's custom fields", async () => {
  const map = "columns:\n  名前: 氏名\n  年: 入社年\n  備考: ignore\n";
  const people = "名前|年|備考\r\n";
  const ended = await dry("--map map.yaml", { fields: example("fields") }, { "map.yaml": map, "people.csv": people });
  expect(ended.exit).toBe(0);
  expect(ended.requests.find(({ operation }) => operation === "createImport")?.json).toEqual({
    ...REQUEST,
    delimiter: "|",
    map: {
      columns: [
        { header: "名前", to: "name" },
        { header: "年", to: "入社年" },
        { header: "備考", to: null },
      ],
    },
  });
  expect(listOperations(ended.requests)[0]).toBe("fields");
});

test.each([
  ["--map nowhere.yaml", 6, "nowhere.yaml", {}],
  ["--map map.yaml", 3, "map.yaml", { fields: example("fields") }],
])("an invalid map stops the import before the file is sent: %s", async (words, exit, told, answers) => {
  const files = folder({ "map.yaml": "columns:\n  名前: 名字\n" });
  const ended = await run(`users import people.csv ${words}`, { tenant: answers, folder: files });
  expect(ended).toMatchObject({ exit, stderr: expect.stringContaining(told) });
});

test.each([
  ["utf-8", "", undefined],
  ["shift_jis", "", "shift_jis"],
  ["utf-16le", "", "utf-16le"],
  ["utf-8", " --encoding utf-8", undefined],
  ["utf-16le", " --encoding utf-16le", "utf-16le"],
  ["shift_jis", " --encoding shift_jis", "shift_jis"],
] as const)("sends the bytes unchanged, with their format: %s%s", async (encoding, words, charset) => {
  const mark = encoding === "utf-16le" ? "\ufeff" : "";
  const { exit, requests } = await dry(words.trim(), {}, { "people.csv": encodeText(mark + PEOPLE, encoding) });
  expect(exit).toBe(0);
  expect(requests[1]).toMatchObject({ file: PEOPLE });
  expect(requests[1]?.charset).toBe(charset);
});

test("discards the plan if the answer is no", async () => {
  const { exit, stdout, stderr, requests } = await run("users import people.csv --format json", {
    tenant: buildPlanAnswers(planOf(), dropped()),
    folder: folder(),
    terminal: { typing: [["Apply to kanto", "n\r"]] },
  });
  expect(exit).toBe(0);
  expect(stderr.endsWith("nothing was changed\n")).toBe(true);
  expect(JSON.parse(stdout)).toMatchObject({ dryRun: false, committed: false });
  expect(listOperations(requests)).toEqual([...TO_THE_VIEW, "discardImport"]);
});

test("if nobody can be asked, suggests --yes and discards the plan", async () => {
  const tenant = buildPlanAnswers(planOf(), { import: planOf(), ...dropped() });
  const { en } = await runInBoth("users import people.csv", { tenant, folder: folder() });
  expect(en).toMatchObject({ exit: 2, stdout: "" });
  expect(en.stderr).toMatch(/error: .*Apply to kanto.*\n {2}pass --yes\n$/);
  expect(listOperations(en.requests)).toEqual([...TO_THE_VIEW, "import", "discardImport"]);
  const kept = await run("users import people.csv --keep-plan", {
    tenant: buildPlanAnswers(planOf(), { import: planOf() }),
    folder: folder(),
    terminal: { columns: 300, typing: [["Apply to kanto", "\u0004"]] },
  });
  expect(kept.stderr).toContain(
    `error: interrupted: nothing was changed, and the plan is kept; to commit it: clomoctl imports commit P12\n`,
  );
});

test.each([
  ["--dry-run", false, true],
  ["--dry-run --keep-plan", true, true],
  ["--dry-run --yes", false, true],
])("%s shows the plan and changes nothing", async (words, keeps, dryRun) => {
  const { en } = await runInBoth(`users import people.csv ${words} --format json`, {
    tenant: buildPlanAnswers(planOf(), keeps ? {} : dropped()),
    folder: folder(),
  });
  expect(en.exit).toBe(0);
  expect(JSON.parse(en.stdout)).toMatchObject({ importId: PLAN_ID, dryRun, committed: false });
  expect(en.stderr).not.toContain("nothing to change");
  expect(en.stderr.includes(`the plan is kept; to commit it: clomoctl imports commit P12\n`)).toBe(keeps);
  expect(listOperations(en.requests)).toEqual([...TO_THE_VIEW, ...(keeps ? [] : ["discardImport"])]);
});

test.each(["--yes", "--dry-run"])("ends as partly done if rows are skipped: --skip-invalid %s", async (words) => {
  const plan = planOf({ invalid: 1, errors: 1 });
  const after = words === "--yes" ? { commitImport: toCommittedPlan(plan) } : dropped(plan);
  const { exit, stderr } = await run(`users import people.csv --skip-invalid ${words}`, {
    tenant: buildPlanAnswers(plan, { importProblems: [problemOf()], ...after }),
    folder: folder(),
  });
  expect(exit).toBe(8);
  expect(stderr).toContain("people.csv:3:2: メールアドレス: not an email address (B3)\n");
});

test("refuses a file with an invalid row, and reports every problem but no rows", async () => {
  const plan = planOf({ invalid: 1, errors: 1, rejected: true });
  const { en } = await runInBoth("users import people.csv --yes --format json", {
    tenant: buildPlanAnswers(plan, {
      importProblems: [problemOf()],
      ...dropped(plan),
      import: { ...plan, state: "discarded" },
    }),
    folder: folder(),
  });
  expect(en).toMatchObject({ exit: 3, stdout: "" });
  expect(en.stderr).toContain(
    "error: 1 problem, 1 invalid row; nothing was changed\n  people.csv\n  fix the rows and import again (--errors bad.csv writes the invalid rows)\n",
  );
  const problem = JSON.parse(en.stderr.trimEnd().split("\n").at(-1) ?? "") as object;
  expect(problem).toMatchObject({
    type: "input-rejected",
    problems: [{ ...problemOf(), reason: "not an email address" }],
  });
  expect(listOperations(en.requests)).toEqual([
    "createImport",
    "uploadImport",
    "importProblems",
    "discardImport",
    "import",
  ]);
});

test("spools stdin, and removes the spooled file", async () => {
  const home = freshFolder();
  const tenant = buildPlanAnswers(planOf(), { commitImport: toCommittedPlan() });
  const { exit, requests } = await run("users import - --yes", { tenant, stdin: PEOPLE.replaceAll(",", "\t"), home });
  expect(exit).toBe(0);
  expect(requests[0]?.json).toMatchObject({ delimiter: "\t", fileName: "-" });
  expect(requests[1]).toMatchObject({ file: PEOPLE.replaceAll(",", "\t") });
  expect(readdirSync(home, { recursive: true }).filter((name) => String(name).includes("stdin"))).toEqual([]);
});

test.each([
  ["users import nowhere.csv", 6],
  ["users import people.csv/x.csv", 6],
  ["users import .", 2],
  ["users import people.csv --report people.csv", 2],
  ["users import people.csv --emit-csv -", 2],
])("%s ends with %i without sending a request", async (line, exit) => {
  expect(await run(line, { tenant: {}, folder: folder() })).toMatchObject({ exit, stdout: "", requests: [] });
});

test("a signal while the file is checked reports that nothing was changed", async () => {
  const signals = new EventEmitter();
  const uploadImport = (): unknown => {
    signals.emit("SIGINT");
    return planOf();
  };
  const tenant = { createImport: example("createImport"), uploadImport };
  const { en } = await runInBoth("users import people.csv --yes", { tenant, folder: folder(), signals });
  expect(en).toMatchObject({ exit: 130, stderr: "error: interrupted: nothing was changed\n" });
});

test("if the commit is not possible now, names the next step and keeps the plan", async () => {
  const commitImport = new Failure("locked", { what: { en: "locked", ja: "使用中" } });
  const tenant = buildPlanAnswers(planOf(), { commitImport });
  const { en } = await runInBoth("users import people.csv --yes", { tenant, folder: folder() });
  expect(en).toMatchObject({ exit: 5, stdout: "" });
  expect(en.stderr).toContain(`the plan is kept; to continue: clomoctl imports commit P12\n`);
});
