import { text } from "../../lib/text/index.ts";
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
        "account name (アカウント名); optional if the settings define how account names are built",
        "アカウント名(CLOMO アカウント設定で、CLOMO アカウントを構成する情報を設定していれば省略可)",
      ),
    },
    alreadyInConsole: {
      kind: "boolean",
      about: text(
        "for a mirror of the console: record an account that already exists in the console and has a password",
        "管理画面のミラーの場合: 管理画面に作成済みでパスワードも設定済みのアカウントを登録する",
      ),
    },
    ...ACCOUNT_OPTIONS,
  },
  excludes: [...ACCOUNT_EXCLUDES, ["alreadyInConsole", "passwordFile"], ["alreadyInConsole", "passwordInConsole"]],
  examples: [
    { line: "clomoctl clomo-account create hanako.yamazaki@example.jp --account hanako01" },
    { line: "clomoctl clomo-account create A0003 --account jiro01 --role system --already-in-console" },
    {
      line: "clomoctl clomo-account create A0002 --account taro01 --role division --managed-orgs 本社/営業部 --password-file taro01.txt",
    },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ACCOUNT_COLUMNS,
  async run(tools, { user: typed, account, dryRun, alreadyInConsole, ...options }) {
    const values = await resolveAccountValues(tools, options);
    const { id: user, accountName } = await findUser((await tools.tenant("users")).client, typed);
    // do not prompt for a password if the user already has an account, because the tenant will reject the command
    const role = accountName === null ? (options.role ?? "none") : "none";
    const needed = !alreadyInConsole && needsPassword("none", role);
    const password = await resolvePassword(tools, { ...options, dryRun }, needed);
    const { client } = await tools.tenant("accounts");
    const written = await client.accounts.create({
      ...values,
      ...password,
      user,
      ...(account !== undefined && { name: account }),
      ...(alreadyInConsole && { alreadyInConsole, ...(role !== "none" && { passwordInConsole: true }) }),
      dryRun,
    });
    await showChangedAccount(tools, written);
  },
});
