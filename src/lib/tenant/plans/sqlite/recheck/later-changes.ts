import { ACCOUNT, ACCOUNT_SETTINGS } from "../../../../model/account.ts";
import { describeProblem, type ProblemCode, type ProblemParams } from "../../../../model/problem.ts";
import type { Thing } from "../../../../model/thing.ts";
import { CUSTOM_FIELD, USER } from "../../../../model/user.ts";
import { joinTexts, same, text, type Text } from "../../../../text/index.ts";
import { RECORD_SCOPE_CONDITIONS } from "../../../store/scope.ts";
import { quoteIdentifier } from "../../../store/sql/forms.ts";
import type { Database, Row } from "../../../store/sqlite/database.ts";
import { getVersionSchema } from "../../../versions/keep.ts";
import { buildCombinedMaskSql, getColumnBit, getVersionTable } from "../../../versions/tables.ts";
import { createTenantChangedFailure } from "../../import-failures.ts";
import type { ImportRecord } from "../../import-rows.ts";
import { buildStagedClaimsSql } from "../conflicts.ts";
import {
  buildChangesFieldSql,
  buildIsKnownSql,
  buildRecordLabelSql,
  buildRowKeysSql,
  canCreateMissingRecords,
  hasSecretColumns,
  isMatchKey,
  isStaged,
  IS_VALID_ROW_SQL,
  rowColumn,
} from "../expressions.ts";
import { findScopeProblems } from "../matching/outside.ts";
import {
  buildIsInKindScopeSql,
  getDeletionTable,
  type PlanDefinition,
  type PlanDefinitions,
  type StoredReference,
} from "../stored-kind.ts";

/** Maximum number of later changes that a message names. */
const MAX_NAMED_CHANGES = 5;

// A plan relies on the records that it writes, on the records that its cells name, and on unique values that are free.
// They are compared with what was written later: `:since` is the revision of the tenant that the plan was compared with.

/** The table of what a plan relies on and that was changed later. */
const LATER_CHANGE_TABLE = "temp.later_change";

/** Why a plan can no longer be applied to a record or a row. */
type LaterChangeReason = keyof typeof REASON_TEXTS;

const REASON_TEXTS = {
  changed: text("changed", "変更済み"),
  deleted: text("deleted", "削除済み"),
  outside: text("now outside the organisations of the plan", "計画の対象の組織の外に移動済み"),
  used: text("now used by other records", "ほかのデータで使用中"),
  renamed: text("deleted or renamed", "削除または名前の変更"),
  taken: text("now used by another record", "ほかのデータで使用済み"),
  settings: text("settings of account names changed", "アカウント名の設定を変更済み"),
} as const;

/** A plan that is checked, and the plans that are committed together with it. */
interface CheckedPlan {
  readonly plan: PlanDefinition;
  readonly plans: PlanDefinitions;
  /** SQL: the rows that the plan relies on, with their matches; a condition follows */
  readonly rows: string;
  /** true if its upload file replaces all records in the console, and so has every row */
  readonly isFullUpload: boolean;
}

/** SQL: the rows that a plan writes, to the tenant or to its upload file, with their matches. */
const buildWrittenRowsSql = (plan: PlanDefinition, isFullUpload: boolean): string => {
  const secrets = hasSecretColumns(plan) ? " or r.secrets is not null" : "";
  const isWritten = isFullUpload ? "true" : `(m.row is null or m.changed <> 0${secrets})`;
  return `s.row r left join s.match m on m.row = r.row where ${IS_VALID_ROW_SQL} and ${isWritten}`;
};

/** SQL: the records that were changed or deleted later, each with the mask of the changed columns. */
const buildLaterVersionsSql = (thing: Thing): string => {
  const versions = getVersionSchema(thing.name);
  const own = `select v.pk, v.changed from main.${getVersionTable(versions)} v where v.revision > :since`;
  const account = `select v.pk, 0 from main.${getVersionTable(getVersionSchema(ACCOUNT.name))} v where v.revision > :since`;
  return `(select pk, ${buildCombinedMaskSql(versions, "changed")} as mask
    from (${thing === USER ? `${own} union all ${account}` : own}) group by pk)`;
};

/** SQL: true if the record `t` was written later, including records that were created later. */
const IS_WRITTEN_LATER = "t.revision > :since";

/** Records of what a plan relies on, with the reason why it can no longer be relied on. */
interface LaterChange {
  readonly thing: Thing;
  readonly reason: LaterChangeReason;
  /** SQL: selects `name`; and `mask`, the changed columns, or null */
  readonly select: string;
}

