import { line } from "../../lib/advice/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { USER_ARGUMENT, findUser } from "../users/columns.ts";
import { ACCOUNT_COLUMNS } from "./columns.ts";
import {
  ACCOUNT_EXCLUDES,
  ACCOUNT_HELP,
  ACCOUNT_OPTIONS,
  resolveAccountValues,
  needsPassword,
  resolvePassword,
} from "./options.ts";
import { showChangedAccount } from "./changed-account.ts";

export default defineCommand({
  summary: text("create a CLOMO account for a user", "ユーザーに CLOMO アカウントを作成する"),
  details: [...ACCOUNT_HELP],
  args: { user: USER_ARGUMENT },
  options: {
    account: {
      kind: "string",
      value: "NAME",
      about: text(
        "account name (アカウント名); optional if the settings define what account names are built from",
        "アカウント名(構成する情報を設定していれば省略できます)",
      ),
    },
    ...ACCOUNT_OPTIONS,
  },
  excludes: ACCOUNT_EXCLUDES,
  examples: [
    { line: "clomoctl clomo-account create hanako.yamazaki@example.jp --account hanako01" },
    {
      line: "clomoctl clomo-account create A0002 --account taro01 --role division --managed-orgs 本社/営業部 --password-file taro01.txt",
    },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ACCOUNT_COLUMNS,
  async run(tools, { user: typed, account, dryRun, ...options }) {
    const values = await resolveAccountValues(tools, options);
    const { id: user, accountName } = await findUser((await tools.tenant("users")).client, typed, tools.globals.as);
    // a user who already has an account is rejected later, so do not ask for a password first
    const role = accountName === null ? (options.role ?? "none") : "none";
    const password = await resolvePassword(tools, { ...options, dryRun }, needsPassword("none", role));
    const { client } = await tools.tenant("accounts");
    const written = await client.accounts.create({
      ...values,
      ...password,
      user,
      ...(account !== undefined && { name: account }),
      dryRun,
    });
    await showChangedAccount(tools, written);
    if (written.consoleTask !== null && !dryRun) await tools.terminal.note(suggestConfirmation(written.consoleTask));
  },
});

/** Returns the note that suggests confirming the task, because the console may have had this account all along. */
const suggestConfirmation = (task: number): Text => {
  const command = line("console confirm", [task]);
  return text(
    `if the console already has this account with these values, confirm the task: ${command}`,
    `このアカウントが同じ内容で管理画面にすでにある場合は、作業の完了を記録してください: ${command}`,
  );
};
