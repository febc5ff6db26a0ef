import type { App } from "../../../lib/client/index.ts";
import { SECURED_USER } from "../../../lib/model/secured-user.ts";
import { text } from "../../../lib/text/index.ts";
import { defineFileVerbs } from "../../records/verbs.ts";
import { APP_OPTION } from "../app.ts";
import { buildSecuredUserColumns, buildSecuredUserKind, SECURED_USER_ARGUMENT } from "./columns.ts";
import { USER_OPTIONS } from "./options.ts";

export default defineFileVerbs({
  noun: "secured users",
  thing: SECURED_USER,
  single: text("SECURED APPs user", "SECURED APPs ユーザー"),
  argument: SECURED_USER_ARGUMENT,
  choice: { app: APP_OPTION },
  kind: ({ app }) => app as App,
  async reach(tools, input) {
    const { app, layout } = input as { readonly app: App; readonly layout?: "console" | "full" };
    const { secured } = (await tools.tenant("secured")).client;
    return {
      lookup: buildSecuredUserKind(app),
      columns: buildSecuredUserColumns(app, tools.terminal),
      client: {
        find: (query) => secured.find(app, query),
        export: (query) => secured.export(app, { ...query, layout }),
      },
    };
  },
  exports: {
    layout: {
      kind: "choice",
      choices: ["console", "full"],
      default: "console",
      about: text(
        "console: the three columns of the console's own export; full: all columns except secrets",
        "console は管理画面と同じ 3 列、full はパスワードなどを除くすべての列",
      ),
    },
  },
  imports: {
    createGroups: USER_OPTIONS.createGroups,
    generatePasswords: {
      kind: "output",
      value: "FILE",
      notStdout: true,
      workbook: true,
      about: text(
        "generate a password for each new user without a password; FILE lists ID, name, groups and password",
        "パスワードが未指定の新規ユーザーにパスワードを生成し、ID・名前・グループとともに FILE に書き出す",
      ),
    },
  },
  excludes: [["keepPlan", "generatePasswords"]],
  examples: {
    delete: ["taro --app docs --confirm-deletions 1", "--file users.txt --app docs --dry-run"],
    export: ["--app docs -o docs-now.csv", "--app calendar --layout full --encoding utf-8"],
    import: [
      "secured/docs/users.shift_jis.crlf.csv --app docs --create-groups --yes",
      "secured/docs/users.shift_jis.crlf.csv --app docs --create-groups --dry-run",
      "new-users.csv --app docs --generate-passwords passwords.xlsx --emit-csv upload.csv",
    ],
    show: ["taro --app docs"],
    template: ["--app docs -o docs-new.csv", "--app mailer --encoding utf-8"],
  },
});
