import {
  buildMayDifferSql,
  buildPossibleStatesSql,
  buildConsoleStatesSql,
  getObservedTable,
} from "../../../console/observed-state.ts";
import { getColumnBit, type VersionSchema } from "../../../versions/tables.ts";
import { buildIsMatchedRowSql, quoteIdentifier, ORDERED_JOIN } from "../../../store/sql.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import {
  buildChangedBitSql,
  buildChangesFieldSql,
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
import type { ImportedField } from "../../staging/kinds.ts";
import { storeHolders } from "../matching/spelling.ts";
import { buildIsInKindScopeSql, type PlanDefinition } from "../stored-kind.ts";
import { reportContestedRows } from "./report.ts";
import {
  buildIsMissingInExportSql,
  buildSetApartSql,
  createTable,
  getMergedVersions,
  LEFT_OUT_TARGET,
  listMergedReferences,
  listSingleFields,
} from "./tables.ts";

// A record with local changes may have another key in the console. A row can match by the console's key, by keys of
// open tasks, or by the local key. If the keys find different records, the other columns decide. If they do not decide,
// the row is left out.

const PAIR_TABLE = "s.pair";

const buildUncertainRecordsSql = (plan: PlanDefinition, versions: VersionSchema): string => {
  const { thing } = plan.kind;
  const isIn = `exists (select 1 from main.${thing.name} n where n.pk = o.pk and ${buildIsInKindScopeSql(thing, "n")})`;
  const isGone = `not exists (select 1 from main.${thing.name} n where n.pk = o.pk) and ${buildIsInKindScopeSql(thing, "o")}`;
  return `select o.pk from main.${getObservedTable(versions)} o
    where ${buildMayDifferSql(versions, keyOf(plan).field)} and (${isIn} or ${isGone})`;
};

/** Pairs rows with records that may have the row's key in the console, but have another one here. */
const pairByConsoleKeys = (database: Database, plan: PlanDefinition, versions: VersionSchema): void => {
  const key = keyOf(plan);
  const own = buildRecordKeySql(key);
  const local = `(select ${buildRecordKeySql(key, (column) => `n.${quoteIdentifier(column)}`)} from main.${versions.thing.name} n where n.pk = t.pk)`;
  const keys = `select distinct t.pk, ${own} as key from (${buildConsoleStatesSql(versions, buildUncertainRecordsSql(plan, versions))}) t
    where t.mask & ${getColumnBit(versions, key.field)} <> 0 and ${own} is not null and ${own} is distinct from ${local}`;
  const params = { kind: plan.kind.name };
  if (database.get(`${keys} limit 1`, params) === undefined) return;
  database.exec("create index if not exists s.row_key on row (key)");
  database.run(
    `insert into ${PAIR_TABLE} select r.row, c.pk from (${keys}) c ${ORDERED_JOIN} s.row r on r.key = c.key`,
    params,
  );
};

const matchPairs = (database: Database, plan: PlanDefinition): void => {
  const { thing } = plan.kind;
  const joined = buildReferenceJoinsSql(plan);
  database.run(
    `insert into s.match (row, target, changed) select r.row, t.pk, ${buildChangedMaskSql(plan)}
     from s.decided p ${ORDERED_JOIN} s.row r on r.row = p.row ${ORDERED_JOIN} ${thing.name} t on t.pk = p.pk ${joined}`,
    { kind: plan.kind.name },
  );
  const isDeleted = `not exists (select 1 from ${thing.name} t where t.pk = p.pk)`;
  database.exec(buildSetApartSql("deleted here", `select p.pk, p.row from s.decided p where ${isDeleted}`));
  database.exec(
    `insert into s.match (row, target, changed) select p.row, ${LEFT_OUT_TARGET}, 0 from s.decided p where ${isDeleted}`,
  );
};

interface FoundPair extends CandidatePair {
  readonly agrees: boolean;
  readonly isThere: boolean;
  readonly isDeleted: boolean;
}

const listIdentifyingFields = (plan: PlanDefinition): readonly ImportedField[] =>
  listSingleFields(plan).filter(
    (field) =>
      (field.comparison === "name" && field.merge === "value") ||
      plan.kind.identifying.some((claim) => claim.field === field),
  );

const buildSumSql = (values: readonly string[]): string => values.join(" + ") || "0";

