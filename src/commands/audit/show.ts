import { line, step } from "../../lib/advice/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { AUDIT_COLUMNS, toAuditRow, getImportName } from "./entries.ts";

export default defineCommand({
  summary: text(
    "show one change in full: before, after, and where it was made",
    "変更 1 件の詳細を表示する(変更前、変更後、実行元)",
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
    const entry = toAuditRow(await client.audit.show(number));
    await terminal.show(AUDIT_COLUMNS, entry);
    const shown = getImportName(entry);
    if (shown === undefined) return;
    const command = line("imports show", [shown], { rows: true });
    await terminal.note(step("to list the rows of the import", "インポートの行ごとの内容", command));
  },
});
