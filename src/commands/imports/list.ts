import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { IMPORT_COLUMNS, shownTo } from "./plan/columns.ts";

export default defineCommand({
  summary: text("list imports, newest first", "インポートを新しい順に一覧する"),
  args: {},
  options: {
    limit: { kind: "number", about: text("at most so many", "最大件数") },
  },
  examples: [{ line: "clomoctl imports list" }, { line: "clomoctl imports list --format json --fields id,state" }],
  exits: ["not-found", "locked"],
  async run(tools, { limit }) {
    const { client } = await tools.tenant();
    await tools.terminal.list(shownTo(tools.terminal, IMPORT_COLUMNS), (await client.imports.list()).slice(0, limit));
  },
});
