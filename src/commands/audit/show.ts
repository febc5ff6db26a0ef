import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { AUDIT_COLUMNS, entryOf, importOf } from "./entries.ts";

export default defineCommand({
  summary: text(
    "show one change whole: before, after, from where",
    "1 件の変更の記録をすべて表示する(変更前、変更後、実行環境)",
  ),
  args: {
    number: {
      kind: "number",
      value: "NUMBER",
      min: 1,
      required: true,
      about: text("number of the record, as `audit list` shows it", "記録の番号(audit list で表示)"),
    },
  },
  options: {},
  examples: [{ line: "clomoctl audit show 3" }, { line: "clomoctl audit show 3 --format json" }],
  exits: ["not-found"],
  async run({ terminal, ...tools }, { number }) {
    const { client } = await tools.tenant("audit");
    const entry = entryOf(await client.audit.show(number));
    await terminal.show(AUDIT_COLUMNS, entry);
    const shown = importOf(entry);
    if (shown === undefined) return;
    const line = `clomoctl imports show ${shown} --rows`;
    await terminal.note(text(`the rows of the import: ${line}`, `インポートの行ごとの内容: ${line}`));
  },
});
