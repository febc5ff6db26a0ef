import { format, parse } from "node:path";
import type { ImportKind } from "../../lib/client/index.ts";
import type { ErrorCode } from "../../lib/errors/index.ts";
import { text } from "../../lib/text/index.ts";
import type { Fields, InputOf } from "../field.ts";
import { CONFIRM_DELETIONS, LIMITS, PLAN_ONLY } from "../imports/plan/options.ts";

/** The file beside a list, with what goes along: `gone.xlsx`, `gone-users.xlsx`. */
export const listBeside = (file: string, kind: ImportKind): string => {
  const { dir, name, ext } = parse(file);
  return format({ dir, name: `${name}-${kind}`, ext });
};

/** The options of every deletion. */
export const DELETION_OPTIONS = {
  file: {
    kind: "file",
    about: text(
      "a text file with one name a line (- for stdin)",
      "1 行に 1 件ずつ書いたテキストファイル(- は標準入力)",
    ),
  },
  dryRun: PLAN_ONLY,
  confirmDeletions: CONFIRM_DELETIONS,
  maxDeletions: LIMITS.maxDeletions,
  list: {
    kind: "output",
    workbook: true,
    notStdout: true,
    beside: (name, { recursive }) => (recursive === true ? [listBeside(name, "users")] : []),
    about: text(
      "write who goes to this file (.xlsx or CSV), to delete them in the console by hand",
      "削除する対象の一覧を書き出す(.xlsx か CSV。管理画面で手作業で削除するときに使う)",
    ),
  },
} as const satisfies Fields;

/** The options as typed. */
export type DeletionOptions = Omit<InputOf<typeof DELETION_OPTIONS>, "file">;

/** Help on how a deletion is confirmed and undone. */
export const DELETION_HELP = [
  text(
    "All that was named is shown, and goes only once its number is confirmed: typed, or by --confirm-deletions N; any other number changes nothing (exit 3). In runs that nobody watches, --yes --max-deletions N|P% permits it up to that limit, and half of the records of each kind at most.",
    "対象をすべて示し、件数で確認してから削除します。件数は入力するか、--confirm-deletions N で指定します。一致しなければ何も変更しません(終了コード 3)。無人で実行するときは、--yes --max-deletions N|P% でその上限まで(最大でも種類ごとに半数まで)削除できます。",
  ),
  text(
    "A deletion is kept as an import of the mode delete: `imports show NUMBER --rows` tells who went, `undo NUMBER` brings them back, without passwords.",
    "削除は「削除」のインポートとして残ります。`imports show 番号 --rows` で対象を確認でき、`undo 番号` で元に戻せます(パスワードは戻りません)。",
  ),
  text(
    "If a name finds nothing, or several, all such names are told, and nothing is changed. In a mirror the deletion goes to `console list`, as it is to be done in the console too.",
    "見つからない名前や複数に当てはまる名前があれば、そのすべてを示して何も変更しません。管理画面のミラーでは、管理画面での作業として `console list` に加わります。",
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
