import { buildPossibleStatesSql, buildConsoleStatesSql, getObservedTable } from "../../../console/observed.ts";
import { getColumnBit, type VersionSchema } from "../../../versions/tables.ts";
import {
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
  buildIsUnclearSql,
  buildReferenceJoinsSql,
  keyOf,
  buildRecordKeySql,
  buildRowKeysSql,
  buildRecordKeysSql,
} from "../expressions.ts";
import { decidePairs, type CandidatePair } from "../../staging/pairs.ts";
import { prepareKeyJoin } from "../matching/match.ts";
import { buildIsInKindScopeSql, type PlanDefinition } from "../stored-kind.ts";
import { reportContestedRows } from "./report.ts";
import {
  AMBIGUOUS_TABLE,
  createTable,
  DELETED_HERE_TABLE,
  getMergedVersions,
  LEFT_OUT_TARGET,
  listMergedReferences,
  listSingleFields,
  getKindParam,
} from "./tables.ts";

// A row finds a touched record by the key that the console showed last, by the keys that were asked for since, and by
// the present one. A row that these place on different records goes to the one whose other columns agree. If both or
// none agree, the row is contested: it is left out and named.

/** The table of the keys that touched records may have in the console: `pk` and `key`. */
const CANDIDATE_TABLE = "s.candidate";

/** The table of rows and records that may belong together: `row`, `pk`. */
const PAIR_TABLE = "s.pair";

/** SQL: the records `o` of the plan's kind whose key in the console may differ, or that the console may not have. */
const buildUncertainRecordsSql = (plan: PlanDefinition, versions: VersionSchema): string => {
  const { thing } = plan.kind;
  const isIn = `exists (select 1 from main.${thing.name} n where n.pk = o.pk and ${buildIsInKindScopeSql(thing, "n")})`;
  const isGone = `not exists (select 1 from main.${thing.name} n where n.pk = o.pk) and ${buildIsInKindScopeSql(thing, "o")}`;
  return `select o.pk from main.${getObservedTable(versions)} o
    where o.touched & ${getColumnBit(versions, keyOf(plan).field)} <> 0 and (${isIn} or ${isGone})`;
};

const storeCandidateKeys = (database: Database, plan: PlanDefinition, versions: VersionSchema): void => {
  const key = keyOf(plan);
  const { name } = versions.thing;
  const uncertain = buildUncertainRecordsSql(plan, versions);
  const own = buildRecordKeySql(key);
  const local = `(select ${buildRecordKeySql(key, (column) => `n.${quoteIdentifier(column)}`)} from main.${name} n where n.pk = t.pk)`;
  database.run(
    `insert into ${CANDIDATE_TABLE} select distinct t.pk, ${own} from (${buildConsoleStatesSql(versions, uncertain)}) t
     where t.mask & ${getColumnBit(versions, key.field)} <> 0 and ${own} is not null and ${own} is distinct from ${local}`,
    getKindParam(plan, uncertain),
  );
  database.exec(
    `insert into ${CANDIDATE_TABLE} select t.pk, ${own} from main.${name} t
     where t.pk in (select pk from ${CANDIDATE_TABLE}) and ${own} is not null on conflict do nothing`,
  );
};

/** Matches rows with records. A row that belongs to a record that was deleted here does not change anything. */
const matchPairs = (database: Database, plan: PlanDefinition, pairs: string): void => {
  const { thing } = plan.kind;
  const joined = buildReferenceJoinsSql(plan);
  database.run(
    `insert into s.match (row, target, changed) select r.row, t.pk, ${buildChangedMaskSql(plan)}
     from (${pairs}) p ${ORDERED_JOIN} s.row r on r.row = p.row ${ORDERED_JOIN} ${thing.name} t on t.pk = p.pk ${joined}`,
    getKindParam(plan, joined),
  );
  const isDeleted = `not exists (select 1 from ${thing.name} t where t.pk = p.pk)`;
  database.exec(`insert into ${DELETED_HERE_TABLE} (pk, row) select p.pk, p.row from (${pairs}) p where ${isDeleted}`);
  database.exec(
    `insert into s.match (row, target, changed) select p.row, ${LEFT_OUT_TARGET}, 0 from (${pairs}) p where ${isDeleted}`,
  );
};

