import { text } from "../../../lib/text/index.ts";
import { defineCommand } from "../../command.ts";
import { IMPORT_HELP, IMPORT_EXITS, IMPORT_OPTIONS } from "../../imports/plan/options.ts";
import { runImport } from "../../imports/plan/run.ts";
import { RESULT_COLUMNS } from "../../../lib/plan/columns.ts";
import { APP_OPTION } from "../app.ts";

export default defineCommand({
  summary: text(
    "import SECURED APPs users from a CSV file or workbook",
    "CSV ファイルや Excel ブックから SECURED APPs のユーザーをインポートする",
  ),
  details: [...IMPORT_HELP],
  args: {
    file: {
      kind: "file",
      required: true,
      about: text(
        "CSV file or .xlsx workbook of the app's users (- for stdin)",
        "アプリのユーザーの CSV ファイルか Excel ブック .xlsx(- は標準入力)",
      ),
    },
  },
  options: {
    ...IMPORT_OPTIONS,
    app: APP_OPTION,
    createGroups: {
      kind: "boolean",
      about: text("create groups that do not exist yet", "存在しないグループを作る"),
    },
    generatePasswords: {
      kind: "output",
      value: "FILE",
      notStdout: true,
      workbook: true,
      about: text(
        "generate passwords for new users without one, and write them with ID, name and groups",
        "パスワードのない新しいユーザーのパスワードを生成し、ID、名前、グループとともに書き出す",
      ),
    },
  },
  excludes: [["keepPlan", "generatePasswords"]],
  examples: [
    { line: "clomoctl secured users import secured/docs/users.shift_jis.crlf.csv --app docs --create-groups --yes" },
    {
      line: "clomoctl secured users import secured/docs/users.shift_jis.crlf.csv --app docs --create-groups --dry-run",
    },
    {
      line: "clomoctl secured users import new-users.csv --app docs --generate-passwords passwords.xlsx --emit-csv upload.csv",
      about: text("hand out the passwords, then delete the file", "本人に渡し、ファイルは削除"),
    },
  ],
  exits: IMPORT_EXITS,
  plans: true,
  shows: RESULT_COLUMNS,
  run: (tools, { file, app, ...options }) => runImport(tools, { kind: app, file, options }),
});
