import type { Import, InputProblem, PlanRow } from "../contract/imports.ts";
import { FORMATS } from "../model/formats.ts";
import {
  IMPORT_MODE_NAMES,
  IMPORT_STATE_NAMES,
  nameIn,
  ROW_ACTION_NAMES,
  SIGNS,
  type Action,
} from "../model/import.ts";
import type { Column } from "../terminal/index.ts";
import { describeProblem, nounNamed, PROBLEMS, type ProblemCode } from "../model/problem.ts";
import { UPLOAD_REASONS, type UploadReason } from "../model/upload.ts";
import { joined, same, text, type Language, type Text } from "../text/index.ts";
import { additionsOf, changesOf, describeColumn, describeWholeRow, nameOf } from "./changes.ts";
import { changesIn } from "./describe.ts";
import { ACTIONS, countAll, describeChanges } from "./plan.ts";

const plain = (key: keyof Import, header: Text): Column<Import> => ({
  key,
  header,
  value: (record) => record[key],
});
const count = (key: keyof Import, header: Text): Column<Import> => ({ ...plain(key, header), align: "end" });

/** What a plan does to each column; people read it in words. */
const COLUMN_CHANGES: Column<Import> = {
  ...plain("columns", text("changes by column", "列ごとの変更")),
  name: ({ kind, columns }) => joined(columns.map((column) => describeColumn(kind, column))),
};

/** A time; people read it in their zone. */
const time = (key: "createdAt" | "committedAt" | "emittedAt", header: Text): Column<Import> => ({
  ...plain(key, header),
  instant: true,
});

/** What an import is of, in a word; users of SECURED APPs by their app. */
export const kindName = (kind: Import["kind"]): Text => {
  const { app, thing } = FORMATS[kind];
  return app === undefined ? text(kind, thing.title.ja) : same(app);
};

const KIND: Column<Import> = { ...plain("kind", text("kind", "種類")), name: ({ kind }) => kindName(kind) };

/** `device: create 0, update 3, delete 0`, for each thing that a change writes beside its own. */
export const describeAll = (beside: readonly (Readonly<Record<Action, number>> & { readonly thing: string })[]): Text =>
  joined(
    beside.map(({ thing, ...counts }) => describeChanges(nounNamed(thing), counts)),
    text("; ", "、"),
  );

/** The records of other things than the kind's. */
const BESIDE: Column<Import> = {
  key: "beside",
  header: text("other records", "ほかのレコード"),
  value: ({ beside }) => beside ?? [],
  name: ({ beside = [] }) => (beside.length === 0 ? null : describeAll(beside)),
};

const DROP = text("drop", "取り下げ");

/** What people call an import's mode: a drop of tasks has the form of an undo. */
const modeName = ({ mode, drops }: Import): Text => (drops === undefined ? nameIn(IMPORT_MODE_NAMES, mode) : DROP);

const COLUMNS: readonly Column<Import>[] = [
  count("number", text("no.", "No.")),
  count("change", text("change", "変更番号")),
  plain("id", text("import", "インポート ID")),
  KIND,
  { ...plain("mode", text("mode", "インポート方法")), name: modeName },
  { ...plain("state", text("state", "状態")), name: ({ state }) => nameIn(IMPORT_STATE_NAMES, state) },
  time("createdAt", text("created at", "作成日時")),
  plain("fileName", text("file", "ファイル")),
  count("rows", text("rows", "行数")),
  count("create", text("create", "追加")),
  count("update", text("update", "更新")),
  count("delete", text("delete", "削除")),
  count("invalid", text("invalid", "不正")),
];

/** What an import did, or would do: `+24 ~3 -1`. */
const CHANGES: Column<Import> = {
  key: "changes",
  header: text("changes", "変更"),
  value: (plan) =>
    ACTIONS.map((action) => [SIGNS[action], countAll(changesIn(plan), action)] as const)
      .filter(([, count]) => count > 0)
      .map((parts) => parts.join(""))
      .join(" "),
};

/** The columns of imports in a list, and those that fit on a terminal. */
export const LIST_COLUMNS: readonly Column<Import>[] = [...COLUMNS, CHANGES];
export const USUAL_COLUMNS: readonly string[] = ["number", "kind", "mode", "state", "createdAt", "changes"];

