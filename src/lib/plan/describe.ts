import { line } from "../advice/index.ts";
import type { Import, PlanRow } from "../contract/imports.ts";
import { findColumn } from "../csv/layout/columns.ts";
import { titleOf } from "../model/format.ts";
import { FORMATS } from "../model/formats.ts";
import { IMPORT_MODE_NAMES, nameIn, SIGNS, type Action } from "../model/import.ts";
import { nounNamed } from "../model/problem.ts";
import { dayOf } from "../model/time.ts";
import { describeBlocked } from "../model/undo.ts";
import { counted, joined, same, text, type Text } from "../text/index.ts";
import { describeColumn, describeRow, fieldName, headersOf, nameOf, shownValue } from "./changes.ts";
import { countAll, describeChanges, type Changes, type Effect, type Plan } from "./plan.ts";

/** Returns what a plan does to the records of each thing, those of its kind first. */
export const changesIn = ({ kind, beside = [], ...own }: Import): readonly Changes[] =>
  [{ ...own, thing: FORMATS[kind].thing.name }, ...beside].map(
    ({ thing, create, update, delete: gone, recordsBefore }) => ({
      noun: nounNamed(thing),
      create,
      update,
      delete: gone,
      recordsBefore,
    }),
  );

const CHANGING = ["create", "update", "delete", "secretsSet", "orgsCreated", "groupsCreated"] as const;

/** Returns whether a plan changes anything. */
export const isChanging = (plan: Import): boolean =>
  CHANGING.some((count) => plan[count] > 0) || (plan.beside ?? []).length > 0 || (plan.reopened?.records ?? 0) > 0;

/** Returns whether committing a plan would leave the tenant unchanged: the console's export always says how old it is. */
export const changesNothing = (plan: Import): boolean => plan.request?.fromConsole !== true && !isChanging(plan);

/** Returns whether a plan leaves out rows or records, or keeps some that it should have deleted. */
export const isPartial = ({ invalid, kept, blocked, merged, request }: Import): boolean =>
  invalid + (kept?.count ?? 0) + (merged?.leftOut ?? 0) > 0 || blocked !== undefined || request?.keepMissing === true;

/** Returns whether a plan was made of a file, not of names or of another import. */
export const hasFile = ({ mode }: Pick<Import, "mode">): boolean => mode !== "undo" && mode !== "delete";

/** The command that lists all rows of a plan that is kept. */
export const rowsLine = ({ number }: Pick<Import, "number">): Text =>
  same(line("imports show", [number], { rows: true }));

/** Returns what a plan does besides changing records of things. */
const effectsIn = (told: Import): readonly Effect[] => {
  const { secretsSet, orgsCreated, groupsCreated, newOrgs, newGroups, released = 0, reopened } = told;
  return [
    { count: secretsSet, what: text("rows that set a secret", "パスワードなどを設定する行") },
    { count: orgsCreated, what: text("new organisations", "新しい組織"), names: newOrgs },
    { count: groupsCreated, what: text("new groups", "新しいグループ"), names: newGroups },
    { count: released, what: text("devices of deleted owners", "所有者を外すデバイス(所有者を削除するため)") },
    { count: reopened?.records ?? 0, what: text("records of tasks to reopen", "未了に戻す作業のレコード") },
  ];
};

/** Where a plan is applied. */
interface Target {
  /** the tenant */
  readonly target: Text;
  /** IANA name */
  readonly zone: string;
}

/** Returns an import, a deletion, an undo or a drop of tasks as a plan. Of a rejected plan nothing is said of its changes. */
export function planOf(told: Import, { target, zone }: Target): Plan {
  const { rejected, wipes = 0, takenOver } = told;
  return {
    target,
    changes: changesIn(told),
    effects: effectsIn(told),
    wipes,
    lines: [headline(told, target), ...counts(told), ...columnLines(told)],
    warnings: [
      ...(takenOver === undefined ? [] : [describeOldExport(takenOver, zone)]),
      ...(rejected ? [] : [...clearing(told), ...losses(told), ...unnamed(told)]),
      ...elsewhere(told),
      ...(rejected ? [] : mergedLines(told)),
      ...blockedLines(told),
    ],
    notes: [...aboutColumns(told)],
  };
}

/** Maximum number of records in the way that people are told; programs get all. */
const MAX_BLOCKED = 20;

/** Names the records that an undo leaves as they are. */
function* blockedLines({ blocked }: Import): Generator<Text> {
  if (blocked === undefined) return;
  const { count, first } = blocked;
  yield* first.slice(0, MAX_BLOCKED).map(describeBlocked);
  const rest = count - Math.min(count, MAX_BLOCKED);
  if (rest > 0) yield text(`… and ${counted(rest, "more record")}`, `… 他 ${rest} 件`);
}