const readPairs = (database: Database, plan: PlanDefinition, versions: VersionSchema): readonly FoundPair[] => {
  const fields = listSingleFields(plan).filter((field) => !isMatchKey(plan, field));
  const isKnown = ({ stored }: ImportedField): string => `t.mask & ${getColumnBit(versions, stored)} <> 0`;
  const references = listMergedReferences(plan).map(({ field }) => field);
  const agreed = fields.map((field) => {
    const isSame = `${isKnown(field)} and ${buildChangedBitSql(plan, field)} = 0`;
    const isAgreed = references.includes(field) ? `(${isSame} or ${buildIsUnclearSql(plan, field)})` : isSame;
    return `max(${isAgreed})`;
  });
  const key = keyOf(plan);
  const identities = listIdentifyingFields(plan).map((field) => {
    const [row, record] = isMatchKey(plan, field)
      ? ["r.key", buildRecordKeySql(key)]
      : [buildRowKeysSql(field), buildRecordKeysSql(field)];
    const isSame = `max(${isKnown(field)} and coalesce(${row} = ${record}, false))`;
    const isBoth = `max(${isKnown(field)} and ${row} is not null and ${record} is not null)`;
    return { field, isSame, isOther: `(${isBoth} and not ${isSame})` };
  });
  const others = identities.filter(({ field }) => key.lasting === true && !isMatchKey(plan, field));
  const states = buildPossibleStatesSql(versions, `select pk from ${PAIR_TABLE}`);
  const joined = buildReferenceJoinsSql(plan);
  const rows = database.all(
    `select p.row, p.pk, ${buildSumSql(agreed)} as agreeing, ${buildSumSql(identities.map(({ isSame }) => isSame))} as identical,
       ${buildSumSql(others.map(({ isSame }) => isSame))} as same, ${buildSumSql(others.map(({ isOther }) => isOther))} as different,
       not exists (select 1 from main.${versions.thing.name} n where n.pk = p.pk) as isDeleted,
       coalesce((select o.inConsole from main.${getObservedTable(versions)} o where o.pk = p.pk), 0) as inConsole
     from (${states}) t ${ORDERED_JOIN} ${PAIR_TABLE} p on p.pk = t.pk ${ORDERED_JOIN} s.row r on r.row = p.row ${joined}
     group by p.row, p.pk order by p.row, p.pk`,
    { kind: plan.kind.name },
  );
  return rows.map(({ row, pk, agreeing, identical, same, different, isDeleted, inConsole }) => ({
    row: Number(row),
    pk: Number(pk),
    // an equal name or key counts more than all other columns together
    agreeing: Number(agreeing) + 100 * Number(identical),
    agrees: agreeing === fields.length,
    isThere: isDeleted === 0 && inConsole === 1,
    isUnknown: isDeleted === 1 && inConsole === 0,
    isDeleted: isDeleted === 1,
    // the row and the record have only the address in common
    isOther: same === 0 && Number(different) > 1,
  }));
};

const leaveOut = (database: Database, plan: PlanDefinition, rows: ReadonlyMap<number, ReadonlySet<number>>): void => {
  const all = [...rows].flatMap(([row, pks]) => [...pks].map((pk) => [row, pk]));
  const pairs = JSON.stringify(all);
  database.run(
    `insert into s.match (row, target, changed) select value, ${LEFT_OUT_TARGET}, 0 from json_each(:rows) where true on conflict do nothing`,
    { rows: JSON.stringify([...rows.keys()]) },
  );
  database.run(buildSetApartSql("ambiguous", "select value ->> 1, value ->> 0 from json_each(:pairs)"), { pairs });
  reportContestedRows(database, plan, pairs);
};

const storeIdentities = (
  database: Database,
  plan: PlanDefinition,
  versions: VersionSchema,
  { fields, which }: { readonly fields: readonly ImportedField[]; readonly which: string },
): void => {
  createTable(
    database,
    "s.identity",
    "field text not null, value text not null, pk integer not null, primary key (field, value, pk)",
  );
  for (const field of fields)
    database.run(
      `insert into s.identity select distinct :field, ${buildRecordKeysSql(field)}, t.pk from (${buildPossibleStatesSql(versions, which)}) t
       where t.mask & ${getColumnBit(versions, field.stored)} <> 0 and ${buildRecordKeysSql(field)} is not null`,
      { field: field.field, kind: plan.kind.name },
    );
};

const pairByIdentities = (database: Database, fields: readonly ImportedField[], where: string): void => {
  for (const field of fields)
    database.run(
      `insert into ${PAIR_TABLE} select r.row, u.pk from s.row r ${ORDERED_JOIN} s.identity u on u.field = :field and u.value = ${buildRowKeysSql(field)}
       where ${where} on conflict do nothing`,
      { field: field.field },
    );
};