const UNIQUE_PAIRS_SQL = `select row, pk from (select row, pk, count(*) over (partition by row) as records,
    count(*) over (partition by pk) as rows from ${PAIR_TABLE}) p where records = 1 and rows = 1`;

interface FoundPair extends CandidatePair {
  /** true if the row agrees with the record in all columns */
  readonly agrees: boolean;
  /** true if the record still exists on both sides */
  readonly isThere: boolean;
}

/** Reads the pairs. A row agrees with a record in the columns whose values the record has or had, except for the key. */
const readPairs = (database: Database, plan: PlanDefinition, versions: VersionSchema): readonly FoundPair[] => {
  const fields = listSingleFields(plan).filter((field) => !isMatchKey(plan, field));
  const bits = fields.map((field) => getColumnBit(versions, field.stored));
  const references = listMergedReferences(plan).map(({ field }) => field);
  const agreed = fields.map((field, at) => {
    const isSame = `t.mask & ${bits[at]} <> 0 and ${buildChangedBitSql(plan, field)} = 0`;
    const isAgreed = references.includes(field) ? `(${isSame} or ${buildIsUnclearSql(plan, field)})` : isSame;
    return `max(${isAgreed})`;
  });
  const states = buildPossibleStatesSql(versions, `select pk from ${PAIR_TABLE}`);
  const joined = buildReferenceJoinsSql(plan);
  const rows = database.all(
    `select p.row, p.pk, ${agreed.join(" + ") || "0"} as agreeing,
       not exists (select 1 from main.${versions.thing.name} n where n.pk = p.pk) as isDeleted,
       exists (select 1 from main.${getObservedTable(versions)} o where o.pk = p.pk and o.inConsole = 1) as inConsole
     from (${states}) t ${ORDERED_JOIN} ${PAIR_TABLE} p on p.pk = t.pk ${ORDERED_JOIN} s.row r on r.row = p.row ${joined}
     group by p.row, p.pk order by p.row, p.pk`,
    getKindParam(plan, joined),
  );
  return rows.map(({ row, pk, agreeing, isDeleted, inConsole }) => ({
    row: Number(row),
    pk: Number(pk),
    agreeing: Number(agreeing),
    agrees: agreeing === fields.length,
    isThere: isDeleted === 0 && inConsole === 1,
    isUnknown: isDeleted === 1 && inConsole === 0,
  }));
};

/** Leaves out rows, and stores the records that they may belong to. */
const leaveOut = (database: Database, plan: PlanDefinition, rows: ReadonlyMap<number, ReadonlySet<number>>): void => {
  const all = [...rows].flatMap(([row, pks]) => [...pks].map((pk) => [row, pk]));
  const pairs = JSON.stringify(all);
  database.run(
    `insert into s.match (row, target, changed) select value, ${LEFT_OUT_TARGET}, 0 from json_each(:rows) where true on conflict do nothing`,
    { rows: JSON.stringify([...rows.keys()]) },
  );
  database.run(
    `insert into ${AMBIGUOUS_TABLE} select value ->> 1 from json_each(:pairs) where true on conflict do nothing`,
    { pairs },
  );
  reportContestedRows(database, plan, pairs);
};