/** The columns of a single import. */
export const IMPORT_DETAILS: readonly Column<Import>[] = [
  ...COLUMNS,
  count("unchanged", text("unchanged", "変更なし")),
  count("secretsSet", text("secrets set", "設定した機密情報")),
  count("orgsCreated", text("organisations created", "作成した組織")),
  count("groupsCreated", text("groups created", "作成したグループ")),
  BESIDE,
  plain("newOrgs", text("new organisations", "新しい組織")),
  plain("newGroups", text("new groups", "新しいグループ")),
  COLUMN_CHANGES,
  count("errors", text("problems", "問題")),
  count("warnings", text("warnings", "警告")),
  plain("tenant", text("tenant", "テナント")),
  plain("actor", text("by", "実行者")),
  plain("encoding", text("encoding", "文字コード")),
  plain("inputSha256", text("SHA-256 of the file", "ファイルの SHA-256")),
  time("emittedAt", text("written for the console at", "管理画面用に書き出した日時")),
  {
    ...plain("inConsole", text("in the console", "管理画面で確認済み")),
    name: ({ inConsole }) =>
      inConsole === undefined
        ? null
        : text(`${inConsole.done} of ${inConsole.of}`, `${inConsole.of} 件中 ${inConsole.done} 件`),
  },
  time("committedAt", text("committed at", "確定日時")),
  plain("undoes", text("undoes change", "取り消す変更")),
  plain("undoneBy", text("undone by change", "取り消した変更")),
  {
    ...plain("unverifiedColumns", text("not verified", "照合していない列")),
    name: ({ unverifiedColumns }) => same(unverifiedColumns.map(({ header }) => header).join(", ")),
  },
];

/** The columns of a plan's row. */
const ROW_COLUMNS: readonly Column<PlanRow>[] = [
  { key: "row", header: text("row", "行"), align: "end", value: ({ row }) => (row === 0 ? null : row) },
  { key: "key", header: text("key", "キー"), value: ({ key }) => key },
  {
    key: "action",
    header: text("action", "動作"),
    value: ({ action }) => action,
    name: ({ action }) => nameIn(ROW_ACTION_NAMES, action),
  },
  { key: "changed", header: text("changed", "変更する項目"), value: ({ changed }) => changed },
  { key: "setsSecret", header: text("sets a secret", "機密情報の設定"), value: ({ setsSecret }) => setsSecret },
];

/** The same, with the name of the record, and what a row changes from what to what. */
export const rowColumns = (kind: Import["kind"]): readonly Column<PlanRow>[] => [
  ...ROW_COLUMNS.toSpliced(2, 0, { key: "name", header: text("name", "名前"), value: nameOf }),
  {
    key: "changes",
    header: text("changes", "変更内容"),
    wraps: true,
    value: (row) => (row.action === "create" ? additionsOf(row) : changesOf(row)),
    name: (row) => joined(describeWholeRow(kind, row)),
  },
  {
    key: "leftOut",
    header: text("not in the upload file", "アップロード用ファイルに含めない理由"),
    wraps: true,
    optional: true,
    value: ({ leftOut = null }) => leftOut,
    name: ({ leftOut }) => (leftOut ? UPLOAD_REASONS[leftOut] : null),
  },
];

/** Those that a table shows: what is changed tells the fields, too. */
export const USUAL_ROW: readonly string[] = ["row", "key", "name", "action", "changes"];

const isKnown = (code: string): code is ProblemCode => code in PROBLEMS;

/** The text of a problem; its code if a newer tenant knows more codes than this program. */
export const reasonOf = ({ code, params }: Pick<InputProblem, "code" | "params">): Text =>
  isKnown(code) ? describeProblem({ code, params }) : same(code);

/** The columns of a problem of an input. */
export const PROBLEM_COLUMNS = (language: Language): readonly Column<InputProblem>[] => [
  { key: "row", header: text("row", "行"), align: "end", value: ({ row }) => row },
  { key: "line", header: text("line", "物理行"), align: "end", value: ({ line }) => line },
  { key: "column", header: text("column", "列"), align: "end", value: ({ column }) => column },
  { key: "header", header: text("header", "ヘッダー"), value: ({ header }) => header },
  {
    key: "severity",
    header: text("severity", "重大度"),
    value: ({ severity }) => severity,
    name: ({ severity }) => (severity === "error" ? text("error", "エラー") : text("warning", "警告")),
  },
  { key: "code", header: text("code", "コード"), value: ({ code }) => code },
  { key: "reason", header: text("reason", "理由"), wraps: true, value: (problem) => reasonOf(problem)[language] },
];

