import type { Thing } from "../../../../model/thing.ts";
import { buildDroppedVersionsSql } from "../../../console/exported.ts";
import { OBSERVED_VERSIONS, getObservedTable } from "../../../console/observed.ts";
import { getColumnBit, VERSION_SCHEMAS, getVersionTable } from "../../../versions/tables.ts";
import { quoteIdentifier, ORDERED_JOIN } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import {
  CANDIDATE_KEY_TABLE,
  buildChangesFieldSql,
  buildIsBlankCellSql,
  isStaged,
  buildIsUnclearSql,
  rowColumn,
  buildRowKeysSql,
  recordColumn,
  buildRecordKeysSql,
} from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import { buildKeyListSql } from "../matching/keys.ts";
import { buildIsInKindScopeSql, type PlanDefinition, type StoredReference } from "../stored-kind.ts";
import { getMergedVersions, NAMELESS_TABLE, LEFT_OUT_TARGET, buildPossibleStatesSql, getKindParam } from "./tables.ts";

// Cells refer to records by their names in the console. If a name was changed locally, a cell with this name refers to
// the record that now has another name locally or was deleted locally. If the cell may refer to several records, it is
// ignored.

/** The table of records that may have the keys in cells in the console: `what` (the field), `key` and `pk`. */
const CELL_KEY_TABLE = "s.cell_key";

export const listMergedReferences = (plan: PlanDefinition): readonly StoredReference[] =>
  plan.kind.references.filter(({ field }) => isStaged(plan, field));

export const storeCandidateCellKeys = (database: Database, plan: PlanDefinition): void => {
  if (getMergedVersions(plan) === undefined) return;
  database.exec(`drop table if exists ${CELL_KEY_TABLE}`);
  database.exec(
    `create table ${CELL_KEY_TABLE} (what text not null, key text not null, pk integer not null, primary key (what, key, pk))`,
  );
  for (const reference of listMergedReferences(plan)) {
    const { field, refers, keys, table } = reference;
    const versions = OBSERVED_VERSIONS.find(({ thing }) => thing === table.thing);
    if (versions === undefined) continue;
    const bit = getColumnBit(versions, refers.by);
    const scope = keys.own ? buildIsInKindScopeSql(table.thing, "known") : "true";
    const params = { what: field.short, ...getKindParam(plan, scope) };
    // the observed state of a locally deleted record contains all columns
    const isInScope =
      scope === "true"
        ? scope
        : `(o.pk in (select known.${keys.record} from ${keys.table} known where ${scope}) or ${buildIsInKindScopeSql(table.thing, "o")})`;
    const uncertain = `select o.pk from main.${getObservedTable(versions)} o
      where (o.differs & ${bit} <> 0 or o.inConsole = 0) and ${isInScope}`;
    const all = buildKeyListSql({ thing: table.thing, field: refers.by });
    database.run(
      `insert into ${CELL_KEY_TABLE} select :what, e.value, t.pk from (${buildPossibleStatesSql(versions, uncertain)}) t ${ORDERED_JOIN} json_each(${all}) e
       where t.mask & ${bit} <> 0 and e.value is not null on conflict do nothing`,
      params,
    );
    database.run(
      `insert into ${CELL_KEY_TABLE} select :what, e.value, t.pk from (${buildDroppedVersionsSql(versions, refers.by)}) t ${ORDERED_JOIN} json_each(${all}) e
       where e.value is not null and t.pk in (select known.${keys.record} from ${keys.table} known where ${scope}) on conflict do nothing`,
      params,
    );
    database.run(
      `insert into ${NAMELESS_TABLE} select distinct :what, t.pk from (${buildPossibleStatesSql(versions, uncertain)}) t
       where t.mask & ${bit} <> 0 and t.${refers.by} is null`,
      params,
    );
    const holders = `select c.key, known.${keys.record} as pk from (select distinct key from ${CELL_KEY_TABLE} where what = :what) c
      ${ORDERED_JOIN} ${keys.table} known on ${keys.has("known", "c.key")} and ${scope}`;
    database.run(
      `insert into ${CELL_KEY_TABLE} select :what, h.key, h.pk from (${holders}) h where true on conflict do nothing`,
      params,
    );
    database.run(
      `insert into ${CANDIDATE_KEY_TABLE} select :what, c.key, ${field.merge === "reference" ? "case when count(*) = 1 then c.pk end" : "null"} from ${CELL_KEY_TABLE} c left join (${holders}) h on h.key = c.key and h.pk = c.pk
       where c.what = :what group by c.key having count(*) > 1 or max(h.pk) is null`,
      params,
    );
    if (hasLeftOutRows(database, table.thing)) ignoreUnknownCells(database, plan, reference);
  }
};

/**
 * Returns true if rows were left out of the last export of this record type, so that the tenant lacks these records.
 */
const hasLeftOutRows = (database: Database, { formats }: Thing): boolean => {
  const row = database.get(
    `select i.detail -> 'counts' -> 'merged' ->> 'leftOut' as leftOut from main.import i
     where i.kind in (select value from json_each(:kinds)) and i.state = 'committed' and i.detail ->> 'revertedBy' is null
       and i.detail -> 'request' ->> 'fromConsole' order by i.change desc limit 1`,
    { kinds: JSON.stringify(Object.keys(formats)) },
  );
  return Number(row?.["leftOut"] ?? 0) > 0;
};

