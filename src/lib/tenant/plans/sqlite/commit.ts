import type { Database } from "../../store/sqlite/database.ts";
import type { Thing } from "../../../model/thing.ts";
import { DEVICE } from "../../../model/device.ts";
import { keepingAll, keepingChanged, keepingDeleted, notingCreated, versionsOf } from "../../versions/keep.ts";
import { bitOf, VERSIONS } from "../../versions/tables.ts";
import { advance } from "./compare.ts";
import { releasedDevices } from "./deletion/undeletable.ts";
import {
  changes,
  besideForExisting,
  besideForNew,
  hasSecrets,
  isStaged,
  isTouched,
  joinReferences,
  newReferences,
  stagedKey,
  storedKeys,
  touchedFields,
  VALID,
  valueForExisting,
  valueForNew,
} from "./expressions.ts";
import { either, isMatched, isValid, THEN, quoteIdentifier } from "../../store/sql/forms.ts";
import { forRanges, IN_RANGE, proceeding } from "./functions.ts";
import type { Claim, CommitContext, PlanSql } from "./stored-kind.ts";

/** The highest number ever given to a record of a table, by its series. */
export const lastNumber = (database: Database, series: string): number =>
  database.count("select last from collection where name = :series", { series });

/** Keeps the highest number of a table's records, after some were created. */
export const keepLastNumber = (database: Database, series: string, table: string): void => {
  database.run(
    `insert into collection (name, revision, last) select :series, 0, coalesce(max(pk), 0) from ${table} where true
     on conflict (name) do update set last = excluded.last where excluded.last > collection.last`,
    { series },
  );
};

/** The columns of a thing's table. */
export const columnsOf = (database: Database, thing: Thing): readonly string[] =>
  database.all("select name from pragma_table_info(:table)", { table: thing.name }).map(({ name }) => String(name));

/** Keeps versions of the records that a plan changes. */
const keepChanged = (database: Database, plan: PlanSql, context: CommitContext): void => {
  const versions = VERSIONS.get(plan.kind.thing.name);
  if (versions === undefined) return;
  const bits = plan.kind.fields.map((field) => either(changes(field), bitOf(versions, field.stored), "0"));
  const changed = `select m.target as pk, ${bits.join(" | ")} as changed from s.match m
    where m.changed <> 0 and ${isValid("m.row")} and ${proceeding("m.row")}`;
  database.run(keepingChanged(versions, changed), { revision: context.revision });
};

/** The same of the records that it deletes. */
const keepDeleted = (database: Database, { kind, request }: PlanSql, context: CommitContext): void => {
  if (request.mode === "append") return;
  const { thing, name } = kind;
  const versions = VERSIONS.get(thing.name);
  if (versions === undefined) return;
  const gone = `select t.pk from ${thing.name} t where ${kind.isLacking}`;
  database.run(keepingDeleted(versions, gone), { revision: context.revision, kind: name });
};

/** Creates the records that rows name and the tenant lacks. */
const makeReferences = (database: Database, plan: PlanSql, context: CommitContext): void => {
  const { kind } = plan;
  for (const reference of kind.references) {
    const { table, collection, series, refers, keys } = reference;
    const { name: entity, scope } = table.thing;
    const wanted = newReferences(plan, reference);
    if (wanted === undefined) continue;
    const values = {
      pk: ":base + row_number() over ()",
      id: ":referencePrefix || printf('%012x', row_number() over ())",
      ...(scope === undefined ? {} : { [scope]: ":kind" }),
      ...table.made,
      ...(keys.held === undefined ? {} : { [keys.held]: "nullif(n.key, n.value)" }),
      [refers.by]: "n.value",
      createdAt: ":now",
      revision: ":revision",
    };
    const params = { ...context, kind: kind.name, entity, base: lastNumber(database, series) };
    const made = database.run(
      `insert into ${entity} (${Object.keys(values).join(", ")}) select ${Object.values(values).join(", ")} from (${wanted}) n`,
      params,
    );
    if (made === 0) continue;
    noteMade(database, table.thing, context, { first: params.base + 1, last: params.base + made });
    keepLastNumber(database, series, entity);
    if (collection !== kind.collection) advance(database, [collection]);
  }
};

