import { line, step } from "../../lib/advice/index.ts";
import type { UserDependents, LeaveResult } from "../../lib/client/index.ts";
import { Failure } from "../../lib/errors/index.ts";
import { dayOf, toDay } from "../../lib/model/time.ts";
import { requireConfirmedCounts } from "../../lib/plan/confirm.ts";
import { createChanges, describeCounts, renderPlan, sumChanges, type Plan } from "../../lib/plan/plan.ts";
import { createTableCellRenderer } from "../../lib/terminal/output.ts";
import { formatCount, addSpaceAfterLatin, text, type Text } from "../../lib/text/index.ts";
import { defineCommand, type Outcome } from "../kit/command.ts";
import { SELECTION_OPTIONS } from "../kit/change/deletion-options.ts";
import { createNoTargetFailure, selectFromFile, type Selection } from "../kit/change/selection.ts";
import { writeTable } from "../kit/files/table-file.ts";
import { CONFIRM_DELETIONS_OPTION, PLAN_DRY_RUN_OPTION } from "../kit/read-list/options.ts";
import { confirmCommit } from "../kit/plan/finish-plan.ts";
import { formatTenantName } from "../kit/plan/show.ts";
import { isDefaultTable, listColumns } from "../kit/list/list.ts";
import { findAllByName } from "../kit/list/single-match.ts";
import { describeUnrestoredValues, DRY_RUN_NOTE, proposeUndo, STATE_UNCHANGED } from "../kit/columns/change-result.ts";
import { requireNamedContext } from "../kit/permission.ts";
import type { PlanSummary } from "../kit/summary.ts";
import { resolveTimezone, type ChosenTenant, type Tools } from "../kit/tools.ts";
import { findDeletion, USER_ARGUMENT, USER_LOOKUP } from "../kit/columns/users.ts";
import {
  buildLeaveRows,
  COLLECTION_COLUMNS,
  isChange,
  LEAVE_COLUMNS,
  listLeaveSteps,
  DEFAULT_LEAVE_COLUMNS,
  type LeaveRow,
} from "./leaving-rows.ts";

export default defineCommand({
  summary: text("revoke the rights of leavers, then delete them", "退職者の権限を外し、後で削除する"),
  args: { user: { ...USER_ARGUMENT, required: undefined, repeatable: true, value: "USER" } },
  options: {
    ...SELECTION_OPTIONS,
    on: {
      kind: "date",
      value: "DATE",
      about: text("last day of work (before this day, only the plan is shown)", "最終出勤日(前日までは計画の表示だけ)"),
    },
    report: {
      kind: "output",
      value: "FILE",
      workbook: true,
      notStdout: true,
      about: text("write the list of devices to collect (.xlsx, CSV)", "回収するデバイスの一覧を書き出す(.xlsx、CSV)"),
    },
    dryRun: PLAN_DRY_RUN_OPTION,
    confirmDeletions: CONFIRM_DELETIONS_OPTION,
  },
  anyOf: [["user", "file"]],
  examples: [{ line: "clomoctl users leave --file leavers.txt --on 2099-03-31 --report leavers.csv" }],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked", "partial"],
  plans: true,
  shows: LEAVE_COLUMNS,
  async run(tools, { user: names, file, on, report, confirmDeletions, dryRun, ...reading }) {
    tools.summarize({ file });
    const tenant = await tools.tenant("users", "leavers");
    const zone = resolveTimezone(tools, tenant);
    const lastDay = on && toDay(on, zone);
    const isBeforeLastDay = lastDay !== undefined && dayOf(tools.clock.now(), zone) < lastDay;
    if (!dryRun && !isBeforeLastDay) requireNamedContext(tools, tenant);
    const { users, leavers } = tenant.client;
    const typed = names.filter((name) => name.trim() !== "");
    // users who are already deleted are skipped, so that the command can be repeated
    const own = await findAllByName(tools, users, typed, USER_LOOKUP, (name) => findDeletion(tenant.client, name));
    const listed = await selectFromFile(tools, "users", { ...reading, file, dryRun, on: lastDay });
    if (listed === undefined) return tools.terminal.note(STATE_UNCHANGED);
    const ids = [...new Set([...own.map(({ id }) => id), ...listed.ids])];
    for (const note of listed.notes) await tools.terminal.note(note);
    if (ids.length > MAX_LEAVERS) throw createTooManyFailure(ids.length);
    if (ids.length === 0 && names.length === 0 && listed.notes.length === 0) throw createNoTargetFailure(file);
    const list = { file: file === "-" ? "FILE" : file, sheet: reading.sheet };
    const again = line("users leave", file === undefined ? [...names] : [], list);
    if (isBeforeLastDay)
      return listBeforeLastDay(tools, ids.length === 0 ? [] : await leavers.dependents({ ids }), { report, lastDay });
    const planned = ids.length === 0 ? [] : await leavers.leave({ ids, dryRun: true });
    return finishLeave(tools, tenant, { report, dryRun, confirmDeletions, again, planned, listed });
  },
});

