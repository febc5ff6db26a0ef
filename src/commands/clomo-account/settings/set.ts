import { line } from "../../../lib/advice/index.ts";
import type { AccountRenamings, AccountSettings } from "../../../lib/client/index.ts";
import { ACCOUNT_SETTINGS, RENAMING } from "../../../lib/model/account.ts";
import { COMPOSITIONS, type Composition } from "../../../lib/model/composition.ts";
import { counted, text } from "../../../lib/text/index.ts";
import { typableName } from "../../../lib/text/shell-word.ts";
import { defineCommand } from "../../command.ts";
import { columnsOfFields } from "../../listing/columns.ts";
import { DRY_RUN, refuseNothing } from "../../records/options.ts";
import { revisionSeen } from "../../records/seen.ts";
import { BEFORE_WRITING, showWritten, WHILE_WRITING, type ResultLayout } from "../../records/written.ts";
import type { Tools } from "../../tools.ts";
import { SETTINGS_COLUMNS, SETTINGS_HELP } from "./columns.ts";

export default defineCommand({
  summary: text(
    "set what account names are composed of, and the authentication type",
    "CLOMO アカウント設定を変更する",
  ),
  details: [
    text(
      "Existing names stay: people sign in with them. Which would clash or lack a value is told first, with the commands that rename the others.",
      "サインインに使うため、既存のアカウント名は変わりません。重複するものや値のないものを先に示し、ほかの名前を変更するコマンドも示します。",
    ),
    ...SETTINGS_HELP,
  ],
  args: {},
  options: {
    composition: {
      kind: "choice",
      value: "WHAT",
      choices: ACCOUNT_SETTINGS.fields.composition.choices,
      called: COMPOSITIONS,
      about: text("what names are composed of", "CLOMO アカウントを構成する情報"),
    },
    authentication: {
      kind: "string",
      value: "TEXT",
      blank: true,
      about: text("the authentication type (認証タイプ), as the console has it", "認証タイプ(管理画面の表示どおり)"),
    },
    dryRun: DRY_RUN,
  },
  examples: [
    { line: "clomoctl clomo-account settings set --composition mail-local-part --dry-run" },
    { line: "clomoctl clomo-account settings set --composition employee-code --yes" },
  ],
  exits: ["input-rejected", "not-permitted", "conflict", "locked"],
  shows: SETTINGS_COLUMNS,
  async run(tools, { composition, authentication, dryRun }) {
    tools.describeState(() => BEFORE_WRITING);
    const values = {
      ...(composition !== undefined && { composition }),
      ...(authentication !== undefined && { authentication }),
    };
    refuseNothing(values, line("clomo-account settings set", []));
    const { terminal, globals } = tools;
    const { client } = await tools.tenant("accounts");
    const seen = dryRun || globals.yes ? undefined : await revisionSeen(tools);
    const before = await client.accounts.settings();
    if (composition !== undefined && composition !== before.composition) {
      const renamings = await client.accounts.renamings({ composition });
      await tellRenamings(tools, composition, renamings);
      if (renamings.same < renamings.accounts && !dryRun && !globals.yes) {
        const message = text(
          "Set it, and leave the existing names?",
          "既存のアカウント名はそのままで、設定を変更しますか?",
        );
        if (!(await terminal.prompts.confirm({ message, flag: "--yes" }))) return terminal.note(BEFORE_WRITING);
      }
    }
    tools.describeState(() => WHILE_WRITING);
    await showWritten(tools, await client.accounts.setSettings({ ...values, seen, dryRun }), SETTINGS_WRITTEN);
  },
});

/** Rows that are told on a terminal; the rest is counted. */
const MAX_TOLD = 20;

/** The option of `users edit` that sets what names are composed of; of free text there is none. */
const SET_BY: Readonly<Record<Composition, string | undefined>> = {
  "free-text": undefined,
  "mail-address": "--email ADDRESS",
  "mail-local-part": "--email ADDRESS",
  "employee-code": "--employee-code VALUE",
  "google-workspace": "--google-workspace-email ADDRESS",
  salesforce: "--salesforce-account VALUE",
};

const RENAMING_COLUMNS = columnsOfFields<AccountRenamings["first"][number]>(RENAMING);

/** Which names would be others, which of them cannot be, and what renames the rest. */
async function tellRenamings(
  { terminal }: Pick<Tools, "terminal">,
  composition: Composition,
  { accounts, same, lacking, clashing, first }: AccountRenamings,
): Promise<void> {
  const others = accounts - same;
  if (others === 0) return;
  await terminal.note(
    text(
      `${others} of ${counted(accounts, "account")} would have another name: ${lacking} lack a value, ${clashing} would clash`,
      `既存の ${accounts} アカウントのうち ${others} 件の名前が異なります: 値なし ${lacking} 件、重複 ${clashing} 件`,
    ),
  );
  const [, ...told] = RENAMING_COLUMNS;
  for (const one of first.slice(0, MAX_TOLD)) {
    const { id, name, user, proposed, obstacle } = one;
    const why = told.find(({ key }) => key === "obstacle")?.name?.(one);
    const option = obstacle === "lacking" ? SET_BY[composition] : undefined;
    const setting = `${line("users edit", [typableName(name, id)])} ${option}`;
    const way = option === undefined ? text("", "") : text(`: ${setting}`, `。設定するには: ${setting}`);
    const command =
      obstacle === "none" && proposed !== null
        ? text(
            `${name} (${user}) → ${proposed}: ${line("clomo-account edit", [typableName(name, id)], { account: proposed })}`,
            `${name}(${user})→ ${proposed}: ${line("clomo-account edit", [typableName(name, id)], { account: proposed })}`,
          )
        : text(
            `${name} (${user}): ${why?.en ?? ""}${proposed === null ? "" : `, ${proposed}`}${way.en}`,
            `${name}(${user}): ${why?.ja ?? ""}${proposed === null ? "" : `(${proposed})`}${way.ja}`,
          );
    await terminal.note(command);
  }
  const rest = others - Math.min(first.length, MAX_TOLD);
  if (rest > 0) await terminal.note(text(`and ${rest} more`, `ほか ${rest} 件`));
}

/** How the settings are shown that were written. */
const SETTINGS_WRITTEN: ResultLayout<AccountSettings> = {
  columns: SETTINGS_COLUMNS,
  called: () => "CLOMO アカウント設定",
};