/** SQL: the label of a record `t` that may have been deleted. Its last version has the alias `d`. */
const buildLastLabelSql = (thing: Thing): string =>
  buildRecordLabelSql(thing, (column) => `coalesce(t.${quoteIdentifier(column)}, d.${quoteIdentifier(column)})`);

/** Yields the changes of the records that a plan writes.  @param targets SQL: selects their `pk` */
function* listWrittenRecordChanges(
  { kind: { thing }, request: { scope } }: PlanDefinition,
  targets: string,
): Generator<LaterChange> {
  const last = `left join main.${thing.name} t on t.pk = l.pk
    left join main.${getVersionTable(getVersionSchema(thing.name))} d on d.pk = l.pk and d.action = 'delete' and d.revision > :since`;
  const from = (which: string): string =>
    `select ${buildLastLabelSql(thing)} as name, l.mask from ${buildLaterVersionsSql(thing)} l ${last}
     where ${which} and l.pk in (${targets})`;
  yield { thing, reason: "changed", select: from("t.pk is not null") };
  yield { thing, reason: "deleted", select: from("t.pk is null") };
  const inside = scope === undefined ? undefined : RECORD_SCOPE_CONDITIONS[thing.name];
  if (inside === undefined) return;
  const outside = `select ${buildRecordLabelSql(thing)} as name, null as mask from main.${thing.name} t where t.pk in (${targets}) and not (${inside})`;
  yield { thing, reason: "outside", select: outside };
}

/** Yields the records that refer to deleted records by now. */
function* listUseChanges({ plan: { kind, request }, plans }: CheckedPlan): Generator<LaterChange> {
  const { thing, table } = kind;
  for (const { thing: holder, column, rows } of table.heldBy ?? []) {
    const isGoing = plans.some((one) => one.kind.thing === holder)
      ? `h.pk in (select target from ${getDeletionTable(holder)})`
      : "false";
    // devices that the plan releases had their owner before
    const isLater = rows === undefined && request.undeletable === "release" ? "h.revision > :since" : "true";
    const select = `select ${buildRecordLabelSql(thing)} as name, null as mask from main.${thing.name} t
      join ${rows ?? `main.${holder.name}`} h on h.${quoteIdentifier(column)} = t.pk
      where t.pk in (select target from ${getDeletionTable(thing)}) and ${isLater} and not (${isGoing})`;
    yield { thing, reason: "used", select };
  }
}

/** SQL: true if the record `t` that a cell names has this name only since a later change. */
const buildIsNamedLater = ({ table: { thing, planner }, refers }: StoredReference): string => {
  // a change of an organisation's parent can also change its path, and who may see it
  if (planner !== undefined) return IS_WRITTEN_LATER;
  const versions = getVersionSchema(thing.name);
  const later = `select 1 from main.${getVersionTable(versions)} v where v.pk = t.pk and v.revision > :since`;
  const isRenamed = `exists (${later} and v.changed & ${getColumnBit(versions, refers.by)} <> 0)`;
  return `${IS_WRITTEN_LATER} and (${isRenamed} or not exists (${later}))`;
};

/** Yields the records that the cells of written rows name, if the names do not stand for the same records any more. */
function* listReferenceChanges({ plan, rows }: CheckedPlan): Generator<LaterChange> {
  const { kind } = plan;
  for (const reference of kind.references.filter(({ field }) => isStaged(plan, field))) {
    const { field, table, keys } = reference;
    const { thing } = table;
    const isUsed =
      field.merge === "list"
        ? `exists (select 1 from ${rows} and exists (select 1 from json_each(${buildRowKeysSql(field)}) e where e.value = f.key))`
        : `f.key in (select ${buildRowKeysSql(field)} from ${rows})`;
    const from = (which: string): string =>
      `select f.value as name, null as mask from s.refer f where f.what = '${field.short}' and ${which} and ${isUsed}`;
    const named = `select 1 from ${keys.table} k join main.${thing.name} t on t.pk = k.${keys.record}
      where ${keys.has("k", "f.key")} and ${keys.own ? buildIsInKindScopeSql(thing, "k") : "true"}`;
    yield { thing, reason: "changed", select: from(`exists (${named} and ${buildIsNamedLater(reference)})`) };
    const isMissing = `not ${buildIsKnownSql(reference, "f.key")}`;
    const hadName = `exists (select 1 from main.${getVersionTable(getVersionSchema(thing.name))} v
      where v.revision > :since and ${keys.own ? keys.has("v", "f.key") : "false"})`;
    const isLost = canCreateMissingRecords(plan, reference) ? `${isMissing} and ${hadName}` : isMissing;
    yield { thing, reason: "renamed", select: from(isLost) };
  }
}

