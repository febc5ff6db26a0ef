import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../kit/command.ts";
import { defineOption } from "../kit/field.ts";
import { TASK_ARGUMENT } from "../kit/plan/find.ts";
import { writeUploads } from "../kit/plan/write-uploads.ts";

export default defineCommand({
  summary: text(
    "write the file to upload in the console (追加更新)",
    "管理画面にアップロードするファイル(追加更新)を書き出す",
  ),
  details: text(
    "The file contains the values that currently differ from the console. Rows that set a password are in another file. Records to delete are listed in a workbook next to it, because 追加更新 does not delete records.",
    "現在の管理画面と異なる値をファイルに書き出します。パスワードを設定する行は別のファイルにします。追加更新では削除されないため、削除するデータの一覧は別のブックに書き出します。",
  ),
  args: {
    number: {
      ...TASK_ARGUMENT,
      required: undefined,
      about: text(
        "write only the changes of this task (default: all open tasks)",
        "この作業の変更だけを書き出す(既定: 未完了の全作業)",
      ),
    },
  },
  options: {
    output: defineOption(
      "string",
      "FILE|FOLDER",
      "output file (with an extension), or folder for one file per kind of record, numbered in the order of upload",
      "出力先のファイル(拡張子が必要)、またはフォルダー(データの種類ごとのファイルを、アップロードする順の番号付きで書き出す)",
      { short: "o", required: true },
    ),
    generatePasswords: defineOption(
      "output",
      "FILE",
      "generate passwords for new SECURED APPs users, and write them to FILE",
      "SECURED APPs の新しいユーザーのパスワードを生成し、FILE に書き出す",
      { notStdout: true, workbook: true },
    ),
  },
  examples: [{ line: "clomoctl console upload -o upload.csv" }, { line: "clomoctl console upload 3 -o upload.csv" }],
  exits: ["input-rejected", "not-found", "conflict", "partial"],
  run: writeUploads,
});
