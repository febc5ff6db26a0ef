import { basename, format, isAbsolute, parse } from "node:path";
import type { ImportKind, NewImport } from "../../../lib/client/index.ts";
import type { Context } from "../../../lib/config/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { BLANK_CHOICES, ORG_BY_CHOICES, UNDELETABLE_CHOICES, type Allowance } from "../../../lib/model/import.ts";
import { text } from "../../../lib/text/index.ts";
import { MAP_OPTION } from "../files/column-map.ts";
import { HEADER_ROW_OPTION, INPUT_ENCODING_OPTION, SHEET_OPTION } from "../files/sheet.ts";
import type { MapOptions } from "../../../lib/csv/layout/map-parse.ts";
import { validateLimits } from "../../../lib/plan/plan.ts";
import { defineChoice, defineOption, toFlagName, type Field, type Fields, type InputOf } from "../field.ts";

export const CONFIRM_DELETIONS_OPTION = {
  kind: "number",
  about: text(
    "expected number of deletions; if the plan has more or fewer deletions, nothing is changed",
    "想定する削除件数(計画の削除件数と一致しなければ何も変更しない)",
  ),
} as const;

export const CONFIRM_WIPES_OPTION = {
  kind: "number",
  about: text(
    "expected number of devices to wipe because the owner changes; if the plan wipes more or fewer devices, nothing is changed",
    "所有者の変更で初期化が必要になるデバイスの想定台数(計画の台数と一致しなければ何も変更しない)",
  ),
} as const;

export const LIMIT_OPTIONS = {
  maxDeletions: defineOption(
    "string",
    "N|P%",
    "maximum number of deletions, or P% of the current records (but at most 500); if the plan exceeds this maximum, nothing is changed (exit 10)",
    "削除の上限(件数、または現在の件数に対する割合。割合の場合も 500 件まで)。計画が超えるときは何も変更しない(終了コード 10)",
  ),
  maxChanges: defineOption(
    "string",
    "N|P%",
    "maximum number of updates, or P% of the current records; if the plan exceeds this maximum, nothing is changed (exit 10)",
    "更新の上限(件数、または現在の件数に対する割合)。計画が超えるときは何も変更しない(終了コード 10)",
  ),
} as const satisfies Fields;

export const PLAN_DRY_RUN_OPTION = {
  kind: "boolean",
  about: text("show the plan and change nothing", "計画を表示するだけで何も変更しない"),
} as const satisfies Field;

export const KEEP_PLAN_OPTION = {
  kind: "boolean",
  about: text("keep an uncommitted plan for `imports commit`", "適用しなかった計画を `imports commit` 用に残す"),
} as const satisfies Field;

export const REPORT_OPTION = defineOption(
  "output",
  "FILE",
  "write the planned changes of each record: a workbook for approval if FILE ends in .xlsx, otherwise CSV",
  "計画した変更をデータごとに書き出す(.xlsx なら承認用の Excel ブック、ほかは CSV)",
  { workbook: true, notStdout: true },
);

export const ALLOW_OTHER_TENANT_OPTION = defineOption(
  "list",
  "CHECKS",
  "turn off a check; other-tenant accepts a file that matches no record of the tenant",
  "検査を省く。other-tenant はテナントのどのデータとも一致しないファイルを許可する",
  { choices: ["other-tenant"] },
);

export const buildAllowOption = (...checks: readonly Allowance[]) =>
  defineOption(
    "list",
    "CHECKS",
    "accept unknown columns (ignored), error values such as #N/A (as text), changed email addresses, or a file that matches no record",
    "不明な列(取り込まない)、#N/A などのエラー値(文字として扱う)、メールアドレスの変更、どのデータとも一致しないファイルを許可する",
    { choices: checks },
  );

export const UNDELETABLE_OPTION = defineChoice(
  UNDELETABLE_CHOICES,
  "what to do with records that are not in the file, but cannot be deleted: keep (exit 8), or release (their devices, then delete them); default: reject the file",
  "ファイルにないのに削除できないもの(管理者、所有者、使用中の組織)の扱い。keep: 残す(終了コード 8)、release: 所有者をデバイスから外して削除し、ほかは残す(既定: ファイルを拒否)",
);

