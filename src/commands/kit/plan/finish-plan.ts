import { RESULT_COLUMNS, DEFAULT_RESULT_COLUMNS, type ImportResult } from "../../../lib/plan/columns.ts";
import { confirmPlan, requireConfirmedCounts, type ConfirmOptions } from "../../../lib/plan/confirm.ts";
import { hasNoEffect, isPartialImport, PLAN_DRY_RUN_NOTE, describeCommit } from "../../../lib/plan/describe.ts";
import { enforceLimits, type Plan } from "../../../lib/plan/plan.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import type { Outcome } from "../command.ts";
import { isRecordOutputRequested, listColumns } from "../list/list.ts";
import type { Tools } from "../tools.ts";
import { NOTHING_CHANGED, type PendingPlan } from "./pending-plan.ts";
import { buildPlan, formatTenantName } from "./show.ts";
import type { Import } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import type { ImportRequest } from "../read-list/options.ts";

interface ForeignFileOptions {
  readonly allow?: ImportRequest["options"]["allow"];
  readonly requested?: ImportRequest | undefined;
}

/** Asks even with `--yes`. @throws `input-rejected` in scripts */
async function confirmForeignFile(tools: Tools, plan: Import, { allow = [], requested }: ForeignFileOptions) {
  if (plan.foreign === undefined || allow.includes("other-tenant")) return true;
  const tenant = formatTenantName(plan, await tools.tenant("imports"));
  const file = plan.fileName === "-" ? "stdin" : plan.fileName;
  if (tools.terminal.interactive && requested?.file !== "-")
    return tools.terminal.prompts.confirm({
      message: text(`Import ${file} into ${tenant.en}?`, `${file} を ${tenant.ja} に取り込みますか?`),
      flag: "--allow other-tenant",
    });
  throw new Failure("input-rejected", {
    what: text(
      `the file seems to belong to a tenant other than ${tenant.en}; nothing was changed`,
      `${tenant.ja}ではなく、別のテナントのファイルのようです。何も変更していません`,
    ),
    where: file,
    hint: text("if the tenant is right, pass --allow other-tenant", "正しければ --allow other-tenant を付けてください"),
  });
}

export interface FinishOptions extends ConfirmOptions, ForeignFileOptions {
  readonly dryRun?: boolean | undefined;
  readonly changes?: boolean | undefined;
  /** writes a file and calls `settle`, which commits the plan */
  readonly write?: ((settle: () => Promise<void>) => Promise<void>) | undefined;
}

export const confirmCommit = (tools: Tools, plan: Plan, answers: ConfirmOptions): Promise<boolean> =>
  confirmPlan(tools.terminal, plan, { ...answers, yes: tools.globals.yes || answers.yes });

export async function finishPlan(
  tools: Tools,
  pending: PendingPlan,
  { dryRun = false, changes = !hasNoEffect(pending.plan), write, ...answers }: FinishOptions,
): Promise<Outcome> {
  const { plan, isKept } = pending;
  const planned = await buildPlan(tools, plan);
  const leave = async (note: Text | undefined): Promise<void> => {
    if (note !== undefined) await tools.terminal.note(note);
    await pending.leave();
    await showImportResult(tools, { plan, dryRun, committed: false, isKept });
  };
  if (dryRun || !changes) {
    requireConfirmedCounts(planned, answers);
    enforceLimits(planned.changes, answers);
    const note = isPartialImport(plan) ? NOTHING_CHANGED : text("nothing to change", "変更はありません");
    await leave(dryRun ? undefined : note);
    return isPartialImport(plan) ? "partial" : undefined;
  }
  const isAllowed = await confirmForeignFile(tools, plan, answers);
  if (!isAllowed || !(hasNoEffect(plan) || (await confirmCommit(tools, planned, answers)))) {
    await leave(isKept ? undefined : NOTHING_CHANGED);
    return undefined;
  }
  await (await tools.tenant()).requireChangePermission();
  let lost: unknown;
  const commit = async (): Promise<void> => {
    try {
      await pending.commit();
    } catch (error) {
      // if the commit may have succeeded, write the file, because it is the only copy of the passwords
      if (write === undefined || !(await pending.mayBeCommitted(error))) throw error;
      lost = error;
    }
  };
  await (write === undefined ? commit() : write(commit));
  const { committed } = pending;
  if (committed === undefined) throw lost;
  await showImportResult(tools, { plan: committed, dryRun, committed: true });
  return isPartialImport(committed) ? "partial" : undefined;
}

/** Prints how to undo the import last, because users read the last lines first. */
export async function showImportResult(tools: Tools, result: ImportResult): Promise<void> {
  const { terminal, globals } = tools;
  const { plan, committed, dryRun, isKept = false } = result;
  if (globals.quiet && !isRecordOutputRequested(tools)) return;
  const columns = RESULT_COLUMNS.filter(({ value }) => globals.fields !== undefined || value(result) !== undefined);
  if (!terminal.onTerminal || isRecordOutputRequested(tools))
    await terminal.show(listColumns(terminal, columns, DEFAULT_RESULT_COLUMNS), result);
  if (committed) {
    for (const note of describeCommit(plan)) await terminal.note(note);
  } else if (dryRun && !plan.rejected && !isKept) await terminal.note(PLAN_DRY_RUN_NOTE);
}
