import { line } from "../../lib/advice/index.ts";
import { text, type Text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { BEFORE_WRITING, WHILE_WRITING } from "../records/written.ts";
import { USER_ARGUMENT, userNamed } from "../users/columns.ts";
import { ACCOUNT_COLUMNS } from "./columns.ts";
import { ACCOUNT_HELP, ACCOUNT_OPTIONS, accountValues, needsPassword, passwordOf, requireToWrite } from "./options.ts";
import { warnOfSecuredItems } from "./secured-items.ts";
import { showAccountWritten } from "./written.ts";

export default defineCommand({
  summary: text("give a user a CLOMO account", "ユーザーに CLOMO アカウントを作成する"),
  details: [
    text(
      "The name is unique in the tenant, and has at most 320 characters (a limit of clomoctl). It can be changed, and is never cleared: an account is never deleted. Without --role the user is no administrator (管理者権限を付与しない), as owners of devices are.",
      "アカウント名はテナント内で一意で、320 文字までです(clomoctl 独自の上限)。変更はできますが、消すことはできず、アカウントも削除できません。--role を省略すると、デバイスの所有者などと同じ「管理者権限を付与しない」になります。",
    ),
    ...ACCOUNT_HELP,
  ],
  args: { user: USER_ARGUMENT },
  options: {
    account: {
      kind: "string",
      value: "NAME",
      about: text(
        "the account name (アカウント名); not needed where the settings say what names are composed of",
        "アカウント名(構成する情報を設定していれば省略できます)",
      ),
    },
    ...ACCOUNT_OPTIONS,
  },
  examples: [
    { line: "clomoctl clomo-account create hanako.yamazaki@example.jp --account hanako01" },
    {
      line: "clomoctl clomo-account create A0002 --account taro01 --role division --managed-orgs 本社/営業部 --password-file taro01.txt",
    },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: ACCOUNT_COLUMNS,
  async run(tools, { user: typed, account, dryRun, ...options }) {
    tools.describeState(() => BEFORE_WRITING);
    await requireToWrite(tools, text("create CLOMO accounts", "CLOMOアカウントの作成"));
    const values = await accountValues(tools, options);
    const { id: user, accountName } = await userNamed((await tools.tenant("users")).client, typed);
    // who has an account is refused, and nothing asked before
    const role = accountName === null ? (options.role ?? "none") : "none";
    const password = await passwordOf(tools, { ...options, dryRun }, needsPassword("none", role));
    const { client } = await tools.tenant("accounts");
    tools.describeState(() => WHILE_WRITING);
    const written = await client.accounts.create({
      ...values,
      ...password,
      user,
      ...(account !== undefined && { name: account }),
      dryRun,
    });
    await showAccountWritten(tools, written);
    if (written.consoleTask !== null && !dryRun) await tools.terminal.note(thereAlready(written.consoleTask));
    await warnOfSecuredItems(tools, written);
  },
});

/** What is entered here may be of an account that the console has had for long. */
const thereAlready = (task: number): Text => {
  const command = line("console confirm", [task]);
  return text(
    `if the console has this account already, with these values: ${command}`,
    `このアカウントが同じ内容で管理画面にすでにある場合: ${command}`,
  );
};
