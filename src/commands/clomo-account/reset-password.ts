import { PASSWORD_RULE } from "../../lib/model/account.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { DRY_RUN_OPTION } from "../records/options.ts";
import { showChangedAccount } from "./changed-account.ts";
import { ACCOUNT_ARGUMENT, ACCOUNT_COLUMNS, findAccount } from "./columns.ts";
import { ACCOUNT_OPTIONS, resolvePassword } from "./options.ts";

export default defineCommand({
  summary: text("set a new password for a CLOMO account", "CLOMO アカウントのパスワードを再設定する"),
  details: [
    text(
      `Pass the new password (${PASSWORD_RULE.en}) with --password-file, or type it twice at the prompt, which does not show it. For a mirror, set the password in the console, and record the time with --password-in-console. People who forgot their own password use \`login --forgot\`.`,
      `新しいパスワード(${PASSWORD_RULE.ja})を --password-file で渡すか、入力の案内に従って 2 回入力します(画面には表示されません)。管理画面のミラーでは管理画面で設定し、--password-in-console で日時だけを記録します。自分のパスワードを忘れた人は \`login --forgot\` を使います。`,
    ),
  ],
  args: { named: ACCOUNT_ARGUMENT },
  options: {
    passwordFile: ACCOUNT_OPTIONS.passwordFile,
    passwordInConsole: ACCOUNT_OPTIONS.passwordInConsole,
    forSignIn: {
      kind: "boolean",
      about: text(
        "for a mirror of the console: set a password that is used only to sign in to the mirror's server (serve)",
        "管理画面のミラーの場合: サーバー(serve)へのサインイン専用のパスワードを設定する(管理画面のパスワードは変わらない)",
      ),
    },
    dryRun: DRY_RUN_OPTION,
  },
  excludes: [
    ["passwordFile", "passwordInConsole"],
    ["forSignIn", "passwordInConsole"],
  ],
  examples: [
    { line: "clomoctl clomo-account reset-password taro01 --password-file taro01.txt" },
    { line: "clomoctl clomo-account reset-password taro01 --for-sign-in --password-file taro01.txt" },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ACCOUNT_COLUMNS,
  async run(tools, { named, dryRun, ...options }) {
    const { passwordInConsole, forSignIn } = options;
    const { client } = await tools.tenant("accounts", "users");
    const { id, passwordSetAt } = await findAccount(client, named);
    const password = await resolvePassword(tools, { ...options, dryRun, passwordSetAt }, true);
    const given = {
      ...password,
      ...(passwordInConsole && { passwordInConsole }),
      ...(forSignIn && { forSignIn }),
      dryRun,
    };
    await showChangedAccount(tools, await client.accounts.resetPassword(id, given));
  },
});