/** Yields the rows with unique values, or values by which rows match, that other records have since a later change. */
function* listKeyChanges(plan: PlanDefinition): Generator<LaterChange> {
  const { thing, fixed } = plan.kind;
  // a key that never changes is not among the claims: a row that matched no record creates one with this key
  if (fixed !== undefined) {
    const select = `select ${rowColumn(fixed)} as name, null as mask from s.row r left join s.match m on m.row = r.row
      join main.${thing.name} t on t.${quoteIdentifier(fixed)} = ${rowColumn(fixed)} and ${buildIsInKindScopeSql(thing, "t")}
      where ${IS_VALID_ROW_SQL} and m.row is null and ${IS_WRITTEN_LATER}`;
    yield { thing, reason: "taken", select };
  }
  for (const claim of plan.kind.identifying.filter(({ field }) => isStaged(plan, field))) {
    const { table, has, record, own, field } = claim;
    const scope = own ? buildIsInKindScopeSql(thing, "held") : "true";
    // by the key of the plan, a row also relies on matching no other record
    const isRelied = isMatchKey(plan, field) ? "true" : `(m.row is null or ${buildChangesFieldSql(field)})`;
    const select = `select c.key as name, null as mask from (${buildStagedClaimsSql(plan, claim)}) c
      join s.row r on r.row = c.row left join s.match m on m.row = c.row
      join ${table} held on ${has("held", "c.key")} and ${scope} join main.${thing.name} t on t.pk = held.${record}
      where ${IS_VALID_ROW_SQL} and ${isRelied}
        and t.pk is distinct from m.target and ${IS_WRITTEN_LATER}`;
    yield { thing, reason: "taken", select };
  }
}

/** Yields the custom fields and the settings that the plan uses, if they were changed later. */
function* listSettingChanges(plan: PlanDefinition): Generator<LaterChange> {
  const { kind, staged } = plan;
  if (kind.thing !== USER) return;
  const fields = staged.places.flatMap(({ field }) => /^custom:(\d+)$/.exec(field)?.[1] ?? []);
  const versions = getVersionTable(getVersionSchema(CUSTOM_FIELD.name));
  yield {
    thing: CUSTOM_FIELD,
    reason: "changed",
    select: `select v.name, null as mask from main.${versions} v where v.revision > :since and v.pk in (${fields.join(", ")})`,
  };
  if (!isStaged(plan, { field: "accountName" })) return;
  const settings = getVersionTable(getVersionSchema(ACCOUNT_SETTINGS.name));
  yield {
    thing: ACCOUNT_SETTINGS,
    reason: "settings",
    select: `select 'CLOMO' as name, null as mask from main.${settings} v where v.revision > :since
      union all select 'CLOMO', null from main.created_range c where c.revision > :since and c.thing = '${ACCOUNT_SETTINGS.name}'`,
  };
}

/** Yields the records that a full upload would delete in the console, although they are new here. */
function* listUploadChanges({ plan: { kind }, isFullUpload }: CheckedPlan): Generator<LaterChange> {
  if (!isFullUpload) return;
  const { thing, inScope } = kind;
  const select = `select ${buildRecordLabelSql(thing)} as name, null as mask from main.${thing.name} t where ${inScope} and ${IS_WRITTEN_LATER}`;
  yield { thing, reason: "changed", select };
}

/** Yields what a plan relies on and that was changed later. */
function* listLaterChanges(checked: CheckedPlan): Generator<LaterChange> {
  const { plan, rows } = checked;
  const { kind, request } = plan;
  if (request.mode !== "append") {
    yield* listWrittenRecordChanges(plan, `select target from ${getDeletionTable(kind.thing)}`);
    yield* listUseChanges(checked);
  }
  if (request.mode === "delete") return;
  yield* listWrittenRecordChanges(plan, `select m.target from ${rows} and m.row is not null`);
  yield* listKeyChanges(plan);
  yield* listSettingChanges(plan);
  yield* listUploadChanges(checked);
  yield* kind.table.planner === undefined ? listReferenceChanges(checked) : listTreeChanges(plan);
}

/** Yields the organisations that were changed later. They are planned as a tree, so each of them matters. */
function* listTreeChanges({ kind: { thing }, request: { scope } }: PlanDefinition): Generator<LaterChange> {
  const inside = scope === undefined ? "true" : (RECORD_SCOPE_CONDITIONS[thing.name] ?? "true");
  const mask = `(select l.mask from ${buildLaterVersionsSql(thing)} l where l.pk = t.pk)`;
  const now = `select t.name, ${mask} as mask from main.${thing.name} t where ${IS_WRITTEN_LATER} and ${inside}`;
  yield { thing, reason: "changed", select: now };
  const wasInside = scope === undefined ? "true" : "v.pk in (select pk from temp.deleted_scope_org)";
  const gone = `select v.name, null as mask from main.${getVersionTable(getVersionSchema(thing.name))} v
    where v.action = 'delete' and v.revision > :since and ${wasInside}`;
  yield { thing, reason: "deleted", select: gone };
}