/** Maximum number of newer exports that a warning names. */
const MAX_NEWER = 3;

/** Says that an export of the console was taken over before newer ones: it does not show what the console has now. */
export const describeOldExport = ({ change, at, newer }: NonNullable<Import["takenOver"]>, zone: string): Text => {
  const day = dayOf(at, zone);
  const shown = [...newer.slice(0, MAX_NEWER), ...(newer.length > MAX_NEWER ? ["…"] : [])];
  return text(
    `this file was taken over already on ${day} (change ${change}); newer exports: ${shown.join(", ")}`,
    `このファイルは ${day} に取り込み済みです(変更 ${change})。その後に取り込んだエクスポート: ${shown.join("、")}`,
  );
};

/** The name of a mode; the console's word in both languages. */
const modeName = (mode: Import["mode"]): Text => {
  const { en, ja } = nameIn(IMPORT_MODE_NAMES, mode);
  return mode === "delete" ? text(en, ja) : text(`${en} (${ja})`, ja);
};

/** Of an undo or a drop: what is undone or dropped, and in which app. */
function undoHeadline({ undoes, drops = [], kind }: Import, tenant: Text): Text {
  const { app } = FORMATS[kind];
  const tasks = drops.length === 1 ? "task" : "tasks";
  const what =
    undoes === null
      ? text(`drop of ${tasks} ${drops.join(", ")}`, `作業 ${drops.join("、")} の取り下げ`)
      : text(`undo of change ${undoes}`, `変更 ${undoes} の取り消し`);
  return text(
    `plan for ${tenant.en}: ${what.en}${app === undefined ? "" : ` (${app})`}`,
    `${tenant.ja} に対する計画: ${what.ja}${app === undefined ? "" : `(${app})`}`,
  );
}

function headline(told: Import, target: Text): Text {
  const { kind, mode, rows } = told;
  if (mode === "undo") return undoHeadline(told, target);
  const [title, how] = [titleOf(FORMATS[kind]), modeName(mode)];
  const size = hasFile(told) ? text(`, ${counted(rows, "row")}`, `、${rows} 行`) : same("");
  return text(
    `plan for ${target.en}: ${title.en}, ${how.en}${size.en}`,
    `${target.ja} に対する計画: ${title.ja}、${how.ja}${size.ja}`,
  );
}

/** Returns the deletions of all things, which are confirmed by their number. */
const together = (changes: readonly Changes[]): readonly Text[] => {
  const deletions = countAll(changes, "delete");
  if (deletions === 0 || changes.length < 2) return [];
  return [text(`together: delete ${deletions}`, `合計: ${deletions} 件を削除`)];
};

/** What a deletion takes, and who stays. */
function* ofDeletion(told: Import): Generator<Text> {
  const changes = changesIn(told);
  for (const { noun, delete: gone, recordsBefore } of changes) {
    const of = text(`delete ${gone} of ${recordsBefore}`, `${recordsBefore} 件のうち ${gone} 件を削除`);
    yield changes.length === 1 ? of : joined([noun, of], same(": "));
  }
  yield* together(changes);
  if (told.staying === undefined) return;
  const { count, names } = told.staying;
  yield text(`administrators stay: ${named(count, names)}`, `削除せずに残す管理者: ${named(count, names)}`);
}

const WIPES = text(
  "devices to be wiped and set up again, as they get another owner",
  "所有者が変わるため初期化と再設定が必要になるデバイス",
);

/** What an undo writes, thing by thing. */
function* ofUndo(told: Import): Generator<Text> {
  const { reopened, wipes = 0 } = told;
  const written = changesIn(told).filter((one) => one.create + one.update + one.delete > 0);
  if (written.length === 0) yield text("no record changes", "変更するレコードはありません");
  if (reopened !== undefined)
    yield text(
      `open again in console list: ${reopened.tasks.join(", ")} (${counted(reopened.records, "record")})`,
      `未了に戻す管理画面での作業: ${reopened.tasks.join("、")}(${reopened.records} 件)`,
    );
  yield* written.map((one) => describeChanges(one.noun, one));
  yield* together(written);
  if (wipes > 0) yield text(`${WIPES.en}: ${wipes}`, `${WIPES.ja}: ${wipes}`);
}