const pairContestedRows = (database: Database, plan: PlanDefinition, lasting: readonly ImportedField[]): void => {
  const { kind } = plan;
  if (lasting.length === 0 || database.get(`select 1 from ${kind.thing.name} t limit 1`) === undefined) return;
  createTable(database, "s.contested", "row integer primary key");
  const bits = lasting.reduce((sum, { bit }) => sum + 2 ** bit, 0);
  const found = database.run(
    `insert into s.contested select r.row from s.row r left join s.match m on m.row = r.row
     where r.key is not null and (m.row is null or m.changed & ${bits} <> 0)`,
  );
  if (found === 0) return;
  for (const field of lasting) {
    const tier = { row: buildRowKeysSql(field), record: buildRecordKeysSql(field) };
    if (storeHolders(database, plan, tier, `from s.contested d ${ORDERED_JOIN} s.row r on r.row = d.row where true`))
      database.exec(
        `insert into ${PAIR_TABLE} select h.row, h.target from s.holder h left join s.match m on m.row = h.row
         where m.target is distinct from h.target on conflict do nothing`,
      );
  }
  const isOther = listIdentifyingFields(plan)
    .filter((field) => !isMatchKey(plan, field))
    .map((field) => `${buildChangesFieldSql(field)} or ${buildRowKeysSql(field)} is null`);
  database.exec(
    `insert into ${PAIR_TABLE} select m.row, m.target from s.contested d ${ORDERED_JOIN} s.match m on m.row = d.row
       ${ORDERED_JOIN} s.row r on r.row = d.row where (${isOther.join(") and (")}) on conflict do nothing`,
  );
};

export const matchCandidateRows = (database: Database, plan: PlanDefinition): void => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return;
  createTable(database, PAIR_TABLE, "row integer not null, pk integer not null, primary key (row, pk)");
  pairByConsoleKeys(database, plan, versions);
  const lasting = listIdentifyingFields(plan).filter(
    (field) => keyOf(plan).lasting === true && !isMatchKey(plan, field) && field.comparison !== "name",
  );
  pairContestedRows(database, plan, lasting);
  if (database.get(`select 1 from ${PAIR_TABLE} limit 1`) === undefined) return;
  createTargetIndex(database);
  const addRecordsOfRows = `insert into ${PAIR_TABLE} select m.row, m.target from (select distinct row from ${PAIR_TABLE}) few
    ${ORDERED_JOIN} s.match m on m.row = few.row where true on conflict do nothing`;
  database.exec(addRecordsOfRows);
  storeIdentities(database, plan, versions, { fields: lasting, which: `select pk from ${PAIR_TABLE}` });
  pairByIdentities(database, lasting, "r.key is not null");
  database.exec(addRecordsOfRows);
  database.exec(
    `insert into ${PAIR_TABLE} select m.row, m.target from (select distinct pk from ${PAIR_TABLE}) few
     ${ORDERED_JOIN} s.match m on m.target = few.pk where true on conflict do nothing`,
  );
  // a row that shares only the address with a locally deleted person is about another person
  const pairs = readPairs(database, plan, versions).filter(({ isOther, isDeleted }) => !isOther || !isDeleted);
  const { decided, contested } = decidePairs(pairs);
  const others = [...contested].flatMap(([row, pks]) => (pks.size === 0 ? [row] : []));
  const isKept = `exists (select 1 from main.${getObservedTable(versions)} o where o.pk = m.target and ${buildMayDifferSql(versions, keyOf(plan).field)})`;
  const held = database.all(
    `select m.row, m.target from json_each(:others) e ${ORDERED_JOIN} s.match m on m.row = e.value where ${isKept}`,
    { others: JSON.stringify(others) },
  );
  database.exec(`delete from s.match where row in (select row from ${PAIR_TABLE})`);
  createTable(database, "s.decided", "row integer primary key, pk integer not null");
  database.run("insert into s.decided select value ->> 0, value ->> 1 from json_each(:decided)", {
    decided: JSON.stringify([...decided]),
  });
  matchPairs(database, plan);
  const holding = held.map(({ row, target }) => [Number(row), new Set([Number(target)])] as const);
  leaveOut(database, plan, new Map([...[...contested].filter(([, pks]) => pks.size > 0), ...holding]));
};

/**
 * Leaves out rows with unknown keys that may belong to locally changed records, for example after two keys were
 * swapped.
 */
export const leaveOutUnknownKeys = (database: Database, plan: PlanDefinition): void => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return;
  const identifying = listIdentifyingFields(plan).filter((field) => !isMatchKey(plan, field));
  createTargetIndex(database);
  const unseen = `select c.pk from (${buildUncertainRecordsSql(plan, versions)}) c where ${buildIsMissingInExportSql("c.pk")}`;
  const params = { kind: plan.kind.name };
  if (identifying.length === 0 || database.get(`${unseen} limit 1`, params) === undefined) return;
  database.exec(`delete from ${PAIR_TABLE}`);
  storeIdentities(database, plan, versions, { fields: identifying, which: unseen });
  pairByIdentities(database, identifying, `r.key is not null and not ${buildIsMatchedRowSql("r.row")}`);
  // a record that was not deleted locally is still in the console, perhaps under another key
  const found = readPairs(database, plan, versions).filter(({ agrees, isThere }) => agrees || isThere);
  const rows = Map.groupBy(found, ({ row }) => row);
  leaveOut(database, plan, new Map([...rows].map(([row, pairs]) => [row, new Set(pairs.map(({ pk }) => pk))])));
};
