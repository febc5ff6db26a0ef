import type { Thing } from "../../../../model/thing.ts";
import { droppedVersions } from "../../../console/exported.ts";
import { OBSERVED, observedTable } from "../../../console/observed.ts";
import { bitOf, VERSIONS, versionTable } from "../../../versions/tables.ts";
import { quoteIdentifier, THEN } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import {
  CANDIDATE_KEYS,
  changes,
  isBlankCell,
  isStaged,
  isUnclear,
  staged,
  stagedKeys,
  stored,
  storedKeys,
} from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import { keysOf } from "../matching/keys.ts";
import { inScopeOf, type PlanSql, type StoredReference } from "../stored-kind.ts";
import { mergedWith, NAMELESS, NO_RECORD, statesOf, kindIn } from "./tables.ts";

// Cells refer to records by what the console calls them. Where that was changed here, a cell means the record that has
// another key here, or was deleted; if it may mean several, it says nothing of the row's record.

/** The records that the console may have by the keys of cells: `what`, the field, `key` and `pk`. */
const CELL_KEYS = "s.cell_key";

/** The references of an export, whose cells may be unclear. */
export const mergedReferences = (plan: PlanSql): readonly StoredReference[] =>
  plan.kind.references.filter(({ field }) => isStaged(plan, field));

/** Finds the keys by which cells of an export refer to other records than the tenant has by them, or to nobody knows whom. */
export const findCandidateKeys = (database: Database, plan: PlanSql): void => {
  if (mergedWith(plan) === undefined) return;
  database.exec(`drop table if exists ${CELL_KEYS}`);
  database.exec(
    `create table ${CELL_KEYS} (what text not null, key text not null, pk integer not null, primary key (what, key, pk))`,
  );
  for (const reference of mergedReferences(plan)) {
    const { field, refers, keys, table } = reference;
    const versions = OBSERVED.find(({ thing }) => thing === table.thing);
    if (versions === undefined) continue;
    const bit = bitOf(versions, refers.by);
    const scope = keys.own ? inScopeOf(table.thing, "known") : "true";
    const params = { what: field.short, ...kindIn(plan, scope) };
    // a record that was deleted here has all of its columns
    const isInScope =
      scope === "true"
        ? scope
        : `(o.pk in (select known.${keys.record} from ${keys.table} known where ${scope}) or ${inScopeOf(table.thing, "o")})`;
    const uncertain = `select o.pk from main.${observedTable(versions)} o
      where (o.differs & ${bit} <> 0 or o.inConsole = 0) and ${isInScope}`;
    const all = keysOf({ thing: table.thing, field: refers.by });
    database.run(
      `insert into ${CELL_KEYS} select :what, e.value, t.pk from (${statesOf(versions, uncertain)}) t ${THEN} json_each(${all}) e
       where t.mask & ${bit} <> 0 and e.value is not null on conflict do nothing`,
      params,
    );
    database.run(
      `insert into ${CELL_KEYS} select :what, e.value, t.pk from (${droppedVersions(versions, refers.by)}) t ${THEN} json_each(${all}) e
       where e.value is not null and t.pk in (select known.${keys.record} from ${keys.table} known where ${scope}) on conflict do nothing`,
      params,
    );
    database.run(
      `insert into ${NAMELESS} select distinct :what, t.pk from (${statesOf(versions, uncertain)}) t
       where t.mask & ${bit} <> 0 and t.${refers.by} is null`,
      params,
    );
    const holders = `select c.key, known.${keys.record} as pk from (select distinct key from ${CELL_KEYS} where what = :what) c
      ${THEN} ${keys.table} known on ${keys.has("known", "c.key")} and ${scope}`;
    database.run(
      `insert into ${CELL_KEYS} select :what, h.key, h.pk from (${holders}) h where true on conflict do nothing`,
      params,
    );
    database.run(
      `insert into ${CANDIDATE_KEYS} select :what, c.key, ${field.merge === "reference" ? "case when count(*) = 1 then c.pk end" : "null"} from ${CELL_KEYS} c left join (${holders}) h on h.key = c.key and h.pk = c.pk
       where c.what = :what group by c.key having count(*) > 1 or max(h.pk) is null`,
      params,
    );
    if (isInPart(database, table.thing)) leaveUnknown(database, plan, reference);
  }
};

/** True if the last export of the records of a thing left rows out, so that nobody here knows these. */
const isInPart = (database: Database, { formats }: Thing): boolean => {
  const row = database.get(
    `select i.detail -> 'counts' -> 'merged' ->> 'leftOut' as leftOut from main.import i
     where i.kind in (select value from json_each(:kinds)) and i.state = 'committed' and i.detail ->> 'revertedBy' is null
       and i.detail -> 'request' ->> 'fromConsole' order by i.change desc limit 1`,
    { kinds: JSON.stringify(Object.keys(formats)) },
  );
  return Number(row?.["leftOut"] ?? 0) > 0;
};

