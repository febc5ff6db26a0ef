import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { TOKEN_COLUMNS } from "./columns.ts";

export default defineCommand({
  summary: text("list your access tokens", "自分のアクセストークンを一覧する"),
  args: {},
  options: {},
  examples: [{ line: "clomoctl access-tokens list" }],
  exits: ["not-signed-in", "input-rejected"],
  async run(tools) {
    const { client } = await tools.tenant("access-tokens");
    await tools.terminal.list(TOKEN_COLUMNS, await client["access-tokens"].list());
  },
});
