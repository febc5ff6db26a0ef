import { droppedVersions } from "../../../console/exported.ts";
import { isFilled, observedTable, PRESENCE } from "../../../console/observed.ts";
import { bitOf, type Versions } from "../../../versions/tables.ts";
import { either, isMatched, isMissing, quoteIdentifier, THEN } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import {
  changedBit,
  changedMask,
  indexTargets,
  isKey,
  isStaged,
  isUnclear,
  joinReferences,
  keyOf,
  recordKey,
  stagedKeys,
  storedKeys,
  touchedFields,
} from "../expressions.ts";
import { Pairs } from "../../staging/pairs.ts";
import { reportAmbiguous } from "./report.ts";
import { mergedReferences } from "./cells.ts";
import { AMBIGUOUS, consoleStates, DELETED_HERE, mergedWith, NO_RECORD, statesOf, kindIn } from "./tables.ts";
import { inScopeOf, type PlanSql } from "../stored-kind.ts";
import { joinByKey } from "../matching/match.ts";

// The console may have a record by any key that it had since the console last showed it: the observed one, and every one
// since. Rows with such a key are matched before all others, and left out where nobody can tell whose they are.

/** The keys that the console may have for records: `pk` and `key`; `doubted`: somebody said that it does not any more. */
const CANDIDATES = "s.candidate";

/** Pairs of rows and records that may belong together: `row` and `pk`; `doubted`: somebody said that they do not. */
const PAIRS = "s.pair";

/** The pairs that belong together: `row` and `pk`. */
const DECIDED = "s.decided";

/** SQL: the records `o` of the plan's kind whose key the console may not have as it is here. */
const uncertainRecords = (plan: PlanSql, versions: Versions): string => {
  const { thing } = plan.kind;
  const isIn = `exists (select 1 from main.${thing.name} n where n.pk = o.pk and ${inScopeOf(thing, "n")})`;
  const isGone = `not exists (select 1 from main.${thing.name} n where n.pk = o.pk) and ${inScopeOf(thing, "o")}`;
  return `select o.pk from main.${observedTable(versions)} o
    where (o.differs & ${bitOf(versions, keyOf(plan).field)} <> 0 or o.inConsole = 0) and (${isIn} or ${isGone})`;
};

/** Finds the keys that the console may have for records that it may have by another key than they have here. */
const findCandidates = (database: Database, plan: PlanSql, versions: Versions): void => {
  const key = keyOf(plan);
  const bit = bitOf(versions, key.field);
  const { name } = versions.thing;
  const table = `main.${observedTable(versions)}`;
  const uncertain = uncertainRecords(plan, versions);
  const local = `(select ${recordKey(key, (column) => `n.${quoteIdentifier(column)}`)} from main.${name} n where n.pk = t.pk)`;
  const isLocal = `exists (select 1 from main.${name} n where n.pk = o.pk)`;
  database.run(
    `insert into ${CANDIDATES} select t.pk, ${recordKey(key)}, max(o.confirmed & ${either(isLocal, bit, PRESENCE)} <> 0)
     from (${consoleStates(versions, uncertain)}) t ${THEN} ${table} o on o.pk = t.pk
     where t.mask & ${bit} <> 0 and ${recordKey(key)} is not null and ${recordKey(key)} is distinct from ${local} group by 1, 2`,
    kindIn(plan, uncertain),
  );
  const isHere = `exists (select 1 from main.${name} n where n.pk = t.pk and ${inScopeOf(plan.kind.thing, "n")})`;
  database.run(
    `insert into ${CANDIDATES} select t.pk, ${recordKey(key)}, 1 from (${droppedVersions(versions, key.field)}) t
     where ${isHere} and ${recordKey(key)} is not null and ${recordKey(key)} is distinct from ${local} on conflict do nothing`,
    kindIn(plan, isHere),
  );
  database.exec(
    `insert into ${CANDIDATES} select t.pk, ${recordKey(key)}, 0 from main.${name} t
     where t.pk in (select pk from ${CANDIDATES}) and ${recordKey(key)} is not null on conflict do nothing`,
  );
};

/** Finds the rows with such keys, and all records that each may belong to. */
const findPairs = (database: Database, plan: PlanSql): void => {
  database.exec(
    `insert into ${PAIRS} select r.row, c.pk, c.doubted from ${CANDIDATES} c ${THEN} s.row r on r.key = c.key`,
  );
  database.run(
    `insert into ${PAIRS} select r.row, t.pk, 0 from s.row r ${joinByKey(database, plan)}
     where r.row in (select row from ${PAIRS}) on conflict do nothing`,
    { kind: plan.kind.name },
  );
};

