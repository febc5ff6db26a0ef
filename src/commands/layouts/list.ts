import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { limitRecords, LIMIT_OPTION, listColumns } from "../listing/list.ts";
import { LAYOUT_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("list layouts, newest first", "レイアウトを新しい順に一覧する"),
  args: {},
  options: { limit: LIMIT_OPTION },
  examples: [{ line: "clomoctl layouts list" }],
  exits: ["locked"],
  async run({ terminal, ...tools }, { limit }) {
    const layouts = await (await tools.tenant("layouts")).client.layouts.list();
    const columns = listColumns(terminal, LAYOUT_COLUMNS, ["id", "use", "kind", "headers", "at", "actor"]);
    await terminal.list(columns, limitRecords(layouts, limit));
  },
});
