import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { CONTEXT_ARGUMENT, noteContextVariable } from "./columns.ts";

export default defineCommand({
  summary: text("choose the context that commands use", "以後のコマンドが操作するコンテキストを選ぶ"),
  args: { name: CONTEXT_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl context use local" }],
  exits: ["input-rejected", "not-found", "locked"],
  opensTenant: false,
  changes: true,
  async run({ terminal, contexts, environment }, { name }) {
    const context = await contexts.use(name);
    await terminal.note(
      text(`commands now use the context ${context.name}`, `以後のコマンドは ${context.name} を操作します`),
    );
    await noteContextVariable({ terminal, environment });
  },
});
