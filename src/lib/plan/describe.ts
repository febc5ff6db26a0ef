import { formatActor } from "../model/actor.ts";
import { line } from "../advice/index.ts";
import type { Import, PlanRow } from "../tenant/api/operations.ts";
import { getFormatTitle } from "../derived/format.ts";
import { FORMATS } from "../derived/formats.ts";
import { IMPORT_MODE_NAMES, getDisplayName, ACTION_SIGNS } from "../model/import.ts";
import { getThingNoun } from "../nouns/index.ts";
import { ROLES } from "../nouns/account.ts";
import { formatSecuredAppName } from "../nouns/secured-user.ts";
import { describeBlockedRecord } from "../derived/undo.ts";
import { addSpaceAfterLatin, formatCount, joinTexts, same, shortenText, text, type Text } from "../text/index.ts";
import {
  type InstantFormatter,
  describeColumn,
  describeRow,
  findFieldHeader,
  getRowOwner,
  getRowRecordName,
  formatPlanValue,
} from "./changes.ts";
import { describeCounts, type ThingChanges, type PlanEffect, type Plan, describeEffects } from "./plan.ts";

export const listPlanChanges = ({ kind, beside = [], ...own }: Import): readonly ThingChanges[] => {
  const { create, update, delete: deleted, recordsBefore } = own;
  const first = { thing: FORMATS[kind].thing.name, create, update, delete: deleted, recordsBefore };
  return [first, ...beside].map(({ thing, ...counts }) => ({ noun: getThingNoun(thing), ...counts }));
};

const CHANGE_COUNT_KEYS = ["create", "update", "delete", "secretsSet", "orgsCreated", "groupsCreated"] as const;

export const hasChanges = (plan: Import): boolean =>
  CHANGE_COUNT_KEYS.some((count) => plan[count] > 0) || (plan.beside ?? []).length > 0 || plan.remade !== undefined;

export const hasNoEffect = (plan: Import): boolean => plan.request?.fromConsole !== true && !hasChanges(plan);

export const isPartialImport = ({ invalid, kept, blocked, merged, remade, request }: Import): boolean =>
  remade !== undefined ||
  invalid + (kept?.isNew === true ? kept.count : 0) + (merged?.leftOut ?? 0) > 0 ||
  blocked !== undefined ||
  request?.keepMissing === true;

export const isFromFile = ({ mode }: Pick<Import, "mode">): boolean => mode !== "undo" && mode !== "delete";

export const getHeaderRow = ({ request }: Pick<Import, "request">): number => request?.headerRow ?? 1;

export const buildRowsCommand = ({ number }: Pick<Import, "number">): Text =>
  same(line("imports show", [number], { rows: true }));

const listEffects = (told: Import): readonly PlanEffect[] => {
  const { secretsSet, orgsCreated, groupsCreated, newOrgs, newGroups, released = 0, blocked } = told;
  return [
    { count: secretsSet, what: text("rows that set a secret", "パスワードなどを設定する行") },
    { count: orgsCreated, what: text("new organisations", "新しい組織"), names: newOrgs },
    { count: groupsCreated, what: text("new groups", "新しいグループ"), names: newGroups },
    { count: released, what: text("devices whose owner is deleted", "所有者が削除されるデバイス") },
    { count: blocked?.count ?? 0, what: text("records not undone", "取り消さないデータ") },
  ];
};

/** Returns a plan without changes if the file was rejected. */
export function toPlan(told: Import, target: Text): Plan {
  const { rejected, wipes = 0, unknownColumns } = told;
  return {
    target,
    changes: listPlanChanges(told),
    effects: listEffects(told),
    wipes,
    lines: [renderHeadline(told, target), ...renderCounts(told), ...(rejected ? [] : renderColumnLines(told))],
    warnings: [
      ...describeWrongTenant(told, target),
      ...(told.remade === undefined ? [] : [describeNames(REMADE_RECORDS, told.remade)]),
      ...(told.kept?.isNew === true ? [describeNames(KEPT_RECORDS, told.kept)] : []),
      ...(rejected ? [] : [...describeRoles(told), ...describeMerge(told)]),
      ...renderBlockedRecords(told),
    ],
    notes: unknownColumns.length === 0 ? [] : [describeUnknownColumns(unknownColumns)],
  };
}

const MAX_BLOCKED_RECORDS = 20;