/**
 * Ignores cells that do not match a local record, because they may refer to a record that was left out of an export.
 */
const ignoreUnknownCells = (
  database: Database,
  plan: PlanDefinition,
  { field, keys, table }: StoredReference,
): void => {
  const scope = keys.own ? buildIsInKindScopeSql(table.thing, "known") : "true";
  const isKnown = `exists (select 1 from ${keys.table} known where ${keys.has("known", "f.key")} and ${scope})`;
  const unknown = `select f.key from s.refer f where f.what = '${field.short}' and not ${isKnown}
    and not exists (select 1 from ${CANDIDATE_KEY_TABLE} u where u.what = f.what and u.key = f.key)`;
  const params = getKindParam(plan, scope);
  recordFinding(database, plan, {
    code: "reference-left-out",
    severity: "warning",
    field: field.field,
    select: `select r.row, r.line, null as col, json_object('value', ${rowColumn(field.field)}) as params
      from s.row r where ${buildRowKeysSql(field)} in (${unknown})`,
    params,
  });
  database.run(
    `insert into ${CANDIDATE_KEY_TABLE} select '${field.short}', key, null from (${unknown}) group by key`,
    params,
  );
};

/**
 * SQL: true if cells also contain another key that only this record can have. In this case, the console has two
 * records, and it is not clear which of them corresponds to this record.
 */
export const buildHasTwoNamesSql = ({ field, keys }: StoredReference, known: string, key: string): string =>
  `exists (select 1 from ${CELL_KEY_TABLE} c ${ORDERED_JOIN} s.refer other on other.what = c.what and other.key = c.key
    where c.what = '${field.short}' and c.pk = ${known}.${keys.record} and c.key <> ${key}
      and not exists (select 1 from ${CELL_KEY_TABLE} n where n.what = c.what and n.key = c.key and n.pk <> c.pk))`;

/** SQL: true if a blank cell may refer to the record with this number. */
export const buildMayBeNamelessSql = ({ field }: StoredReference, pk: string): string =>
  `exists (select 1 from ${NAMELESS_TABLE} n where n.what = '${field.short}' and n.pk = ${pk})`;

/**
 * Warns about lists in cells that contain a locally deleted record, if the row's record did not refer to it when it was
 * deleted. The deleted record was added to the list in the console afterwards.
 */
const reportAddedToDeleted = (
  database: Database,
  plan: PlanDefinition,
  { field, table: { thing } }: StoredReference,
): void => {
  const versions = getMergedVersions(plan);
  const of = VERSION_SCHEMAS.get(thing.name);
  if (versions === undefined || of === undefined || field.merge !== "list") return;
  const deleted = `select c.key, c.pk, max(d.revision) as revision from ${CELL_KEY_TABLE} c
    ${ORDERED_JOIN} main.${getVersionTable(of)} d on d.pk = c.pk and d.action = 'delete'
    where c.what = '${field.short}' and not exists (select 1 from main.${thing.name} n where n.pk = c.pk)
      and not exists (select 1 from ${CELL_KEY_TABLE} n where n.what = c.what and n.key = c.key and n.pk <> c.pk) group by c.key`;
  if (database.get(deleted) === undefined) return;
  const had = buildRecordKeysSql(field, (column) => `v.${quoteIdentifier(column)}`);
  recordFinding(database, plan, {
    code: "reference-deleted",
    severity: "warning",
    field: field.field,
    select: `select r.row, r.line, null as col, json_object('value', ${rowColumn(field.field)} ->> e.key) as params
      from s.row r ${ORDERED_JOIN} json_each(${buildRowKeysSql(field)}) e ${ORDERED_JOIN} (${deleted}) d on d.key = e.value left join s.match m on m.row = r.row
      where m.target is distinct from ${LEFT_OUT_TARGET} and not exists (select 1 from main.${getVersionTable(versions)} v ${ORDERED_JOIN} json_each(${had}) h
        ${ORDERED_JOIN} ${CELL_KEY_TABLE} c on c.what = '${field.short}' and c.key = h.value and c.pk = d.pk
        where v.pk = m.target and v.revision >= d.revision and v.changed & ${getColumnBit(versions, field.stored)} <> 0) order by r.row`,
  });
};

/** Leaves fields of compared rows unchanged if it is not clear which records their cells refer to. */
export const skipUnclearCells = (database: Database, plan: PlanDefinition): void => {
  if (
    database.get(`select 1 from ${CANDIDATE_KEY_TABLE} union all select 1 from ${NAMELESS_TABLE} limit 1`) === undefined
  )
    return;
  for (const reference of listMergedReferences(plan)) {
    const { field } = reference;
    reportAddedToDeleted(database, plan, reference);
    const isBlank = `${buildIsBlankCellSql(plan, field)} and ${buildMayBeNamelessSql(reference, recordColumn(field.stored))}`;
    database.exec(
      `update s.match as m set changed = m.changed & ~${2 ** field.bit} from s.row r, ${plan.kind.thing.name} t
       where r.row = m.row and t.pk = m.target and ${buildChangesFieldSql(field)} and (${buildIsUnclearSql(plan, field)} or ${isBlank})`,
    );
  }
};
