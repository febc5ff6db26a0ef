import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { confirmChange } from "../permission.ts";
import { findLayout, LAYOUT_ARGUMENT, LAYOUT_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("forget a layout; there is no undo", "レイアウトを忘れる(元に戻せない)"),
  args: { id: LAYOUT_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl layouts remove 3f2a91bc --yes" }],
  exits: ["not-permitted", "not-found", "locked"],
  shows: LAYOUT_COLUMNS,
  async run(tools, { id: typed }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("layouts");
    const { id } = await findLayout(client, typed);
    const message = text(`Forget layout ${id}? There is no undo.`, `レイアウト ${id} を忘れますか? 元に戻せません。`);
    if (!(await confirmChange(tools, message))) return;
    await terminal.show(LAYOUT_COLUMNS, await client.layouts.remove(id));
  },
});