/** Returns the rows that the scope of the plan excludes by now, with the reasons. Adds them to the staged problems. */
const findExcludedRows = (database: Database, plan: PlanDefinition): readonly Text[] => {
  database.exec("drop table if exists temp.was_invalid");
  database.exec("create table temp.was_invalid (row integer primary key)");
  database.exec("insert into temp.was_invalid select row from s.invalid");
  const last = database.count("select coalesce(max(rowid), 0) from s.problem");
  findScopeProblems(database, plan);
  const found = database.all(
    `select p.row, p.code, p.params from s.problem p left join s.match m on m.row = p.row
     where p.rowid > :last and p.severity = 'error' and (m.row is null or m.changed <> 0)
       and not exists (select 1 from temp.was_invalid w where w.row = p.row) order by p.row limit ${MAX_NAMED_CHANGES}`,
    { last },
  );
  return found.map(({ row, code, params }) => {
    const reason = describeProblem({
      code: code as ProblemCode,
      params: JSON.parse(String(params)) as ProblemParams,
    });
    return text(`row ${String(row)} (${reason.en})`, `${String(row)} 行目(${reason.ja})`);
  });
};

/** Returns the labels of the columns in a mask. */
const describeColumns = (of: string, mask: number): readonly Text[] => {
  const { thing, columns } = getVersionSchema(of);
  return columns.flatMap(({ name: column, bit, leads }) => {
    const isChanged = leads && Math.floor(mask / Number(bit)) % 2 === 1;
    return isChanged ? [thing.fields[column]?.label ?? same(column)] : [];
  });
};

/** Formats a later change for display: `山田 太郎 <E001> (changed: title)` */
const describeLaterChange = ({ thing, name, reason, mask }: Row): Text => {
  const why = REASON_TEXTS[reason as LaterChangeReason];
  const columns = reason === "changed" ? describeColumns(String(thing), Number(mask ?? 0)) : [];
  const { en, ja } =
    columns.length === 0 ? why : joinTexts([why, joinTexts(columns, text(", ", "、"))], text(": ", ": "));
  return text(`${String(name)} (${en})`, `${String(name)}(${ja})`);
};

/** Returns the number of later changes that a plan relies on, and the first of them. */
const findLaterChanges = (
  database: Database,
  plans: PlanDefinitions,
  { since, isFullUpload }: { readonly since: number; readonly isFullUpload: boolean },
): { readonly count: number; readonly first: readonly Text[] } => {
  database.exec(`drop table if exists ${LATER_CHANGE_TABLE}`);
  database.exec(`create table ${LATER_CHANGE_TABLE} (thing text, name text, reason text, mask integer)`);
  for (const plan of plans)
    for (const { thing, reason, select } of listLaterChanges({
      plan,
      plans,
      isFullUpload,
      rows: buildWrittenRowsSql(plan, isFullUpload),
    }))
      database.run(`insert into ${LATER_CHANGE_TABLE} select :thing, name, :reason, mask from (${select})`, {
        thing: thing.name,
        reason,
        since,
        kind: plan.kind.name,
      });
  const count = database.count(`select count(distinct name) from ${LATER_CHANGE_TABLE}`);
  const first = database.all(
    `select thing, name, reason, max(mask) as mask from ${LATER_CHANGE_TABLE} group by name order by min(rowid) limit ${MAX_NAMED_CHANGES}`,
  );
  return { count, first: first.map(describeLaterChange) };
};

/**
 * Checks a plan after the tenant has changed.
 *
 * @param isFullUpload true if an upload file was written from the plan that replaces all records in the console
 * @throws Failure `conflict` if the plan relies on something that has changed. The takeover of an export relies on
 * everything that it compared, because it records what the console has
 */
export const refuseLaterChanges = (
  database: Database,
  plans: PlanDefinitions,
  record: ImportRecord,
  isFullUpload: boolean,
): void => {
  const since = record.detail.comparedRevision ?? 0;
  const { count, first } = findLaterChanges(database, plans, { since, isFullUpload });
  if (count > 0) throw createTenantChangedFailure(record, { count, first });
  const [{ request }] = plans;
  if (request.fromConsole === true) throw createTenantChangedFailure(record, { count: 0, first: [] });
  const excluded = request.mode === "delete" ? [] : findExcludedRows(database, plans[0]);
  if (excluded.length > 0) throw createTenantChangedFailure(record, { count: excluded.length, first: excluded });
};
