import { buildDroppedVersionsSql } from "../../../console/exported.ts";
import { buildIsFilledSql, getObservedTable, PRESENCE_BIT } from "../../../console/observed.ts";
import { getColumnBit, type VersionSchema } from "../../../versions/tables.ts";
import {
  buildCaseSql,
  buildIsMatchedRowSql,
  buildIsMissingRecordSql,
  quoteIdentifier,
  ORDERED_JOIN,
} from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import {
  buildChangedBitSql,
  buildChangedMaskSql,
  createTargetIndex,
  isMatchKey,
  isStaged,
  buildIsUnclearSql,
  buildReferenceJoinsSql,
  keyOf,
  buildRecordKeySql,
  buildRowKeysSql,
  buildRecordKeysSql,
  listStagedFields,
} from "../expressions.ts";
import { CandidatePairs } from "../../staging/pairs.ts";
import { reportAmbiguousRows } from "./report.ts";
import { listMergedReferences } from "./cells.ts";
import {
  AMBIGUOUS_TABLE,
  buildConsoleStatesSql,
  DELETED_HERE_TABLE,
  getMergedVersions,
  LEFT_OUT_TARGET,
  buildPossibleStatesSql,
  getKindParam,
} from "./tables.ts";
import { buildIsInKindScopeSql, type PlanDefinition } from "../stored-kind.ts";
import { prepareKeyJoin } from "../matching/match.ts";

// The console may have a record under any key that the record has had since the last export: the observed key and every
// later key. Rows with such a key are matched before all other rows. A row is left out if it is not clear which record
// it belongs to.

/**
 * The table of possible console keys of records: `pk` and `key`; `doubted`: a user stated that the console no longer
 * has this key.
 */
const CANDIDATE_TABLE = "s.candidate";

/**
 * The table of rows and records that may belong together: `row`, `pk`; `doubted`: a user stated that they do not belong
 * together.
 */
const PAIR_TABLE = "s.pair";

/** The table of rows and records that belong together: `row` and `pk`. */
const DECIDED_PAIR_TABLE = "s.decided";

/** SQL: the records `o` of the plan's kind whose key in the console may differ from the local key. */
const buildUncertainRecordsSql = (plan: PlanDefinition, versions: VersionSchema): string => {
  const { thing } = plan.kind;
  const isIn = `exists (select 1 from main.${thing.name} n where n.pk = o.pk and ${buildIsInKindScopeSql(thing, "n")})`;
  const isGone = `not exists (select 1 from main.${thing.name} n where n.pk = o.pk) and ${buildIsInKindScopeSql(thing, "o")}`;
  return `select o.pk from main.${getObservedTable(versions)} o
    where (o.differs & ${getColumnBit(versions, keyOf(plan).field)} <> 0 or o.inConsole = 0) and (${isIn} or ${isGone})`;
};

const storeCandidateKeys = (database: Database, plan: PlanDefinition, versions: VersionSchema): void => {
  const key = keyOf(plan);
  const bit = getColumnBit(versions, key.field);
  const { name } = versions.thing;
  const table = `main.${getObservedTable(versions)}`;
  const uncertain = buildUncertainRecordsSql(plan, versions);
  const local = `(select ${buildRecordKeySql(key, (column) => `n.${quoteIdentifier(column)}`)} from main.${name} n where n.pk = t.pk)`;
  const isLocal = `exists (select 1 from main.${name} n where n.pk = o.pk)`;
  database.run(
    `insert into ${CANDIDATE_TABLE} select t.pk, ${buildRecordKeySql(key)}, max(o.confirmed & ${buildCaseSql(isLocal, bit, PRESENCE_BIT)} <> 0)
     from (${buildConsoleStatesSql(versions, uncertain)}) t ${ORDERED_JOIN} ${table} o on o.pk = t.pk
     where t.mask & ${bit} <> 0 and ${buildRecordKeySql(key)} is not null and ${buildRecordKeySql(key)} is distinct from ${local} group by 1, 2`,
    getKindParam(plan, uncertain),
  );
  const isHere = `exists (select 1 from main.${name} n where n.pk = t.pk and ${buildIsInKindScopeSql(plan.kind.thing, "n")})`;
  database.run(
    `insert into ${CANDIDATE_TABLE} select t.pk, ${buildRecordKeySql(key)}, 1 from (${buildDroppedVersionsSql(versions, key.field)}) t
     where ${isHere} and ${buildRecordKeySql(key)} is not null and ${buildRecordKeySql(key)} is distinct from ${local} on conflict do nothing`,
    getKindParam(plan, isHere),
  );
  database.exec(
    `insert into ${CANDIDATE_TABLE} select t.pk, ${buildRecordKeySql(key)}, 0 from main.${name} t
     where t.pk in (select pk from ${CANDIDATE_TABLE}) and ${buildRecordKeySql(key)} is not null on conflict do nothing`,
  );
};

