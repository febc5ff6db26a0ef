import type { Thing } from "../../../../../model/thing.ts";
import { OBSERVED, observedTable, PRESENCE } from "../../../../console/observed.ts";
import { bitOf, versionTable, type Versions } from "../../../../versions/tables.ts";
import { THEN } from "../../../sql/forms.ts";
import type { Database } from "../../database.ts";
import { isStaged, keyOf, stagedKeys } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import { consoleStates } from "../merge/tables.ts";
import { inScopeOf, type PlanSql, type StoredReference } from "../stored-kind.ts";
import { keysOf } from "./keys.ts";

// Rows and cells whose keys the console may have for other records, because keys were changed here.

/** The records that the console may have by another key, or not yet: `pk`, and the number of the `task`. */
const RECORDS = "s.moved_record";

/** The keys by which it may have them: `key`, `pk`. */
const KEYS = "s.moved_key";

/** Fills {@link RECORDS} and {@link KEYS}. @returns false if there is none */
const noteMoved = (database: Database, { thing }: { readonly thing: Thing }, field: string): boolean => {
  const versions = OBSERVED.find((one) => one.thing === thing);
  for (const table of [RECORDS, KEYS]) database.exec(`drop table if exists ${table}`);
  database.exec(`create table ${RECORDS} (pk integer primary key, task integer not null)`);
  database.exec(`create table ${KEYS} (key text not null, pk integer not null, primary key (key, pk))`);
  if (versions === undefined) return false;
  const bit = bitOf(versions, field);
  const which = `select o.pk from main.${observedTable(versions)} o 
    where o.differs & ~o.confirmed & ${bit} <> 0 or o.inConsole = 0 and o.confirmed & ${PRESENCE} = 0`;
  database.exec(`insert into ${RECORDS} select w.pk, ${taskOf(versions, bit)} from (${which}) w`);
  if (database.get(`select 1 from ${RECORDS} limit 1`) === undefined) return false;
  database.exec(
    `insert into ${KEYS} select e.value, t.pk from (${consoleStates(versions, which)}) t ${THEN} json_each(${keysOf({ thing, field })}) e
     where t.mask & ${bit} <> 0 and e.value is not null on conflict do nothing`,
  );
  return true;
};

/** SQL: the number of the newest change of the record `w` that wrote some columns, or the record as a whole. */
const taskOf = (versions: Versions, bits: string): string =>
  `coalesce((select max(c.number) from main.${versionTable(versions)} v ${THEN} main.change c on c.revision = v.revision
      where v.pk = w.pk and (v.action <> 'update' or v.changed & ${bits} <> 0)),
    (select max(c.number) from main.created_range r ${THEN} main.change c on c.revision = r.revision
      where r.thing = '${versions.thing.name}' and w.pk between r.first and r.last), 0)`;

/** Rows with such keys: SQL of `row`, `line` and `task`. */
interface RowsWithTasks {
  readonly field: string;
  readonly select: string;
  readonly params?: Readonly<Record<string, string>> | undefined;
}

const report = (database: Database, plan: PlanSql, { field, select, params }: RowsWithTasks): void => {
  recordFinding(database, plan, {
    code: "key-moved",
    severity: "warning",
    field,
    select: `select row, line, null as col, json_object('tasks', string_agg(task, ', ')) as params
      from (${select} order by 1, 3) group by row, line`,
    params,
  });
};

/** Finds the rows with cells whose keys the console may have for other records. */
const rowsWithCells = (plan: PlanSql, { field, keys, table }: StoredReference): RowsWithTasks => {
  const scope = keys.own ? inScopeOf(table.thing, "known") : "true";
  const record = keys.own ? "pk" : keys.record;
  const doubts = `select f.key, x.task as one, y.task as other from s.refer f
      join ${keys.table} known on ${keys.has("known", "f.key")} and ${scope}
      join ${RECORDS} x on x.pk = known.${record} and not exists (select 1 from ${KEYS} own where own.pk = x.pk and own.key = f.key)
      join ${KEYS} k on k.key = f.key and k.pk <> x.pk join ${RECORDS} y on y.pk = k.pk
    where f.what = :what`;
  const names =
    field.merge === "list"
      ? `s.row r ${THEN} json_each(${stagedKeys(field)}) e join d on d.key = e.value`
      : `d ${THEN} s.row r on ${stagedKeys(field)} = d.key`;
  return {
    field: field.field,
    select: `select * from (with doubts as (${doubts}), d as (select key, one as task from doubts union select key, other from doubts)
      select distinct r.row, r.line, d.task from ${names})`,
    params: { what: field.short, ...(scope.includes(":kind") && { kind: plan.kind.name }) },
  };
};

/**
 * Warns of rows whose keys open tasks change: if the console gets them before the tasks are done, it takes them for other
 * records, or for new ones.
 */
export const findMovedKeys = (database: Database, plan: PlanSql): void => {
  const { kind, request } = plan;
  if (request.fromConsole === true) return;
  const { field } = keyOf(plan);
  if (noteMoved(database, kind, field)) {
    const select = `
      select r.row, r.line, x.task from s.row r ${THEN} ${KEYS} k on k.key = r.key join ${RECORDS} x on x.pk = k.pk
        left join s.match m on m.row = r.row where k.pk is distinct from m.target
      union
      select r.row, r.line, x.task from s.match m ${THEN} ${RECORDS} x on x.pk = m.target join s.row r on r.row = m.row
        where r.key is not null and exists (select 1 from ${KEYS} k where k.pk = x.pk)
          and not exists (select 1 from ${KEYS} k where k.pk = x.pk and k.key = r.key)`;
    report(database, plan, { field, select });
  }
  for (const reference of kind.references.filter((one) => isStaged(plan, one.field)))
    if (noteMoved(database, reference.table, reference.refers.by))
      report(database, plan, rowsWithCells(plan, reference));
};
