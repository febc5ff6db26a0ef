import type { ErrorCode } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { INPUT_ENCODING_OPTION, SHEET_OPTION } from "../files/sheet.ts";
import type { Fields, InputOf } from "../field.ts";
import {
  CONFIRM_DELETIONS_OPTION,
  IMPORT_OPTIONS,
  KEEP_PLAN_OPTION,
  LIMIT_OPTIONS,
  PLAN_DRY_RUN_OPTION,
  REPORT_OPTION,
} from "../read-list/options.ts";

/** The key with which a list may name records by their names alone. */
export const NAME_KEY = "name";

export const SELECTION_OPTIONS = {
  file: {
    kind: "file",
    about: text(
      "list that names the records: CSV, .xlsx, or a text with one name per line (- for stdin)",
      "対象の一覧(CSV か .xlsx、または 1 行に 1 件ずつ書いたテキスト。- は標準入力)",
    ),
  },
  encoding: INPUT_ENCODING_OPTION,
  sheet: SHEET_OPTION,
  key: {
    kind: "string",
    value: "KEY",
    about: text("read only this key; name accepts names alone", "このキーだけで探す。name なら氏名だけの一覧も可"),
  },
  errors: IMPORT_OPTIONS.errors,
  skipInvalid: IMPORT_OPTIONS.skipInvalid,
  job: IMPORT_OPTIONS.job,
} as const satisfies Fields;

export type SelectionOptions = InputOf<typeof SELECTION_OPTIONS> & {
  readonly on?: string | undefined;
  readonly dryRun?: boolean | undefined;
};

export const DELETION_OPTIONS = {
  ...SELECTION_OPTIONS,
  dryRun: PLAN_DRY_RUN_OPTION,
  keepPlan: KEEP_PLAN_OPTION,
  report: REPORT_OPTION,
  confirmDeletions: CONFIRM_DELETIONS_OPTION,
  maxDeletions: LIMIT_OPTIONS.maxDeletions,
} as const satisfies Fields;

export type DeletionOptions = InputOf<typeof DELETION_OPTIONS>;

export const DELETION_HELP = text(
  "Shows all records to delete, and deletes them only if you confirm their number. Type the number, or pass --confirm-deletions N. If the number is wrong, nothing changes (exit 3). In unattended runs, --yes --max-deletions N|P% permits deletions up to this limit, but never more than half of the records of a kind.",
  "削除するデータをすべて表示し、件数を確認してから削除します。件数は入力するか、--confirm-deletions N で指定します。件数が一致しなければ何も変更しません(終了コード 3)。自動実行では、--yes --max-deletions N|P% で指定した上限まで削除できます(ただし、種類ごとに登録件数の半分まで)。",
);

export const DELETION_EXITS: readonly ErrorCode[] = [
  "input-rejected",
  "not-permitted",
  "conflict",
  "not-found",
  "locked",
  "limit-exceeded",
  "partial",
];
