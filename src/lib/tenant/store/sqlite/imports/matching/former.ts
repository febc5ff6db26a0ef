import { comparisonKey, type Comparison } from "../../../../../model/normalise.ts";
import { keyColumn, type Thing } from "../../../../../model/thing.ts";
import type { Database, Row } from "../../database.ts";
import { either, quoteIdentifier } from "../../../sql/forms.ts";
import { versionsOf } from "../../../../versions/keep.ts";
import { bitOf, versionTable } from "../../../../versions/tables.ts";
import { stored } from "../expressions.ts";
import { hasFiles } from "../stored-kind.ts";

// By what the console may have records that open tasks change: the values by which files name them, as they were before.

/** A field by which files name records. */
export interface Naming {
  /** of the tasks: the name of a format */
  readonly kind: string;
  readonly thing: Thing;
  readonly field: string;
  /** SQL: true of the records `t` that are meant; `:kind` is the above */
  readonly inScope: string;
  /** the tasks are those of the format's own records, not of others that only it knows */
  readonly isOwn: boolean;
}

/** SQL: a task `k` that is open, or was closed by somebody, and no whole export since has shown what the console has. */
const IS_UNSHOWN = `(k.state = 'open' or k.state in ('confirmed', 'dropped') and not exists (select 1 from import e
  where e.kind = k.kind and e.state = 'committed' and e.detail -> 'request' ->> 'fromConsole'
    and e.detail -> 'request' ->> 'mode' = 'replace' and e.detail ->> 'committedAt' > k.closedAt))`;

type Column = (name: string) => string;

const comparisonOf = ({ thing, field }: Naming): Comparison => thing.fields[field]?.comparison ?? "exact";

/** SQL: the comparison keys of a record's values, as a JSON list. */
export const keysOf = ({ thing, field }: Pick<Naming, "thing" | "field">, column: Column = stored): string => {
  const { short = field, comparison = "exact", type } = thing.fields[field] ?? {};
  const list = type === "texts";
  const key =
    comparison === "exact" ? column(field) : `coalesce(${column(keyColumn({ short, list }))}, ${column(field)})`;
  return list ? key : either(`${key} is null`, "'[]'", `json_array(${key})`);
};

const ofColumns =
  (alias: string): Column =>
  (column) =>
    `${alias}.${quoteIdentifier(column)}`;

/**
 * Makes the table of the records that open tasks change, in the staging file: `pk`; `keys`, by which the console may have
 * one, a JSON list, null if it may not have it; `key`, the first of them; `task` and its `state`.
 *
 * @param closed those, too, of tasks that somebody closed, and no export since has shown what became of them
 */
export const noteFormer = (database: Database, table: string, naming: Naming, closed = false): void => {
  database.exec(`drop table if exists s.${table}`);
  database.exec(`create table s.${table} (pk integer not null, keys text, key text as (keys ->> 0),
    task integer not null, state text not null)`);
  const which = closed ? IS_UNSHOWN : "k.state = 'open'";
  noteByHand(database, table, naming, which);
  if (hasFiles(naming.thing)) noteImports(database, table, naming, which);
  for (const column of ["key", "pk"]) database.exec(`create index s.${table}_${column} on ${table} (${column})`);
};

type Told = string | readonly string[] | null;

const toldIn = (json: Row[string] | undefined): Told => JSON.parse(String(json ?? "null")) as Told;

const keysIn = (comparison: Comparison, told: Told): readonly string[] =>
  told === null ? [] : [told].flat().map((value) => comparisonKey(comparison, value));

/** SQL: tasks `k` of the records. */
const isTask = ({ isOwn }: Naming): string => `k.kind = :kind and k.target is not null
  and ${isOwn ? "k.thing is null" : "k.thing = :thing"}`;

const paramsOf = ({ kind, thing, isOwn }: Naming) => ({ kind, ...(!isOwn && { thing: thing.name }) });

/** SQL: the open task of the deletion of a task's record `k`, which the console has yet. */
const deletionOf = ({ thing, isOwn }: Naming): string =>
  isOwn
    ? `(select min(d.pk) from console_task d join import i on i.pk = d.import
           join ${versionTable(versionsOf(thing.name))} v on v.revision = i.revision
         where d.state = 'open' and d.kind = :kind and v.action = 'delete' and v.pk = k.target)`
    : `(select min(d.pk) from console_task d where d.state = 'open' and d.kind = :kind and d.thing = :thing
         and d.work = 'delete' and d.target = k.target)`;

/** What records had until they were written by hand. */
const noteByHand = (database: Database, table: string, naming: Naming, which: string): void => {
  const { thing, field } = naming;
  const { namedBy = "name" } = thing;
  const tasks = database.all(
    `select k.pk, k.target, k.work, k.state, k.name as called, 
       (select c.value -> 'before' from json_each(k.changes) c where c.value ->> 'field' = :field) as key,
       ${deletionOf(naming)} as deletion
     from console_task k where ${isTask(naming)} and (${which} or k.state = 'dropped' and deletion is not null) order by k.pk`,
    { ...paramsOf(naming), field },
  );
  for (const { pk, target, work, state, called, key, deletion } of tasks) {
    const isName = namedBy === field;
    const was = isName && work === "delete" ? String(called) : toldIn(key);
    if (work !== "create" && was === null && key === null) continue;
    database.run(`insert into s.${table} (pk, keys, task, state) values (:target, :keys, :task, :state)`, {
      target: Number(target),
      keys: work === "create" ? null : JSON.stringify(keysIn(comparisonOf(naming), was)),
      // what is gone here is edited there no more
      task: Number(deletion ?? pk),
      state: deletion === null ? String(state) : "open",
    });
  }
};

/** What records had until imports wrote them that are yet to be repeated in the console. */
const noteImports = (database: Database, table: string, naming: Naming, which: string): void => {
  const { kind, thing, field, inScope } = naming;
  const versions = versionsOf(thing.name);
  const keys = keysOf(naming, ofColumns("v"));
  const tasks = `console_task k join import i on i.pk = k.import`;
  const isMeant = `${which} and k.kind = :kind and k.work <> 'upload'`;
  const into = `insert into s.${table} (pk, keys, task, state)`;
  database.run(
    `${into} select v.pk, ${keys}, k.pk, k.state from ${tasks} left join import u on u.id = i.detail ->> 'reverts'
       join ${versionTable(versions)} v on v.revision in (i.revision, u.revision) left join ${thing.name} t on t.pk = v.pk
     where ${isMeant} and v.changed & ${bitOf(versions, field)} <> 0
       and (t.pk is null or ${keys} is distinct from ${keysOf(naming)}) order by k.pk`,
    { kind },
  );
  // what is made anew: by the undoing of a deletion, or for a row
  database.run(
    `${into} select t.pk, null, k.pk, k.state from ${tasks}
       join created_range c on c.revision = i.revision and c.thing = '${thing.name}'
       join ${thing.name} t on t.pk between c.first and c.last
     where ${isMeant} and ${inScope} order by k.pk`,
    { kind },
  );
};
