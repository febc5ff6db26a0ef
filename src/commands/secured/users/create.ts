import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { DRY_RUN_OPTION, buildValueOptions, parseValueOptions } from "../../records/options.ts";
import { showWrittenRecord } from "../../records/change-result.ts";
import { APP_OPTION } from "../app.ts";
import { buildSecuredUserLayout, SECURED_USER_COLUMNS } from "./columns.ts";
import { hasPassword, FIELDS_WITH_OPTIONS, readUserSecrets, USER_OPTIONS } from "./options.ts";

export default defineCommand({
  summary: text("create a SECURED APPs user", "SECURED APPs のユーザーを作成する"),
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
      about: text(
        "for a mirror of the console: do not store a password; set it in the console",
        "管理画面のミラーの場合: パスワードを保存せず、管理画面で設定する",
      ),
    },
    dryRun: DRY_RUN_OPTION,
  },
  excludes: [
    ["passwordInConsole", "passwordFile"],
    ["passwordInConsole", "passwordStdin"],
    ["passwordInConsole", "passwordPrompt"],
  ],
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
  async run(tools, { userId, app, role, createGroups, passwordInConsole, dryRun, ...options }) {
    const isGiven = hasPassword(options);
    const own = await parseValueOptions(FIELDS_WITH_OPTIONS, options);
    const values = {
      ...own,
      ...(role !== undefined && { role }),
      ...(createGroups && { createGroups }),
      ...(passwordInConsole && { passwordInConsole }),
    };
    const secrets = await readUserSecrets(tools, {
      ...options,
      passwordPrompt: (!passwordInConsole && !isGiven && own["administrator"] !== true) || options.passwordPrompt,
    });
    const { client } = await tools.tenant("secured");
    const written = await client.secured.create(app, { userId, ...values, ...secrets, dryRun });
    await showWrittenRecord(tools, written, buildSecuredUserLayout(app, tools.terminal));
  },
});