function* renderBlockedRecords({ blocked }: Import): Generator<Text> {
  if (blocked === undefined) return;
  yield* blocked.first.slice(0, MAX_BLOCKED_RECORDS).map(describeBlockedRecord);
  const rest = blocked.count - MAX_BLOCKED_RECORDS;
  if (rest > 0) yield text(`… and ${formatCount(rest, "more record")}`, `… ほか ${rest} 件`);
}

const describeWrongTenant = ({ kind, foreign }: Import, target: Text): readonly Text[] => {
  const { thing } = FORMATS[kind];
  const { en, ja } = getThingNoun(thing.noun ?? thing.name);
  if (foreign === undefined) return [];
  return [
    text(
      `no row seems to be a ${en} of ${target.en}: is this file for another tenant?`,
      `どの行も${target.ja}の${ja}ではないようです。別のテナントのファイルではありませんか?`,
    ),
  ];
};

function describeOrigin({ kind, mode, rows, undoes, drops = [] }: Import): Text {
  if (undoes !== null) return text(`undo change ${undoes}`, `変更 ${undoes} の取り消し`);
  if (drops.length > 0) return text(`drop tasks ${drops.join(", ")}`, `作業 ${drops.join("、")} の取り下げ`);
  const [title, how] = [getFormatTitle(FORMATS[kind]), getDisplayName(IMPORT_MODE_NAMES, mode)];
  return isFromFile({ mode })
    ? text(`${title.en}, ${how.en} (${how.ja}), ${formatCount(rows, "row")}`, `${title.ja}、${how.ja}、${rows} 行`)
    : text(`${title.en}, ${how.en}`, `${title.ja}、${how.ja}`);
}

const renderHeadline = (told: Import, target: Text): Text => {
  const { en, ja } = describeOrigin(told);
  return text(`plan for ${target.en}: ${en}`, `${addSpaceAfterLatin(target.ja)}に対する計画: ${ja}`);
};

const WIPED_DEVICES = text(
  "devices to wipe and set up again because their owner changes",
  "所有者が変わるため初期化と再設定が必要になるデバイス",
);

const KEPT_RECORDS = text(
  "missing from the file, but not deleted (administrators, device owners, organisations in use)",
  "ファイルにないが削除しないデータ(管理者、デバイスの所有者、使用中の組織)",
);

const REMADE_RECORDS = text("deleted in the console, but made again", "管理画面で削除されたが、作り直すデータ");

function* renderCounts(told: Import): Generator<Text> {
  const { mode, unchanged, invalid, wipes = 0, kept, skipped, left } = told;
  const changes = listPlanChanges(told);
  const rest = [
    [unchanged, text("unchanged", "変更なし")],
    [invalid, text("invalid", "エラー")],
  ] as const;
  for (const [at, one] of changes.entries()) {
    const counts = describeCounts(one, at === 0 ? rest : []);
    const of = mode === "delete" ? text(` of ${one.recordsBefore}`, `(全 ${one.recordsBefore} 件)`) : same("");
    const line = text(`${counts.en}${of.en}`, `${counts.ja}${of.ja}`);
    if (counts.en !== "")
      yield changes.length === 1 && isFromFile(told) ? line : joinTexts([one.noun, line], same(": "));
    else if (changes.length === 1) yield text("no records are changed", "変更するデータはありません");
  }
  const besides: readonly PlanEffect[] = [
    ...listEffects(told),
    { count: wipes, what: WIPED_DEVICES },
    {
      ...(kept?.isNew === false ? kept : { count: 0 }),
      what: text("missing from the file, but kept", "ファイルにないが残すデータ"),
    },
    { count: left, what: text("rows skipped because the people have left", "退職済みのため読み飛ばす行") },
    ...skipped.map(({ header, value, count }) => ({
      count,
      what: text(`rows skipped (${header} is ${value || "blank"})`, `読み飛ばす行(${header}が「${value}」)`),
    })),
  ];
  for (const beside of besides) if (beside.count > 0) yield describeNames(beside.what, beside);
}

const describeNames = ({ en, ja }: Text, { count, names }: Omit<PlanEffect, "what">): Text => {
  const named = formatNamedCount(count, names);
  return text(`${en}: ${named}`, `${ja}: ${named}`);
};

const formatNamedCount = (count: number, names: readonly string[] = []): string =>
  names.length === 0 ? String(count) : `${count} (${names.join(", ")}${names.length < count ? ", …" : ""})`;

