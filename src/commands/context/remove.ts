import type { Terminal } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  summary: text(
    "remove a context, and the data of an embedded tenant with it",
    "コンテキストを削除する(embedded テナントはデータも削除される)",
  ),
  args: {
    name: { kind: "string", required: true, about: text("the context's name", "コンテキスト名") },
  },
  options: {},
  examples: [{ line: "clomoctl context remove kanto --yes", about: text("without confirmation", "確認なし") }],
  exits: ["not-found", "locked"],
  changes: true,
  async run({ terminal, contexts, globals }, { name }) {
    const context = await contexts.find(name);
    const tenantMayGo =
      globals.yes || !(await contexts.holdsTenant(context)) || (await confirm(terminal, context.name));
    if (!tenantMayGo) {
      await terminal.note(text("nothing was removed", "何も削除していません"));
      return;
    }
    await contexts.remove(name, { tenantMayGo });
    await terminal.note(text(`${context.name} was removed`, `${context.name} を削除しました`));
  },
});

const confirm = (terminal: Terminal, name: string): Promise<boolean> =>
  terminal.prompts.confirm({
    message: text(
      `Delete the context ${name} and all data of its tenant?`,
      `コンテキスト ${name} とそのテナントの全データを削除しますか?`,
    ),
    flag: "--yes",
  });
