import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { confirmAndCommit } from "./plan/confirm.ts";
import { CONFIRM_DELETIONS } from "./plan/options.ts";
import { findImport, ID_ARGUMENT } from "./plan/find.ts";
import { PendingPlan } from "./plan/pending.ts";
import { showPlan } from "./plan/show.ts";
import { RESULT_COLUMNS } from "./plan/columns.ts";

export default defineCommand({
  summary: text("undo a committed import", "確定したインポートを取り消す"),
  details: [
    text(
      "The inverse plan is shown and confirmed like an import: created records are deleted, changed or deleted ones get their former values back. If any of them was changed since, or others use it by now, nothing is undone (exit 5).",
      "逆の計画を表示し、インポートと同じように確認します。追加したものは削除し、変更・削除したものは元の値に戻します。その後に変更されたものや、ほかから使われているものがあれば、何も取り消しません(終了コード 5)。",
    ),
  ],
  args: { id: ID_ARGUMENT },
  options: { confirmDeletions: CONFIRM_DELETIONS },
  examples: [{ line: "clomoctl imports revert 0198c0de --confirm-deletions 3" }],
  exits: ["input-rejected", "conflict", "not-found"],
  shows: RESULT_COLUMNS,
  async run(tools, { id, confirmDeletions }) {
    const { client } = await tools.tenant("imports");
    const original = await findImport(client, id);
    const pending = new PendingPlan(tools, client, await client.imports.revert(original.id), false);
    await showPlan(tools, pending.plan);
    return pending.settling(() => confirmAndCommit(tools, pending, confirmDeletions));
  },
});