const renderColumnLines = ({ kind, columns }: Import): readonly Text[] =>
  columns.map((column) => {
    const { en, ja } = describeColumn(kind, column);
    return text(`  ${en}`, `  ${ja}`);
  });

const describeRoles = ({ roles }: Import): readonly Text[] => {
  if (roles === undefined) return [];
  const { count, first } = roles;
  const named = first.map(({ name, role }) => text(`${name} (${ROLES[role].en})`, `${name}(${ROLES[role].ja})`));
  const { en, ja } = joinTexts(named, text(", ", "、"));
  const [rest, restJa] = count > first.length ? [", …", "、…"] : ["", ""];
  return [
    text(`changes ${formatCount(count, "administrator")}: ${en}${rest}`, `管理者 ${count} 人を変更: ${ja}${restJa}`),
  ];
};

function* describeMerge({ kind, merged }: Import): Generator<Text> {
  if (merged === undefined) return;
  const { contradicted, leftOut, first, cleared, unsettled, brought, wishes } = merged;
  if (cleared > 0)
    yield text(
      `references to deleted records, cleared: ${cleared}; the next exports show the new ones`,
      `削除するデータへの参照(空にします): ${cleared} 件。新しい値は、次のエクスポートで取り込みます`,
    );
  if (wishes.count > 0)
    yield describeNames(
      text("open changes that refer to deleted records, and end", "削除するデータを指しているため取りやめる変更"),
      { count: wishes.count, names: wishes.first },
    );
  if (brought > 0)
    yield text(`records that an undo brought back: ${brought}`, `削除のうち、取り消しで戻したもの: ${brought} 件`);
  if (unsettled > 0)
    yield text(
      `deleted in the console, but changed or needed here: ${unsettled} (${LIST_TASKS_COMMAND})`,
      `管理画面で削除されたが、ここで変更されたか必要なデータ: ${unsettled} 件(${LIST_TASKS_COMMAND})`,
    );
  if (leftOut > 0)
    yield text(
      `${formatCount(leftOut, "row")} not imported, because the matching record cannot be determined (${LIST_TASKS_COMMAND})`,
      `対応するデータを特定できないため取り込まない行: ${leftOut}(${LIST_TASKS_COMMAND})`,
    );
  if (contradicted === 0) return;
  yield text(
    `${formatCount(contradicted, "difference")} between the console and the mirror; the values of the mirror are kept (${LIST_TASKS_COMMAND})`,
    `ミラーと管理画面で異なる値: ${contradicted} 件。ミラーの値を残します(${LIST_TASKS_COMMAND})`,
  );
  yield* first.map(({ name, field, local, console: other }): Text => {
    if (field === null) return text(`${name}: not in the console`, `${name}: 管理画面にありません`);
    const header = `${name}: ${findFieldHeader(kind, field)}`;
    const [here, there] = [formatPlanValue(local, MAX_VALUE_LENGTH), formatPlanValue(other, MAX_VALUE_LENGTH)];
    return text(
      `${header}: in the mirror: ${here.en}; in the console: ${there.en}`,
      `${header}: ミラーでは ${here.ja}、管理画面では ${there.ja}`,
    );
  });
}

const LIST_TASKS_COMMAND = line("console list", []);

const MAX_VALUE_LENGTH = 40;

const MAX_LISTED_NAMES = 50;

const describeUnknownColumns = (names: readonly string[]): Text => {
  const listed = names.slice(0, MAX_LISTED_NAMES).map((name) => shortenText(name));
  const shown = formatNamedCount(names.length, listed);
  return text(`unknown columns, not imported: ${shown}`, `不明なため取り込まない列: ${shown}`);
};

export const getSampleSize = ({ mode, beside = [] }: Import): number =>
  mode === "delete" ? 20 * (1 + beside.length) : 5;

const MAX_ROW_CHANGES = 6;

/** Returns a noun such as `organisation`; undefined for the plan's main record type. */
const getRowNoun = (kind: Import["kind"], { thing, app }: PlanRow): Text | undefined => {
  if (thing === undefined && app === undefined) return undefined;
  const { en, ja } = getThingNoun(thing ?? FORMATS[kind].thing.name);
  const name = app === undefined ? "" : `${formatSecuredAppName(app)} `;
  return text(`${name}${en}`, `${name}${ja}`);
};

