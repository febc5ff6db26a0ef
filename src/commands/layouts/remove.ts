import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { confirmChange } from "../permission.ts";
import { findLayout, LAYOUT_ARGUMENT, LAYOUT_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("remove a layout (cannot be undone)", "レイアウトを削除する(元に戻せない)"),
  args: { id: LAYOUT_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl layouts remove 3f2a91bc --yes" }],
  exits: ["not-permitted", "not-found", "locked"],
  shows: LAYOUT_COLUMNS,
  async run(tools, { id: typed }) {
    const { terminal } = tools;
    const { client } = await tools.tenant("layouts");
    const { id } = await findLayout(client, typed);
    const message = text(
      `Remove layout ${id}? This cannot be undone.`,
      `レイアウト ${id} を削除しますか? 元に戻せません。`,
    );
    if (!(await confirmChange(tools, message))) return;
    await terminal.show(LAYOUT_COLUMNS, await client.layouts.remove(id));
  },
});
