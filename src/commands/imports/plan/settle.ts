import { unlessFailing } from "../../../lib/errors/index.ts";
import type { Import } from "../../../lib/client/index.ts";
import { RESULT_COLUMNS, USUAL_RESULT, type ImportResult, type LeftOutSummary } from "../../../lib/plan/columns.ts";
import { confirmPlan, refuseOtherNumber, type ConfirmOptions } from "../../../lib/plan/confirm.ts";
import { changesNothing, isChanging, isPartial } from "../../../lib/plan/describe.ts";
import { refuseBeyond } from "../../../lib/plan/limits.ts";
import { countAll, type Plan } from "../../../lib/plan/plan.ts";
import { AFTER_DRY_RUN, afterCommit, isSettling, neededToUndo } from "../../../lib/plan/result.ts";
import { text } from "../../../lib/text/index.ts";
import type { Outcome } from "../../command.ts";
import { listColumns } from "../../listing/list.ts";
import { requireNamedForDeletion } from "../../permission.ts";
import { mayAll } from "../../rights.ts";
import type { Tools } from "../../tools.ts";
import type { WrittenUpload } from "../outputs/console/file.ts";
import { mayBeForeign, type ForeignAnswers } from "../refusal/foreign.ts";
import { NOTHING_CHANGED, type PendingPlan } from "./pending.ts";
import { planFor } from "./show.ts";

/** A file that is written with a plan: all of both, or nothing. */
interface PlanFile {
  readonly name: string;
  /** Writes the file. @param settle call it once the file is in place; it commits the plan, except in a dry run */
  readonly write: (settle: (written?: WrittenUpload) => Promise<Import>) => Promise<LeftOutSummary | undefined>;
}

/** How a plan that was shown is settled. */
interface Settling extends ConfirmOptions, ForeignAnswers {
  readonly dryRun?: boolean | undefined;
  /** false if nothing is to be asked; default: whether the plan changes anything */
  readonly changes?: boolean | undefined;
  readonly file?: PlanFile | undefined;
}

/** Asks whether a plan may be applied. @throws as `confirmPlan`; `usage` for deletions on a remote tenant that is not named */
export async function mayApply(tools: Tools, plan: Plan, answers: ConfirmOptions, file?: string): Promise<boolean> {
  const { yes } = tools.globals;
  const isAnswered = yes || answers.confirmDeletions !== undefined;
  if (isAnswered && countAll(plan.changes, "delete") > 0) requireNamedForDeletion(await tools.tenant());
  return confirmPlan(tools.terminal, plan, { ...answers, yes }, file);
}

/** Asks about a plan that has been shown, commits or leaves it, and shows the result. @throws as {@link mayApply} */
export async function settlePlan(
  tools: Tools,
  pending: PendingPlan,
  { dryRun = false, changes = !changesNothing(pending.plan), file, ...answers }: Settling,
): Promise<Outcome> {
  const { plan } = pending;
  const planned = await planFor(tools, plan);
  if (dryRun || !changes) {
    refuseOtherNumber(planned, answers);
    refuseBeyond(planned.changes, answers);
    const leftOut = await file?.write(async () => plan);
    const isBlocked = isPartial(plan) && !dryRun;
    if (!dryRun) await tools.terminal.note(isBlocked ? NOTHING_CHANGED : text("nothing to change", "変更はありません"));
    await pending.leave();
    await showResult(tools, { plan, dryRun, committed: false, leftOut });
    return isPartial(plan) ? "partial" : undefined;
  }
  if (!(await mayBeForeign(tools, plan, answers)) || !(await mayApply(tools, planned, answers, file?.name))) {
    await tools.terminal.note(NOTHING_CHANGED);
    await pending.leave();
    await showResult(tools, { plan, dryRun, committed: false });
    return undefined;
  }
  await (await tools.tenant()).permitChange();
  let done = plan;
  const commit = async (written?: WrittenUpload): Promise<Import> =>
    (done = await (file === undefined || written === undefined
      ? pending.commit()
      : pending.commitWithFile(file.name, written)));
  const leftOut = file === undefined ? void (await commit()) : await file.write(commit);
  pending.throwLost();
  await showResult(tools, { plan: done, dryRun, committed: true, leftOut });
  return isPartial(done) ? "partial" : undefined;
}

/** Shows how an import ended: its result, and where people look last, what was done and how to undo it. */
export async function showResult(tools: Tools, result: ImportResult): Promise<void> {
  const { terminal, globals } = tools;
  const { plan, committed, dryRun } = result;
  if (isSilent(tools, result)) return;
  const columns = RESULT_COLUMNS.filter(({ value }) => globals.fields !== undefined || value(result) !== undefined);
  await terminal.show(listColumns(terminal, columns, USUAL_RESULT), result);
  if (committed) {
    const mayUndo = (await unlessFailing(() => mayAll(tools, neededToUndo(plan)))) ?? true;
    for (const told of afterCommit(plan, mayUndo)) await terminal.note(told);
  } else if (dryRun && !plan.rejected) await terminal.note(AFTER_DRY_RUN);
}

/** Returns whether `--quiet` leaves out the result: cron would send it each night. What was asked for by name is shown. */
const isSilent = ({ globals }: Tools, { plan, dryRun }: ImportResult): boolean => {
  const { quiet, format, fields, query } = globals;
  const isRequested = dryRun || format !== undefined || fields !== undefined || query !== undefined;
  return quiet && !isRequested && !isChanging(plan) && plan.invalid === 0 && !isSettling(plan);
};