export const ORG_BY_OPTION = {
  kind: "choice",
  choices: ORG_BY_CHOICES,
  brief: text("organisation column: a code, or a name or path", "組織の列の内容(コードか、名前やパスか)"),
  about: text(
    "content of the organisation column: code, or name (code, name or path of one organisation; header also 組織, 組織名 or 組織パス). Default: code; name for a header that the console does not use",
    "組織の列に書く値。code は組織コード、name は組織を 1 つに特定できるコード・名前・パス(列名は組織・組織名・組織パスも可)。既定は code(管理画面の CSV にない列名では name)",
  ),
} as const satisfies Field;

/** The folders of this computer do not travel in bundles. */
export const toRecordedName = (file: string, { kind }: Pick<Context, "kind">): string =>
  kind === "remote" || isAbsolute(file) ? basename(file) : file;

/** Name of the list of records to delete by hand, which is written beside an upload file. */
export const getDeletionsFileName = (file: string): string => {
  const { dir, name } = parse(file);
  return format({ dir, name: `${name}-delete`, ext: ".xlsx" });
};

export const UPLOAD_FILE_OPTION = {
  kind: "output",
  value: "FILE|FOLDER",
  notStdout: true,
  workbook: text(
    "the console accepts CSV files only: use a file name that ends in .csv",
    "管理画面にアップロードできるのは CSV ファイルだけです。拡張子を .csv にしてください",
  ),
  about: text(
    "commit, and write the file to upload in the CLOMO console (as `console upload` does). With --orgs or --create-orgs, specify a folder",
    "適用し、CLOMO の管理画面へアップロードするファイルを書き出す(`console upload` と同じファイル。--orgs や --create-orgs を使うときはフォルダーを指定)",
  ),
} as const;

export const JOB_OPTION = defineOption(
  "string",
  "NAME",
  "name of this job in `status`, for runs without a terminal (default: the file's name)",
  "ターミナルなしで実行するときの、`status` での自動実行の名前(既定: ファイル名)",
);

export const IMPORT_OPTIONS = {
  job: JOB_OPTION,
  mode: {
    brief: text("replace also deletes records that the file lacks", "replace はファイルにないものも削除する"),
    kind: "choice",
    choices: ["append", "replace"],
    default: "append",
    about: text(
      "append (追加更新) adds and updates; replace (全件更新) also deletes records that the file lacks",
      "append(追加更新)は追加と更新のみ、replace(全件更新)はファイルにないものを削除する",
    ),
  },
  encoding: INPUT_ENCODING_OPTION,
  sheet: SHEET_OPTION,
  headerRow: HEADER_ROW_OPTION,
  map: {
    ...MAP_OPTION,
    brief: text("column map for a file with other headers", "ヘッダーが管理画面と違うファイルの対応表"),
  },
  blank: {
    brief: text("clear or keep the value if a cell is blank", "空のセルで値を消すか(clear)、残すか(keep)"),
    kind: "choice",
    choices: BLANK_CHOICES,
    about: text(
      "clear or keep an optional value if its cell is blank. Default: clear (for a list with a layout: keep). Required if an entirely blank column would clear values",
      "空のセルで値を消すか(clear)、残すか(keep)。既定は clear(レイアウトで読む一覧では keep)。全行が空の列のために値が消えるときは、指定が必要",
    ),
  },
  dryRun: PLAN_DRY_RUN_OPTION,
  keepPlan: KEEP_PLAN_OPTION,
  allow: buildAllowOption("unknown-columns", "error-values", "other-tenant"),
  skipInvalid: {
    kind: "boolean",
    about: text("skip invalid rows and commit the rest (exit 8)", "エラーのある行を除いて適用する(終了コード 8)"),
  },
  confirmDeletions: CONFIRM_DELETIONS_OPTION,
  maxDeletions: LIMIT_OPTIONS.maxDeletions,
  maxChanges: LIMIT_OPTIONS.maxChanges,
  emitCsv: {
    ...UPLOAD_FILE_OPTION,
    brief: text("write the file to upload in the console", "管理画面にアップロードするファイルを書き出す"),
    beside: (name, { mode, app }) => (mode === "append" || app !== undefined ? [] : [getDeletionsFileName(name)]),
  },
  report: REPORT_OPTION,
  errors: {
    brief: text("write the invalid rows, ready to fix", "エラーのある行を理由付きで書き出す"),
    kind: "output",
    value: "FILE",
    workbook: true,
    notStdout: true,
    about: text(
      "write the invalid rows with their reasons, ready to fix and import again; as a workbook if FILE ends in .xlsx",
      "エラーのある行を理由付きで書き出す(直して再インポートできる。.xlsx なら Excel ブック)",
    ),
  },
} as const satisfies Fields;

