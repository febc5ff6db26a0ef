import { commandName } from "../../../lib/advice/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { DRY_RUN, valueOptions, valuesOf } from "../../records/options.ts";
import { BEFORE_WRITING, showWritten, WHILE_WRITING } from "../../records/written.ts";
import { requireRight } from "../../rights.ts";
import { APP } from "../app.ts";
import { SECURED_USER_COLUMNS } from "./columns.ts";
import { hasPassword, OWN_FIELDS, secretsOf, settingsOf, USER_OPTIONS } from "./options.ts";
import { ROLE_HELP, withoutGroup } from "./roles.ts";
import { securedUserWritten } from "./written.ts";

export default defineCommand({
  summary: text("create a SECURED APPs user", "SECURED APPs のユーザーを作成する"),
  details: [
    text(
      `A new user needs a パスワード (6 to 255 half-width letters and digits): asked for without echo, from a file or from stdin. It is checked, and only the time when it was set is kept. In a mirror it is set in the console, and --password-in-console says so. An ID that is there already is refused; its upper and lower case differ. Many users: ${commandName("secured users import")}.`,
      `新しいユーザーには「パスワード」(半角英数字 6〜255 文字)が必要です。画面に表示せずに尋ねるか、ファイルか標準入力から読みます。検査だけに使い、設定した日時だけを保存します。管理画面のミラーでは管理画面で設定するため、--password-in-console を指定できます。登録済みのユーザー ID は使えません(大文字と小文字は区別します)。大勢のユーザーには ${commandName("secured users import")} を使ってください。`,
    ),
    text(
      "デバイス and ライセンス制限例外設定 are on the console's screen and in no file: imports leave them as they are. Groups are kept in Docs, Calendar and Contacts, whose files have グループ名; the screens of Browser and Mailer have 所属するグループ too.",
      "「デバイス」と「ライセンス制限例外設定」は管理画面だけの項目で、CSV にはないため、インポートでは変わりません。グループを扱うのは、CSV に「グループ名」がある Docs・Calendar・Contacts です(Browser と Mailer も、画面には「所属するグループ」があります)。",
    ),
    ...ROLE_HELP,
  ],
  args: {
    userId: {
      kind: "string",
      required: true,
      about: text(
        "user id (ユーザーID): up to 255 half-width letters and digits",
        "ユーザーID(半角英数字 255 文字まで)",
      ),
    },
  },
  options: {
    app: APP,
    ...valueOptions(OWN_FIELDS, { isNew: true }),
    ...USER_OPTIONS,
    passwordInConsole: {
      kind: "boolean",
      about: text("of a mirror: the password is set in the console", "ミラーで、パスワードを管理画面で設定する"),
    },
    dryRun: DRY_RUN,
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
    tools.describeState(() => BEFORE_WRITING);
    const isGiven = hasPassword(options);
    if (passwordInConsole && isGiven) throw TWICE;
    await requireRight(tools, "secured.write");
    const values = {
      ...(await valuesOf(OWN_FIELDS, options)),
      ...settingsOf(app, set, role !== undefined),
      ...(role !== undefined && { role }),
      ...(createGroups && { createGroups }),
      ...(passwordInConsole && { passwordInConsole }),
    };
    // whoever says nothing of the password is asked for it
    const secrets = await secretsOf(tools, {
      ...options,
      passwordPrompt: (!passwordInConsole && !isGiven) || options.passwordPrompt,
    });
    const { client } = await tools.tenant("secured");
    tools.describeState(() => WHILE_WRITING);
    const written = await client.secured.create(app, { userId, ...values, ...secrets, dryRun });
    await showWritten(tools, written, securedUserWritten(app, tools.terminal));
    const lack = withoutGroup(app, written.after);
    if (lack !== undefined) await tools.terminal.note(lack);
  },
});

const TWICE = new Failure("usage", {
  what: text(
    "a password is given here, or set in the console",
    "パスワードは、ここで指定するか、管理画面で設定するかのどちらかです",
  ),
  where: "--password-in-console",
});
