import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { waitingColumns } from "./plan/columns.ts";

export default defineCommand({
  summary: text(
    "list plans written for the console that are waiting for verification",
    "管理画面用に書き出し、照合を待っている計画を一覧する",
  ),
  args: {},
  options: {},
  examples: [{ line: "clomoctl imports emitted" }],
  exits: ["not-found", "locked"],
  async run(tools) {
    const { client } = await tools.tenant("imports");
    const waiting = (await client.imports.list()).filter(({ state }) => state === "awaiting-console");
    await tools.terminal.list(waitingColumns(tools.terminal), waiting);
  },
});
