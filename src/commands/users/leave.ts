import { line, step } from "../../lib/advice/index.ts";
import type { Dependents, LeaveResult } from "../../lib/client/index.ts";
import type { ContentWriter } from "../../lib/files/index.ts";
import { dayOf } from "../../lib/model/time.ts";
import { requireConfirmedCounts } from "../../lib/plan/confirm.ts";
import { renderPlan, sumChanges, type Plan } from "../../lib/plan/plan.ts";
import { describeCommit } from "../../lib/plan/result.ts";
import { createTableCellRenderer } from "../../lib/terminal/output.ts";
import { guardFormula } from "../../lib/terminal/output.ts";
import { formatCount, addSpaceAfterLatin, same, text } from "../../lib/text/index.ts";
import { defineCommand, type Outcome } from "../command.ts";
import { resolveRecordIds } from "../deletion/names.ts";
import { USER_FILE_OPTIONS } from "../deletion/options.ts";
import { NO_TARGET_FAILURE, shortenLabel } from "../deletion/run.ts";
import { readTypedNames, type NameSources } from "../deletion/typed-names.ts";
import { getLastDay } from "../handover/leaver.ts";
import { encodeTable, isWorkbookName } from "../imports/outputs/table-file.ts";
import { CONFIRM_DELETIONS_OPTION, PLAN_DRY_RUN_OPTION, refuseTypedFile } from "../imports/plan/options.ts";
import { PendingPlan } from "../imports/plan/pending-plan.ts";
import { askToApply } from "../imports/plan/settle.ts";
import { buildPlan, formatTenantName, showPlan } from "../imports/plan/show.ts";
import { isDefaultTable, listColumns } from "../listing/list.ts";
import { describeNotRestored, DRY_RUN_NOTE, proposeUndo, STATE_UNCHANGED } from "../records/change-result.ts";
import { requireNamedContext } from "../permission.ts";
import type { PlanSummary } from "../summary.ts";
import { resolveTimezone, type ChosenTenant, type Tools } from "../tools.ts";
import { buildFindableUsers, findDeletion, USER_ARGUMENT } from "./columns.ts";
import {
  buildLeaveRows,
  COLLECTION_COLUMNS,
  countEnding,
  isEnding,
  isLeft,
  LEAVE_COLUMNS,
  listLeaveChanges,
  listLeaveSteps,
  USUAL_LEAVE_COLUMNS,
  type LeaveRow,
} from "./leaving/rows.ts";

export default defineCommand({
  summary: text("end the rights of leavers, then delete them", "退職者の権限を外し、後で削除する"),
  args: { user: { ...USER_ARGUMENT, required: undefined, repeatable: true, value: "USER" } },
  options: {
    ...USER_FILE_OPTIONS,
    on: {
      kind: "date",
      value: "DATE",
      about: text("last day of work; before it, only list", "最終出勤日(それより前は一覧を示すだけ)"),
    },
    report: {
      kind: "output",
      value: "FILE",
      workbook: true,
      notStdout: true,
      about: text(
        "write the list of devices to collect (.xlsx or CSV)",
        "回収するデバイスの一覧を書き出す(.xlsx か CSV)",
      ),
    },
    dryRun: PLAN_DRY_RUN_OPTION,
    confirmDeletions: CONFIRM_DELETIONS_OPTION,
  },
  anyOf: [["user", "file"]],
  examples: [{ line: "clomoctl users leave --file leavers.txt --on 2099-03-31 --report leavers.csv" }],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked", "partial"],
  plans: true,
  shows: LEAVE_COLUMNS,
  async run(tools, { user: names, file, encoding, sheet, on, ...options }) {
    const { dryRun, confirmDeletions } = options;
    tools.summarize({ file });
    refuseTypedFile({ file, dryRun }, tools.terminal);
    const tenant = await tools.tenant("users", "leavers", "imports");
    const zone = resolveTimezone(tools, tenant);
    const lastDay = getLastDay({ leaves: on }, zone);
    const isBeforeLastDay = lastDay !== undefined && dayOf(tools.clock.now(), zone) < lastDay;
    if (!dryRun && !isBeforeLastDay) requireNamedContext(tools, tenant, { confirmDeletions, maxDeletions: undefined });
    const ids = await resolveLeavers(tools, tenant, { names, file, encoding, sheet });
    const again = line("users leave", file === undefined ? [...names] : [], {
      file: file === "-" ? "FILE" : file,
      sheet,
    });
    const { leavers } = tenant.client;
    if (isBeforeLastDay)
      return listBeforeLastDay(tools, ids.length === 0 ? [] : await leavers.dependents({ ids }), {
        ...options,
        lastDay,
      });
    const planned = ids.length === 0 ? [] : await leavers.leave({ ids, dryRun: true });
    const request: LeaveRequest = { ...options, ids, again, planned };
    return collectRows(planned).some(isEnding)
      ? endRights(tools, tenant, request)
      : deleteReadyUsers(tools, tenant, request);
  },
});

