import { line, commandName } from "../../../lib/advice/index.ts";
import type { AccountRenamings, AccountSettings } from "../../../lib/client/index.ts";
import { ACCOUNT_SETTINGS, ACCOUNT_RENAMING_FIELDS } from "../../../lib/model/account.ts";
import { ACCOUNT_NAME_COMPOSITIONS, type AccountNameComposition } from "../../../lib/model/composition.ts";
import { formatCount, text } from "../../../lib/text/index.ts";
import { toTypableName } from "../../../lib/text/shell-word.ts";
import { defineCommand } from "../../command.ts";
import { buildFieldColumns } from "../../listing/columns.ts";
import { DRY_RUN_OPTION, refuseEmptyChange } from "../../records/options.ts";
import { getRevisionBeforePrompt } from "../../records/seen.ts";
import {
  STATE_UNCHANGED,
  showWrittenRecord,
  STATE_MAYBE_CHANGED,
  type ResultLayout,
} from "../../records/change-result.ts";
import type { Tools } from "../../tools.ts";
import { SETTINGS_COLUMNS, SETTINGS_HELP } from "./columns.ts";
import { confirmChange } from "../../permission.ts";

export default defineCommand({
  summary: text("set what account names are built from, and the authentication type", "CLOMO アカウント設定を変更する"),
  details: [...SETTINGS_HELP],
  args: {},
  options: {
    composition: {
      kind: "choice",
      value: "WHAT",
      choices: ACCOUNT_SETTINGS.fields.composition.choices,
      called: ACCOUNT_NAME_COMPOSITIONS,
      about: text("what account names are built from", "CLOMO アカウントを構成する情報"),
    },
    authentication: {
      kind: "string",
      value: "TEXT",
      blank: true,
      about: text("authentication type (認証タイプ), as shown in the console", "認証タイプ(管理画面の表示どおり)"),
    },
    dryRun: DRY_RUN_OPTION,
  },
  examples: [
    { line: "clomoctl clomo-account settings set --composition mail-local-part --dry-run" },
    { line: "clomoctl clomo-account settings set --composition employee-code --yes" },
  ],
  exits: ["input-rejected", "not-permitted", "conflict", "locked"],
  shows: SETTINGS_COLUMNS,
  async run(tools, { composition, authentication, dryRun }) {
    tools.describeState(() => STATE_UNCHANGED);
    const values = {
      ...(composition !== undefined && { composition }),
      ...(authentication !== undefined && { authentication }),
    };
    refuseEmptyChange(values, commandName("clomo-account settings set"));
    const { terminal, globals } = tools;
    const { client } = await tools.tenant("accounts");
    const seen = dryRun || globals.yes ? undefined : await getRevisionBeforePrompt(tools);
    const before = await client.accounts.settings();
    if (composition !== undefined && composition !== before.composition) {
      const renamings = await client.accounts.renamings({ composition });
      await reportRenamings(tools, composition, renamings);
      if (renamings.same < renamings.accounts && !dryRun && !globals.yes) {
        const message = text(
          "Change the setting and keep the existing account names?",
          "既存のアカウント名はそのままで、設定を変更しますか?",
        );
        if (!(await confirmChange(tools, message))) return terminal.note(STATE_UNCHANGED);
      }
    }
    tools.describeState(() => STATE_MAYBE_CHANGED);
    await showWrittenRecord(
      tools,
      await client.accounts.setSettings({ ...values, seen, dryRun }),
      SETTINGS_RESULT_LAYOUT,
    );
  },
});

/** Maximum number of names that are listed; the rest are only counted. */
const MAX_LISTED_NAMES = 20;

/** The option of `users edit` that sets the value that account names are built from; undefined for free text. */
const NAME_SOURCE_OPTIONS: Readonly<Record<AccountNameComposition, readonly string[] | undefined>> = {
  "free-text": undefined,
  "mail-address": ["--email", "ADDRESS"],
  "mail-local-part": ["--email", "ADDRESS"],
  "employee-code": ["--employee-code", "VALUE"],
  "google-workspace": ["--google-workspace-email", "ADDRESS"],
  salesforce: ["--salesforce-account", "VALUE"],
};

const RENAMING_COLUMNS = buildFieldColumns<AccountRenamings["first"][number]>(ACCOUNT_RENAMING_FIELDS);

async function reportRenamings(
  { terminal }: Pick<Tools, "terminal">,
  composition: AccountNameComposition,
  { accounts, same, lacking, clashing, first }: AccountRenamings,
): Promise<void> {
  const others = accounts - same;
  if (others === 0) return;
  await terminal.note(
    text(
      `${others} of ${formatCount(accounts, "account")} would have a different name (missing values: ${lacking}, clashes: ${clashing})`,
      `既存の ${accounts} アカウントのうち ${others} 件の名前が異なります: 値なし ${lacking} 件、重複 ${clashing} 件`,
    ),
  );
  const [, ...told] = RENAMING_COLUMNS;
  for (const one of first.slice(0, MAX_LISTED_NAMES)) {
    const { id, name, user, proposed, obstacle } = one;
    const why = told.find(({ key }) => key === "obstacle")?.name?.(one);
    const option = obstacle === "lacking" ? NAME_SOURCE_OPTIONS[composition] : undefined;
    const setting = line("users edit", [toTypableName(name, id)]).with(...(option ?? []));
    const way = option === undefined ? text("", "") : text(`: ${setting}`, `。設定するには: ${setting}`);
    const command =
      obstacle === "none" && proposed !== null
        ? text(
            `${name} (${user}) → ${proposed}: ${line("clomo-account edit", [toTypableName(name, id)], { account: proposed })}`,
            `${name}(${user})→ ${proposed}: ${line("clomo-account edit", [toTypableName(name, id)], { account: proposed })}`,
          )
        : text(
            `${name} (${user}): ${why?.en ?? ""}${proposed === null ? "" : `, ${proposed}`}${way.en}`,
            `${name}(${user}): ${why?.ja ?? ""}${proposed === null ? "" : `(${proposed})`}${way.ja}`,
          );
    await terminal.note(command);
  }
  const rest = others - Math.min(first.length, MAX_LISTED_NAMES);
  if (rest > 0) await terminal.note(text(`and ${rest} more`, `ほか ${rest} 件`));
}

const SETTINGS_RESULT_LAYOUT: ResultLayout<AccountSettings> = {
  columns: SETTINGS_COLUMNS,
  called: () => "CLOMO アカウント設定",
};
