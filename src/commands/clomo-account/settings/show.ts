import { line } from "../../../lib/advice/index.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../kit/command.ts";
import { SETTINGS_COLUMNS } from "../../kit/columns/account-settings.ts";

const RECORD_SETTINGS_HINT = text(
  `these settings are not recorded; to record the settings of the console: ${line("clomo-account settings set", [], { composition: "COMPOSITION" })}`,
  `設定は記録されていません。管理画面の設定を記録するには: ${line("clomo-account settings set", [], { composition: "COMPOSITION" })}`,
);

export default defineCommand({
  summary: text("show the settings of CLOMO accounts", "CLOMO アカウント設定を表示する"),
  args: {},
  options: {},
  examples: [{ line: "clomoctl clomo-account settings show" }],
  exits: [],
  async run(tools) {
    const { client } = await tools.tenant("accounts");
    const settings = await client.accounts.settings();
    await tools.terminal.show(SETTINGS_COLUMNS, settings);
    if (settings.recorded) return;
    await tools.terminal.note(RECORD_SETTINGS_HINT);
  },
});
