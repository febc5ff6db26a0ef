import { buildMayDifferSql, buildPossibleStatesSql } from "../ledger/observed-state.ts";
import { getColumnBit, type VersionSchema } from "../ledger/version-tables.ts";
import { ORDERED_JOIN } from "../store/sql.ts";
import type { Database } from "../store/database.ts";
import {
  buildChangedMaskSql,
  buildChangesFieldSql,
  isMatchKey,
  isStaged,
  buildReferenceJoinsSql,
  keyOf,
  buildRecordKeySql,
  buildRowKeysSql,
  buildRecordKeysSql,
} from "./expressions.ts";
import { decidePairs, type CandidatePair } from "./staged-pairs.ts";
import type { ImportedField } from "../ledger/kinds.ts";
import { buildIsInKindScopeSql, type PlanDefinition } from "./stored-kind.ts";
import { reportContestedRows } from "./merge-report.ts";
import { buildSetApartSql, createTable, getMergedVersions, LEFT_OUT_TARGET } from "./merge-tables.ts";

// A record with local changes may have another key in the console. A row means the record that had its key when the
// console last showed it, or since, or that has it now. If these are several records, the row is left out.

const PAIR_TABLE = "s.pair";

/** The records that have the key of a row now, or that may have the key in the console. */
const storeCandidates = (database: Database, plan: PlanDefinition, versions: VersionSchema): void => {
  const { thing, name } = plan.kind;
  const key = keyOf(plan);
  const isIn = `exists (select 1 from main.${thing.name} n where n.pk = o.pk and ${buildIsInKindScopeSql(thing, "n")})`;
  const uncertain = `select o.pk from main.${versions.observed} o
    where ${buildMayDifferSql(versions, key.field)} and (${isIn} or ${buildIsInKindScopeSql(thing, "o")})`;
  const keys = `select distinct t.pk, ${buildRecordKeySql(key)} as key from (${buildPossibleStatesSql(versions, uncertain)}) t
    where t.mask & ${getColumnBit(versions, key.field)} <> 0 and ${buildRecordKeySql(key)} is not null`;
  createTable(database, PAIR_TABLE, "row integer not null, pk integer not null, primary key (row, pk)");
  if (database.get(`${keys} limit 1`, { kind: name }) === undefined) return;
  database.exec("create index if not exists s.row_key on row (key)");
  database.run(
    `insert into ${PAIR_TABLE} select r.row, c.pk from (${keys}) c ${ORDERED_JOIN} s.row r on r.key = c.key`,
    { kind: name },
  );
  database.exec(
    `insert into ${PAIR_TABLE} select m.row, m.target from (select distinct row from ${PAIR_TABLE}) few
     ${ORDERED_JOIN} s.match m on m.row = few.row where true on conflict do nothing`,
  );
};

/** Returns the fields that tell people apart who have had the same key, such as the name and the employee code. */
const listPersonalFields = (plan: PlanDefinition): readonly ImportedField[] => {
  const { keys, fields, namedBy } = plan.kind;
  if (keyOf(plan).lasting !== true) return [];
  const names = [namedBy, ...keys.flatMap(({ field, lasting }) => (lasting === true ? [field] : []))];
  return fields.filter((field) => names.includes(field.stored) && !isMatchKey(plan, field) && isStaged(plan, field));
};

/** Removes pairs of a row and a record with the same key, but another name and another employee code or UPN. */
const removeOtherPeople = (database: Database, plan: PlanDefinition, versions: VersionSchema) => {
  const fields = listPersonalFields(plan);
  if (fields.length < 2) return [];
  const changed = fields.map((field) => `(${buildChangesFieldSql(field)})`).join(" + ");
  database.exec(
    `insert into ${PAIR_TABLE} select m.row, m.target from s.match m where ${changed} > 1 on conflict do nothing`,
  );
  const count = (comparison: string): string =>
    fields
      .map((field) => {
        const isKnown = `t.mask & ${getColumnBit(versions, field.stored)} <> 0`;
        return `max(${isKnown} and coalesce(${buildRowKeysSql(field)} ${comparison} ${buildRecordKeysSql(field)}, false))`;
      })
      .join(" + ");
  const others = `select p.row, p.pk from (${buildPossibleStatesSql(versions, `select pk from ${PAIR_TABLE}`)}) t
    ${ORDERED_JOIN} ${PAIR_TABLE} p on p.pk = t.pk ${ORDERED_JOIN} s.row r on r.row = p.row
    group by p.row, p.pk having ${count("=")} = 0 and ${count("<>")} > 1`;
  return database.all<CandidatePair>(`delete from ${PAIR_TABLE} where (row, pk) in (${others}) returning row, pk`);
};

const matchPairs = (database: Database, plan: PlanDefinition): void => {
  const { thing } = plan.kind;
  const joined = buildReferenceJoinsSql(plan);
  database.run(
    `insert into s.match (row, target, changed) select r.row, t.pk, ${buildChangedMaskSql(plan)}
     from s.decided p ${ORDERED_JOIN} s.row r on r.row = p.row ${ORDERED_JOIN} ${thing.name} t on t.pk = p.pk ${joined}`,
    { kind: plan.kind.name },
  );
  const deleted = `s.decided p where not exists (select 1 from ${thing.name} t where t.pk = p.pk)`;
  database.exec(buildSetApartSql("deleted here", `select p.pk, p.row from ${deleted}`));
  database.exec(`insert into s.match (row, target, changed) select p.row, ${LEFT_OUT_TARGET}, 0 from ${deleted}`);
};

const leaveOut = (database: Database, plan: PlanDefinition, rows: ReadonlyMap<number, ReadonlySet<number>>): void => {
  const pairs = JSON.stringify([...rows].flatMap(([row, pks]) => [...pks].map((pk) => [row, pk])));
  const left = `select distinct value ->> 0, ${LEFT_OUT_TARGET}, 0 from json_each(:pairs)`;
  database.run(`insert into s.match (row, target, changed) ${left}`, { pairs });
  database.run(buildSetApartSql("ambiguous", "select value ->> 1, value ->> 0 from json_each(:pairs)"), { pairs });
  reportContestedRows(database, plan, pairs);
};

export const matchCandidateRows = (database: Database, plan: PlanDefinition): void => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return;
  storeCandidates(database, plan, versions);
  const others = removeOtherPeople(database, plan, versions);
  const pairs = database.all<CandidatePair>(`select row, pk from ${PAIR_TABLE} order by row, pk`);
  const { decided, contested } = decidePairs(pairs);
  // the record with the key of a row may belong to another row, or to another person
  const rows = [...pairs, ...others].flatMap(({ row }) =>
    decided.has(row) || (contested.get(row)?.size ?? 0) > 0 ? [] : [row],
  );
  const held = database.all<CandidatePair>(
    `delete from s.match where row in (select value from json_each(:rows)) returning row, target as pk`,
    { rows: JSON.stringify(rows) },
  );
  for (const { row, pk } of held) contested.set(row, new Set([pk]));
  database.exec(`delete from s.match where row in (select row from ${PAIR_TABLE})`);
  createTable(database, "s.decided", "row integer primary key, pk integer not null");
  database.run("insert into s.decided select value ->> 0, value ->> 1 from json_each(:decided)", {
    decided: JSON.stringify([...decided]),
  });
  matchPairs(database, plan);
  leaveOut(database, plan, new Map([...contested].filter(([, pks]) => pks.size > 0)));
};