/** Has cells that name nobody here say nothing: they may mean a record that an export left out. */
const leaveUnknown = (database: Database, plan: PlanSql, { field, keys, table }: StoredReference): void => {
  const scope = keys.own ? inScopeOf(table.thing, "known") : "true";
  const isKnown = `exists (select 1 from ${keys.table} known where ${keys.has("known", "f.key")} and ${scope})`;
  const unknown = `select f.key from s.refer f where f.what = '${field.short}' and not ${isKnown}
    and not exists (select 1 from ${CANDIDATE_KEYS} u where u.what = f.what and u.key = f.key)`;
  const params = kindIn(plan, scope);
  recordFinding(database, plan, {
    code: "reference-left-out",
    severity: "warning",
    field: field.field,
    select: `select r.row, r.line, null as col, json_object('value', ${staged(field.field)}) as params
      from s.row r where ${stagedKeys(field)} in (${unknown})`,
    params,
  });
  database.run(
    `insert into ${CANDIDATE_KEYS} select '${field.short}', key, null from (${unknown}) group by key`,
    params,
  );
};

/**
 * SQL: true if cells have another key, too, that only this record may have: the console has two records then, and nobody can tell
 * which of them is this one.
 */
export const hasTwoNames = ({ field, keys }: StoredReference, known: string, key: string): string =>
  `exists (select 1 from ${CELL_KEYS} c ${THEN} s.refer other on other.what = c.what and other.key = c.key
    where c.what = '${field.short}' and c.pk = ${known}.${keys.record} and c.key <> ${key}
      and not exists (select 1 from ${CELL_KEYS} n where n.what = c.what and n.key = c.key and n.pk <> c.pk))`;

/** SQL: true if a blank cell may mean the record with this number. */
export const mayBeNameless = ({ field }: StoredReference, pk: string): string =>
  `exists (select 1 from ${NAMELESS} n where n.what = '${field.short}' and n.pk = ${pk})`;

/**
 * Warns of cells with a list that name a record which was deleted here, and which the row's record did not have then: somebody
 * has added it in the console since.
 */
const findAddedToDeleted = (database: Database, plan: PlanSql, { field, table: { thing } }: StoredReference): void => {
  const versions = mergedWith(plan);
  const of = VERSIONS.get(thing.name);
  if (versions === undefined || of === undefined || field.merge !== "list") return;
  const deleted = `select c.key, c.pk, max(d.revision) as revision from ${CELL_KEYS} c
    ${THEN} main.${versionTable(of)} d on d.pk = c.pk and d.action = 'delete'
    where c.what = '${field.short}' and not exists (select 1 from main.${thing.name} n where n.pk = c.pk)
      and not exists (select 1 from ${CELL_KEYS} n where n.what = c.what and n.key = c.key and n.pk <> c.pk) group by c.key`;
  if (database.get(deleted) === undefined) return;
  const had = storedKeys(field, (column) => `v.${quoteIdentifier(column)}`);
  recordFinding(database, plan, {
    code: "reference-deleted",
    severity: "warning",
    field: field.field,
    select: `select r.row, r.line, null as col, json_object('value', ${staged(field.field)} ->> e.key) as params
      from s.row r ${THEN} json_each(${stagedKeys(field)}) e ${THEN} (${deleted}) d on d.key = e.value left join s.match m on m.row = r.row
      where m.target is distinct from ${NO_RECORD} and not exists (select 1 from main.${versionTable(versions)} v ${THEN} json_each(${had}) h
        ${THEN} ${CELL_KEYS} c on c.what = '${field.short}' and c.key = h.value and c.pk = d.pk
        where v.pk = m.target and v.revision >= d.revision and v.changed & ${bitOf(versions, field.stored)} <> 0) order by r.row`,
  });
};

/** Leaves the compared rows of an export what such cells do not show. */
export const leaveUnclear = (database: Database, plan: PlanSql): void => {
  if (database.get(`select 1 from ${CANDIDATE_KEYS} union all select 1 from ${NAMELESS} limit 1`) === undefined) return;
  for (const reference of mergedReferences(plan)) {
    const { field } = reference;
    findAddedToDeleted(database, plan, reference);
    const isBlank = `${isBlankCell(plan, field)} and ${mayBeNameless(reference, stored(field.stored))}`;
    database.exec(
      `update s.match as m set changed = m.changed & ~${2 ** field.bit} from s.row r, ${plan.kind.thing.name} t
       where r.row = m.row and t.pk = m.target and ${changes(field)} and (${isUnclear(plan, field)} or ${isBlank})`,
    );
  }
};