type LeaveTenant = ChosenTenant<"users" | "leavers" | "imports">;

interface LeaveRequest {
  readonly ids: readonly string[];
  readonly planned: readonly LeaveResult[];
  readonly report: string | undefined;
  readonly dryRun: boolean;
  readonly confirmDeletions: number | undefined;
  readonly again: ReturnType<typeof line>;
}

/**
 * Returns the ids of the users. Users whom an earlier run deleted are noted, so that a list can be used again. In
 * a list of the rows that an import skipped, so are rows that are not about leavers, and users who were never added.
 *
 * @throws `usage`; `not-found` if a name never belonged to a user
 */
async function resolveLeavers(tools: Tools, { client }: LeaveTenant, from: NameSources): Promise<readonly string[]> {
  const typed = await readTypedNames(tools, from, true);
  if (typed.length === 0) throw NO_TARGET_FAILURE;
  const findable = {
    ...buildFindableUsers(client),
    findDeletion: (name: string) => findDeletion(client, name),
  };
  return resolveRecordIds(tools, typed, findable);
}

const collectRows = (results: readonly LeaveResult[]): readonly LeaveRow[] =>
  results.flatMap(({ before, after, dryRun }) => buildLeaveRows({ before: before ?? after, after, dryRun }));

async function listBeforeLastDay(
  tools: Tools,
  found: readonly Dependents[],
  { lastDay, report }: { readonly lastDay: string; readonly report: string | undefined },
): Promise<void> {
  const rows = found.flatMap((one) => buildLeaveRows({ before: one, after: one }));
  await writeReport(tools, report, rows, async () => undefined);
  await showRows(tools, rows);
  await noteUnchecked(tools, found);
  await tools.terminal.note(
    text(
      `nothing was changed: the last day of work is ${lastDay}; run the same command then`,
      `何も変更していません。最終出勤日は ${lastDay} です。当日以降に、同じコマンドを実行してください`,
    ),
  );
}

async function endRights(tools: Tools, tenant: LeaveTenant, request: LeaveRequest): Promise<Outcome> {
  const { terminal, globals } = tools;
  const { planned, report, dryRun, ids } = request;
  const rows = collectRows(planned);
  const plan = buildLeavePlan(tenant, request, rows);
  tools.summarize(summarizeRows(rows));
  if (!dryRun && !globals.yes && terminal.interactive && isDefaultTable(terminal)) await showRows(tools, rows);
  await renderPlan(terminal, plan);
  if (dryRun) {
    requireConfirmedCounts(plan, request);
    await writeReport(tools, report, rows, async () => undefined);
    return finish(tools, request, { results: planned, rows });
  }
  if (!(await askToApply(tools, plan, { confirmDeletions: request.confirmDeletions }))) {
    await terminal.note(STATE_UNCHANGED);
    return undefined;
  }
  let done: readonly LeaveResult[] = [];
  await writeReport(tools, report, rows, async () => {
    done = await tenant.client.leavers.leave({ ids: [...ids] });
  });
  const ended = collectRows(done);
  tools.summarize({ ...summarizeRows(ended), changed: true });
  return finish(tools, request, { results: done, rows: ended });
}

async function deleteReadyUsers(tools: Tools, { client }: LeaveTenant, request: LeaveRequest): Promise<Outcome> {
  const { planned, report, dryRun, confirmDeletions } = request;
  const rows = collectRows(planned);
  const staying = new Set(rows.filter(isLeft).map(({ user }) => user.id));
  const ready = planned.map(({ after }) => after.user).filter(({ id }) => !staying.has(id));
  const all: readonly LeaveRow[] = [
    ...rows,
    ...ready.map((user): LeaveRow => ({ user, kind: "user", name: same(user.name), outcome: "delete" })),
  ];
  const shown = { results: planned, rows: all };
  if (ready.length === 0) {
    // without a plan, there is nothing to confirm, so that a scheduled command with a fixed number can run again
    await writeReport(tools, report, rows, async () => undefined);
    return finish(tools, request, shown);
  }
  const called = shortenLabel(ready.map(({ name }) => name).join(", "));
  const plan = await client.imports.delete({ kind: "users", ids: ready.map(({ id }) => id), called }, tools.signal);
  const pending = new PendingPlan(tools, client, plan, false);
  return pending.settling(async () => {
    await showPlan(tools, plan);
    const told = await buildPlan(tools, plan);
    if (dryRun) requireConfirmedCounts(told, request);
    if (dryRun || !(await askToApply(tools, told, { confirmDeletions }))) {
      await pending.leave();
      if (!dryRun) {
        await tools.terminal.note(STATE_UNCHANGED);
        return undefined;
      }
      await writeReport(tools, report, rows, async () => undefined);
      return finish(tools, request, shown);
    }
    await writeReport(tools, report, rows, async () => {
      for (const note of describeCommit(await pending.commit())) await tools.terminal.note(note);
    });
    return finish(tools, request, shown);
  });
}

