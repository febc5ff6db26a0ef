import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { CONTEXT_COLUMNS, PROTECTED_OPTION } from "./columns.ts";

export default defineCommand({
  summary: text("change the settings of a context", "コンテキストの設定を変更する"),
  args: {
    name: { kind: "string", required: true, names: "contexts", about: text("context name", "コンテキスト名") },
  },
  options: {
    protected: PROTECTED_OPTION,
    unprotected: { kind: "boolean", about: text("turn off --protected", "--protected を解除する") },
  },
  excludes: [["protected", "unprotected"]],
  examples: [
    { line: "clomoctl context set local --protected" },
    { line: "clomoctl context set local --timezone Asia/Tokyo" },
  ],
  exits: ["input-rejected", "not-found", "locked"],
  opensTenant: false,
  shows: CONTEXT_COLUMNS,
  async run({ terminal, contexts, globals }, { name, protected: on, unprotected: off }) {
    const { timezone } = globals;
    const context = await contexts.set(name, {
      timezone,
      protected: on || (off ? false : undefined),
    });
    const used = (await contexts.inEffect(undefined, {}))?.context.name === context.name;
    await terminal.show(CONTEXT_COLUMNS, { context, used });
  },
});