/** The rows that an upload file leaves out, which are tasks by hand. */
export interface LeftOutSummary {
  readonly count: number;
  readonly reasons: Readonly<Partial<Record<UploadReason, number>>>;
  /** the first of them, by their rows in the input and their keys */
  readonly first: readonly { readonly row: number; readonly key: string; readonly why: UploadReason }[];
}

/** The result of an import, for programs; the keys are stable. */
export interface ImportResult {
  readonly plan: Import;
  readonly dryRun: boolean;
  readonly committed: boolean;
  /** of an upload file that was written */
  readonly leftOut?: LeftOutSummary | undefined;
}

/** A column of an import, of a result. */
const ofPlan = ({ value, name, ...column }: Column<Import>): Column<ImportResult> => ({
  ...column,
  value: ({ plan }) => value(plan),
  ...(name !== undefined && { name: ({ plan }) => name(plan) }),
});

/** Columns of {@link IMPORT_DETAILS}, of a result. */
const detailsOfPlan = (...keys: readonly string[]): readonly Column<ImportResult>[] =>
  keys.flatMap((key) => IMPORT_DETAILS.filter((column) => column.key === key).map(ofPlan));

const resultCount = (key: keyof Import, header: Text): Column<ImportResult> => ofPlan(count(key, header));

/** The columns of an import's result. One without a value is left out: not every import wipes devices or closes tasks. */
export const RESULT_COLUMNS: readonly Column<ImportResult>[] = [
  ...detailsOfPlan("number", "change"),
  ...detailsOfPlan("id").map((column) => ({ ...column, key: "importId" })),
  ...detailsOfPlan("tenant", "mode"),
  { key: "dryRun", header: text("dry run", "確認のみ(変更なし)"), value: ({ dryRun }) => dryRun },
  ...detailsOfPlan(
    "rows",
    "create",
    "update",
    "unchanged",
    "delete",
    "invalid",
    "secretsSet",
    "orgsCreated",
    "groupsCreated",
  ),
  { key: "committed", header: text("committed", "確定"), value: ({ committed }) => committed },
  ...detailsOfPlan("newOrgs", "newGroups", "columns"),
  resultCount("wipes", text("to be wiped", "初期化が必要")),
  {
    key: "kept",
    header: text("kept", "残したもの"),
    align: "end",
    value: ({ plan: { kept } }) => kept?.count,
  },
  resultCount("released", text("owner changed", "所有者を変えたデバイス")),
  { ...ofPlan(KIND), value: ({ plan: { beside, kind } }) => (beside === undefined ? undefined : kind) },
  { ...ofPlan(BESIDE), value: ({ plan: { beside } }) => beside },
  {
    key: "reopened",
    header: text("tasks open again", "未了に戻した作業"),
    value: ({ plan: { reopened } }) => reopened,
    name: ({ plan: { reopened } }) => (reopened === undefined ? null : same(reopened.tasks.join(", "))),
  },
  {
    key: "blocked",
    header: text("not undone", "取り消せないもの"),
    value: ({ plan: { blocked } }) => blocked?.first,
    name: ({ plan: { blocked } }) => (blocked === undefined ? null : same(String(blocked.count))),
  },
  {
    key: "settled",
    header: text("tasks closed", "完了した作業"),
    value: ({ plan: { settled } }) => settled,
    name: ({ plan: { settled } }) => (settled === undefined ? null : same(settled.closed.join(", "))),
  },
  {
    key: "merged",
    header: text("merged with local changes", "ここでの変更との照合"),
    value: ({ plan: { merged } }) => merged,
    name: ({ plan: { merged } }) =>
      merged === undefined
        ? null
        : text(
            `open ${merged.open}, contradicted ${merged.contradicted}, left out ${merged.leftOut}`,
            `未了 ${merged.open}、不一致 ${merged.contradicted}、取り込まない行 ${merged.leftOut}`,
          ),
  },
  {
    key: "leftOut",
    header: text("left out of the upload file", "アップロード用ファイルに含めない行"),
    value: ({ leftOut }) => leftOut,
    name: ({ leftOut }) => (leftOut === undefined ? null : same(String(leftOut.count))),
  },
];

/** The keys of the result that a table shows; the lines before it say the rest. */
export const USUAL_RESULT = [
  "number",
  "kind",
  "create",
  "update",
  "unchanged",
  "delete",
  "invalid",
  "beside",
  "committed",
];