/** What a file does to the records of its kind, and besides. */
function* ofFile(told: Import): Generator<Text> {
  const { create, update, unchanged, invalid, delete: gone, rejected, wipes = 0, kept } = told;
  const en = `create ${create}, update ${update}, unchanged ${unchanged}, delete ${gone}, invalid ${invalid}`;
  const ja = `追加 ${create}、更新 ${update}、変更なし ${unchanged}、削除 ${gone}、不正 ${invalid}`;
  if (!rejected) yield text(en, ja);
  else if (invalid > 0)
    yield text(`rejected; without the invalid rows: ${en}`, `確定できません(不正な行を除くと ${ja})`);
  else yield text("rejected as a whole: no row can be committed", "ファイル全体が不正なため、どの行も確定できません");
  const besides: readonly Effect[] = [
    ...effectsIn(told),
    { count: wipes, what: WIPES },
    {
      count: kept?.count ?? 0,
      what: text("kept though not in the file", "ファイルになくても残すもの(削除できないため)"),
    },
  ];
  for (const { count, what, names } of besides)
    if (count > 0) yield text(`${what.en}: ${named(count, names)}`, `${what.ja}: ${named(count, names)}`);
}

function counts(told: Import): Generator<Text> {
  if (told.mode === "delete") return ofDeletion(told);
  return told.mode === "undo" ? ofUndo(told) : ofFile(told);
}

