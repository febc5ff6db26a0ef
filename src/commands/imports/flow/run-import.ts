import type { Import } from "../../../lib/client/index.ts";
import { text } from "../../../lib/text/index.ts";
import type { Outcome } from "../../command.ts";
import type { Tools } from "../../tools.ts";
import { findMap } from "./column-map.ts";
import { changesNothing, mayCommit } from "./confirm.ts";
import { openInput } from "./input-file.ts";
import { PendingPlan } from "./pending-plan.ts";
import { showPlan } from "./plan-view.ts";
import { listProblems, RejectedFile } from "./problem-list.ts";
import { RESULT_COLUMNS } from "./result.ts";
import { lookAtFile, sendFile, type ImportOrder } from "./send-file.ts";

/**
 * Imports a file: sends it, shows the plan, asks, and commits all of it or nothing.
 *
 * @throws `input-rejected` when a row is invalid and invalid rows are not to be skipped
 */
export async function runImport(tools: Tools, order: ImportOrder): Promise<Outcome> {
  const { client } = await tools.tenant();
  tools.describeState(() => text("nothing was changed", "何も変更していません"));
  const map = await findMap(tools, order.kind, order.options.map);
  await using file = await openInput(tools, order.file);
  const reading = await lookAtFile(tools, file, order.options);
  const plan = await sendFile(tools, file, order, reading, map);
  const pending = new PendingPlan(tools, client, plan, order.options.keepPlan);
  try {
    return await decide(tools, order, pending);
  } catch (error) {
    await pending.settle(error);
    throw error;
  }
}

async function decide(tools: Tools, order: ImportOrder, pending: PendingPlan): Promise<Outcome> {
  const { plan } = pending;
  const { client } = await tools.tenant();
  const problems = await listProblems(tools.terminal, client, plan, order.file);
  await showPlan(tools, plan);
  if (plan.rejected) {
    await pending.leave();
    throw rejectedFile(plan, order, problems);
  }
  const outcome = plan.invalid > 0 ? "partial" : undefined;
  const { dryRun, confirmDeletions } = order.options;
  if (dryRun) return finish(tools, pending, { dryRun, outcome });
  if (changesNothing(plan)) {
    await tools.terminal.note(text("there is nothing to change", "変更はありません"));
    return finish(tools, pending, { dryRun, outcome });
  }
  if (!(await mayCommit(tools, plan, confirmDeletions))) {
    await tools.terminal.note(text("nothing was changed", "何も変更していません"));
    return finish(tools, pending, { dryRun, outcome });
  }
  const committed = await pending.commit();
  await tools.terminal.show(RESULT_COLUMNS, { plan: committed, dryRun, committed: true });
  return outcome;
}

/** Ends an import that is not committed. */
async function finish(
  tools: Tools,
  pending: PendingPlan,
  { dryRun, outcome }: { readonly dryRun: boolean; readonly outcome: Outcome },
): Promise<Outcome> {
  await pending.leave();
  await tools.terminal.show(RESULT_COLUMNS, { plan: pending.plan, dryRun, committed: false });
  return outcome;
}

function rejectedFile(
  { errors, invalid }: Import,
  { file, options }: ImportOrder,
  problems: readonly unknown[],
): RejectedFile {
  const mend = text(
    "mend them and import again; --errors FILE writes the invalid rows, --skip-invalid commits the others",
    "直して再度インポートしてください。--errors FILE で不正な行を書き出し、--skip-invalid で残りの行だけを確定できます",
  );
  const written = text(
    `mend ${options.errors ?? ""} and import it again`,
    `${options.errors ?? ""} を直して再度インポートしてください`,
  );
  return new RejectedFile(
    {
      what: text(
        `${errors} problems in ${invalid} invalid rows; nothing was changed`,
        `不正な行が ${invalid} 行、問題が ${errors} 件あります。何も変更していません`,
      ),
      where: file,
      hint: options.errors === undefined ? mend : written,
    },
    problems,
  );
}
