import type { ErrorCode } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import { INPUT_ENCODING_OPTION, SHEET_OPTION } from "../csv/file/sheet.ts";
import type { Fields, InputOf } from "../field.ts";
import {
  CONFIRM_DELETIONS_OPTION,
  KEEP_PLAN_OPTION,
  LIMIT_OPTIONS,
  PLAN_DRY_RUN_OPTION,
  REPORT_OPTION,
} from "../imports/plan/options.ts";

export const USER_FILE_OPTIONS = {
  file: {
    kind: "file",
    about: text(
      "text file with one name per line, or a table (CSV or .xlsx) with メールアドレス or 社員コード (- for stdin)",
      "名前を 1 行に 1 件ずつ書いたテキストファイル、または「メールアドレス」か「社員コード」の列がある表(CSV か .xlsx。- は標準入力)",
    ),
  },
  encoding: INPUT_ENCODING_OPTION,
  sheet: SHEET_OPTION,
} as const satisfies Fields;

export const DELETION_OPTIONS = {
  file: {
    kind: "file",
    about: text(
      "text file with one name per line (- for stdin)",
      "1 行に 1 件ずつ書いたテキストファイル(- は標準入力)",
    ),
  },
  dryRun: PLAN_DRY_RUN_OPTION,
  keepPlan: KEEP_PLAN_OPTION,
  report: REPORT_OPTION,
  confirmDeletions: CONFIRM_DELETIONS_OPTION,
  maxDeletions: LIMIT_OPTIONS.maxDeletions,
} as const satisfies Fields;

export type DeletionOptions = Omit<InputOf<typeof DELETION_OPTIONS>, "file">;

export const DELETION_HELP = [
  text(
    "Shows all records to delete, and deletes them only if you confirm their number. Type the number, or pass --confirm-deletions N. If the number is wrong, nothing changes (exit 3). In unattended runs, --yes --max-deletions N|P% permits deletions up to this limit, but never more than half of the records of a kind.",
    "削除するデータをすべて表示し、件数を確認してから削除します。件数は入力するか、--confirm-deletions N で指定します。件数が一致しなければ何も変更しません(終了コード 3)。自動実行では、--yes --max-deletions N|P% で指定した上限まで削除できます(ただし、種類ごとに登録件数の半分まで)。",
  ),
  text(
    "A deletion is recorded as an import with the mode delete: `imports show NUMBER --rows` lists the deleted records, `undo NUMBER` restores them, without passwords.",
    "削除は、モードが「削除」のインポートとして記録されます。`imports show 番号 --rows` で削除したデータを確認でき、`undo 番号` で取り消せます(パスワードは戻りません)。",
  ),
] as const;

export const DELETION_EXITS: readonly ErrorCode[] = [
  "input-rejected",
  "not-permitted",
  "conflict",
  "not-found",
  "locked",
  "limit-exceeded",
];