const summarizeRows = (rows: readonly LeaveRow[]): Partial<PlanSummary> => {
  const changes = listLeaveChanges(rows);
  return { create: 0, update: sumChanges(changes, "update"), delete: sumChanges(changes, "delete") };
};

function buildLeavePlan(tenant: LeaveTenant, { planned }: LeaveRequest, rows: readonly LeaveRow[]): Plan {
  const { name } = tenant.context;
  const [secured, account, device] = [
    countEnding(rows, "secured"),
    countEnding(rows, "account"),
    countEnding(rows, "device"),
  ];
  const parts = [
    ...(account > 0 ? [text("passwords of CLOMO accounts", "CLOMO アカウントのパスワード")] : []),
    ...(secured > 0 ? [text("passwords of SECURED APPs users", "SECURED APPs のパスワード")] : []),
  ];
  const target = formatTenantName({ tenant: name }, tenant);
  return {
    target,
    changes: listLeaveChanges(rows),
    lines: [
      text(
        `plan for ${target.en}: end the rights of ${formatCount(planned.length, "leaver")}`,
        `${addSpaceAfterLatin(target.ja)}に対する計画: 退職者 ${planned.length} 人の権限などを終了`,
      ),
      text(
        `roles to revoke: ${account}; SECURED APPs users to delete: ${secured}; devices to tag: ${device}`,
        `外す管理者権限 ${account}、削除する SECURED APPs ユーザー ${secured}、「回収待ち」にするデバイス ${device}`,
      ),
    ],
    notes: parts.map(describeNotRestored),
  };
}

const showRows = ({ terminal }: Tools, rows: readonly LeaveRow[]): Promise<void> =>
  terminal.list(listColumns(terminal, LEAVE_COLUMNS, USUAL_LEAVE_COLUMNS), rows);

async function writeReport(
  { outputs, terminal }: Tools,
  path: string | undefined,
  rows: readonly LeaveRow[],
  settle: () => Promise<void>,
): Promise<void> {
  if (path === undefined) return settle();
  const { language } = terminal;
  const cells = COLLECTION_COLUMNS.map((column) => createTableCellRenderer(column, { language }));
  const guard = isWorkbookName(path) ? (cell: string): string => cell : guardFormula;
  async function* table(): AsyncGenerator<readonly (readonly string[])[]> {
    yield [COLLECTION_COLUMNS.map(({ header }) => header[language])];
    yield rows.filter(({ device }) => device !== undefined).map((row) => cells.map((cell) => guard(cell(row))));
  }
  const write = async (writer: ContentWriter): Promise<void> => {
    for await (const bytes of encodeTable(path, table())) await writer.write(bytes);
  };
  await outputs.write(path, write, { settle });
  await terminal.note(
    text(`wrote the devices to collect to ${path}`, `回収するデバイスの一覧を書き出しました: ${path}`),
  );
}

async function noteUnchecked({ terminal }: Tools, found: readonly Dependents[]): Promise<void> {
  if (found.every(({ secured }) => secured !== null)) return;
  await terminal.warn(
    text(
      "SECURED APPs were not checked, because your account may not see them: ask a system administrator",
      "この権限では SECURED APPs を閲覧できないため、確認していません。システム管理者に依頼してください",
    ),
  );
}

/** Shows the result, how to undo it, and what is left. @returns `partial` if something is left */
async function finish(
  tools: Tools,
  { dryRun, again }: LeaveRequest,
  { results, rows }: { readonly results: readonly LeaveResult[]; readonly rows: readonly LeaveRow[] },
): Promise<Outcome> {
  const { terminal } = tools;
  await showRows(tools, rows);
  await noteUnchecked(
    tools,
    results.map(({ after }) => after),
  );
  if (dryRun) await terminal.note(DRY_RUN_NOTE);
  else if (results.some(({ dryRun: isPlanned }) => !isPlanned)) await proposeUndo(tools);
  for (const note of listLeaveSteps(rows)) await terminal.note(note);
  const staying = new Set(rows.filter(isLeft).map(({ user }) => user.id)).size;
  const deleted = rows.filter(({ kind, outcome }) => kind === "user" && outcome === "delete").length;
  if (!dryRun && staying + deleted < results.length)
    await terminal.note(
      step("nothing is left; to delete the users", "残るものはありません。ユーザーを削除するには", again),
    );
  if (staying === 0) return undefined;
  await terminal.note(
    step(
      `${formatCount(staying, "user")} ${staying === 1 ? "stays" : "stay"} until nothing is left; then`,
      `${staying} 人は、残るものがなくなるまで削除しません。なくなったら`,
      again,
    ),
  );
  return "partial";
}