/** Leavers are handled one by one in one transaction. */
const MAX_LEAVERS = 2000;

const createTooManyFailure = (count: number): Failure =>
  new Failure("usage", {
    what: text(
      `the list has ${count} leavers, but one run accepts at most ${MAX_LEAVERS}`,
      `退職者が ${count} 人います。1 回に指定できるのは ${MAX_LEAVERS} 人までです`,
    ),
    hint: text("split the list", "一覧を分けてください"),
  });

type LeaveTenant = ChosenTenant<"users" | "leavers">;

interface LeaveRequest {
  readonly listed: Selection;
  readonly planned: readonly LeaveResult[];
  readonly report: string | undefined;
  readonly dryRun: boolean;
  readonly confirmDeletions: number | undefined;
  readonly again: ReturnType<typeof line>;
}

async function listBeforeLastDay(
  tools: Tools,
  found: readonly UserDependents[],
  { lastDay, report }: { readonly lastDay: string; readonly report: string | undefined },
): Promise<void> {
  const rows = found.flatMap((one) => buildLeaveRows({ before: one, after: one }));
  await writeReport(tools, report, rows, async () => undefined);
  await showRows(tools, rows);
  for (const warning of listUncheckedWarnings(found)) await tools.terminal.warn(warning);
  await tools.terminal.note(
    text(
      `nothing was changed: the last day of work is ${lastDay}; run the same command on that day or later`,
      `何も変更していません。最終出勤日は ${lastDay} です。当日以降に、同じコマンドを実行してください`,
    ),
  );
}

async function finishLeave(tools: Tools, tenant: LeaveTenant, request: LeaveRequest): Promise<Outcome> {
  const { terminal, globals } = tools;
  const { planned, report, dryRun, confirmDeletions, listed } = request;
  const rows = planned.flatMap(buildLeaveRows);
  const plan = buildLeavePlan(tenant, planned, rows);
  tools.summarize(summarizePlan(plan));
  // if nothing changes, ignore `--confirm-deletions`: a repeated command still has the number of its first run
  const changes = rows.some(isChange);
  const asks = changes && !dryRun && !globals.yes && terminal.interactive && isDefaultTable(terminal);
  if (asks) await showRows(tools, rows);
  if (rows.length > 0) await renderPlan(terminal, plan);
  if (dryRun && changes) requireConfirmedCounts(plan, { confirmDeletions });
  if (dryRun || !changes) {
    await writeReport(tools, report, rows, async () => undefined);
    await showRows(tools, rows);
    if (dryRun) await terminal.note(DRY_RUN_NOTE);
    return noteRemainingSteps(tools, request, planned);
  }
  if (!(await confirmCommit(tools, plan, { confirmDeletions }))) {
    await terminal.note(STATE_UNCHANGED);
    return undefined;
  }
  let done = planned;
  await writeReport(tools, report, rows, async () => {
    const ids = planned.map(({ before }) => before.user.id);
    const results = await tenant.client.leavers.leave({ ids, learns: listed.learns });
    await listed.settle();
    // the response to a repeated request omits users that the first request deleted
    done = planned.map((one) => results.find(({ before }) => before.user.id === one.before.user.id) ?? one);
  });
  tools.summarize({ ...summarizePlan(plan), changed: true });
  if (!asks) await showRows(tools, done.flatMap(buildLeaveRows));
  await proposeUndo(tools);
  return noteRemainingSteps(tools, request, done);
}

