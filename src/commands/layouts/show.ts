import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { findLayout, LAYOUT_ARGUMENT, LAYOUT_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("show a layout with its column map", "レイアウトと、その対応表を表示する"),
  args: { id: LAYOUT_ARGUMENT },
  options: {},
  examples: [{ line: "clomoctl layouts show 3f2a91bc" }],
  exits: ["not-found", "locked"],
  async run({ terminal, ...tools }, { id }) {
    await terminal.show(LAYOUT_COLUMNS, await findLayout((await tools.tenant("layouts")).client, id));
  },
});
