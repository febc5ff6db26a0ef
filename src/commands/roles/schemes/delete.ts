import type { DeletedSchemes, Scheme } from "../../../lib/client/index.ts";
import { SCHEME } from "../../../lib/model/scheme.ts";
import { refuseOtherNumber } from "../../../lib/plan/confirm.ts";
import { changesOf, renderPlan, type Plan } from "../../../lib/plan/plan.ts";
import { counted, same, text, type Text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { CONFIRM_DELETIONS } from "../../imports/plan/options.ts";
import { listColumns } from "../../listing/list.ts";
import { mayApply } from "../../imports/plan/settle.ts";
import { DRY_RUN } from "../../records/options.ts";
import { revisionSeen } from "../../records/seen.ts";
import { BEFORE_WRITING, DRY, inConsoleToo, proposeUndo, WHILE_WRITING, WRITTEN } from "../../records/written.ts";
import { requireRight } from "../../rights.ts";
import { SCHEME_ARGUMENT, SCHEME_COLUMNS, schemeNamed } from "./columns.ts";

export default defineCommand({
  summary: text("delete custom schemes", "カスタム管理権限スキームを削除する"),
  details: [
    text(
      "All of them or none, and only schemes that no account has (ours): the refusal names the accounts.",
      "すべて削除するか、1 つも削除しないかのどちらかです。アカウントに設定されているスキームは削除できません(clomoctl 独自の規則)。その場合はアカウントを表示します。",
    ),
  ],
  args: { schemes: { ...SCHEME_ARGUMENT, repeatable: true } },
  options: { confirmDeletions: CONFIRM_DELETIONS, dryRun: DRY_RUN },
  examples: [
    { line: "clomoctl roles schemes delete ユーザー登録係 --dry-run" },
    { line: "clomoctl roles schemes delete ユーザー登録係 --confirm-deletions 1" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "conflict", "locked"],
  shows: SCHEME_COLUMNS,
  async run(tools, { schemes: names, confirmDeletions, dryRun }) {
    tools.describeState(() => BEFORE_WRITING);
    const { terminal } = tools;
    await requireRight(tools, "schemes.write");
    const { client, context, permitChange } = await tools.tenant("roles");
    const seen = dryRun || confirmDeletions !== undefined ? undefined : await revisionSeen(tools);
    const known = await client.roles.schemes();
    const schemes = [...new Set(names.map((name) => schemeNamed(name, known)))];
    const ids = schemes.map(({ id }) => id);
    const columns = listColumns(terminal, SCHEME_COLUMNS, SCHEME.usual);
    const plan = planOf(schemes, context.name);
    await renderPlan(terminal, plan);
    refuseOtherNumber(plan, { confirmDeletions });
    // what the tenant refuses nobody is asked about
    const tried = await client.roles.deleteSchemes({ ids, dryRun: true });
    if (dryRun) {
      await terminal.list(columns, tried.schemes);
      await terminal.note(DRY);
      return;
    }
    await permitChange();
    await mayApply(tools, plan, { confirmDeletions });
    tools.describeState(() => WHILE_WRITING);
    const deleted = await client.roles.deleteSchemes({ ids, seen });
    tools.describeDone(WRITTEN);
    await terminal.list(columns, deleted.schemes);
    for (const sentence of sentences(deleted)) await terminal.note(sentence);
    await proposeUndo(tools);
  },
});

const planOf = (schemes: readonly Scheme[], context: string): Plan => {
  const names = schemes.map(({ name }) => name).join(", ");
  return {
    target: same(context),
    changes: [changesOf(text("scheme", "スキーム"), { delete: schemes.length })],
    lines: [
      text(
        `to be deleted: ${counted(schemes.length, "scheme")} (${names})`,
        `削除するスキーム: ${schemes.length} 個(${names})`,
      ),
    ],
  };
};

function* sentences({ schemes, consoleTasks }: DeletedSchemes): Generator<Text> {
  yield text(`deleted: ${counted(schemes.length, "scheme")}`, `スキームを ${schemes.length} 個削除しました`);
  for (const number of consoleTasks) yield inConsoleToo(number);
}
