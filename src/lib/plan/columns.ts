import type { Import, InputProblem, PlanRow } from "../tenant/api/operations.ts";
import { formatActor } from "../model/actor.ts";
import { getActionName } from "../derived/audit.ts";
import { FORMATS } from "../derived/formats.ts";
import {
  IMPORT_MODE_NAMES,
  getStateName,
  getDisplayName,
  ROW_ACTION_NAMES,
  ACTION_SIGNS,
  type RecordAction,
} from "../model/import.ts";
import type { Column } from "../terminal/index.ts";
import { toTableCellText } from "../terminal/output.ts";
import { describeProblem, PROBLEMS, type ProblemCode } from "../model/problem.ts";
import { getThingNoun } from "../nouns/index.ts";
import { formatSecuredAppName } from "../nouns/secured-user.ts";
import { joinTexts, same, text, type Text } from "../text/index.ts";
import {
  type InstantFormatter,
  listInitialValues,
  listValueChanges,
  describeColumn,
  describeWholeRow,
  getRowRecordName,
} from "./changes.ts";
import { isFromFile, listPlanChanges } from "./describe.ts";
import { PLAN_ACTIONS, sumChanges, describeCounts } from "./plan.ts";

const createImportColumn = (key: keyof Import, header: Text, more: Partial<Column<Import>> = {}): Column<Import> => ({
  key,
  header,
  value: (record) => record[key],
  ...more,
});
const createImportCountColumn = (key: keyof Import, header: Text): Column<Import> =>
  createImportColumn(key, header, {
    align: "end",
    name: ({ [key]: count }) => (count === 0 ? null : same(toTableCellText(count))),
  });
const createImportTimeColumn = (key: "createdAt" | "committedAt", header: Text): Column<Import> =>
  createImportColumn(key, header, { instant: true });

const createProgramColumn = (key: keyof Import, header: Text): Column<Import> =>
  createImportColumn(key, header, { name: () => null });

const describeImportKind = (kind: Import["kind"]): Text => {
  const { app, thing } = FORMATS[kind];
  return app === undefined ? text(kind, thing.title.ja) : same(formatSecuredAppName(app));
};

const describeOtherRecords = (
  beside: readonly (Readonly<Record<RecordAction, number>> & { readonly thing: string })[],
): Text =>
  joinTexts(
    beside.map(({ thing, ...counts }) => joinTexts([getThingNoun(thing), describeCounts(counts)], same(": "))),
    text("; ", "、"),
  );

const describeImportMode = ({ mode, drops, request }: Import): Text => {
  if (request?.fromConsole === true) return getActionName("console.sync");
  return drops === undefined ? getDisplayName(IMPORT_MODE_NAMES, mode) : text("drop", "取り下げ");
};

const COMMON_COLUMNS: readonly Column<Import>[] = [
  createImportCountColumn("number", text("no.", "No.")),
  createImportCountColumn("change", text("change no.", "変更番号")),
  createImportColumn("id", text("import ID", "インポート ID")),
  createImportColumn("kind", text("kind", "種類"), { name: ({ kind }) => describeImportKind(kind) }),
  createImportColumn("mode", text("mode", "インポート方法"), { name: describeImportMode }),
  createImportColumn("state", text("state", "状態"), { name: getStateName }),
  createImportTimeColumn("createdAt", text("created at", "作成日時")),
  createImportColumn("fileName", text("file", "ファイル")),
  createImportCountColumn("rows", text("rows", "行数")),
  createImportCountColumn("create", text("create", "追加")),
  createImportCountColumn("update", text("update", "更新")),
  createImportCountColumn("delete", text("delete", "削除")),
  createImportCountColumn("invalid", text("invalid", "エラー")),
];

const ACTOR_COLUMN = createImportColumn("actor", text("done by", "実行者"), {
  name: ({ actor }) => formatActor(actor),
});

/** A value such as `+24 ~3 -1` counts created, updated and deleted records. */
const CHANGES_COLUMN: Column<Import> = {
  key: "changes",
  header: text("changes", "変更"),
  value: (plan) =>
    PLAN_ACTIONS.map((action) => [ACTION_SIGNS[action], sumChanges(listPlanChanges(plan), action)] as const)
      .filter(([, count]) => count > 0)
      .map((parts) => parts.join(""))
      .join(" "),
};

const describeOrigin = (told: Import): Text => {
  const { en, ja } = describeImportMode(told);
  if (told.request?.fromConsole === true) return text(`${told.fileName} (${en})`, `${told.fileName}(${ja})`);
  if (isFromFile(told)) return same(told.fileName);
  const { create, update, delete: deleted, beside = [] } = told;
  const others = create + update + deleted === 0 ? beside.map(({ thing }) => getThingNoun(thing)) : [];
  const changed = others.length > 0 ? joinTexts(others, text(", ", "、")) : describeImportKind(told.kind);
  const what = told.fileName === "" ? changed : same(told.fileName);
  return text(`${en}: ${what.en}`, `${ja}: ${what.ja}`);
};

/** Tables never truncate times and numbers of changes. */
export const IMPORT_LIST_COLUMNS: readonly Column<Import>[] = [...COMMON_COLUMNS, ACTOR_COLUMN, CHANGES_COLUMN].map(
  (column) => ({
    ...column,
    ...(column.key === "fileName" && { name: describeOrigin }),
    ...((column.instant === true || column === CHANGES_COLUMN) && { whole: true }),
  }),
);
export const DEFAULT_LIST_COLUMNS: readonly string[] = ["number", "state", "createdAt", "fileName", "actor", "changes"];

