import { line } from "../advice/index.ts";
import type { Import, PlanRow } from "../tenant/operations.ts";
import { findColumn } from "../csv/layout/columns.ts";
import { getFormatTitle } from "../model/format.ts";
import { FORMATS } from "../model/formats.ts";
import { IMPORT_MODE_NAMES, getDisplayName, ACTION_SIGNS, type RecordAction } from "../model/import.ts";
import { getThingNoun } from "../model/problem.ts";
import { formatSecuredAppName } from "../model/secured-user.ts";
import { dayOf } from "../model/time.ts";
import { describeBlockedRecord } from "../model/undo.ts";
import { formatCount, joinTexts, same, addSpaceAfterLatin, text, type Text } from "../text/index.ts";
import {
  describeColumn,
  describeRow,
  findFieldHeader,
  getRowOwner,
  getRowRecordName,
  formatPlanValue,
} from "./changes.ts";
import { sumChanges, describeChanges, type ThingChanges, type PlanEffect, type Plan } from "./plan.ts";

export const listPlanChanges = ({ kind, beside = [], ...own }: Import): readonly ThingChanges[] =>
  [{ ...own, thing: FORMATS[kind].thing.name }, ...beside].map(
    ({ thing, create, update, delete: gone, recordsBefore }) => ({
      noun: getThingNoun(thing),
      create,
      update,
      delete: gone,
      recordsBefore,
    }),
  );

const CHANGE_COUNT_KEYS = ["create", "update", "delete", "secretsSet", "orgsCreated", "groupsCreated"] as const;

export const hasChanges = (plan: Import): boolean =>
  CHANGE_COUNT_KEYS.some((count) => plan[count] > 0) || (plan.beside ?? []).length > 0;

/** Returns true if committing a plan changes nothing. A console export always updates the age of the mirror. */
export const hasNoEffect = (plan: Import): boolean => plan.request?.fromConsole !== true && !hasChanges(plan);

export const isPartial = ({ invalid, kept, blocked, merged, request }: Import): boolean =>
  invalid + (kept?.count ?? 0) + (merged?.leftOut ?? 0) > 0 || blocked !== undefined || request?.keepMissing === true;

export const hasFile = ({ mode }: Pick<Import, "mode">): boolean => mode !== "undo" && mode !== "delete";

/** Returns the number of the header row of a plan's file. Problems up to this row concern the file as a whole. */
export const headerRowOf = ({ request }: Pick<Import, "request">): number => request?.headerRow ?? 1;

export const buildRowsCommand = ({ number }: Pick<Import, "number">): Text =>
  same(line("imports show", [number], { rows: true }));

const listEffects = (told: Import): readonly PlanEffect[] => {
  const { secretsSet, orgsCreated, groupsCreated, newOrgs, newGroups, released = 0 } = told;
  return [
    { count: secretsSet, what: text("rows that set a secret", "パスワードなどを設定する行") },
    { count: orgsCreated, what: text("new organisations", "新しい組織"), names: newOrgs },
    { count: groupsCreated, what: text("new groups", "新しいグループ"), names: newGroups },
    { count: released, what: text("devices that lose their owner", "所有者を外すデバイス(所有者を削除するため)") },
  ];
};

interface PlanTarget {
  /** name of the tenant */
  readonly target: Text;
  /** IANA name of the time zone */
  readonly zone: string;
}

/**
 * Converts an import, a deletion, an undo or a drop of tasks to a plan. If the file is rejected, the plan does not show
 * changes of columns and values.
 */
export function toPlan(told: Import, { target, zone }: PlanTarget): Plan {
  const { rejected, wipes = 0, takenOver } = told;
  return {
    target,
    changes: listPlanChanges(told),
    effects: listEffects(told),
    wipes,
    lines: [renderHeadline(told, target), ...renderCounts(told), ...renderColumnLines(told)],
    warnings: [
      ...(takenOver === undefined ? [] : [describeOldExport(takenOver, zone)]),
      ...(rejected
        ? []
        : [...describeClearedColumns(told), ...describeRemovedValues(told), ...describeClearedAccountNames(told)]),
      ...describeAdministratorsElsewhere(told),
      ...(rejected ? [] : describeMerge(told)),
      ...describePartialConsoleImport(told),
      ...renderBlockedRecords(told),
    ],
    notes: [...describeColumnMismatches(told)],
  };
}

/** Maximum number of blocked records that people see; programs get all. */
const MAX_BLOCKED_RECORDS = 20;

