import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { findLayout, LAYOUT_ARGUMENT, LAYOUT_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("forget a layout; there is no undo", "レイアウトを忘れる(元に戻せない)"),
  args: { id: LAYOUT_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl layouts remove 3f2a91bc" }],
  exits: ["not-permitted", "not-found", "locked"],
  shows: LAYOUT_COLUMNS,
  async run({ terminal, ...tools }, { id: typed }) {
    const { client, permitChange } = await tools.tenant("layouts");
    const { id } = await findLayout(client, typed);
    await permitChange();
    await terminal.show(LAYOUT_COLUMNS, await client.layouts.remove(id));
  },
});
