import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { limitRecords, LIMIT_OPTION, listColumns } from "../kit/list/list.ts";
import { CONTEXT_COLUMNS, DEFAULT_CONTEXT_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("list contexts", "コンテキストを一覧する"),
  args: {},
  options: { limit: LIMIT_OPTION },
  examples: [{ line: "clomoctl context list" }, { line: "clomoctl context list --format json --fields name,kind" }],
  exits: ["input-rejected", "not-found"],
  opensTenant: false,
  async run({ terminal, contexts, globals, environment }, { limit }) {
    const [all, chosen] = [await contexts.list(), await contexts.inEffect(globals.context, environment)];
    const shown = all.map((context) => ({ context, used: context.name === chosen?.context.name }));
    await terminal.list(listColumns(terminal, CONTEXT_COLUMNS, DEFAULT_CONTEXT_COLUMNS), limitRecords(shown, limit));
  },
});