/** Matches rows with records; a row of a record that was deleted here changes none. */
const matchPairs = (database: Database, plan: PlanSql, pairs: string): void => {
  const { thing } = plan.kind;
  const joined = joinReferences(plan);
  database.run(
    `insert into s.match (row, target, changed) select r.row, t.pk, ${changedMask(plan)}
     from (${pairs}) p ${THEN} s.row r on r.row = p.row ${THEN} ${thing.name} t on t.pk = p.pk ${joined}`,
    kindIn(plan, joined),
  );
  const deleted = `select p.pk, p.row from (${pairs}) p where not exists (select 1 from ${thing.name} t where t.pk = p.pk)`;
  database.exec(`insert into ${DELETED_HERE} (pk, row) ${deleted}`);
  database.exec(`insert into s.match (row, target, changed) select d.row, ${NO_RECORD}, 0 from (${deleted}) d`);
};

/** The pairs of rows and records that have no other one. */
const ONLY = `select row, pk from (select row, pk, doubted, count(*) over (partition by row) as records,
    count(*) over (partition by pk) as rows from ${PAIRS}) p where records = 1 and rows = 1 and doubted = 0`;

/** Reads the pairs; a row agrees with a record if it has one of its states in each column but the key. */
const readPairs = (database: Database, plan: PlanSql, versions: Versions): Pairs => {
  const fields = touchedFields(plan).filter(
    (field) => isStaged(plan, field) && !isKey(plan, field) && field.merge !== "custom",
  );
  const bits = fields.map((field) => bitOf(versions, field.stored));
  const references = mergedReferences(plan).map(({ field }) => field);
  const agreed = fields.map((field, at) => {
    const isSame = `t.mask & ${bits[at]} <> 0 and ${changedBit(plan, field)} = 0`;
    const isAgreed = references.includes(field) ? `(${isSame} or ${isUnclear(plan, field)})` : isSame;
    return `max(case when ${isAgreed} then ${bits[at]} else 0 end)`;
  });
  const states = statesOf(versions, `select pk from ${PAIRS}`);
  const joined = joinReferences(plan);
  const rows = database.all(
    `select p.row, p.pk, (${agreed.join(" | ") || "0"}) = (${bits.join(" | ") || "0"}) as agrees, max(p.doubted) as doubted
     from (${states}) t ${THEN} ${PAIRS} p on p.pk = t.pk ${THEN} s.row r on r.row = p.row ${joined}
     group by p.row, p.pk order by p.row, p.pk`,
    kindIn(plan, joined),
  );
  const pairs = new Pairs(standing(database, plan, versions));
  for (const { row, pk, agrees, doubted } of rows)
    pairs.add(Number(row), Number(pk), { agrees: agrees === 1, isDoubted: doubted === 1 });
  return pairs;
};

/** Tells which records stand for others of the same rows: those that were deleted here, if the export shows all in which they differ. */
const standing = (database: Database, plan: PlanSql, versions: Versions) => {
  const shown = new Set(touchedFields(plan).flatMap((field) => (isStaged(plan, field) ? [field.stored] : [])));
  const hidden = versions.columns.filter(({ name, leads }) => leads && !shown.has(name));
  // what a new record has, and no export shows, is open still
  const isHidden = hidden.map(
    ({ name }) =>
      `t.${quoteIdentifier(name)} is distinct from o.${quoteIdentifier(name)} and not (${isFilled(versions.thing, name)})`,
  );
  const found = database.all(
    `select distinct p.pk, q.pk as other from ${PAIRS} p ${THEN} ${PAIRS} q on q.row = p.row
       ${THEN} main.${versions.thing.name} t on t.pk = p.pk ${THEN} main.${observedTable(versions)} o on o.pk = q.pk
     where not exists (select 1 from main.${versions.thing.name} d where d.pk = q.pk) and not (${["false", ...isHidden].join(" or ")})`,
  );
  const all = new Set(found.map(({ pk, other }) => `${String(pk)} ${String(other)}`));
  return (pk: number, other: number): boolean => all.has(`${pk} ${other}`);
};

