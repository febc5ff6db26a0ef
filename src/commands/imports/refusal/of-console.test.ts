import { expect, test } from "vitest";
import type { FormatName } from "../../../lib/model/console-files.ts";
import type { ImportOptions } from "../plan/options.ts";
import { describeNextExportStep, type OpenTask } from "./of-console.ts";
import { Remedies } from "./remedies.ts";

const GIVEN = { fromConsole: true, mode: "replace", blank: "clear", confirmDeletions: 1, confirmWipes: 1 };
const OPTIONS = GIVEN as unknown as ImportOptions;
type Met = readonly [code: string, params: Readonly<Record<string, string | number>>];
const next = (kind: FormatName, [code, params]: Met, { whole = false, tasks = [] as readonly OpenTask[] } = {}) => {
  const remedies = new Remedies(kind);
  remedies.take({ code, params, severity: "error", column: 1 });
  const requested = { kind, file: "e.csv", options: OPTIONS };
  return describeNextExportStep(requested, { remedies, whole: whole ? code : undefined, tasks });
};
/** A task of one record. */
const taskOf = (
  record: Partial<OpenTask["records"][number]> = {},
  of: Partial<Omit<OpenTask, "records">> = {},
): OpenTask => ({
  number: 4,
  name: null,
  create: 0,
  update: 1,
  delete: 0,
  records: [
    {
      thing: "org",
      kind: "orgs",
      id: "0198c1b4-7a10-7c3e-9a51-3f6d2b8e4c07",
      work: "edit",
      contradicted: false,
      name: "総務部",
      key: "G2",
      console: null,
      changes: [{ field: "code", before: "G", after: "G2" }],
      ...record,
    },
  ],
  ...of,
});
const TASK = taskOf();
const HOLDS: Met = ["org-delete-holds", { org: "本社/総務部", code: "G2" }];

test.each([
  ["orgs", HOLDS, true, TASK],
  ["orgs", HOLDS, true, taskOf({ changes: [] })],
  ["users", ["org-unknown", { code: "G" }], false, taskOf({ name: "経理部" })],
  ["users", ["org-unknown", { code: "G" }], false, taskOf({ changes: [], console: { name: "総務部", key: "G" } })],
  [
    "devices",
    ["user-unknown", { value: "a@x" }],
    false,
    taskOf({ changes: [{ field: "emails", before: ["a@x"], after: ["b@x"] }], kind: "users" }),
  ],
  ["users", ["delete-held", { name: "山田" }], true, taskOf({ name: "山田", kind: "users" })],
] as const)("for %s, a refusal because of an open task (%j) names the task first", (kind, met, whole, task) => {
  const unrelated = taskOf(
    { name: "甲", key: null, changes: [{ field: "name", before: "乙", after: "甲" }] },
    { number: 3 },
  );
  const hint = next(kind, met as Met, { whole, tasks: [unrelated, task] });
  const named = `4 (${task.records[0]?.name})`;
  const other = `; if these tasks are already done in the console, first run: \`clomoctl ${task.records[0]?.kind} import EXPORT.csv --from-console\``;
  const isOther = task.records[0]?.kind !== kind;
  expect(hint?.en).toBe(
    `still to do in the console: ${named}. Do these tasks (steps: \`clomoctl console show 4\`), export again, then: \`clomoctl ${kind} import e.csv --from-console\`${isOther ? other : ""}; if you do not want the change, restore the console's values in the mirror: \`clomoctl console drop 4\``,
  );
  expect(hint?.ja).toContain(`管理画面での作業が残っています: ${named}。`);
});

test("a task with more records than it lists is matched by the kinds of its records", () => {
  const hint = (kind: FormatName) => {
    const tasks = [taskOf({ name: "甲", key: null, changes: [], kind }, { name: "all.csv", update: 30 })];
    return next("users", ["org-unknown", { code: "G" }], { tasks })?.en;
  };
  expect(hint("orgs")).toContain("still to do in the console: 4 (all.csv). Do these tasks (steps:");
  expect(hint("docs")).not.toContain("still to do in the console");
});

test("names at most three tasks", () => {
  const tasks = [1, 2, 3, 4].map((number) => ({ ...TASK, number }));
  expect(next("orgs", HOLDS, { whole: true, tasks })?.en).toContain(
    "1 (総務部), 2 (総務部), 3 (総務部), …. Do these tasks (steps: `clomoctl console show 1`)",
  );
  expect(next("orgs", HOLDS, { whole: true, tasks: tasks.slice(0, 3) })?.ja).toContain("3 (総務部)。");
});

test.each([
  ["devices", ["owner-org-unknown", { code: "G" }], "orgs"],
  ["devices", ["user-unknown", { value: "a@x" }], "users"],
  ["users", ["org-unknown", { code: "G" }], "orgs"],
] as const)("for %s, what the mirror lacks (%j) comes from another export", (kind, met, other) => {
  const others: readonly OpenTask[] = [
    taskOf({ name: "乙", key: null, changes: [{ field: "name", before: "G", after: "a@x" }], kind: "docs" }),
    taskOf({ name: "課", key: null, changes: [{ field: "parentId", before: null, after: "総務 (G)" }] }),
  ];
  const hint = next(kind, met, { tasks: others });
  expect(hint?.en).toContain(
    `first: \`clomoctl ${other} import EXPORT.csv --from-console\`; then: \`clomoctl ${kind} import`,
  );
  expect(hint?.ja).toContain(`先に管理画面のほかのエクスポートをインポートしてください: \`clomoctl ${other} import`);
  for (const said of [hint?.en, hint?.ja]) expect(said).not.toMatch(/create-orgs|append|blank/);
});

test.each([
  [{ users: 2, devices: 0 }, "`clomoctl users import EXPORT.csv --from-console`"],
  [{ users: 0, devices: 1 }, "`clomoctl devices import EXPORT.csv --from-console`"],
] as const)("the exports of what organisations still hold come first: %j", (held, first) => {
  const hint = next("orgs", ["org-delete-holds", { org: "本社/営業部", code: "S", ...held }], { whole: true });
  expect(hint?.en).toContain(`first: ${first}; then: \`clomoctl orgs import e.csv --from-console\``);
});

test("for an administrator's row, proposes to remove a wrong mark", () => {
  const hint = next("docs", ["administrator-row", { id: "i0" }]);
  expect(hint?.en).toBe(
    "if these people are not administrators in the console, unmark them: `clomoctl secured administrators remove USER… --app docs`; then: `clomoctl secured users import e.csv --app docs --from-console`",
  );
  expect(hint?.ja).toContain("管理画面で管理者でないなら");
});

test("other problems are in the file itself", () => {
  expect(next("users", ["required", {}])).toBeUndefined();
  expect(next("users", ["file-empty", {}], { whole: true, tasks: [TASK] })).toBeUndefined();
});
