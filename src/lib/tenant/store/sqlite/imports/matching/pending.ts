import { severityOf } from "../../../../../model/problem.ts";
import type { Database, Params } from "../../database.ts";
import { THEN } from "../../../sql/forms.ts";
import { isStaged, keyOf, stagedKeys } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import { IS_OTHER } from "../merge/tables.ts";
import { hasFiles, inScopeOf, type PlanSql, type StoredReference } from "../stored-kind.ts";
import { keysOf, noteFormer, type Naming } from "./former.ts";

/** The table of the records that open tasks change, of a file that is not the console's: see {@link noteFormer}. */
const MOVED = "moved";

/** Rows that tasks concern. */
interface Told {
  readonly code?: "key-pending" | "key-moved" | undefined;
  /** SQL of `row`, `line` and `task`, each once */
  readonly select: string;
  /** the kind whose export tells more */
  readonly of?: string | undefined;
  readonly params?: Params | undefined;
}

const tellPending = (
  database: Database,
  plan: PlanSql,
  field: string,
  { code = "key-pending", select, of, params }: Told,
): void => {
  const told = [
    "'tasks'",
    "string_agg((select k.pk from console_task k where k.pk = task), ', ')",
    ...(of === undefined ? [] : ["'of'", `'${of}'`]),
  ];
  recordFinding(database, plan, {
    code,
    severity: severityOf(code) === "error" ? "error" : "warning",
    field,
    select: `select row, line, null as col, json_object(${told.join(", ")}) as params
      from (${select} order by 1, 3) group by row, line`,
    params,
  });
};

/**
 * Rows whose cells name by what went, by open tasks, from one record to another: nobody can tell which of them is meant. A
 * row that agrees with its record means the one that is so called here, where no task changes records of its kind.
 *
 * @param isTaken the export is taken over, not only compared
 */
export const findPendingReferences = (database: Database, plan: PlanSql, isTaken = false): void => {
  const { kind, request } = plan;
  if (request.fromConsole !== true) return;
  const isAsked = `exists (select 1 from console_task k
    where k.state in ('open', 'dropped') and k.kind = :kind and k.thing is null and k.work <> 'upload')`;
  // cells that refer to things with exports are merged
  const others = isTaken ? kind.references.filter(({ table }) => !hasFiles(table.thing)) : kind.references;
  const where = `m.row is null or ${IS_OTHER} or ${isAsked}`;
  tellDoubts(database, { ...plan, kind: { ...kind, references: others } }, { where, params: { kind: kind.name } });
};

/** @param where SQL: the rows, `r`, that are told, of those with such cells */
const tellDoubts = (
  database: Database,
  plan: PlanSql,
  { code, where, params }: Pick<Told, "code" | "params"> & { readonly where: string },
): void => {
  const { kind } = plan;
  for (const reference of kind.references.filter(({ field }) => isStaged(plan, field))) {
    const { thing } = reference.table;
    const [own = kind.name] = Object.keys(thing.formats);
    const isOwn = hasFiles(thing);
    const naming = { kind: own, thing, field: reference.refers.by, inScope: inScopeOf(thing, "t"), isOwn };
    if (!noteDoubts(database, plan, { reference, naming })) continue;
    const { field } = reference;
    const names =
      field.merge === "list"
        ? `s.row r ${THEN} json_each(${stagedKeys(field)}) e join s.cell_doubt d on d.key = e.value`
        : `s.cell_doubt d ${THEN} s.row r on ${stagedKeys(field)} = d.key`;
    tellPending(database, plan, field.field, {
      code,
      select: `select distinct r.row, r.line, d.task from ${names} left join s.match m on m.row = r.row where ${where}`,
      of: isOwn ? own : undefined,
      params,
    });
  }
};

/**
 * Rows of a file that name by what open tasks change: a file that the console takes before they are done would be read there
 * as of others, or of somebody new.
 */
export const findMoved = (database: Database, plan: PlanSql): void => {
  const { kind, request } = plan;
  if (request.fromConsole === true || database.count("select count(*) from console_task where state = 'open'") === 0)
    return;
  const naming = { kind: kind.name, thing: kind.thing, field: keyOf(plan).field, inScope: kind.inScope, isOwn: true };
  noteFormer(database, MOVED, naming);
  noteKeys(database, MOVED);
  const select = `
    select r.row, r.line, y.task from s.row r ${THEN} s.${MOVED}_each y on y.key = r.key left join s.match m on m.row = r.row
    where y.pk is distinct from m.target
    union
    select r.row, r.line, x.task from s.match m ${THEN} s.${MOVED} x on x.pk = m.target join s.row r on r.row = m.row
    where x.keys is not null and r.key is not null
      and not exists (select 1 from json_each(x.keys) e where e.value = r.key)`;
  tellPending(database, plan, keyOf(plan).field, { code: "key-moved", select });
  tellDoubts(database, plan, { code: "key-moved", where: "true" });
};

/**
 * Makes the table of the keys that cells have and open tasks took from one record and gave to another, in the staging file:
 * `key` and `task`.
 *
 * @returns false if there is none
 */
const noteDoubts = (
  database: Database,
  plan: PlanSql,
  { reference, naming }: { readonly reference: StoredReference; readonly naming: Naming },
): boolean => {
  const { field, keys, table } = reference;
  const former = "cell_former";
  noteFormer(database, former, naming, true);
  noteKeys(database, former);
  database.exec("drop table if exists s.cell_doubt");
  const scope = keys.own ? inScopeOf(table.thing, "known") : "true";
  const record = keys.own ? "pk" : keys.record;
  const meant = `s.refer f join ${keys.table} known on ${keys.has("known", "f.key")} and ${scope}`;
  const doubts = `
    select f.key, x.task as one, y.task as other from ${meant}
      join s.${former}_each y on y.key = f.key and y.pk <> known.${record}
      join s.${former} x on x.pk = known.${record}
        and (x.keys is null or not exists (select 1 from json_each(x.keys) e where e.value = f.key))
    where f.what = :what and (x.state <> 'confirmed' or y.state <> 'confirmed')
    union all
    select f.key, x.task, y.task from ${meant}
      join s.${former} x on x.pk = known.${record} and ${isReturned("x", naming)}
      join s.${former} y on y.pk <> x.pk and ${isReturned("y", naming)}
    where f.what = :what`;
  database.exec("create table s.cell_doubt (key text not null, task integer not null)");
  database.run(`insert into s.cell_doubt select key, one from (${doubts}) union select key, other from (${doubts})`, {
    what: field.short,
    ...(scope.includes(":kind") && { kind: plan.kind.name }),
  });
  return database.count("select count(*) from s.cell_doubt") > 0;
};

/** Makes the table of all keys of a table of {@link noteFormer}: `key`, `pk`, `task`, `state`. */
const noteKeys = (database: Database, table: string): void => {
  const keys = `${table}_each`;
  database.exec(`drop table if exists s.${keys}`);
  database.exec(`create table s.${keys} (key text not null, pk integer not null, task integer not null,
    state text not null)`);
  database.exec(`insert into s.${keys} select e.value, y.pk, y.task, y.state from s.${table} y, json_each(y.keys) e`);
  database.exec(`create index s.${keys}_at on ${keys} (key)`);
};

/** SQL: an open task has the keys of before again, and the console may have those in between. @param alias of {@link noteFormer} */
const isReturned = (alias: string, { thing, field }: Pick<Naming, "thing" | "field">): string =>
  `${alias}.state = 'open' and exists (select 1 from ${thing.name} t
    where t.pk = ${alias}.pk and ${keysOf({ thing, field })} is not distinct from ${alias}.keys)`;
