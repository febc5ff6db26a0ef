import type { DeletionRequest } from "../../../lib/client/index.ts";
import { same, shortenText, type Text } from "../../../lib/text/index.ts";
import type { Outcome } from "../command.ts";
import { checkAdministrators } from "../plan/administrators.ts";
import { validateLimits } from "../../../lib/plan/plan.ts";
import { toRecordedName } from "../read-list/options.ts";
import { NOTHING_CHANGED, PendingPlan } from "../plan/pending-plan.ts";
import { PLANNING, showProgress } from "../plan/progress.ts";
import { finishPlan } from "../plan/finish-plan.ts";
import { showPlan } from "../plan/show.ts";
import { requireNamedContext } from "../permission.ts";
import type { Tools } from "../tools.ts";
import { findAllByName, type NamedKind, type NamedRecords } from "../list/single-match.ts";
import type { DeletionOptions } from "./deletion-options.ts";
import { createNoTargetFailure, selectFromFile } from "./selection.ts";

export interface Deletion<R extends { readonly id: string }> {
  readonly kind: DeletionRequest["kind"];
  readonly names: readonly string[];
  readonly recursive?: boolean | undefined;
  readonly options: DeletionOptions;
  readonly reach: () => Promise<{ readonly lookup: NamedKind<R>; readonly client: NamedRecords<R> }>;
}

export async function runDeletion<R extends { readonly id: string }>(
  tools: Tools,
  deletion: Deletion<R>,
): Promise<Outcome> {
  const { options, kind, names, recursive } = deletion;
  const { file } = options;
  tools.summarize({ file });
  validateLimits(options);
  const chosen = await tools.tenant("imports");
  if (!options.dryRun) requireNamedContext(tools, chosen);
  const typed = names.filter((name) => name.trim() !== "");
  const { client, lookup } = await deletion.reach();
  const own = await findAllByName(tools, client, typed, lookup);
  const listed = await selectFromFile(tools, kind, options);
  if (listed === undefined) return tools.terminal.note(NOTHING_CHANGED);
  const { ids: found, learns, notes, isPart, settle } = listed;
  const ids = [...new Set([...own.map(({ id }) => id), ...found])];
  const outcome = isPart ? "partial" : undefined;
  if (ids.length === 0) {
    for (const note of notes) await tools.terminal.note(note);
    if (notes.length === 0 && !isPart) throw createNoTargetFailure(file);
    return outcome;
  }
  const called =
    file === undefined || file === "-" ? typed.join(", ") || "stdin" : toRecordedName(file, chosen.context);
  const asked = { kind, ids, ...(recursive === true && { recursive }), called: shortenText(called), learns };
  const plan = await showProgress(tools, PLANNING, () => chosen.client.imports.delete(asked, tools.signal));
  const pending = new PendingPlan(tools, chosen.client, plan, options.keepPlan);
  return pending.settling(async () => {
    await finishDeletion(tools, pending, options, notes);
    if (pending.committed !== undefined) await settle();
    return outcome;
  });
}

async function finishDeletion(tools: Tools, pending: PendingPlan, options: DeletionOptions, notes: readonly Text[]) {
  const { plan } = pending;
  const { report } = options;
  await showPlan(tools, plan, { more: notes, allRows: same(report ?? "--report plan.xlsx") });
  if (report !== undefined) await (await import("../plan/report.ts")).writeReport(tools, report, plan);
  if (plan.delete > 0) await checkAdministrators(tools, plan);
  await finishPlan(tools, pending, options);
}