/** Notes the records that an import created, by the range of their numbers. */
const noteMade = (
  database: Database,
  { name }: Thing,
  { revision }: CommitContext,
  range: { readonly first: number; readonly last: number },
): void => {
  if (VERSIONS.has(name))
    database.run(notingCreated(name, "select :first as first, :last as last"), { ...range, revision });
};

/** True if a staged row matches no record. */
const hasNew = (database: Database): boolean =>
  database.count("select count(*) from s.row") > database.count("select count(*) from s.match");

/** @param base the highest number of the table so far: a new record's is that of its row above it */
const create = (database: Database, plan: PlanSql, context: CommitContext, base: number): void => {
  if (!hasNew(database)) return;
  const { fields, fixed, thing, name: kind } = plan.kind;
  const values = new Map(fields.map((field) => [field.stored, valueForNew(plan, field)]));
  if (thing.scope !== undefined) values.set(thing.scope, ":kind");
  if (fixed !== undefined) values.set(fixed, `r.${quoteIdentifier(fixed)}`);
  for (const field of fields) for (const [column, sql] of besideForNew(plan, field)) values.set(column, sql);
  database.run(
    `insert into ${thing.name} (pk, id, ${[...values.keys()].map(quoteIdentifier).join(", ")}, createdAt, updatedAt, revision)
     select :base + r.row, :idPrefix || printf('%012x', r.row), ${[...values.values()].join(", ")}, :now, :now, :revision
     from s.row r left join s.match m on m.row = r.row ${joinReferences(plan)}
     where m.row is null and ${VALID} and ${proceeding("r.row")} order by r.row`,
    { ...context, base, kind },
  );
  keepLastNumber(database, plan.kind.series, thing.name);
  for (const claim of plan.kind.claims)
    if (!claim.own && isStaged(plan, claim.field)) claimForNew(database, plan, claim, base);
};

/** Claims the values of new records' lists. */
const claimForNew = (database: Database, plan: PlanSql, { field, table }: Claim, base: number): void => {
  const key = stagedKey(plan, field);
  const isNew = `not ${isMatched("r.row")} and ${VALID} and ${proceeding("r.row")}`;
  database.run(
    `insert into ${table} select ${key}, :base + r.row, 1 from s.row r
     where ${key} is not null and ${isNew} order by ${key}`,
    { base },
  );
  database.run(
    `insert into ${table} select c.key, :base + c.row, 0 from s.claim c join s.row r on r.row = c.row where ${isNew}`,
    { base },
  );
};

/** SQL: the valid rows whose record changes, and their records. */
const CHANGED = `s.match m ${THEN} s.row r on r.row = m.row`;

const update = (database: Database, plan: PlanSql, context: CommitContext): void => {
  const { thing, name: kind } = plan.kind;
  const touched = touchedFields(plan);
  if (touched.length === 0) return;
  const after = touched.flatMap((field) => [
    [field.stored, valueForExisting(plan, field)] as const,
    ...besideForExisting(plan, field),
  ]);
  const sets = after.map(([column]) => `${quoteIdentifier(column)} = v.${quoteIdentifier(column)}`);
  const values = after.map(([column, sql]) => `${sql} as ${quoteIdentifier(column)}`);
  const sql = `update ${thing.name} set ${sets.join(", ")}, updatedAt = :now, revision = :revision
    from (select m.target, ${values.join(", ")} from ${CHANGED} ${THEN} ${thing.name} t on t.pk = m.target
          ${joinReferences(plan)} where m.changed <> 0 and ${VALID} and ${IN_RANGE}) v
    where ${thing.name}.pk = v.target`;
  forRanges(database, (range) => database.run(sql, { ...context, kind, ...range }));
};

/** SQL: claims the values of the lists of records `t` as they are stored. */
const claimStored = ({ field, table }: Claim, thing: Thing, which: string): string =>
  `insert into ${table} select e.value, t.pk, ${either("e.key = 0", "1", "0")}
   from ${thing.name} t join json_each(${storedKeys(field)}) e where ${which}`;

/** Releases the claims of changed records, then claims anew: so rings of unique values pass. */
const reclaim = (database: Database, plan: PlanSql, release: boolean): void => {
  const { claims, thing } = plan.kind;
  for (const claim of claims) {
    const changed = `${changes(claim.field)} and ${isValid("m.row")}`;
    if (!isTouched(plan, claim.field)) continue;
    if (database.count(`select count(*) from (select 1 from s.match m where ${changed} limit 1) one`) === 0) continue;
    const records = `in (select m.target from s.match m where ${changed})`;
    if (release) database.run(releaseOf(claim, `${claim.record} ${records}`));
    else if (!claim.own) database.run(claimStored(claim, thing, `t.pk ${records}`));
  }
};

