import { comparisonKey } from "../../../../../model/normalise.ts";
import type { Database } from "../../database.ts";
import { isMatched, quoteIdentifier, THEN } from "../../../sql/forms.ts";
import { keyOf, recordKey, stored, storedKeys } from "../expressions.ts";
import { recordFinding } from "../findings.ts";
import { wasTable, type PlanSql } from "../stored-kind.ts";

/**
 * The table of the keys by which the console may have the records that open tasks change, in the staging file: `pk`; `key`,
 * null if it may not have the record, or by none; `name`, its key, null if it is not known; `task`.
 */
export const PENDING = "pending";

/**
 * The table of the keys that tasks ask for which an export from before put back, in the staging file: `key`, `pk`, and
 * `held`, the former one.
 */
export const PUT_BACK = "put_back";

/** Keeps by what the console may have records, before the rows of its export are matched. */
export const notePending = (database: Database, plan: PlanSql): void => {
  for (const table of [PENDING, PUT_BACK]) database.exec(`drop table if exists s.${table}`);
  if (plan.request.fromConsole !== true) return;
  database.exec(`create table s.${PENDING} (pk integer not null, key text, name text, task integer not null)`);
  noteByHand(database, plan);
  noteImports(database, plan);
  notePutBack(database, plan);
  for (const column of ["key", "pk"]) database.exec(`create index s.${PENDING}_${column} on ${PENDING} (${column})`);
};

type Told = string | readonly string[] | null;

const firstOf = (told: Told): string | null => [told].flat()[0] ?? null;

const nameField = ({ kind }: PlanSql) => kind.fields.find((field) => field.stored === kind.namedBy);

/** What records had until they were written by hand. */
const noteByHand = (database: Database, plan: PlanSql): void => {
  const { kind } = plan;
  const { field, comparison } = keyOf(plan);
  const named = nameField(plan);
  const before = (name: string): string =>
    `(select c.value -> 'before' from json_each(k.changes) c where c.value ->> 'field' = ${name})`;
  const tasks = database.all(
    `select k.pk, k.target, k.work, k.name as called, ${before(":field")} as key, ${before(":namedBy")} as name
     from console_task k where k.state = 'open' and k.kind = :kind and k.thing is null and k.target is not null
     order by k.pk`,
    { kind: kind.name, field, namedBy: kind.namedBy },
  );
  for (const { pk, target, work, called, key, name } of tasks) {
    if (work !== "create" && key === null) continue;
    const was = firstOf(JSON.parse(String(key ?? "null")) as Told);
    const formerly = (JSON.parse(String(name ?? "null")) as string | null) ?? String(called);
    database.run(`insert into s.${PENDING} values (:target, :key, :name, :task)`, {
      target: Number(target),
      key: work === "create" || was === null ? null : comparisonKey(comparison, was),
      name: named === undefined ? null : comparisonKey(named.comparison, formerly),
      task: Number(pk),
    });
  }
};

/** What records had until imports wrote them that are yet to be repeated in the console. */
const noteImports = (database: Database, plan: PlanSql): void => {
  const { kind } = plan;
  const [was, key, named] = [wasTable(kind), keyOf(plan), nameField(plan)];
  const formerly = (column: string): string => `w.${quoteIdentifier(column)}`;
  const name = named === undefined ? "null" : storedKeys(named, formerly);
  const tasks = database.all(
    `select k.pk as task, i.pk as import, coalesce(i.madeAfter, 0) as madeAfter, coalesce(i.madeUpTo, 0) as madeUpTo,
       coalesce((select u.pk from import u where u.id = i.detail ->> 'reverts'), i.pk) as undone
     from console_task k join import i on i.pk = k.import
     where k.state = 'open' and k.kind = :kind and k.work <> 'upload' order by k.pk`,
    { kind: kind.name },
  );
  const into = `insert into s.${PENDING} (pk, key, name, task)`;
  for (const { task, import: done, undone, madeAfter, madeUpTo } of tasks) {
    const of = { task: Number(task), undone: Number(undone) };
    database.run(
      `${into} select w.pk, ${recordKey(key, formerly)}, ${name}, :task from ${was} w
         left join ${kind.thing.name} t on t.pk = w.pk
       where w.import in (:done, :undone) and w.action in ('update', 'delete')
         and (t.pk is null or ${recordKey(key, formerly)} is distinct from ${recordKey(key)})`,
      { ...of, done: Number(done) },
    );
    // what is made anew: by the undoing of a deletion, or for a row
    database.run(
      `${into} select t.pk, null, null, :task from ${kind.thing.name} t where ${kind.inScope}
         and (t.pk > :madeAfter and t.pk <= :madeUpTo
           or exists (select 1 from ${was} w where w.import = :undone and w.pk = t.pk and w.action = 'delete'))`,
      { ...of, kind: kind.name, madeAfter: Number(madeAfter), madeUpTo: Number(madeUpTo) },
    );
  }
};

