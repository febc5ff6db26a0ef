import type { DeletedSchemes, Scheme } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { SCHEME } from "../../../lib/model/scheme.ts";
import { counted, text, type Text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { CONFIRM_DELETIONS } from "../../imports/plan/options.ts";
import { listColumns } from "../../listing/list.ts";
import { requireNamedForDeletion } from "../../permission.ts";
import { DRY_RUN } from "../../records/options.ts";
import { revisionSeen } from "../../records/seen.ts";
import { inConsoleToo, proposeUndo, WRITTEN } from "../../records/written.ts";
import { requireRight } from "../../rights.ts";
import type { Tools } from "../../tools.ts";
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
    tools.describeState(() => KEPT);
    const { terminal } = tools;
    await requireRight(tools, "schemes.write");
    const { client, permitChange } = await tools.tenant("roles");
    const seen = dryRun || confirmDeletions !== undefined ? undefined : await revisionSeen(tools);
    const known = await client.roles.schemes();
    const schemes = [...new Set(names.map((name) => schemeNamed(name, known)))];
    const ids = schemes.map(({ id }) => id);
    const columns = listColumns(terminal, SCHEME_COLUMNS, SCHEME.usual);
    await terminal.note(sizeOf(schemes));
    refuseOther(schemes, confirmDeletions);
    // what the tenant refuses nobody is asked about
    const tried = await client.roles.deleteSchemes({ ids, dryRun: true });
    if (dryRun) {
      await terminal.list(columns, tried.schemes);
      await terminal.note(DRY);
      return;
    }
    await permitChange();
    await confirm(tools, schemes.length, confirmDeletions);
    tools.describeState(() => text("they may have been deleted", "削除されている可能性があります"));
    const deleted = await client.roles.deleteSchemes({ ids, seen });
    tools.describeDone(WRITTEN);
    await terminal.list(columns, deleted.schemes);
    for (const sentence of sentences(deleted)) await terminal.note(sentence);
    await proposeUndo(tools);
  },
});

const KEPT = text("nothing was deleted", "何も削除していません");
const DRY = text("dry run: nothing was deleted", "試行のため、何も削除していません");

const sizeOf = (schemes: readonly Scheme[]): Text => {
  const names = schemes.map(({ name }) => name).join(", ");
  return text(
    `to be deleted: ${counted(schemes.length, "scheme")} (${names})`,
    `削除するスキーム: ${schemes.length} 個(${names})`,
  );
};

/** @throws `input-rejected` where no number can be asked for; `usage` on a remote tenant that the command does not name */
async function confirm(tools: Tools, count: number, confirmed: number | undefined): Promise<void> {
  const chosen = await tools.tenant("roles");
  if (confirmed !== undefined) return requireNamedForDeletion(chosen);
  await tools.terminal.prompts.typedNumber({
    message: text(
      `Type ${count} to delete ${counted(count, "scheme")} from ${chosen.context.name}:`,
      `${chosen.context.name} からスキームを ${count} 個削除します。続けるには数を入力してください:`,
    ),
    flag: `--confirm-deletions ${count}`,
    expected: count,
  });
}

/** @throws `input-rejected` where another number is given than that of the schemes */
function refuseOther({ length: count }: readonly Scheme[], confirmed: number | undefined): void {
  if (confirmed === undefined || confirmed === count) return;
  throw new Failure("input-rejected", {
    what: text(
      `${counted(count, "scheme")} would go, not ${confirmed}; nothing was deleted`,
      `削除するスキームは ${count} 個で、${confirmed} 個ではありません。何も削除していません`,
    ),
    where: `--confirm-deletions ${confirmed}`,
  });
}

function* sentences({ schemes, consoleTasks }: DeletedSchemes): Generator<Text> {
  yield text(`deleted: ${counted(schemes.length, "scheme")}`, `スキームを ${schemes.length} 個削除しました`);
  for (const number of consoleTasks) yield inConsoleToo(number);
}
