import { requireConfirmedCounts } from "../../../lib/plan/confirm.ts";
import { createChanges, renderPlan, type Plan } from "../../../lib/plan/plan.ts";
import type { Column } from "../../../lib/terminal/index.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { confirmCommit } from "../plan/finish-plan.ts";
import { CONFIRM_DELETIONS_OPTION } from "../read-list/options.ts";
import { formatTenantName } from "../plan/show.ts";
import { requireNamedContext } from "../permission.ts";
import {
  describeConsoleTask,
  describeUnrestoredValues,
  DRY_RUN_NOTE,
  proposeUndo,
  STATE_UNCHANGED,
} from "../columns/change-result.ts";
import { DRY_RUN_OPTION } from "../columns/field-options.ts";
import type { ChosenTenant, Tools } from "../tools.ts";

export const SMALL_DELETION_OPTIONS = { confirmDeletions: CONFIRM_DELETIONS_OPTION, dryRun: DRY_RUN_OPTION } as const;

export const SMALL_DELETION_EXITS = ["input-rejected", "not-permitted", "not-found", "conflict", "locked"] as const;

interface SmallDeletion<R> {
  readonly columns: readonly Column<R>[];
  readonly records: readonly R[];
  readonly names: readonly string[];
  /** the user types `count` to confirm the deletion */
  readonly counted: { readonly noun: Text; readonly count: number };
  readonly also?: Text | undefined;
  readonly lost?: Text | undefined;
  /** called first as a dry run, so that the user is not asked about an impossible deletion */
  readonly remove: (dryRun: boolean) => Promise<{ readonly consoleTasks?: readonly number[] | undefined } | undefined>;
}

export async function confirmAndDelete<R>(
  tools: Tools,
  chosen: Omit<ChosenTenant, "client">,
  { confirmDeletions, dryRun }: { readonly confirmDeletions: number | undefined; readonly dryRun: boolean },
  { columns, records, names, counted, also, lost, remove }: SmallDeletion<R>,
): Promise<void> {
  const { terminal } = tools;
  if (!dryRun) requireNamedContext(tools, chosen);
  const all = names.join(", ");
  const more = { en: also === undefined ? "" : `; ${also.en}`, ja: also === undefined ? "" : `。${also.ja}` };
  const plan: Plan = {
    target: formatTenantName({ tenant: chosen.context.name }, chosen),
    changes: [createChanges(counted.noun, { delete: counted.count })],
    lines: [text(`to be deleted: ${all}${more.en}`, `削除予定: ${all}${more.ja}`)],
    warnings: lost === undefined ? [] : [describeUnrestoredValues(lost)],
  };
  await renderPlan(terminal, plan);
  requireConfirmedCounts(plan, { confirmDeletions });
  await remove(true);
  if (dryRun) {
    await terminal.list(columns, records);
    return terminal.note(DRY_RUN_NOTE);
  }
  await chosen.requireChangePermission();
  if (!(await confirmCommit(tools, plan, { confirmDeletions }))) return terminal.note(STATE_UNCHANGED);
  const done = await remove(false);
  await terminal.list(columns, records);
  await terminal.note(text(`deleted: ${all}`, `削除しました: ${all}`));
  for (const number of done?.consoleTasks ?? []) await terminal.note(describeConsoleTask(number));
  if (lost === undefined) await proposeUndo(tools);
}