/**
 * SQL: releases the claims of records, which get new values after that; `which` is about the claims' table. A value of
 * the record's own gives way to one that nobody else has.
 */
const releaseOf = ({ table, held }: Claim, which: string): string =>
  held === undefined
    ? `delete from ${table} where ${which}`
    : `update ${table} set ${held} = 'released ' || id where ${which}`;

const remove = (database: Database, { kind, request }: PlanSql): void => {
  if (request.mode === "append") return;
  const { thing, name, isLacking } = kind;
  for (const { own, table, record } of kind.claims) {
    if (own) continue;
    database.run(`delete from ${table} where ${record} in (select t.pk from ${thing.name} t where ${isLacking})`, {
      kind: name,
    });
  }
  database.run(`delete from ${thing.name} as t where ${isLacking}`, { kind: name });
};

/** Takes devices from the owners that a plan deletes, and keeps versions of them. */
const release = (database: Database, plan: PlanSql, { now, revision }: CommitContext): void => {
  const released = releasedDevices(plan);
  if (released === undefined) return;
  const kind = plan.kind.name;
  database.exec("drop table if exists temp.released");
  database.exec("create temp table released (pk integer primary key)");
  database.run(`insert into temp.released ${released}`, { kind });
  const lost = "pk in (select pk from temp.released)";
  database.run(keepingAll(versionsOf(DEVICE.name), "select pk from temp.released"), { revision });
  database.run(
    `update device set owner = null, ownerOrg = null, updatedAt = :now, revision = :revision where ${lost}`,
    {
      now,
      revision,
    },
  );
};

/** Records which secrets were set and when; the secrets themselves were never staged. */
const noteSecrets = (database: Database, plan: PlanSql, { now, revision }: CommitContext, base: number): void => {
  if (!hasSecrets(plan)) return;
  const { table, thing } = plan.kind;
  const { name } = thing;
  const change =
    table.secretSetAt === undefined
      ? `secrets = json_patch(t.secrets, (select json_group_object(e.value, :now) from json_each(r.secrets) e))`
      : `${table.secretSetAt} = :now`;
  const met = `s.match m ${THEN} s.row r on r.row = m.row where r.secrets is not null and ${VALID}`;
  const versions = VERSIONS.get(name);
  if (versions !== undefined) {
    const bit = bitOf(versions, table.secretSetAt ?? "secrets");
    database.run(keepingChanged(versions, `select m.target as pk, ${bit} as changed from ${met}`), { revision });
  }
  // a statement each: by one that joins what may be missing, every row would look through all records
  if (table.forgetsSecrets !== undefined) database.run(`${table.forgetsSecrets} in (select m.target from ${met})`);
  for (const [target, rows] of [
    ["m.target", `s.match m ${THEN} s.row r on r.row = m.row where true`],
    [":base + r.row", `s.row r where not ${isMatched("r.row")}`],
  ] as const) {
    const from = `${rows} and r.secrets is not null and ${VALID}`;
    database.run(`update ${name} as t set ${change} from ${from} and t.pk = ${target}`, { now, base });
  }
};

/** Applies a plan, inside the caller's transaction: every valid row, or an exception. */
export const applyPlan = (database: Database, plan: PlanSql, context: CommitContext): void => {
  const { planner } = plan.kind.table;
  const base = lastNumber(database, plan.kind.series);
  if (plan.request.mode === "delete") {
    keepDeleted(database, plan, context);
    remove(database, plan);
    return;
  }
  keepChanged(database, plan, context);
  keepDeleted(database, plan, context);
  makeReferences(database, plan, context);
  reclaim(database, plan, true);
  release(database, plan, context);
  remove(database, plan);
  if (planner === undefined) update(database, plan, context);
  else planner.write(database, plan, context);
  reclaim(database, plan, false);
  if (planner === undefined) create(database, plan, context, base);
  noteSecrets(database, plan, context, base);
  noteMade(database, plan.kind.thing, context, { first: base + 1, last: lastNumber(database, plan.kind.series) });
};