export type ImportOptions = Pick<
  InputOf<typeof IMPORT_OPTIONS>,
  "mode" | "encoding" | "dryRun" | "keepPlan" | "skipInvalid"
> &
  Partial<InputOf<typeof IMPORT_OPTIONS>> &
  Pick<NewImport, "key" | "createOrgs" | "createGroups" | "undeletable" | "orgBy"> & {
    readonly confirmWipes?: number | undefined;
    readonly generatePasswords?: string | undefined;
    readonly orgs?: string | undefined;
  };

export interface ImportRequest {
  readonly kind: ImportKind;
  readonly file: string;
  readonly options: ImportOptions;
  readonly orgs?: string | undefined;
}

export const IMPORT_EXITS = ["input-rejected", "conflict", "not-found", "partial", "limit-exceeded"] as const;

export const IMPORT_HELP = [
  text(
    "First, every row is checked and compared with the tenant. Then the plan is shown and, after confirmation, committed completely or not at all. A single invalid row rejects the file.",
    "まず全行を検査してテナントと比較し、計画を表示します。確認のうえ一括で適用し、途中までの変更は残りません。エラーのある行が 1 行でもあればファイル全体を拒否します。",
  ),
  text(
    "To confirm deletions (--mode replace), type their number or pass --confirm-deletions N. In unattended runs, --yes --max-deletions N|P% permits deletions up to that limit, but at most half of the records.",
    "--mode replace の削除を確認するには、削除する件数を入力するか、--confirm-deletions N で指定します。無人で実行するときは --yes --max-deletions N|P% を付けると、その上限まで削除できます(全データの半数を超える削除はできません)。",
  ),
] as const;

export const addMapOptions = (requested: ImportRequest, defaults: MapOptions = {}): ImportRequest => {
  const typed = Object.entries(requested.options).filter(([, value]) => value !== undefined);
  return { ...requested, options: { ...requested.options, ...defaults, ...Object.fromEntries(typed) } };
};

const CONFLICTING_OPTIONS: readonly (readonly string[])[] = [
  ["generatePasswords", "dryRun", "emitCsv"],
  ["orgs", "createOrgs"],
  ["orgs", "emitCsv", "mode replace"],
  ["orgBy name", "createOrgs"],
  ["undeletable", "mode append"],
  // in 全件更新, the console would delete the records of skipped rows
  ["emitCsv", "mode replace", "skipInvalid"],
];

export function refuseConflictingOptions({ options }: Pick<ImportRequest, "options">): void {
  validateLimits(options);
  const conflict = CONFLICTING_OPTIONS.find((row) =>
    row.every((one) => {
      const [name = "", value] = one.split(" ");
      const { [name as keyof ImportOptions]: given } = options;
      return value === undefined ? given !== undefined && given !== false : given === value;
    }),
  );
  if (conflict === undefined) return;
  const names = conflict.map((one) => one.replace(/^\w+/, (name) => `--${toFlagName(name)}`)).join(", ");
  throw new Failure("usage", {
    what: text(`these options cannot be used together: ${names}`, `同時に指定できないオプションです: ${names}`),
    hint: conflict.includes("orgBy name")
      ? text(
          "if the layout reads organisations by name: import new organisations first, or add --orgs FILE; for codes, add --org-by code",
          "レイアウトが組織を名前で読むこともあります。新しい組織は先にインポートするか --orgs FILE で、コードの列なら --org-by code を付けてください",
        )
      : undefined,
  });
}

/** @throws `usage` if stdin contains the file, because prompts also read from stdin */
export function refuseTypedFile(
  { file, dryRun }: { readonly file: string | undefined; readonly dryRun: boolean },
  { interactive }: { readonly interactive: boolean },
): void {
  if (file !== "-" || !interactive || dryRun) return;
  throw new Failure("usage", {
    what: text(
      "the plan cannot be confirmed on stdin, because stdin is the input file",
      "入力ファイルを標準入力から読むため、計画を確認する質問に答えられません",
    ),
    hint: text("specify a file name, or pass --no-input", "ファイル名を指定するか、--no-input を付けてください"),
  });
}