/** What an export from before put back, of tasks that are open, or were confirmed since. */
const notePutBack = (database: Database, plan: PlanSql): void => {
  const { field, comparison } = keyOf(plan);
  database.exec(`create table s.${PUT_BACK} (key text primary key, pk integer not null, held text not null)`);
  const tasks = database.all(
    `select k.target, c.value -> 'before' as before, c.value -> 'after' as after from console_task k, json_each(k.changes) c
     where k.kind = :kind and k.thing is null and k.target is not null and k.doubtedAt is not null
       and k.state in ('open', 'confirmed') and c.value ->> 'field' = :field order by k.pk`,
    { kind: plan.kind.name, field },
  );
  for (const { target, before, after } of tasks) {
    const [held, key] = [before, after].map((value) => firstOf(JSON.parse(String(value)) as Told));
    if (held === null || held === undefined || key === null || key === undefined) continue;
    database.run(`insert into s.${PUT_BACK} values (:key, :target, :held) on conflict do nothing`, {
      key: comparisonKey(comparison, key),
      target: Number(target),
      held: comparisonKey(comparison, held),
    });
  }
};

/**
 * Rows of which nobody can tell whose they are: open tasks gave the key to the record that has it here, and others took it
 * from another one, which the console may have by it yet. A row that agrees with the record is its own, unless the other
 * one is still there and called alike.
 */
export const findPending = (database: Database, plan: PlanSql): void => {
  if (plan.request.fromConsole !== true || database.count(`select count(*) from s.${PENDING}`) === 0) return;
  const { thing } = plan.kind;
  const named = nameField(plan);
  const isCalledAlike = `(y.name is null or y.name is not distinct from ${named === undefined ? "null" : storedKeys(named, stored)})`;
  const isThere = (...of: readonly string[]): string =>
    `exists (select 1 from ${thing.name} o where o.pk in (${of.map((alias) => `${alias}.pk`).join(", ")}))`;
  const had = `s.row r ${THEN} s.${PENDING} y on y.key = r.key`;
  const doubtful = `
    select r.row, r.line, x.task as one, y.task as other
    from ${had} ${THEN} s.match m on m.row = r.row ${THEN} ${thing.name} t on t.pk = m.target
      ${THEN} s.${PENDING} x on x.pk = m.target and x.key is distinct from r.key
    where y.pk <> m.target and (m.changed <> 0 or ${isCalledAlike} and ${isThere("y")})
    union all
    select r.row, r.line, x.task, y.task
    from ${had} ${THEN} s.${PENDING} x on x.key = r.key and x.pk < y.pk
    where not ${isMatched("r.row")} and ${isThere("x", "y")}`;
  recordFinding(database, plan, {
    code: "key-pending",
    field: keyOf(plan).field,
    select: `select row, line, null as col, json_object('tasks', string_agg(task, ', ')) as params
      from (select row, line, one as task from (${doubtful}) union select row, line, other from (${doubtful})
        order by 1, 3) group by row, line`,
  });
};
