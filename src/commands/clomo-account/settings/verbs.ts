import type { AccountSettings } from "../../../lib/client/index.ts";
import { ACCOUNT_SETTINGS } from "../../../lib/nouns/account.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../kit/command.ts";
import { DRY_RUN_OPTION } from "../../kit/columns/field-options.ts";
import { showWrittenRecord, type ResultLayout } from "../../kit/columns/change-result.ts";
import { requireFreeTextConfirmation } from "../../kit/password-question.ts";
import { SETTINGS_COLUMNS } from "../../kit/columns/accounts.ts";
import { line } from "../../../lib/advice/index.ts";

const RECORD_SETTINGS_HINT = text(
  `these settings are not recorded; to record the settings of the console: ${line("clomo-account settings set", [], { composition: "COMPOSITION" })}`,
  `設定は記録されていません。管理画面の設定を記録するには: ${line("clomo-account settings set", [], { composition: "COMPOSITION" })}`,
);

const show = defineCommand({
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

const set = defineCommand({
  summary: text("set how account names are built, and the authentication type", "CLOMO アカウント設定を変更する"),
  args: {},
  options: {
    composition: {
      kind: "choice",
      value: "WHAT",
      choices: ACCOUNT_SETTINGS.fields.composition.choices,
      about: text("what account names are built from", "アカウント名の元になる値(CLOMO アカウントを構成する情報)"),
    },
    authentication: {
      kind: "string",
      value: "TEXT",
      blank: true,
      about: text("authentication type (認証タイプ), as shown in the console", "認証タイプ(管理画面の表示どおり)"),
    },
    dryRun: DRY_RUN_OPTION,
  },
  anyOf: [["composition", "authentication"]],
  examples: [
    { line: "clomoctl clomo-account settings set --composition mail-local-part --dry-run" },
    { line: "clomoctl clomo-account settings set --composition employee-code --yes" },
  ],
  exits: ["input-rejected", "not-permitted", "conflict", "locked"],
  shows: SETTINGS_COLUMNS,
  async run(tools, { composition, authentication, dryRun }) {
    await requireFreeTextConfirmation(tools, ACCOUNT_SETTINGS.fields, { authentication });
    const { client } = await tools.tenant("accounts");
    const written = await client.accounts.setSettings({ composition, authentication, dryRun });
    await showWrittenRecord(tools, written, SETTINGS_RESULT_LAYOUT);
  },
});

const SETTINGS_RESULT_LAYOUT: ResultLayout<AccountSettings> = {
  columns: SETTINGS_COLUMNS,
  called: () => "CLOMO アカウント設定",
};

export default { set, show };
