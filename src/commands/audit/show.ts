import { line, step } from "../../lib/advice/index.ts";
import type { Column } from "../../lib/terminal/index.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { isUsualTable } from "../listing/list.ts";
import type { Tools } from "../tools.ts";
import { changeColumns } from "./changes.ts";
import { AUDIT_COLUMNS, entryOf, importOf, shortDetails, type AuditRow } from "./entries.ts";

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
  details: [
    text(
      "On a terminal each field that changed is told as old → new; --format json, or --fields all, has the whole record before and after.",
      "画面では、変わった項目ごとに「変更前 → 変更後」を表示します。変更前と変更後の全体は、--format json か --fields all で表示できます。",
    ),
  ],
  examples: [{ line: "clomoctl audit show 3" }, { line: "clomoctl audit show 3 --format json" }],
  exits: ["not-found"],
  async run({ terminal, ...tools }, { number }) {
    const { client } = await tools.tenant("audit");
    const entry = entryOf(await client.audit.show(number));
    await terminal.show(isUsualTable(terminal) ? detailsOf(entry, terminal) : AUDIT_COLUMNS, entry);
    const shown = importOf(entry);
    if (shown === undefined) return;
    const command = line("imports show", [shown], { rows: true });
    await terminal.note(step("the rows of the import", "インポートの行ごとの内容", command));
  },
});

/** What people read of one record: who, what and whom, then each field that changed, and what tells the record apart. */
const detailsOf = (entry: AuditRow, terminal: Pick<Tools["terminal"], "moment">): readonly Column<AuditRow>[] => {
  const { about, beside } = shortDetails(entry);
  return [...about, ...changeColumns(entry, (at) => terminal.moment(at)), ...beside];
};
