import { line } from "../../../lib/advice/index.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { rightsIn } from "../../rights.ts";
import { SETTINGS_COLUMNS, SETTINGS_HELP } from "./columns.ts";

const TO_RECORD = text(
  `nothing was recorded of these settings; to record what the console has: ${line("clomo-account settings set", [], { composition: "COMPOSITION" })}`,
  `設定は記録されていません。管理画面の設定を記録するには: ${line("clomo-account settings set", [], { composition: "COMPOSITION" })}`,
);

const BY_SYSTEM = text(
  "nothing was recorded of these settings; a system administrator records them",
  "設定は記録されていません。記録できるのはシステム管理者です",
);

export default defineCommand({
  summary: text("show the settings of CLOMO accounts", "CLOMO アカウント設定を表示する"),
  details: SETTINGS_HELP,
  args: {},
  options: {},
  examples: [{ line: "clomoctl clomo-account settings show" }],
  exits: [],
  async run(tools) {
    const { client, context } = await tools.tenant("accounts");
    const settings = await client.accounts.settings();
    await tools.terminal.show(SETTINGS_COLUMNS, settings);
    if (settings.recorded) return;
    const { may } = await rightsIn(tools, context);
    await tools.terminal.note(may("accounts.settings") ? TO_RECORD : BY_SYSTEM);
  },
});