/** Returns a line such as `~ 12 t@example.com 山田 太郎: 役職: 主任 → (空)`. */
export function renderRow({ kind }: Import, row: PlanRow, moment: InstantFormatter): Text {
  const { action, key } = row;
  const name = getRowRecordName(row) ?? getRowOwner(row) ?? "";
  const number = row.row === 0 ? "" : ` ${row.row}`;
  const label = name !== "" && name !== key ? ` ${name}` : "";
  const noun = getRowNoun(kind, row);
  const changes = describeRow(kind, row, { longest: MAX_VALUE_LENGTH, moment });
  const rest = changes.length > MAX_ROW_CHANGES ? [same(`… (${changes.length})`)] : [];
  const shown = [...changes.slice(0, MAX_ROW_CHANGES), ...rest];
  const sign = `  ${ACTION_SIGNS[action]}${number}`;
  const start = text(
    `${sign} ${noun === undefined ? "" : `${noun.en} `}${key}${label}`.trimEnd(),
    `${sign} ${noun === undefined ? "" : `${noun.ja} `}${key}${label}`.trimEnd(),
  );
  return shown.length === 0 ? start : joinTexts([start, joinTexts(shown, same(", "))], same(": "));
}

const hasTaskChanges = ({ settled }: Import): boolean => (settled?.closed ?? []).length > 0;

export const PLAN_DRY_RUN_NOTE = text(
  "dry run: nothing was changed; to apply the plan, run the same command without --dry-run",
  "確認のみで、何も変更していません。適用するには --dry-run を付けずに実行してください",
);

export function describeCommit(plan: Import): readonly Text[] {
  const told = [
    describeOutcome(plan),
    ...describePlanner(plan),
    ...describeLostAssignments(plan),
    ...describeSettledTasks(plan),
  ];
  if (!hasChanges(plan) && !hasTaskChanges(plan)) return told;
  const undo = line("undo", [plan.change ?? "last"]);
  return [...told, ...describeConsoleStep(plan), text(`undo: ${undo}`, `取り消すには: ${undo}`)];
}

function describePlanner({ plannedBy, actor }: Import): readonly Text[] {
  if (plannedBy === undefined) return [];
  const [planner, committer] = [formatActor(plannedBy), formatActor(actor)];
  return [text(`planned by ${planner.en}, committed by ${committer.en}`, `計画: ${planner.ja}、適用: ${committer.ja}`)];
}

function describeConsoleStep({ consoleTask, request }: Import): readonly Text[] {
  // with `--emit-csv`, the line about the written file says what to do
  if (consoleTask === undefined || request?.forConsole === true) return [];
  const isByHand = request === null || request.mode === "delete" || request.fromConsole === true;
  const next = isByHand
    ? line("console show", [consoleTask])
    : line("console upload", [consoleTask], { output: "upload" });
  return [text(`still to be done in the console: ${next}`, `管理画面でも行う作業: ${next}`)];
}

function describeLostAssignments({ number, settled }: Import): readonly Text[] {
  const { assignmentsLost: lost = 0 } = settled ?? {};
  if (lost === 0) return [];
  const rows = line("imports show", [number], { rows: true });
  return [
    text(
      `profiles and apps that lost an assignment, because the export lacks the organisation or device: ${lost}; to see them: ${rows}`,
      `エクスポートにない組織やデバイスへの適用がなくなったプロファイルとアプリ: ${lost} 件。確認するには: ${rows}`,
    ),
  ];
}

function describeSettledTasks(plan: Import): readonly Text[] {
  const { settled: { closed, open } = { closed: [], open: 0 } } = plan;
  if (!hasTaskChanges(plan) && open === 0) return [];
  const list = line("console list", []);
  const [done, doneJa] = closed.length === 0 ? ["", ""] : [`closed ${closed.length}, `, `完了 ${closed.length}、`];
  return [
    text(`tasks in the console: ${done}open ${open} (${list})`, `管理画面での作業: ${doneJa}未完了 ${open}(${list})`),
  ];
}

function describeOutcome(plan: Import): Text {
  const what = plan.mode === "undo" ? text("change", "変更") : text("import", "インポート");
  const effects = { changes: listPlanChanges(plan), effects: listEffects(plan) };
  const { en, ja } = hasChanges(plan) ? describeEffects(effects) : text("no records changed", "変更なし");
  return text(`${what.en} ${plan.number}: ${en}`, `${what.ja} ${plan.number}: ${ja}`);
}
