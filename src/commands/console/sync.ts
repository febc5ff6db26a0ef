import { SECURED_APPS } from "../../lib/nouns/secured-user.ts";
import { RESULT_COLUMNS } from "../../lib/plan/columns.ts";
import { text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { CONFIRM_DELETIONS_OPTION, JOB_OPTION, LIMIT_OPTIONS, PLAN_DRY_RUN_OPTION } from "../imports/plan/options.ts";
import { syncExports } from "./sync-exports.ts";

export default defineCommand({
  summary: text("import console exports into the mirror", "管理画面のエクスポートをミラーに取り込む"),
  details: [
    text(
      "Your changes that the exports do not show yet remain open tasks. All other values are set to those of the console. Records that an export lacks are removed. If these are more than 5 records, or more than 2 % of all, you must first confirm their number.",
      "ミラーで行った変更のうち、管理画面にまだ反映されていないものは未完了のまま残します。ほかの値は管理画面に合わせます。エクスポートにないデータは削除します。5 件以内かつ 2 % 以内なら質問せず、超えるときは件数の入力を求めます。",
    ),
  ],
  args: {
    exports: {
      kind: "file",
      required: true,
      repeatable: true,
      value: "EXPORT",
      about: text("console exports, in any order (- for stdin)", "管理画面のエクスポート(順不同。- は標準入力)"),
    },
  },
  options: {
    app: {
      kind: "choice",
      choices: SECURED_APPS,
      value: "APP",
      about: text("SECURED APPs app whose users were exported", "SECURED APPs のどのアプリのエクスポートか"),
    },
    part: {
      kind: "boolean",
      about: text(
        "treat the exports as filtered: remove no records",
        "絞り込んだエクスポートとして扱い、データを削除しない",
      ),
    },
    confirmDeletions: CONFIRM_DELETIONS_OPTION,
    ...LIMIT_OPTIONS,
    allow: {
      kind: "list",
      value: "CHECKS",
      choices: ["earlier-export"],
      about: text(
        "accept an export from stdin with the same content as an earlier one",
        "標準入力のエクスポートが、前に取り込んだものと同じ内容でも許可する",
      ),
    },
    detailedExitcode: {
      kind: "boolean",
      about: text("exit with 9 if open tasks remain", "未完了の作業が残っていれば終了コード 9 で終わる"),
    },
    dryRun: PLAN_DRY_RUN_OPTION,
    job: JOB_OPTION,
  },
  examples: [
    { line: "clomoctl console sync orgs.csv users.csv devices.csv" },
    { line: "clomoctl console sync docs-users.csv --app docs --dry-run" },
  ],
  exits: ["input-rejected", "not-found", "conflict", "not-permitted", "locked", "partial", "differs", "limit-exceeded"],
  plans: true,
  shows: RESULT_COLUMNS,
  run: (tools, { exports, ...options }) => syncExports(tools, exports, options),
});
