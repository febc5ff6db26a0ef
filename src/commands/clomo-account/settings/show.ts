import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { SETTINGS_COLUMNS, SETTINGS_HELP } from "./columns.ts";

export default defineCommand({
  summary: text("show the settings of CLOMO accounts", "CLOMO アカウント設定を表示する"),
  details: SETTINGS_HELP,
  args: {},
  options: {},
  examples: [{ line: "clomoctl clomo-account settings show" }],
  exits: [],
  async run(tools) {
    const { client } = await tools.tenant("accounts");
    await tools.terminal.show(SETTINGS_COLUMNS, await client.accounts.settings());
  },
});