const storeCandidatePairs = (database: Database, plan: PlanDefinition): void => {
  database.exec(
    `insert into ${PAIR_TABLE} select r.row, c.pk, c.doubted from ${CANDIDATE_TABLE} c ${ORDERED_JOIN} s.row r on r.key = c.key`,
  );
  database.run(
    `insert into ${PAIR_TABLE} select r.row, t.pk, 0 from s.row r ${prepareKeyJoin(database, plan)}
     where r.row in (select row from ${PAIR_TABLE}) on conflict do nothing`,
    { kind: plan.kind.name },
  );
};

/** Matches rows with records. A row that belongs to a locally deleted record does not change anything. */
const matchPairs = (database: Database, plan: PlanDefinition, pairs: string): void => {
  const { thing } = plan.kind;
  const joined = buildReferenceJoinsSql(plan);
  database.run(
    `insert into s.match (row, target, changed) select r.row, t.pk, ${buildChangedMaskSql(plan)}
     from (${pairs}) p ${ORDERED_JOIN} s.row r on r.row = p.row ${ORDERED_JOIN} ${thing.name} t on t.pk = p.pk ${joined}`,
    getKindParam(plan, joined),
  );
  const deleted = `select p.pk, p.row from (${pairs}) p where not exists (select 1 from ${thing.name} t where t.pk = p.pk)`;
  database.exec(`insert into ${DELETED_HERE_TABLE} (pk, row) ${deleted}`);
  database.exec(`insert into s.match (row, target, changed) select d.row, ${LEFT_OUT_TARGET}, 0 from (${deleted}) d`);
};

const UNIQUE_PAIRS_SQL = `select row, pk from (select row, pk, doubted, count(*) over (partition by row) as records,
    count(*) over (partition by pk) as rows from ${PAIR_TABLE}) p where records = 1 and rows = 1 and doubted = 0`;

/** Reads the pairs. A row agrees with a record if the record has had all values of the row, except for the key. */
const readCandidatePairs = (database: Database, plan: PlanDefinition, versions: VersionSchema): CandidatePairs => {
  const fields = listStagedFields(plan).filter(
    (field) => isStaged(plan, field) && !isMatchKey(plan, field) && field.merge !== "custom",
  );
  const bits = fields.map((field) => getColumnBit(versions, field.stored));
  const references = listMergedReferences(plan).map(({ field }) => field);
  const agreed = fields.map((field, at) => {
    const isSame = `t.mask & ${bits[at]} <> 0 and ${buildChangedBitSql(plan, field)} = 0`;
    const isAgreed = references.includes(field) ? `(${isSame} or ${buildIsUnclearSql(plan, field)})` : isSame;
    return `max(case when ${isAgreed} then ${bits[at]} else 0 end)`;
  });
  const states = buildPossibleStatesSql(versions, `select pk from ${PAIR_TABLE}`);
  const joined = buildReferenceJoinsSql(plan);
  const rows = database.all(
    `select p.row, p.pk, (${agreed.join(" | ") || "0"}) = (${bits.join(" | ") || "0"}) as agrees, max(p.doubted) as doubted
     from (${states}) t ${ORDERED_JOIN} ${PAIR_TABLE} p on p.pk = t.pk ${ORDERED_JOIN} s.row r on r.row = p.row ${joined}
     group by p.row, p.pk order by p.row, p.pk`,
    getKindParam(plan, joined),
  );
  const pairs = new CandidatePairs(createFirstRecordTest(database, plan, versions));
  for (const { row, pk, agrees, doubted } of rows)
    pairs.add(Number(row), Number(pk), { agrees: agrees === 1, isDoubted: doubted === 1 });
  return pairs;
};