function* renderBlockedRecords({ blocked }: Import): Generator<Text> {
  if (blocked === undefined) return;
  const { count, first } = blocked;
  yield* first.slice(0, MAX_BLOCKED_RECORDS).map(describeBlockedRecord);
  const rest = count - Math.min(count, MAX_BLOCKED_RECORDS);
  if (rest > 0) yield text(`… and ${formatCount(rest, "more record")}`, `… 他 ${rest} 件`);
}

const MAX_NEWER_EXPORTS = 3;

const describeOldExport = ({ change, at, newer }: NonNullable<Import["takenOver"]>, zone: string): Text => {
  const day = dayOf(at, zone);
  const shown = [...newer.slice(0, MAX_NEWER_EXPORTS), ...(newer.length > MAX_NEWER_EXPORTS ? ["…"] : [])];
  return text(
    `this file was already imported on ${day} (change ${change}); newer ${newer.length === 1 ? "export: change" : "exports: changes"} ${shown.join(", ")}`,
    `このファイルは ${day} に取り込み済みです(変更 ${change})。その後に取り込んだエクスポート: 変更 ${shown.join("、")}`,
  );
};

const describeModeWithConsoleWord = (mode: Import["mode"]): Text => {
  const { en, ja } = getDisplayName(IMPORT_MODE_NAMES, mode);
  return mode === "delete" ? text(en, ja) : text(`${en} (${ja})`, ja);
};

function renderUndoHeadline({ undoes, drops = [], kind }: Import, tenant: Text): Text {
  const { app } = FORMATS[kind];
  const tasks = drops.length === 1 ? "task" : "tasks";
  const what =
    undoes === null
      ? text(`drop ${tasks} ${drops.join(", ")}`, `作業 ${drops.join("、")} の取り下げ`)
      : text(`undo change ${undoes}`, `変更 ${undoes} の取り消し`);
  return text(
    `plan for ${tenant.en}: ${what.en}${app === undefined ? "" : ` (${app})`}`,
    `${addSpaceAfterLatin(tenant.ja)}に対する計画: ${what.ja}${app === undefined ? "" : `(${app})`}`,
  );
}

function renderHeadline(told: Import, target: Text): Text {
  const { kind, mode, rows } = told;
  if (mode === "undo") return renderUndoHeadline(told, target);
  const [title, how] = [getFormatTitle(FORMATS[kind]), describeModeWithConsoleWord(mode)];
  const size = hasFile(told) ? text(`, ${formatCount(rows, "row")}`, `、${rows} 行`) : same("");
  return text(
    `plan for ${target.en}: ${title.en}, ${how.en}${size.en}`,
    `${addSpaceAfterLatin(target.ja)}に対する計画: ${title.ja}、${how.ja}${size.ja}`,
  );
}

/**
 * Returns a line with the total number of deletions if several record types change, because the total has to be
 * confirmed.
 */
const renderTotalDeletions = (changes: readonly ThingChanges[]): readonly Text[] => {
  const deletions = sumChanges(changes, "delete");
  if (deletions === 0 || changes.length < 2) return [];
  return [text(`total: delete ${deletions}`, `合計: ${deletions} 件を削除`)];
};

function* renderDeletionCounts(told: Import): Generator<Text> {
  const changes = listPlanChanges(told);
  for (const { noun, delete: gone, recordsBefore } of changes) {
    const of = text(`delete ${gone} of ${recordsBefore}`, `${recordsBefore} 件のうち ${gone} 件を削除`);
    yield changes.length === 1 ? of : joinTexts([noun, of], same(": "));
  }
  yield* renderTotalDeletions(changes);
  if (told.staying === undefined) return;
  const { count, names } = told.staying;
  yield text(
    `administrators not deleted: ${formatNamedCount(count, names)}`,
    `削除せずに残す管理者: ${formatNamedCount(count, names)}`,
  );
}

const WIPED_DEVICES = text(
  "devices to wipe and set up again because their owner changes",
  "所有者が変わるため初期化と再設定が必要になるデバイス",
);

function* renderUndoCounts(told: Import): Generator<Text> {
  const { wipes = 0 } = told;
  const written = listPlanChanges(told).filter((one) => one.create + one.update + one.delete > 0);
  if (written.length === 0) yield text("no records are changed", "変更するデータはありません");
  yield* written.map((one) => describeChanges(one.noun, one));
  yield* renderTotalDeletions(written);
  if (wipes > 0) yield text(`${WIPED_DEVICES.en}: ${wipes}`, `${WIPED_DEVICES.ja}: ${wipes}`);
}

