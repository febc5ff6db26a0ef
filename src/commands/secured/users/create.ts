import { commandName } from "../../../lib/advice/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { DRY_RUN_OPTION, buildValueOptions, parseValueOptions } from "../../records/options.ts";
import { STATE_UNCHANGED, showWrittenRecord, STATE_MAYBE_CHANGED } from "../../records/change-result.ts";
import { requireRight } from "../../rights.ts";
import { APP_OPTION } from "../app.ts";
import { SECURED_USER_COLUMNS } from "./columns.ts";
import { hasPassword, FIELDS_WITH_OPTIONS, readUserSecrets, parseSettings, USER_OPTIONS } from "./options.ts";
import { ROLE_HELP, describeMissingGroup } from "./roles.ts";
import { buildSecuredUserLayout } from "./secured-user-layout.ts";

export default defineCommand({
  summary: text("create a SECURED APPs user", "SECURED APPs のユーザーを作成する"),
  details: [
    text(
      `A new user needs a パスワード (6 to 255 half-width letters and digits), typed at a prompt without echo or read from a file or stdin. clomoctl only checks the password and stores the time when it was set. In a mirror, the password is set in the console: use --password-in-console. A ユーザーID that already exists is refused; IDs are case-sensitive. For many users, use ${commandName("secured users import")}.`,
      `新しいユーザーには「パスワード」(半角英数字 6〜255 文字)が必要です。画面に表示せずに尋ねるか、ファイルか標準入力から読みます。検査だけに使い、設定した日時だけを保存します。管理画面のミラーでは管理画面で設定するため、--password-in-console を指定できます。登録済みのユーザーID は使えません(大文字と小文字は区別します)。大勢のユーザーには ${commandName("secured users import")} を使ってください。`,
    ),
    text(
      "デバイス and ライセンス制限例外設定 exist only on the console's screen and not in files, so imports do not change them. Only Docs, Calendar and Contacts have groups, because their files contain グループ名 (Browser and Mailer have 所属するグループ only on the screen).",
      "「デバイス」と「ライセンス制限例外設定」は管理画面だけの項目で、CSV にはないため、インポートでは変わりません。グループを扱うのは、CSV に「グループ名」がある Docs・Calendar・Contacts だけです(Browser と Mailer の「所属するグループ」は画面だけにあります)。",
    ),
    ...ROLE_HELP,
  ],
  args: {
    userId: {
      kind: "string",
      required: true,
      about: text("ユーザーID: up to 255 half-width letters and digits", "ユーザーID(半角英数字 255 文字まで)"),
    },
  },
  options: {
    app: APP_OPTION,
    ...buildValueOptions(FIELDS_WITH_OPTIONS, { isNew: true }),
    ...USER_OPTIONS,
    passwordInConsole: {
      kind: "boolean",
      about: text("in a mirror: the password is set in the console", "ミラーで、パスワードを管理画面で設定する"),
    },
    dryRun: DRY_RUN_OPTION,
  },
  examples: [
    {
      line: "clomoctl secured users create taro01 --name '山田 太郎' --app browser --password-file taro01.txt",
    },
    {
      line: "clomoctl secured users create hanako09 --name '髙橋 花子' --app docs --group 営業 --create-groups --role manager --password-stdin --dry-run",
    },
  ],
  exits: ["input-rejected", "not-permitted", "not-found", "locked"],
  shows: SECURED_USER_COLUMNS,
  async run(tools, { userId, app, role, set, createGroups, passwordInConsole, dryRun, ...options }) {
    tools.describeState(() => STATE_UNCHANGED);
    const isGiven = hasPassword(options);
    if (passwordInConsole && isGiven) throw PASSWORD_CONFLICT;
    await requireRight(tools, "secured.write");
    const values = {
      ...(await parseValueOptions(FIELDS_WITH_OPTIONS, options)),
      ...parseSettings(app, set, role !== undefined),
      ...(role !== undefined && { role }),
      ...(createGroups && { createGroups }),
      ...(passwordInConsole && { passwordInConsole }),
    };
    // without any option for the password, the user is asked for it
    const secrets = await readUserSecrets(tools, {
      ...options,
      passwordPrompt: (!passwordInConsole && !isGiven) || options.passwordPrompt,
    });
    const { client } = await tools.tenant("secured");
    tools.describeState(() => STATE_MAYBE_CHANGED);
    const written = await client.secured.create(app, { userId, ...values, ...secrets, dryRun });
    await showWrittenRecord(tools, written, buildSecuredUserLayout(app, tools.terminal));
    const lack = describeMissingGroup(app, written.after);
    if (lack !== undefined) await tools.terminal.note(lack);
  },
});

const PASSWORD_CONFLICT = new Failure("usage", {
  what: text(
    "--password-in-console cannot be used with another password option, because the password is set either by clomoctl or in the console",
    "--password-in-console は、パスワードを渡すほかのオプションと同時に指定できません。パスワードは clomoctl と管理画面のどちらか一方で設定してください",
  ),
  where: "--password-in-console",
});