export const IMPORT_DETAIL_COLUMNS: readonly Column<Import>[] = [
  ...COMMON_COLUMNS,
  createImportCountColumn("unchanged", text("unchanged", "変更なし")),
  createImportCountColumn("secretsSet", text("secrets set", "設定したパスワードなど")),
  createImportCountColumn("orgsCreated", text("organisations created", "作成した組織")),
  createImportCountColumn("groupsCreated", text("groups created", "作成したグループ")),
  createImportColumn("beside", text("other records", "ほかのデータ"), {
    name: ({ beside }) => (beside === undefined ? null : describeOtherRecords(beside)),
  }),
  createImportColumn("newOrgs", text("new organisations", "新しい組織")),
  createImportColumn("newGroups", text("new groups", "新しいグループ")),
  createImportColumn("columns", text("changes by column", "列ごとの変更"), {
    name: ({ kind, columns }) => joinTexts(columns.map((column) => describeColumn(kind, column))),
  }),
  createImportCountColumn("wipes", text("devices to wipe", "初期化が必要なデバイス")),
  createProgramColumn("kept", text("kept records", "残したデータ")),
  createImportCountColumn("released", text("devices whose owner was removed", "所有者を外したデバイス")),
  createProgramColumn("blocked", text("records not undone", "取り消しの対象外のデータ")),
  createProgramColumn("settled", text("closed tasks", "完了した作業")),
  createProgramColumn("merged", text("compared with local changes", "このテナントでの変更との照合")),
  createImportCountColumn("errors", text("errors", "エラー")),
  createImportCountColumn("warnings", text("warnings", "警告")),
  createImportColumn("tenant", text("tenant", "テナント")),
  ACTOR_COLUMN,
  createImportColumn("plannedBy", text("planned by", "計画した人"), {
    name: ({ plannedBy }) => (plannedBy === undefined ? null : formatActor(plannedBy)),
  }),
  createImportColumn("encoding", text("encoding", "文字コード")),
  createImportColumn("inputSha256", text("SHA-256 of the file", "ファイルの SHA-256")),
  createImportTimeColumn("committedAt", text("committed at", "適用日時")),
  createImportColumn("undoes", text("undoes change", "取り消す変更")),
  createImportColumn("undoneBy", text("undone by change", "この変更を取り消した変更")),
];

const BASIC_ROW_COLUMNS: readonly Column<PlanRow>[] = [
  { key: "row", header: text("row", "行"), align: "end", value: ({ row }) => (row === 0 ? null : row) },
  { key: "key", header: text("key", "キー"), value: ({ key }) => key },
  {
    key: "action",
    header: text("action", "動作"),
    value: ({ action }) => action,
    name: ({ action }) => getDisplayName(ROW_ACTION_NAMES, action),
  },
  { key: "changed", header: text("changed fields", "変更する項目"), value: ({ changed }) => changed },
  { key: "setsSecret", header: text("sets a secret", "パスワードなどの設定"), value: ({ setsSecret }) => setsSecret },
];

export const buildRowColumns = (kind: Import["kind"], moment: InstantFormatter): readonly Column<PlanRow>[] => [
  ...BASIC_ROW_COLUMNS.toSpliced(2, 0, { key: "name", header: text("name", "名前"), value: getRowRecordName }),
  {
    key: "changes",
    header: text("changes", "変更内容"),
    wraps: true,
    value: (row) => (row.action === "create" ? listInitialValues(row) : listValueChanges(row)),
    name: (row) => joinTexts(describeWholeRow(kind, row, moment)),
  },
  {
    key: "app",
    header: text("app", "アプリ"),
    optional: true,
    value: ({ app = null }) => app,
    name: ({ app }) => (app === undefined ? null : same(formatSecuredAppName(app))),
  },
];

export const DEFAULT_ROW_COLUMNS: readonly string[] = ["row", "key", "name", "action", "changes"];

const isKnownProblem = (code: string): code is ProblemCode => code in PROBLEMS;

export const describeProblemReason = ({ code, params }: Pick<InputProblem, "code" | "params">): Text =>
  isKnownProblem(code) ? describeProblem({ code, params }, getThingNoun) : same(code);

export interface ImportResult {
  readonly plan: Import;
  readonly dryRun: boolean;
  readonly committed: boolean;
  /** true if the plan is stored, so that the user can commit it later by its number */
  readonly isKept?: boolean | undefined;
}

const toResultColumn = ({ value, name, ...column }: Column<Import>): Column<ImportResult> => ({
  ...column,
  ...(column.key === "id" && { key: "importId" }),
  value: ({ plan }) => value(plan),
  ...(name !== undefined && { name: ({ plan }) => name(plan) }),
});

export const RESULT_COLUMNS: readonly Column<ImportResult>[] = [
  ...IMPORT_DETAIL_COLUMNS.map((column) => ({
    ...toResultColumn(column),
    ...(column.key === "number" && {
      value: ({ plan, committed, isKept = false }: ImportResult) => (committed || isKept ? plan.number : undefined),
    }),
  })),
  { key: "dryRun", header: text("dry run", "確認のみ(変更なし)"), value: ({ dryRun }) => dryRun },
  { key: "committed", header: text("committed", "適用"), value: ({ committed }) => committed },
];

export const DEFAULT_RESULT_COLUMNS = "number create update unchanged delete invalid beside committed".split(" ");