/**
 * Returns a function that returns true if a row that agrees with two records belongs to the first of them. This is the
 * case if the second record was deleted locally and the export shows all columns in which the two records differ.
 */
const createFirstRecordTest = (database: Database, plan: PlanDefinition, versions: VersionSchema) => {
  const shown = new Set(listStagedFields(plan).map(({ stored }) => stored));
  const hidden = versions.columns.filter(({ name, leads }) => leads && !shown.has(name));
  // if a new record has a value that exports do not show, this value is still open
  const isHidden = hidden.map(
    ({ name }) =>
      `t.${quoteIdentifier(name)} is distinct from o.${quoteIdentifier(name)} and not (${buildIsFilledSql(versions.thing, name)})`,
  );
  const found = database.all(
    `select distinct p.pk, q.pk as other from ${PAIR_TABLE} p ${ORDERED_JOIN} ${PAIR_TABLE} q on q.row = p.row
       ${ORDERED_JOIN} main.${versions.thing.name} t on t.pk = p.pk ${ORDERED_JOIN} main.${getObservedTable(versions)} o on o.pk = q.pk
     where not exists (select 1 from main.${versions.thing.name} d where d.pk = q.pk) and not (${["false", ...isHidden].join(" or ")})`,
  );
  const all = new Set(found.map(({ pk, other }) => `${String(pk)} ${String(other)}`));
  return (pk: number, other: number): boolean => all.has(`${pk} ${other}`);
};

/** Matches rows of an export with records that were changed locally and that may have the row's key in the console. */
export const matchCandidateRows = (database: Database, plan: PlanDefinition): void => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return;
  for (const table of [CANDIDATE_TABLE, PAIR_TABLE, DECIDED_PAIR_TABLE]) database.exec(`drop table if exists ${table}`);
  database.exec(
    `create table ${CANDIDATE_TABLE} (pk integer not null, key text not null, doubted integer not null, primary key (pk, key))`,
  );
  database.exec(
    `create table ${PAIR_TABLE} (row integer not null, pk integer not null, doubted integer not null, primary key (row, pk))`,
  );
  database.exec(`create table ${DECIDED_PAIR_TABLE} (row integer primary key, pk integer not null)`);
  storeCandidateKeys(database, plan, versions);
  if (database.get(`select 1 from ${CANDIDATE_TABLE} limit 1`) === undefined) return;
  storeCandidatePairs(database, plan);
  // this step decides nearly all pairs
  database.exec(`insert into ${DECIDED_PAIR_TABLE} ${UNIQUE_PAIRS_SQL}`);
  database.exec(`delete from ${PAIR_TABLE} where row in (select row from ${DECIDED_PAIR_TABLE})`);
  const pairs = readCandidatePairs(database, plan, versions);
  pairs.decide();
  for (const [row, pk] of pairs.decided)
    database.run(`insert into ${DECIDED_PAIR_TABLE} values (:row, :pk)`, { row, pk });
  matchPairs(database, plan, `select row, pk from ${DECIDED_PAIR_TABLE}`);
  // rows that belong to other records although a local record has their key
  const taken = new Map<number, ReadonlySet<number>>();
  for (const row of pairs.others) {
    const holder = findKeyHolder(database, plan, row);
    if (holder === undefined) continue;
    leaveOutRow(database, row);
    taken.set(row, new Set([holder]));
  }
  const { ambiguous } = pairs;
  for (const [row, records] of ambiguous) {
    leaveOutRow(database, row);
    for (const pk of records)
      database.run(`insert into ${AMBIGUOUS_TABLE} values (:pk) on conflict do nothing`, { pk });
  }
  reportAmbiguousRows(database, plan, new Map([...taken, ...ambiguous]));
};