function* renderFileCounts(told: Import): Generator<Text> {
  const { create, update, unchanged, invalid, delete: gone, rejected, wipes = 0, kept, request } = told;
  const en = `create ${create}, update ${update}, unchanged ${unchanged}, delete ${gone}, invalid ${invalid}`;
  const ja = `追加 ${create}、更新 ${update}、変更なし ${unchanged}、削除 ${gone}、不正 ${invalid}`;
  if (!rejected) yield text(en, ja);
  else if (invalid > 0)
    yield text(`cannot be committed; without the invalid rows: ${en}`, `適用できません(不正な行を除くと ${ja})`);
  else
    yield text(
      "the whole file is rejected: no row can be committed",
      "ファイル全体が不正なため、どの行も適用できません",
    );
  const besides: readonly PlanEffect[] = [
    ...listEffects(told),
    { count: wipes, what: WIPED_DEVICES },
    {
      count: kept?.count ?? 0,
      what:
        request?.keepMissing === true
          ? text("records kept although not in the export", "エクスポートになくても残すもの")
          : text(
              "records kept although not in the file (they cannot be deleted)",
              "ファイルにないが、削除できないため残すデータ",
            ),
      names: request?.keepMissing === true ? kept?.names : undefined,
    },
  ];
  for (const { count, what, names } of besides)
    if (count > 0)
      yield text(`${what.en}: ${formatNamedCount(count, names)}`, `${what.ja}: ${formatNamedCount(count, names)}`);
  for (const { header, value, count } of told.skipped ?? [])
    yield text(`rows skipped (${header} is ${value}): ${count}`, `読み飛ばした行(${header}が「${value}」): ${count}`);
}

function renderCounts(told: Import): Generator<Text> {
  if (told.mode === "delete") return renderDeletionCounts(told);
  return told.mode === "undo" ? renderUndoCounts(told) : renderFileCounts(told);
}

