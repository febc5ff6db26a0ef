import { ALLOWANCES } from "../../lib/model/import.ts";
import { USER, USER_KEY_NAMES } from "../../lib/model/user.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import {
  buildAllowOption,
  IMPORT_HELP,
  IMPORT_EXITS,
  IMPORT_OPTIONS,
  ORG_BY,
  UNDELETABLE_OPTION,
} from "../imports/plan/options.ts";
import { runImport } from "../imports/plan/run.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";

export default defineCommand({
  summary: text("import users from a CSV file or workbook", "CSV ファイルや Excel ブックからユーザーをインポートする"),
  caution: USER.unconfirmed,
  details: [...IMPORT_HELP],
  args: {
    file: {
      kind: "file",
      required: true,
      about: text(
        "CSV file or .xlsx workbook of users (- for stdin)",
        "ユーザーの CSV ファイルか Excel ブック .xlsx(- は標準入力)",
      ),
    },
  },
  options: {
    ...IMPORT_OPTIONS,
    undeletable: UNDELETABLE_OPTION,
    allow: buildAllowOption(...ALLOWANCES),
    blank: {
      ...IMPORT_OPTIONS.blank,
      about: text(
        `${IMPORT_OPTIONS.blank.about.en}; a user's organisation and account name always stay`,
        `${IMPORT_OPTIONS.blank.about.ja}。ユーザーの所属組織とアカウント名は、どちらでも残る`,
      ),
    },
    orgBy: ORG_BY,
    key: {
      group: "matching",
      kind: "choice",
      choices: USER_KEY_NAMES,
      about: text("field that matches rows to users (default: email)", "行とユーザーを対応させる項目(既定: email)"),
    },
    orgs: {
      group: "matching",
      kind: "file",
      value: "FILE",
      about: text(
        "file of organisations to add or update in the same change, as `orgs import` reads it",
        "同じ変更で追加・更新する組織のファイル(`orgs import` と同じように読み込む)",
      ),
    },
    createOrgs: {
      group: "matching",
      kind: "boolean",
      about: text("create organisations under 全社 for unknown codes", "不明な組織コードの組織を全社の下に作る"),
    },
  },
  examples: [
    { line: "clomoctl users import people.csv --dry-run" },
    { line: "clomoctl users import people.csv --create-orgs --yes" },
    { line: "clomoctl users import people.csv --create-orgs --dry-run --format json" },
    { line: "clomoctl users import people.csv --emit-csv upload.csv" },
    { line: "clomoctl users import people.csv --orgs orgs/tree.utf-8.crlf.csv --dry-run" },
  ],
  exits: IMPORT_EXITS,
  plans: true,
  shows: RESULT_COLUMNS,
  run: (tools, { file, ...options }) => runImport(tools, { kind: "users", file, options }),
});
