import { line, step } from "../../lib/advice/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { isDefaultTable } from "../listing/list.ts";
import type { Tools } from "../tools.ts";
import { buildChangeColumns } from "./changes.ts";
import { AUDIT_COLUMNS, toAuditRow, getImportName, buildDetailColumns, type AuditRow } from "./entries.ts";

export default defineCommand({
  summary: text(
    "show one change in full: before, after, and where it was made",
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
  details: [
    text(
      "On a terminal, each changed field is shown as old → new. --format json or --fields all shows the whole record before and after the change.",
      "画面では、変わった項目ごとに「変更前 → 変更後」を表示します。変更前と変更後の全体は、--format json か --fields all で表示できます。",
    ),
  ],
  examples: [{ line: "clomoctl audit show 3" }, { line: "clomoctl audit show 3 --format json" }],
  exits: ["not-found"],
  async run({ terminal, ...tools }, { number }) {
    const { client } = await tools.tenant("audit");
    const entry = toAuditRow(await client.audit.show(number));
    await terminal.show(isDefaultTable(terminal) ? buildShowColumns(entry, terminal) : AUDIT_COLUMNS, entry);
    const shown = getImportName(entry);
    if (shown === undefined) return;
    const command = line("imports show", [shown], { rows: true });
    await terminal.note(step("to list the rows of the import", "インポートの行ごとの内容", command));
  },
});

/** Returns the columns of one record for people: who did what to whom, changed fields, then identifiers. */
const buildShowColumns = (
  entry: AuditRow,
  terminal: Pick<Tools["terminal"], "moment">,
): readonly Column<AuditRow>[] => {
  const { about, beside } = buildDetailColumns(entry);
  return [...about, ...buildChangeColumns(entry, (at) => terminal.moment(at)), ...beside];
};