/** Matches rows of an export with touched records that may have the row's key in the console. */
export const matchCandidateRows = (database: Database, plan: PlanDefinition): void => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return;
  createTable(database, CANDIDATE_TABLE, "pk integer not null, key text not null, primary key (pk, key)");
  createTable(database, PAIR_TABLE, "row integer not null, pk integer not null, primary key (row, pk)");
  createTable(database, "s.decided", "row integer primary key, pk integer not null");
  storeCandidateKeys(database, plan, versions);
  if (database.get(`select 1 from ${CANDIDATE_TABLE} limit 1`) === undefined) return;
  database.exec("create index if not exists s.row_key on row (key)");
  database.exec(
    `insert into ${PAIR_TABLE} select r.row, c.pk from ${CANDIDATE_TABLE} c ${ORDERED_JOIN} s.row r on r.key = c.key`,
  );
  const holders = prepareKeyJoin(database, plan);
  database.run(
    `insert into ${PAIR_TABLE} select r.row, t.pk from (select distinct row from ${PAIR_TABLE}) few
       ${ORDERED_JOIN} s.row r on r.row = few.row ${holders} where true on conflict do nothing`,
    getKindParam(plan, holders),
  );
  // this step decides nearly all pairs
  database.exec(`insert into s.decided ${UNIQUE_PAIRS_SQL}`);
  database.exec(`delete from ${PAIR_TABLE} where row in (select row from s.decided)`);
  const { decided, contested } = decidePairs(readPairs(database, plan, versions));
  database.run("insert into s.decided select value ->> 0, value ->> 1 from json_each(:decided)", {
    decided: JSON.stringify([...decided]),
  });
  matchPairs(database, plan, "select row, pk from s.decided");
  // a row whose records all belong to other rows is new, unless a record has its key here
  const others = [...contested].flatMap(([row, pks]) => (pks.size === 0 ? [row] : []));
  const held = database.all(
    `select r.row, t.pk from json_each(:others) e ${ORDERED_JOIN} s.row r on r.row = e.value ${holders}`,
    { others: JSON.stringify(others), ...getKindParam(plan, holders) },
  );
  const holding = held.map(({ row, pk }) => [Number(row), new Set([Number(pk)])] as const);
  leaveOut(database, plan, new Map([...[...contested].filter(([, pks]) => pks.size > 0), ...holding]));
};

/**
 * Leaves out rows with an unknown key that may belong to a touched record, if no row has any of this record's keys. Such
 * a row appears while two keys are swapped in the console, because one record needs a temporary key in between.
 */
export const leaveOutUnknownKeys = (database: Database, plan: PlanDefinition): void => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return;
  const { kind } = plan;
  const tellings = listSingleFields(plan).filter(
    (field) =>
      !isMatchKey(plan, field) &&
      field.merge === "value" &&
      (field.comparison === "name" || kind.thing.keys.some((key) => key.field === field.field)),
  );
  createTargetIndex(database);
  const unseen = `select c.pk from (${buildUncertainRecordsSql(plan, versions)}) c where ${buildIsMissingRecordSql("c.pk")}
    and not exists (select 1 from ${DELETED_HERE_TABLE} d where d.pk = c.pk)`;
  const params = getKindParam(plan, unseen);
  if (tellings.length === 0 || database.get(`${unseen} limit 1`, params) === undefined) return;
  createTable(
    database,
    "s.unseen_value",
    "field text not null, value text not null, pk integer not null, primary key (field, value, pk)",
  );
  database.exec(`delete from ${PAIR_TABLE}`);
  for (const field of tellings) {
    database.run(
      `insert into s.unseen_value select distinct :field, ${buildRecordKeysSql(field)}, t.pk from (${buildPossibleStatesSql(versions, unseen)}) t
       where t.mask & ${getColumnBit(versions, field.stored)} <> 0 and ${buildRecordKeysSql(field)} is not null`,
      { field: field.field, ...params },
    );
    database.run(
      `insert into ${PAIR_TABLE} select r.row, u.pk from s.row r ${ORDERED_JOIN} s.unseen_value u on u.field = :field and u.value = ${buildRowKeysSql(field)}
       where r.key is not null and not ${buildIsMatchedRowSql("r.row")} on conflict do nothing`,
      { field: field.field },
    );
  }
  // a record that the console had before, and that still exists here, is still there under some key
  const found = readPairs(database, plan, versions).filter(({ agrees, isThere }) => agrees || isThere);
  const rows = Map.groupBy(found, ({ row }) => row);
  leaveOut(database, plan, new Map([...rows].map(([row, pairs]) => [row, new Set(pairs.map(({ pk }) => pk))])));
};