const quoteListItem = (name: string): string =>
  /[,、"]|^\s|\s$/u.test(name) || name === "" ? JSON.stringify(name) : name;

/** Returns a count with the first names: `2 (S01, S02)` */
const formatNamedCount = (count: number, names: readonly string[] = []): string =>
  names.length === 0
    ? String(count)
    : `${count} (${names.map(quoteListItem).join(", ")}${names.length < count ? ", …" : ""})`;

/** Returns a line for each column: `役職: 3 changed, 1 cleared`; none if the plan cannot be committed. */
function renderColumnLines({ kind, columns, rejected }: Import): readonly Text[] {
  if (rejected) return [];
  const lines = columns.slice(0, MAX_LISTED_COLUMNS).map((column) => describeColumn(kind, column));
  const rest = columns.length - lines.length;
  const all = rest === 0 ? lines : [...lines, text(`… and ${formatCount(rest, "more column")}`, `… 他 ${rest} 列`)];
  return all.map(({ en, ja }) => text(`  ${en}`, `  ${ja}`));
}
const MAX_LISTED_COLUMNS = 20;

const describeClearedColumns = ({ kind, columns, request }: Import): readonly Text[] =>
  columns.flatMap(({ field, cleared, clearedOf }) => {
    if (clearedOf === undefined) return [];
    const header = findFieldHeader(kind, field);
    // a blank cell in the console's export means that the value is blank in the console
    const way =
      request?.fromConsole === true
        ? same("")
        : text("; to keep them, pass --blank keep", "(--blank keep を付ければ残ります)");
    return text(
      `${header}: ${cleared} of ${formatCount(clearedOf, "value")} would be cleared${way.en}`,
      `${header}: ${clearedOf} 件の値のうち ${cleared} 件が消えます${way.ja}`,
    );
  });

/** Returns warnings about memberships and similar values that records would lose, because the file omits them. */
const describeRemovedValues = ({ kind, columns, request }: Import): readonly Text[] =>
  columns.flatMap(({ field, removed }) => {
    const column = findColumn(FORMATS[kind].columns, field);
    if (removed === 0 || column?.set !== true) return [];
    const header = findFieldHeader(kind, field);
    const [en, ja] = column.refers === undefined ? ["value", "値"] : ["membership", "所属"];
    // a value that the console does not have is removed here, too
    const way =
      request?.fromConsole === true
        ? text("", "")
        : text("; to keep them, pass --blank keep", "(--blank keep を付ければ残ります)");
    return text(
      `${header}: ${formatCount(removed, en)} would be removed${way.en}`,
      `${header}: ${ja} ${removed} 件がなくなります${way.ja}`,
    );
  });

/** Returns a warning if an export clears account names; the console never deletes accounts.  @see facts 2.5 */
const describeClearedAccountNames = ({ kind, columns }: Import): readonly Text[] =>
  columns.flatMap(({ field, cleared }) =>
    kind !== "users" || field !== "accountName" || cleared === 0
      ? []
      : text(
          `${formatCount(cleared, "user")} would lose the CLOMO account name, although the console never deletes an account: check the file (a recorded role cannot be managed until the account has a name again)`,
          `CLOMO アカウント名がなくなるユーザー: ${cleared} 人。管理画面では CLOMO アカウントを削除できないため、ファイルを確認してください(記録された管理者権限は、もう一度名前が付くまで扱えません)`,
        ),
  );

function* describeAdministratorsElsewhere({ kind, protectedElsewhere }: Import): Generator<Text> {
  if (protectedElsewhere === undefined) return;
  const { count, names } = protectedElsewhere;
  const command = line("secured administrators add", ["USER…"]).with("--app", kind);
  yield text(
    `users marked as administrators in another app, who according to CLOMO's manual are administrators in every app: ${formatNamedCount(count, names)}; to keep them: ${command}`,
    `ほかのアプリで管理者に指定されているユーザー(マニュアルでは、管理者はほかのアプリでも管理者になります): ${formatNamedCount(count, names)}。残すには: ${command}`,
  );
}

/** Yields how a console export differs from local changes. The local values are kept unless they are given up. */
function* describeMerge({ kind, merged }: Import): Generator<Text> {
  if (merged === undefined) return;
  const { open, contradicted, leftOut, first, givenUp } = merged;
  if (leftOut > 0)
    yield text(
      `${formatCount(leftOut, "row")} left out because the matching record is not certain; do the tasks in the console, then export again (${LIST_TASKS_COMMAND})`,
      `どのデータか判断できない ${leftOut} 行は取り込みません。管理画面で作業を行い、もう一度エクスポートしてください(${LIST_TASKS_COMMAND})`,
    );
  if (open > 0)
    yield text(
      `${formatCount(open, "record")} changed in this tenant but not in the console yet; the local values are kept (${LIST_TASKS_COMMAND})`,
      `このテナントで変更し、管理画面ではまだ変更していないデータ: ${open} 件。このテナントの値を残します(${LIST_TASKS_COMMAND})`,
    );
  if (givenUp !== undefined) {
    yield text(
      `${formatCount(givenUp.count, "value")} changed in this tenant, to be replaced with the console value:`,
      `このテナントでの変更を取りやめ、管理画面の内容に置き換える値: ${givenUp.count} 件`,
    );
    yield* describeContradictions(kind, givenUp.first.slice(0, MAX_GIVEN_UP_VALUES), givenUp.count);
  }
  if (contradicted === 0) return;
  yield text(
    `${formatCount(contradicted, "difference")} between the console and the changes in this tenant; the local values are kept (what to do: ${LIST_TASKS_COMMAND})`,
    `管理画面に、このテナントでの変更と異なる内容が ${contradicted} 件あります。このテナントの値を残します(対処: ${LIST_TASKS_COMMAND})`,
  );
  yield* describeContradictions(kind, first, contradicted);
}

/** Yields which exports must be imported before the records that an export lacks can be deleted. */
function* describePartialConsoleImport({ kind, request, rejected }: Import): Generator<Text> {
  if (request?.keepMissing !== true || request.fromConsole !== true || rejected) return;
  const first = (kind === "orgs" ? (["users", "devices"] as const) : (["devices"] as const)).map((of) =>
    line(`${of} import`, ["EXPORT.csv"], { fromConsole: true }),
  );
  yield text(
    `records that this export lacks are still in use here, so nothing is deleted; first import the console's other exports: ${first.join(", ")}; then this export again`,
    `このエクスポートにないものがここではまだ使われているため、何も削除しません。先に管理画面のほかのエクスポートを取り込み(${first.join("、")})、続けてこのエクスポートをもう一度取り込んでください`,
  );
}

type Contradiction = NonNullable<Import["merged"]>["first"][number];

/**
 * Returns a line for each value that differs in the console.
 *
 * @param values the first values
 * @param count the number of all values
 */
const describeContradictions = (
  kind: Import["kind"],
  values: readonly Contradiction[],
  count: number,
): readonly Text[] => [
  ...values.map(({ name, field, local, console: other, confirmed, deleted, held }): Text => {
    if (field === null)
      return held === true
        ? text(
            `${name}: not in the console; kept because data that was changed in this tenant uses it`,
            `${name}: 管理画面にありませんが、このテナントで変更したデータが使っているため残します`,
          )
        : text(`${name}: not in the console`, `${name}: 管理画面にありません`);
    const header = `${name}: ${findFieldHeader(kind, field)}`;
    const [here, there] = [formatPlanValue(local, MAX_VALUE_LENGTH), formatPlanValue(other, MAX_VALUE_LENGTH)];
    if (deleted === true)
      return text(
        `${header}: deleted in this tenant; in the console: ${there.en}`,
        `${header}: このテナントでは削除済み、管理画面では ${there.ja}`,
      );
    const said = confirmed ? text(" (confirmed as done)", "(完了を確認済み)") : same("");
    return text(
      `${header}: in this tenant: ${here.en}${said.en}; in the console: ${there.en}`,
      `${header}: このテナントでは ${here.ja}${said.ja}、管理画面では ${there.ja}`,
    );
  }),
  ...(count > values.length ? [text(`and ${count - values.length} more`, `ほか ${count - values.length} 件`)] : []),
];

/** Maximum number of replaced local values that a plan lists for people; JSON has the first thousand. */
const MAX_GIVEN_UP_VALUES = 20;

const LIST_TASKS_COMMAND = line("console list", []);

/** Maximum number of characters shown of a value that differs. */
const MAX_VALUE_LENGTH = 40;

function* describeColumnMismatches(plan: Import): Generator<Text> {
  const { absentColumns, unknownColumns } = plan;
  if (absentColumns.length > 0) {
    const names = joinNames(absentColumns, MAX_UNCHANGED_NAMES);
    yield text(`columns missing from the file, left unchanged: ${names}`, `ファイルにないため変更しない列: ${names}`);
  }
  if (unknownColumns.length > 0) {
    const names = joinNames(unknownColumns);
    yield text(`unknown columns, not imported: ${names}`, `不明なため取り込まない列: ${names}`);
  }
}

/** Joins the first names into one line, because a malicious header may contain thousands of names. */
const joinNames = (names: readonly string[], most = MAX_LISTED_NAMES): string =>
  names.slice(0, most).map(quoteListItem).join(", ") + (names.length <= most ? "" : ` … (${names.length})`);
const MAX_LISTED_NAMES = 50;
const MAX_UNCHANGED_NAMES = 4;

const DEFAULT_SAMPLE_SIZE = 5;
const DELETED_ORGS_SAMPLE_SIZE = 10;
/** Maximum number of records shown for a deletion, because people check each name. */
const DELETION_SAMPLE_SIZE = 20;

export const sampleSize = ({ mode, kind, beside = [] }: Import, action: RecordAction): number => {
  if (mode === "delete") return DELETION_SAMPLE_SIZE * (1 + beside.length);
  return kind === "orgs" && action === "delete" ? DELETED_ORGS_SAMPLE_SIZE : DEFAULT_SAMPLE_SIZE;
};

const MAX_ROW_CHANGES = 6;
const MAX_ROW_VALUE_LENGTH = 40;

/** Returns the noun of a row's record if the kind of the plan does not tell it: `organisation`, `Docs user`. */
const getRowNoun = (kind: Import["kind"], { thing, app }: PlanRow): Text | undefined => {
  if (thing === undefined && app === undefined) return undefined;
  const { en, ja } = getThingNoun(thing ?? FORMATS[kind].thing.name);
  const name = app === undefined ? "" : `${formatSecuredAppName(app)} `;
  return text(`${name}${en}`, `${name}${ja}`);
};

/**
 * Renders a row: `~ 12 t@example.com 山田 太郎: 役職: 主任 → (空), TEL: 03 → 04`. A record of another type is rendered
 * as `- organisation S01`.
 */
export function renderRow({ kind }: Import, row: PlanRow): Text {
  const { action, key } = row;
  const name = getRowRecordName(row) ?? getRowOwner(row) ?? "";
  const number = row.row === 0 ? "" : ` ${row.row}`;
  const label = name !== "" && name !== key ? ` ${name}` : "";
  const noun = getRowNoun(kind, row);
  const changes = describeRow(kind, row, MAX_ROW_VALUE_LENGTH);
  const rest = changes.length > MAX_ROW_CHANGES ? [same(`… (${changes.length})`)] : [];
  const shown = [...changes.slice(0, MAX_ROW_CHANGES), ...rest];
  const sign = `  ${ACTION_SIGNS[action]}${number}`;
  const start = text(
    `${sign} ${noun === undefined ? "" : `${noun.en} `}${key}${label}`,
    `${sign} ${noun === undefined ? "" : `${noun.ja} `}${key}${label}`,
  );
  return shown.length === 0 ? start : joinTexts([start, joinTexts(shown, same(", "))], same(": "));
}