/** Matches the rows of an export whose key the console may have for records that were changed here. */
export const matchCandidates = (database: Database, plan: PlanSql): void => {
  const versions = mergedWith(plan);
  if (versions === undefined) return;
  for (const table of [CANDIDATES, PAIRS, DECIDED]) database.exec(`drop table if exists ${table}`);
  database.exec(
    `create table ${CANDIDATES} (pk integer not null, key text not null, doubted integer not null, primary key (pk, key))`,
  );
  database.exec(
    `create table ${PAIRS} (row integer not null, pk integer not null, doubted integer not null, primary key (row, pk))`,
  );
  database.exec(`create table ${DECIDED} (row integer primary key, pk integer not null)`);
  findCandidates(database, plan, versions);
  if (database.get(`select 1 from ${CANDIDATES} limit 1`) === undefined) return;
  findPairs(database, plan);
  // nearly all of them are decided so
  database.exec(`insert into ${DECIDED} ${ONLY}`);
  database.exec(`delete from ${PAIRS} where row in (select row from ${DECIDED})`);
  const pairs = readPairs(database, plan, versions);
  pairs.decide();
  for (const [row, pk] of pairs.decided) database.run(`insert into ${DECIDED} values (:row, :pk)`, { row, pk });
  matchPairs(database, plan, `select row, pk from ${DECIDED}`);
  // others whose key a record has here
  const taken = new Map<number, ReadonlySet<number>>();
  for (const row of pairs.others) {
    const holder = holderOf(database, plan, row);
    if (holder === undefined) continue;
    leaveOut(database, row);
    taken.set(row, new Set([holder]));
  }
  const { ambiguous } = pairs;
  for (const [row, records] of ambiguous) {
    leaveOut(database, row);
    for (const pk of records) database.run(`insert into ${AMBIGUOUS} values (:pk) on conflict do nothing`, { pk });
  }
  reportAmbiguous(database, plan, new Map([...taken, ...ambiguous]));
};

/**
 * Leaves out new rows that may be a record whose key was changed here, and that no row has by any of its keys: half of an
 * exchange of keys has a temporary one, and others in the console change keys, too.
 */
export const leaveOutUnknownKeys = (database: Database, plan: PlanSql): void => {
  const versions = mergedWith(plan);
  if (versions === undefined) return;
  const { kind } = plan;
  // a record that agrees in all columns has the name of the row, or one of its other keys
  const tellings = kind.fields.filter(
    (field) =>
      isStaged(plan, field) &&
      !isKey(plan, field) &&
      field.merge === "value" &&
      (field.comparison === "name" || kind.thing.keys.some((key) => key.field === field.field)),
  );
  if (tellings.length === 0) return;
  indexTargets(database);
  // what somebody says was deleted there is nobody any more
  const isThere = `(o.confirmed & ${PRESENCE} = 0 or exists (select 1 from main.${kind.thing.name} n where n.pk = o.pk))`;
  const unseen = `select c.pk from (${uncertainRecords(plan, versions)} and ${isThere}) c
    where ${isMissing("c.pk")} and not exists (select 1 from ${DELETED_HERE} d where d.pk = c.pk)`;
  const params = kindIn(plan, unseen);
  database.exec("drop table if exists s.unseen_value");
  database.exec(
    "create table s.unseen_value (field text not null, value text not null, pk integer not null, primary key (field, value, pk))",
  );
  for (const field of tellings)
    database.run(
      `insert into s.unseen_value select distinct :field, ${storedKeys(field)}, t.pk from (${statesOf(versions, unseen)}) t
       where t.mask & ${bitOf(versions, field.stored)} <> 0 and ${storedKeys(field)} is not null`,
      { field: field.field, ...params },
    );
  if (database.get("select 1 from s.unseen_value limit 1") === undefined) return;
  database.exec(`delete from ${PAIRS}`);
  for (const field of tellings)
    database.run(
      `insert into ${PAIRS} select r.row, u.pk, 0 from s.row r ${THEN} s.unseen_value u on u.field = :field and u.value = ${stagedKeys(field)}
       where not ${isMatched("r.row")} on conflict do nothing`,
      { field: field.field },
    );
  // the console has who was there before by some key, whatever else was changed
  const known = database.all(
    `select p.row, p.pk from ${PAIRS} p ${THEN} main.${observedTable(versions)} o on o.pk = p.pk and o.inConsole = 1
     ${THEN} main.${kind.thing.name} t on t.pk = p.pk`,
  );
  const { agreeing } = readPairs(database, plan, versions);
  const found = [...known.map(({ row, pk }) => [Number(row), Number(pk)] as const), ...agreeing];
  for (const [row, pk] of found) {
    database.run(`insert into s.match (row, target, changed) values (:row, ${NO_RECORD}, 0) on conflict do nothing`, {
      row,
    });
    database.run(`insert into ${AMBIGUOUS} values (:pk) on conflict do nothing`, { pk });
  }
  const byRow = Map.groupBy(found, ([row]) => row);
  reportAmbiguous(database, plan, new Map([...byRow].map(([row, pairs]) => [row, pairs.map(([, pk]) => pk)])));
};

/** Returns the record of the tenant that has the key of a row which belongs to another one. */
const holderOf = (database: Database, plan: PlanSql, row: number): number | undefined => {
  const found = database.get(`select t.pk from s.row r ${joinByKey(database, plan)} where r.row = :row`, {
    row,
    kind: plan.kind.name,
  });
  return found && Number(found["pk"]);
};

const leaveOut = (database: Database, row: number): void => {
  database.run(`insert into s.match (row, target, changed) values (:row, ${NO_RECORD}, 0)`, { row });
};
