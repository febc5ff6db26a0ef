import { ALLOWANCES } from "../../lib/model/import.ts";
import { USER, USER_KEY_NAMES } from "../../lib/nouns/user.ts";
import { text } from "../../lib/text/index.ts";
import { buildAllowOption, IMPORT_OPTIONS, ORG_BY_OPTION, UNDELETABLE_OPTION } from "../kit/read-list/options.ts";
import { defineRecordVerbs } from "../kit/change/verbs.ts";
import { USER_ARGUMENT, USER_LOOKUP, USER_ORG_OPTIONS, USER_RESULT_LAYOUT } from "../kit/columns/users.ts";
import { defineOption } from "../kit/field.ts";

export default defineRecordVerbs({
  thing: USER,
  layout: USER_RESULT_LAYOUT,
  argument: USER_ARGUMENT,
  lookup: USER_LOOKUP,
  changedElsewhere: ["org"],
  exports: USER_ORG_OPTIONS,
  imports: {
    undeletable: UNDELETABLE_OPTION,
    allow: buildAllowOption(...ALLOWANCES),
    blank: {
      ...IMPORT_OPTIONS.blank,
      about: text(
        `${IMPORT_OPTIONS.blank.about.en}; a user's organisation and account name are never cleared`,
        `${IMPORT_OPTIONS.blank.about.ja}。ユーザーの所属組織とアカウント名は、空でも消さない`,
      ),
    },
    orgBy: ORG_BY_OPTION,
    key: {
      kind: "choice",
      choices: USER_KEY_NAMES,
      about: text("field that identifies each user (default: email)", "各行のユーザーを特定する項目(既定: email)"),
    },
    orgs: defineOption(
      "file",
      "FILE",
      "file of organisations to create or update in the same import (format as for `orgs import`)",
      "同じインポートで追加・更新する組織のファイル(形式は `orgs import` と同じ)",
    ),
    createOrgs: {
      kind: "boolean",
      about: text("create organisations under 全社 for unknown codes", "不明な組織コードの組織を全社の下に作る"),
    },
  },
  examples: {
    create: [
      "--name '髙橋 花子' --email hanako.takahashi@example.jp --org 本社/営業部",
      "--name 共用端末01 --email user001@example.com --account-name user001 --dry-run",
    ],
    delete: ["hanako.yamazaki@example.jp A0003 --confirm-deletions 2", "--file 退職者.xlsx --sheet 3月 --dry-run"],
    edit: ["hanako.yamazaki@example.jp --title 課長", "A0002 --tel '' --dry-run"],
    export: ["-o users-now.csv", "--encoding utf-8 --filter-name 山田"],
    history: ["taro.yamada@example.co.jp", "E00000002 --format json"],
    import: [
      "people.csv --dry-run",
      "people.csv --create-orgs --yes",
      "people.csv --create-orgs --dry-run --format json",
      "people.csv --emit-csv upload.csv",
      "people.csv --orgs orgs/tree.utf-8.crlf.csv --dry-run",
    ],
    show: ["hanako.yamazaki@example.jp", "A0002 --format json"],
    template: ["-o users-new.csv", "--encoding utf-8 --newline lf"],
  },
});
