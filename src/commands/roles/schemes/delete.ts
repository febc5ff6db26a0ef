import type { DeletedSchemes, Scheme } from "../../../lib/client/index.ts";
import { SCHEME } from "../../../lib/model/scheme.ts";
import { requireConfirmedCounts } from "../../../lib/plan/confirm.ts";
import { createChanges, renderPlan, type Plan } from "../../../lib/plan/plan.ts";
import { formatCount, text, type Text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { CONFIRM_DELETIONS_OPTION } from "../../imports/plan/options.ts";
import { listColumns } from "../../listing/list.ts";
import { formatTenantName } from "../../imports/plan/show.ts";
import { askToApply } from "../../imports/plan/settle.ts";
import { DRY_RUN_OPTION } from "../../records/options.ts";
import { DRY_RUN_NOTE, describeConsoleTask, proposeUndo } from "../../records/change-result.ts";
import { SCHEME_ARGUMENT, SCHEME_COLUMNS, findSchemeByName } from "./columns.ts";
import { requireNamedContext } from "../../permission.ts";

export default defineCommand({
  summary: text("delete custom schemes", "カスタム管理権限スキームを削除する"),
  args: { schemes: { ...SCHEME_ARGUMENT, repeatable: true } },
  options: { confirmDeletions: CONFIRM_DELETIONS_OPTION, dryRun: DRY_RUN_OPTION },
  examples: [
    { line: "clomoctl roles schemes delete ユーザー登録係 --dry-run" },
    { line: "clomoctl roles schemes delete ユーザー登録係 --confirm-deletions 1" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked"],
  shows: SCHEME_COLUMNS,
  async run(tools, { schemes: names, confirmDeletions, dryRun }) {
    const { terminal } = tools;
    const chosen = await tools.tenant("roles");
    const { client, permitChange } = chosen;
    if (!dryRun) requireNamedContext(tools, chosen, { confirmDeletions });
    const known = await client.roles.schemes();
    const schemes = [...new Set(names.map((name) => findSchemeByName(name, known)))];
    const ids = schemes.map(({ id }) => id);
    const columns = listColumns(terminal, SCHEME_COLUMNS, SCHEME.usual);
    const plan = buildDeletionPlan(schemes, formatTenantName({ tenant: chosen.context.name }, chosen));
    await renderPlan(terminal, plan);
    requireConfirmedCounts(plan, { confirmDeletions });
    // do not ask the user about a deletion that the tenant refuses
    const tried = await client.roles.deleteSchemes({ ids, dryRun: true });
    if (dryRun) {
      await terminal.list(columns, tried.schemes);
      await terminal.note(DRY_RUN_NOTE);
      return;
    }
    await permitChange();
    await askToApply(tools, plan, { confirmDeletions });
    const deleted = await client.roles.deleteSchemes({ ids });
    await terminal.list(columns, deleted.schemes);
    for (const sentence of describeDeletion(deleted)) await terminal.note(sentence);
    await proposeUndo(tools);
  },
});

const buildDeletionPlan = (schemes: readonly Scheme[], target: Text): Plan => {
  const names = schemes.map(({ name }) => name).join(", ");
  return {
    target,
    changes: [createChanges(text("scheme", "スキーム"), { delete: schemes.length })],
    lines: [
      text(
        `to be deleted: ${formatCount(schemes.length, "scheme")} (${names})`,
        `削除するスキーム: ${schemes.length} 個(${names})`,
      ),
    ],
  };
};

function* describeDeletion({ schemes, consoleTasks }: DeletedSchemes): Generator<Text> {
  yield text(`deleted: ${formatCount(schemes.length, "scheme")}`, `スキームを ${schemes.length} 個削除しました`);
  for (const number of consoleTasks) yield describeConsoleTask(number);
}