/**
 * Leaves out new rows that may belong to a record whose key was changed locally, if no row has any of this record's
 * keys. For example, if two keys are swapped in the console, a temporary key exists in between; keys can also be
 * changed in the console only.
 */
export const leaveOutUnknownKeys = (database: Database, plan: PlanDefinition): void => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return;
  const { kind } = plan;
  // a record that agrees with a row in all columns also has the name, or another key, of the row
  const tellings = kind.fields.filter(
    (field) =>
      isStaged(plan, field) &&
      !isMatchKey(plan, field) &&
      field.merge === "value" &&
      (field.comparison === "name" || kind.thing.keys.some((key) => key.field === field.field)),
  );
  if (tellings.length === 0) return;
  createTargetIndex(database);
  // a row cannot belong to a record if a user confirmed that the console no longer has this record
  const isThere = `(o.confirmed & ${PRESENCE_BIT} = 0 or exists (select 1 from main.${kind.thing.name} n where n.pk = o.pk))`;
  const unseen = `select c.pk from (${buildUncertainRecordsSql(plan, versions)} and ${isThere}) c
    where ${buildIsMissingRecordSql("c.pk")} and not exists (select 1 from ${DELETED_HERE_TABLE} d where d.pk = c.pk)`;
  const params = getKindParam(plan, unseen);
  database.exec("drop table if exists s.unseen_value");
  database.exec(
    "create table s.unseen_value (field text not null, value text not null, pk integer not null, primary key (field, value, pk))",
  );
  for (const field of tellings)
    database.run(
      `insert into s.unseen_value select distinct :field, ${buildRecordKeysSql(field)}, t.pk from (${buildPossibleStatesSql(versions, unseen)}) t
       where t.mask & ${getColumnBit(versions, field.stored)} <> 0 and ${buildRecordKeysSql(field)} is not null`,
      { field: field.field, ...params },
    );
  if (database.get("select 1 from s.unseen_value limit 1") === undefined) return;
  database.exec(`delete from ${PAIR_TABLE}`);
  for (const field of tellings)
    database.run(
      `insert into ${PAIR_TABLE} select r.row, u.pk, 0 from s.row r ${ORDERED_JOIN} s.unseen_value u on u.field = :field and u.value = ${buildRowKeysSql(field)}
       where not ${buildIsMatchedRowSql("r.row")} on conflict do nothing`,
      { field: field.field },
    );
  // a record that the console had before is still there under some key, whatever else was changed
  const known = database.all(
    `select p.row, p.pk from ${PAIR_TABLE} p ${ORDERED_JOIN} main.${getObservedTable(versions)} o on o.pk = p.pk and o.inConsole = 1
     ${ORDERED_JOIN} main.${kind.thing.name} t on t.pk = p.pk`,
  );
  const { agreeing } = readCandidatePairs(database, plan, versions);
  const found = [...known.map(({ row, pk }) => [Number(row), Number(pk)] as const), ...agreeing];
  for (const [row, pk] of found) {
    database.run(
      `insert into s.match (row, target, changed) values (:row, ${LEFT_OUT_TARGET}, 0) on conflict do nothing`,
      {
        row,
      },
    );
    database.run(`insert into ${AMBIGUOUS_TABLE} values (:pk) on conflict do nothing`, { pk });
  }
  const byRow = Map.groupBy(found, ([row]) => row);
  reportAmbiguousRows(database, plan, new Map([...byRow].map(([row, pairs]) => [row, pairs.map(([, pk]) => pk)])));
};

/**
 * Returns the local record that has the key of a row which belongs to another record; undefined if there is no such
 * record.
 */
const findKeyHolder = (database: Database, plan: PlanDefinition, row: number): number | undefined => {
  const found = database.get(`select t.pk from s.row r ${prepareKeyJoin(database, plan)} where r.row = :row`, {
    row,
    kind: plan.kind.name,
  });
  return found && Number(found["pk"]);
};

const leaveOutRow = (database: Database, row: number): void => {
  database.run(`insert into s.match (row, target, changed) values (:row, ${LEFT_OUT_TARGET}, 0)`, { row });
};