const summarizePlan = ({ changes }: Plan): Partial<PlanSummary> => ({
  create: 0,
  update: sumChanges(changes, "update"),
  delete: sumChanges(changes, "delete"),
});

function buildLeavePlan(tenant: LeaveTenant, results: readonly LeaveResult[], rows: readonly LeaveRow[]): Plan {
  const target = formatTenantName({ tenant: tenant.context.name }, tenant);
  const count = (kind: LeaveRow["kind"]): number => rows.filter((row) => row.kind === kind && isChange(row)).length;
  const [user, account, secured, device] = [count("user"), count("account"), count("secured"), count("device")];
  const people = results.length;
  const lines = [
    text(
      `plan for ${target.en}: ${formatCount(people, "leaver")}`,
      `${addSpaceAfterLatin(target.ja)}に対する計画: 退職者 ${people} 人`,
    ),
    describeCounts({ create: 0, update: 0, delete: 0 }, [
      [user, text("users to delete", "削除するユーザー")],
      [people - user, text("users who are not deleted yet", "まだ削除しないユーザー")],
      [account, text("roles to revoke", "外す管理者権限")],
      [secured, text("SECURED APPs users to delete", "削除する SECURED APPs ユーザー")],
      [device, text("devices to tag 回収待ち", "「回収待ち」にするデバイス")],
      [rows.filter(({ outcome }) => outcome === "check").length, text("to check", "要確認")],
    ]),
  ];
  return {
    target,
    changes: [
      createChanges(text("user", "ユーザー"), { delete: user }),
      createChanges(text("SECURED APPs user", "SECURED APPs ユーザー"), { delete: secured }),
      createChanges(text("account", "アカウント"), { update: account }),
      createChanges(text("device", "デバイス"), { update: device }),
    ],
    lines,
    warnings: listUncheckedWarnings(results.map(({ before }) => before)),
    notes: [
      ...(account > 0 ? [text("passwords of CLOMO accounts", "CLOMO アカウントのパスワード")] : []),
      ...(secured > 0 ? [text("passwords of SECURED APPs users", "SECURED APPs のパスワード")] : []),
    ].map(describeUnrestoredValues),
  };
}

const showRows = ({ terminal }: Tools, rows: readonly LeaveRow[]): Promise<void> =>
  terminal.list(listColumns(terminal, LEAVE_COLUMNS, DEFAULT_LEAVE_COLUMNS), rows);

async function writeReport(
  tools: Tools,
  path: string | undefined,
  rows: readonly LeaveRow[],
  settle: () => Promise<void>,
): Promise<void> {
  if (path === undefined) return settle();
  const { language } = tools.terminal;
  const cells = COLLECTION_COLUMNS.map((column) => createTableCellRenderer(column, { language }));
  const header = COLLECTION_COLUMNS.map((column) => column.header[language]);
  const listed = rows.filter(({ device }) => device !== undefined).map((row) => cells.map((cell) => cell(row)));
  await writeTable(tools, path, [[header, ...listed]], { settle });
  await tools.terminal.note(
    text(`wrote the devices to collect to ${path}`, `回収するデバイスの一覧を書き出しました: ${path}`),
  );
}

const listUncheckedWarnings = (found: readonly UserDependents[]): readonly Text[] =>
  found.every(({ secured }) => secured !== null)
    ? []
    : [
        text(
          "SECURED APPs were not checked, because your account is not allowed to see them: ask a system administrator",
          "このアカウントの権限では SECURED APPs を閲覧できないため、確認していません。システム管理者に依頼してください",
        ),
      ];

async function noteRemainingSteps(
  { terminal }: Tools,
  { again, listed }: LeaveRequest,
  results: readonly LeaveResult[],
): Promise<Outcome> {
  for (const note of listLeaveSteps(results.flatMap(buildLeaveRows))) await terminal.note(note);
  const staying = results.filter(({ after }) => after !== null).length;
  if (staying === 0) return listed.isPart ? "partial" : undefined;
  await terminal.note(
    step(
      `${formatCount(staying, "user")} cannot be deleted until the remaining steps are done; then`,
      `${staying} 人は、残りの作業が終わるまで削除しません。終わったら`,
      again,
    ),
  );
  return "partial";
}
