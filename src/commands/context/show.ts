import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { CONTEXT_DETAILS } from "./columns.ts";

export default defineCommand({
  summary: text("show one context, or the one in use", "コンテキストの内容を表示する(省略時は使用中のもの)"),
  args: {
    name: { kind: "string", about: text("the context's name", "コンテキスト名") },
  },
  options: {},
  examples: [{ line: "clomoctl context show" }, { line: "clomoctl context show embedded --format json" }],
  exits: ["not-found"],
  async run({ terminal, contexts, globals, environment }, { name }) {
    const { context: used } = await contexts.choose(globals.context, environment);
    const context = name === undefined ? used : await contexts.find(name);
    await terminal.show(CONTEXT_DETAILS, { context, used: context.name === used.name });
  },
});
