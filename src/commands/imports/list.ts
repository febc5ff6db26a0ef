import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { firstOf, LIMIT } from "../listing/list.ts";
import { IMPORT_COLUMNS } from "./plan/columns.ts";

export default defineCommand({
  summary: text("list imports, newest first", "インポートを新しい順に一覧する"),
  args: {},
  options: { limit: LIMIT },
  examples: [{ line: "clomoctl imports list" }, { line: "clomoctl imports list --format json --fields id,state" }],
  exits: ["not-found", "locked"],
  async run(tools, { limit }) {
    const { client } = await tools.tenant("imports");
    await tools.terminal.list(IMPORT_COLUMNS, firstOf(await client.imports.list(), limit));
  },
});