/** A name as one of a list: in quotes where it could be taken for several. */
export const quotedIfList = (name: string): string =>
  /[,、"]|^\s|\s$/u.test(name) || name === "" ? JSON.stringify(name) : name;

/** `2 (S01, S02)`: how many there are, and the first of them by name. */
const named = (count: number, names: readonly string[] = []): string =>
  names.length === 0
    ? String(count)
    : `${count} (${names.map(quotedIfList).join(", ")}${names.length < count ? ", …" : ""})`;

/** `役職: 3 changed, 1 cleared`, for each column; of a plan that cannot be committed, none. */
function columnLines({ kind, columns, rejected }: Import): readonly Text[] {
  if (rejected) return [];
  const lines = columns.slice(0, MAX_COLUMNS).map((column) => describeColumn(kind, column));
  const rest = columns.length - lines.length;
  const all = rest === 0 ? lines : [...lines, text(`… and ${counted(rest, "more column")}`, `… 他 ${rest} 列`)];
  return all.map(({ en, ja }) => text(`  ${en}`, `  ${ja}`));
}
const MAX_COLUMNS = 20;

/** Columns of which most values would be cleared, however few rows of the file are blank there. */
const clearing = ({ kind, columns, request, absentColumns }: Import): readonly Text[] =>
  columns.flatMap(({ field, cleared, clearedOf }) => {
    if (clearedOf === undefined) return [];
    const header = fieldName(kind, field);
    const isAbsent = headersOf(kind, field).some((one) => absentColumns.includes(one));
    const option = isAbsent ? "--missing-columns keep" : "--blank keep";
    // a blank cell of the console's export is what the console has
    const way =
      request?.fromConsole === true ? same("") : text(`; ${option} keeps them`, `(${option} を付ければ残ります)`);
    return text(
      `${header}: ${cleared} of ${counted(clearedOf, "value")} would be cleared${way.en}`,
      `${header}: ${clearedOf} 件の値のうち ${cleared} 件が消えます${way.ja}`,
    );
  });

/** Memberships and the like that records would lose, though only others were named. */
const losses = ({ kind, columns, request }: Import): readonly Text[] =>
  columns.flatMap(({ field, removed }) => {
    const column = findColumn(FORMATS[kind].columns, field);
    if (removed === 0 || column?.set !== true) return [];
    const header = fieldName(kind, field);
    const [en, ja] = column.refers === undefined ? ["value", "値"] : ["membership", "所属"];
    // what the console has not goes here, too
    const way =
      request?.fromConsole === true
        ? text("", "")
        : text("; --blank keep keeps them", "(--blank keep を付ければ残ります)");
    return text(
      `${header}: ${counted(removed, en)} would be removed${way.en}`,
      `${header}: ${ja} ${removed} 件がなくなります${way.ja}`,
    );
  });

/** Only an export of the console clears names of accounts, which the console never deletes. @see facts 2.5 */
const unnamed = ({ kind, columns }: Import): readonly Text[] =>
  columns.flatMap(({ field, cleared }) =>
    kind !== "users" || field !== "accountName" || cleared === 0
      ? []
      : text(
          `${counted(cleared, "user")} would lose the name of the CLOMO account, which the console never deletes: compare the file; a role that is recorded is out of reach until the account has a name again`,
          `CLOMO アカウント名がなくなるユーザー: ${cleared} 人。管理画面では CLOMO アカウントを削除できないため、ファイルを確認してください(記録された管理者権限は、もう一度名前が付くまで扱えません)`,
        ),
  );

/** Who goes, and is an administrator by the mark of another app. */
function* elsewhere({ kind, protectedElsewhere }: Import): Generator<Text> {
  if (protectedElsewhere === undefined) return;
  const { count, names } = protectedElsewhere;
  const command = `${line("secured administrators add", ["USER"])}… --app ${kind}`;
  yield text(
    `marked as administrators in another app, and by the manual then in all: ${named(count, names)}; to keep them: ${command}`,
    `ほかのアプリで管理者に指定されています(マニュアルでは、管理者はほかのアプリでも管理者になります): ${named(count, names)}。残すには: ${command}`,
  );
}

/** Returns what an export of the console shows of the values that were changed here, which it leaves as they are. */
function* mergedLines({ kind, merged }: Import): Generator<Text> {
  if (merged === undefined) return;
  const { open, contradicted, leftOut, first, givenUp } = merged;
  if (leftOut > 0)
    yield text(
      `${counted(leftOut, "row")} left out, as it is not certain which record is meant; do the tasks in the console, and export again (${OPEN_TASKS})`,
      `どのデータか判断できない ${leftOut} 行は取り込みません。管理画面で作業を行い、もう一度エクスポートしてください(${OPEN_TASKS})`,
    );
  if (open > 0)
    yield text(
      `${counted(open, "record")} changed here and not in the console yet; they stay as they are here (${OPEN_TASKS})`,
      `ここで変更し、管理画面ではまだ変更していないもの: ${open} 件。ここでの内容のまま残ります(${OPEN_TASKS})`,
    );
  if (givenUp !== undefined) {
    yield text(
      `${counted(givenUp.count, "value")} changed here and given up, as the console has something else:`,
      `ここでの変更を取りやめ、管理画面の内容にするもの: ${givenUp.count} 件`,
    );
    yield* contradictionLines(kind, givenUp.first.slice(0, MAX_GIVEN_UP), givenUp.count);
  }
  if (contradicted === 0) return;
  yield text(
    `${counted(contradicted, "difference")} from what was changed here; the values here stay (what to do: ${OPEN_TASKS})`,
    `管理画面に、ここでの変更と異なる内容が ${contradicted} 件あります。ここでの値が残ります(対処: ${OPEN_TASKS})`,
  );
  yield* contradictionLines(kind, first, contradicted);
}

type Contradiction = NonNullable<Import["merged"]>["first"][number];

/** What the console has instead, one line each. @param count of all, of which the first are given */
const contradictionLines = (kind: Import["kind"], values: readonly Contradiction[], count: number): readonly Text[] => [
  ...values.map(({ name, field, local, console: other, confirmed, deleted, held }): Text => {
    if (field === null)
      return held === true
        ? text(
            `${name}: not in the console; it stays because what was changed here uses it`,
            `${name}: 管理画面にありませんが、ここで変更したものが使っているため残します`,
          )
        : text(`${name}: not in the console`, `${name}: 管理画面にありません`);
    const header = `${name}: ${fieldName(kind, field)}`;
    const [here, there] = [shownValue(local, MAX_VALUE), shownValue(other, MAX_VALUE)];
    if (deleted === true)
      return text(
        `${header}: deleted here, in the console ${there.en}`,
        `${header}: ここでは削除済み、管理画面では ${there.ja}`,
      );
    const said = confirmed ? text(" (confirmed as done)", "(完了を確認済み)") : same("");
    return text(
      `${header}: here ${here.en}${said.en}, in the console ${there.en}`,
      `${header}: ここでは ${here.ja}${said.ja}、管理画面では ${there.ja}`,
    );
  }),
  ...(count > values.length ? [text(`and ${count - values.length} more`, `ほか ${count - values.length} 件`)] : []),
];

/** Maximum number of values given up that a plan lists for people; JSON has the first thousand. */
const MAX_GIVEN_UP = 20;

const OPEN_TASKS = line("console list", []);

/** Maximum number of characters of a value. */
const MAX_VALUE = 40;

function* aboutColumns(plan: Import): Generator<Text> {
  const { absentColumns, unknownColumns, kind, columns } = plan;
  const losing = columns
    .filter(({ cleared, removed }) => cleared + removed > 0)
    .flatMap(({ field }) => headersOf(kind, field));
  const cleared = absentColumns.filter((header) => losing.includes(header));
  const kept = absentColumns.filter((header) => !losing.includes(header));
  if (cleared.length > 0) {
    const names = listed(cleared);
    yield text(`columns missing from the file, to be cleared: ${names}`, `ファイルにないため値を消す列: ${names}`);
  }
  if (kept.length > 0) {
    const names = listed(kept, MAX_UNCHANGED);
    yield text(`columns missing from the file, left unchanged: ${names}`, `ファイルにないため変更しない列: ${names}`);
  }
  if (unknownColumns.length > 0) {
    const names = listed(unknownColumns);
    yield text(`unknown columns, not imported: ${names}`, `不明なため取り込まない列: ${names}`);
  }
}

/** Names joined for one line, the first ones only: a hostile header may have thousands. */
const listed = (names: readonly string[], most = MAX_NAMES): string =>
  names.slice(0, most).map(quotedIfList).join(", ") + (names.length <= most ? "" : ` … (${names.length})`);
const MAX_NAMES = 50;
/** What does not change is seldom of interest. */
const MAX_UNCHANGED = 4;

/** Maximum number of rows shown of each action. */
const FIRST = 5;
/** Organisations that go: as many as are named of those that come. */
const FIRST_ORGS = 10;
/** A deletion is looked at name by name. */
const FIRST_GONE = 20;

/** Returns how many rows of an action people are shown of a plan. */
export const sampleSize = ({ mode, kind, beside = [] }: Import, action: Action): number => {
  if (mode === "delete") return FIRST_GONE * (1 + beside.length);
  return kind === "orgs" && action === "delete" ? FIRST_ORGS : FIRST;
};

/** Maximum number of changes shown of a row, and of characters of a value. */
const MAX_CHANGES = 6;
const MAX_CHARACTERS = 40;

/** `~ 12 taro@example.com 山田 太郎: 役職: 主任 → (空), TEL: 03 → 04`; of another thing than the kind: `- organisation S01` */
export function rowLine({ kind }: Import, row: PlanRow): Text {
  const { action, key } = row;
  const name = nameOf(row) ?? "";
  const number = row.row === 0 ? "" : ` ${row.row}`;
  const label = name !== "" && name !== key ? ` ${name}` : "";
  const noun = row.thing === undefined ? undefined : nounNamed(row.thing);
  const changes = describeRow(kind, row, MAX_CHARACTERS);
  const rest = changes.length > MAX_CHANGES ? [same(`… (${changes.length})`)] : [];
  const shown = [...changes.slice(0, MAX_CHANGES), ...rest];
  const sign = `  ${SIGNS[action]}${number}`;
  const start = text(
    `${sign} ${noun === undefined ? "" : `${noun.en} `}${key}${label}`,
    `${sign} ${noun === undefined ? "" : `${noun.ja} `}${key}${label}`,
  );
  return shown.length === 0 ? start : joined([start, joined(shown, same(", "))], same(": "));
}

/** What a plan is committed to, if that is a mirror of the console. */
interface MirrorState {
  readonly mirroredAt: string | null;
  readonly zone: string;
  /** a map of the context says how its files are headed */
  readonly isMapped: boolean;
}

/** Returns how old a mirror is and what is not confirmed of its files, or that a plan makes one; a tenant of our own has nothing to do with the console. */
export function* describeMirror(
  { kind, mode, request, unseenColumns = [] }: Import,
  { mirroredAt, zone, isMapped }: MirrorState,
): Generator<Text> {
  const { columns, key, fallbackKey, thing } = FORMATS[kind];
  const isExport = request?.fromConsole === true;
  const isUnseen = unseenColumns.includes(findColumn(columns, fallbackKey?.at(-1) ?? key)?.header ?? "");
  if (mirroredAt === null) {
    if (isExport)
      yield text(
        "this makes the tenant a mirror of the console: what is changed here later has to be done in the console too",
        "このテナントは管理画面のミラーになります。以後ここで変更したものは、管理画面でも変更が必要です",
      );
  } else if (isUnseen && !isExport)
    yield text(
      "mirror of the console, though no export of these records was ever imported",
      "管理画面のミラーですが、この種類のデータは管理画面からまだ取り込んでいません",
    );
  else {
    const day = dayOf(mirroredAt, zone);
    yield text(
      `mirror of the console: the tenant's data last came from there on ${day}`,
      `管理画面のミラー: テナントのデータを最後に管理画面から取り込んだのは ${day} です`,
    );
  }
  if (request?.keepMissing === true)
    yield text(
      "records that this export lacks are kept, and no task is closed: import the console's other exports, then this one again",
      "このエクスポートにないものは残し、作業も終わったとはみなしません。管理画面のほかのエクスポートを取り込んだあと、もう一度インポートしてください",
    );
  if (mirroredAt !== null && hasFile({ mode }) && !isExport && !isMapped && thing.unconfirmed !== undefined)
    yield thing.unconfirmed;
}
