import type { RecordType } from "../../model/thing.ts";
import { ORG } from "../../nouns/organisation.ts";
import {
  buildCompleteMaskSql,
  buildCustomFieldsBitSql,
  buildMayDifferSql,
  buildMergedEntriesSql,
  buildPossibleStatesSql,
  OBSERVED_VERSIONS,
  buildHasEntrySql,
  buildPutBackBitsSql,
  buildPutBackEntriesSql,
  buildSettledListSql,
} from "../ledger/observed-state.ts";
import { EXISTENCE_BIT, getColumnBit, type VersionSchema } from "../ledger/versions.ts";
import type { ImportedField } from "../ledger/kinds.ts";
import { buildCaseSql, buildFieldKeySql, quoteIdentifier, ORDERED_JOIN } from "../store/sql.ts";
import type { Database } from "../store/database.ts";
import {
  buildExistingDerivedColumns,
  isBlankIgnored,
  buildChangedBitSql,
  buildChangesFieldSql,
  buildComparedValueSql,
  createTargetIndex,
  buildIsBlankCellSql,
  isStaged,
  buildIsUnclearSql,
  buildReferenceJoinsSql,
  CANDIDATE_KEY_TABLE,
  LOCAL_ENTRY_TABLE,
  rowColumn,
  recordColumn,
  buildChangedMaskSql,
  isMatchKey,
  keyOf,
  buildRecordKeySql,
  buildRowKeysSql,
  buildRecordKeysSql,
} from "./expressions.ts";
import { type PlanDefinition, type StoredReference } from "./stored-kind.ts";
import {
  KEPT_TABLE,
  getMergedVersions,
  LEFT_OUT_TARGET,
  listMergedReferences,
  listSingleFields,
  MERGED_ROWS_TABLE,
  buildSetApartSql,
} from "./merge-tables.ts";
import { decidePairs, type CandidatePair } from "./org-matching.ts";
import { reportContestedRows } from "./merge-outcome.ts";

// A record with local changes may have another key in the console. A row means the record that had its key when the
// console last showed it, or since, or that has it now. If these are several records, the row is left out.

const PAIR_TABLE = "s.pair";

/** The records that have the key of a row now, or that may have the key in the console. */
const storeCandidates = (database: Database, plan: PlanDefinition, versions: VersionSchema): void => {
  const { thing, isInScope } = plan.kind;
  const key = keyOf(plan);
  const isIn = `exists (select 1 from main.${thing.name} n where n.pk = o.pk and ${isInScope("n")})`;
  const uncertain = `select o.pk from main.${versions.observed} o
    where ${buildMayDifferSql(versions, key.field)} and (${isIn} or ${isInScope("o")})`;
  const keys = `select distinct t.pk, ${buildRecordKeySql(key)} as key from (${buildPossibleStatesSql(versions, uncertain)}) t
    where t.mask & ${getColumnBit(versions, key.field)} <> 0 and ${buildRecordKeySql(key)} is not null`;
  database.createTable(PAIR_TABLE, "(row integer not null, pk integer not null, primary key (row, pk))");
  if (database.get(`${keys} limit 1`) === undefined) return;
  database.exec("create index if not exists s.row_key on row (key)");
  database.exec(
    `insert into ${PAIR_TABLE} select r.row, c.pk from (${keys}) c ${ORDERED_JOIN} s.row r on r.key = c.key`,
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
  database.exec(
    `insert into s.match (row, target, changed) select r.row, t.pk, ${buildChangedMaskSql(plan)}
     from s.decided p ${ORDERED_JOIN} s.row r on r.row = p.row ${ORDERED_JOIN} ${thing.name} t on t.pk = p.pk ${joined}`,
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
  database.createTable("s.decided", "(row integer primary key, pk integer not null)");
  database.run("insert into s.decided select value ->> 0, value ->> 1 from json_each(:decided)", {
    decided: JSON.stringify([...decided]),
  });
  matchPairs(database, plan);
  leaveOut(database, plan, new Map([...contested].filter(([, pks]) => pks.size > 0)));
};

// Cells refer to records by the console's keys. After a local change of a key, cells with the old key refer to the
// changed record. A cell has no effect if several records are possible or the record was deleted.

const buildKeyListSql = (thing: RecordType, field: string): string => {
  const key = buildFieldKeySql(thing, field, recordColumn);
  return thing.fields[field]?.type === "texts" ? key : buildCaseSql(`${key} is null`, "'[]'", `json_array(${key})`);
};

export const storeCandidateCellKeys = (database: Database, plan: PlanDefinition): void => {
  if (getMergedVersions(plan) === undefined) return;
  for (const { field, refers, keys, table, isInScope: isInKind } of listMergedReferences(plan)) {
    const { thing } = table;
    const versions = OBSERVED_VERSIONS.find((one) => one.thing === thing);
    if (versions === undefined) continue;
    const bit = getColumnBit(versions, refers.by);
    const scope = keys.own ? isInKind("known") : "true";
    const isInScope =
      scope === "true"
        ? scope
        : `(o.pk in (select known.${keys.record} from ${keys.table} known where ${scope}) or ${isInKind("o")})`;
    const uncertain = `select o.pk from main.${versions.observed} o where ${buildMayDifferSql(versions, refers.by)} and ${isInScope}`;
    const only = `(select n.pk from main.${thing.name} n where n.pk = g.pk)`;
    database.run(
      `insert into ${CANDIDATE_KEY_TABLE}
       with possible(key, pk) as materialized (
           select distinct e.value, t.pk from (${buildPossibleStatesSql(versions, uncertain)}) t ${ORDERED_JOIN} json_each(${buildKeyListSql(thing, refers.by)}) e
           where t.mask & ${bit} <> 0 and e.value is not null),
         holder(key, pk) as materialized (
           select p.key, known.${keys.record} from (select distinct key from possible) p
             ${ORDERED_JOIN} ${keys.table} known on ${keys.has("known", "p.key")} and ${scope})
       select :what, g.key, ${field.merge === "reference" ? only : "null"} from (
         select c.key, case when count(*) = 1 then max(c.pk) end as pk from (select * from possible union select * from holder) c
         group by c.key having count(*) > 1 or c.key not in (select key from holder)) g`,
      { what: field.short },
    );
  }
};

const buildMayBeNamelessSql = ({ refers, table: { thing } }: StoredReference, pk: string): string => {
  const versions = OBSERVED_VERSIONS.find((one) => one.thing === thing);
  if (versions === undefined || thing.fields[refers.by]?.nullable !== true) return "false";
  const bit = getColumnBit(versions, refers.by);
  const which = `select z.pk from main.${versions.observed} z where z.pk = ${pk} and ${buildMayDifferSql(versions, refers.by, "z")}`;
  return `exists (select 1 from (${buildPossibleStatesSql(versions, which)}) s where s.mask & ${bit} <> 0 and s.${refers.by} is null)`;
};

// Fields without local changes take the value of a console export. Fields with local changes keep the local value, and
// their tasks are done if the export shows this value.

const buildIsNamelessSql = (plan: PlanDefinition, reference: StoredReference): string => {
  const { field, refers, table, usual } = reference;
  const observed = `o.${quoteIdentifier(field.stored)}`;
  const isNameless = `exists (select 1 from ${table.thing.name} nameless where nameless.pk = ${observed}
    and nameless.${refers.by} is null and nameless.pk is distinct from ${usual ?? "null"})`;
  const former = [observed, recordColumn(field.stored)].map((pk) => buildMayBeNamelessSql(reference, pk));
  return `${buildIsBlankCellSql(plan, field)} and (${[isNameless, ...former].join(" or ")})`;
};

const buildIsShownSql = (plan: PlanDefinition, field: ImportedField): string => {
  const reference = listMergedReferences(plan).find((one) => one.field === field);
  const all = [
    ...(reference === undefined ? [] : [`not ${buildIsUnclearSql(plan, field)}`]),
    ...(isBlankIgnored(plan, field) ? [`${rowColumn(field.field)} is not null`] : []),
    ...(reference === undefined || field.merge !== "reference" ? [] : [`not (${buildIsNamelessSql(plan, reference)})`]),
  ];
  return all.join(" and ") || "true";
};

const buildFieldBitsSql = (
  versions: VersionSchema,
  fields: readonly ImportedField[],
  isTrue: (field: ImportedField) => string,
): string =>
  fields.map((field) => buildCaseSql(isTrue(field), getColumnBit(versions, field.stored), "0")).join(" | ") || "0";

/** @param shown SQL: the custom fields in the export's row, or null */
const buildOpenEntriesSql = (versions: VersionSchema, shown: string): string => {
  const all = buildCaseSql(
    `o.inConsole = 1 or o.wished & ${EXISTENCE_BIT} = 0`,
    buildMergedEntriesSql("o.custom", buildPutBackEntriesSql(versions, shown)),
    buildMergedEntriesSql(shown, "t.custom"),
  );
  const isShown = buildHasEntrySql(shown, "k.key");
  const value = buildCaseSql(isShown, `${shown} ->> k.key`, buildCaseSql("o.inConsole = 1", "k.value", "null"));
  const isDone = `${isShown} and ${shown} ->> k.key is not distinct from t.custom ->> k.key`;
  return `(select json_group_object(k.key, ${value}) from json_each(${all}) k where not (${isDone}))`;
};

const storeMergedRows = (database: Database, plan: PlanDefinition, versions: VersionSchema, from: string): void => {
  const { kind } = plan;
  const fields = listSingleFields(plan);
  const custom = kind.fields.find(({ merge }) => merge === "custom");
  const entries = custom !== undefined && isStaged(plan, custom) ? "r.custom" : "null";
  const columns = [
    ...fields.flatMap((field) => [
      [field.stored, buildComparedValueSql(plan, field)] as const,
      ...buildExistingDerivedColumns(plan, field, false),
    ]),
    ...(custom === undefined ? [] : [["custom", buildOpenEntriesSql(versions, entries)] as const]),
  ];
  const names = columns.map(([name]) => quoteIdentifier(name));
  const shown = [
    buildFieldBitsSql(versions, fields, (field) => buildIsShownSql(plan, field)),
    ...(entries === "null" ? [] : [buildCustomFieldsBitSql(versions)]),
    ...(kind.fixed === undefined ? [] : [getColumnBit(versions, kind.fixed)]),
  ];
  const joined = buildReferenceJoinsSql(plan);
  // an unsettled record is no creation
  const isNew = `(o.inConsole = 0 and o.wished & ${EXISTENCE_BIT} <> 0)`;
  database.exec(
    `insert into ${MERGED_ROWS_TABLE} (pk, row, isNew, shown, differing${names.map((name) => `, ${name}`).join("")})
     select t.pk, m.row, ${isNew}, ${shown.join(" | ")},
       ${buildFieldBitsSql(versions, fields, (field) => buildChangesFieldSql(field))}${columns.map(([, value]) => `, ${value}`).join("")}
     from ${from} ${ORDERED_JOIN} s.row r on r.row = m.row ${ORDERED_JOIN} ${kind.thing.name} t on t.pk = m.target ${joined} where true on conflict do nothing`,
  );
  const set =
    custom === undefined ? "" : ` | ${buildCaseSql("custom <> '{}'", buildCustomFieldsBitSql(versions), "0")}`;
  database.exec(`update ${MERGED_ROWS_TABLE} set differing = shown & (differing${set})`);
  database.exec(
    `update ${MERGED_ROWS_TABLE} as m set back = n.back, written = n.written
     from (select x.pk, ${buildPutBackBitsSql(versions, entries)} as back, ${buildSettledListSql(versions, entries)} as written
       from ${MERGED_ROWS_TABLE} x ${ORDERED_JOIN} main.${versions.observed} o on o.pk = x.pk ${ORDERED_JOIN} s.row r on r.row = x.row
         ${ORDERED_JOIN} main.${kind.thing.name} t on t.pk = x.pk where o.written <> '[]') n where n.pk = m.pk`,
  );
};

const keepLocalEntries = (database: Database, plan: PlanDefinition): void => {
  const custom = plan.kind.fields.find(({ merge }) => merge === "custom");
  if (custom === undefined || !isStaged(plan, custom)) return;
  database.exec(
    `insert into ${LOCAL_ENTRY_TABLE} select r.row, e.key from ${MERGED_ROWS_TABLE} x ${ORDERED_JOIN} s.row r on r.row = x.row ${ORDERED_JOIN} json_each(r.custom) e
     where x.isNew or exists (select 1 from json_each(x.custom) k where k.key = e.key)`,
  );
  database.exec(
    `update s.match as m set changed = m.changed & ~${2 ** custom.bit} | ${buildChangedBitSql(plan, custom)}
     from s.row r, ${plan.kind.thing.name} t where m.row in (select row from ${LOCAL_ENTRY_TABLE}) and r.row = m.row and t.pk = m.target`,
  );
};

const skipUnclearCells = (database: Database, plan: PlanDefinition): void => {
  const unclear = `select 1 from ${CANDIDATE_KEY_TABLE} union all select 1 from main.${ORG.name}_observed limit 1`;
  if (database.get(unclear) === undefined) return;
  for (const reference of listMergedReferences(plan)) {
    const { field } = reference;
    const isBlank = `${buildIsBlankCellSql(plan, field)} and ${buildMayBeNamelessSql(reference, recordColumn(field.stored))}`;
    database.exec(
      `update s.match as m set changed = m.changed & ~${2 ** field.bit} from s.row r, ${plan.kind.thing.name} t
       where r.row = m.row and t.pk = m.target and ${buildChangesFieldSql(field)} and (${buildIsUnclearSql(plan, field)} or ${isBlank})`,
    );
  }
};

export const mergeLocalChanges = (database: Database, plan: PlanDefinition): void => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return;
  const observed = `main.${versions.observed}`;
  skipUnclearCells(database, plan);
  if (database.get(`select 1 from ${observed} limit 1`) === undefined) return;
  createTargetIndex(database);
  const from = `${observed} o ${ORDERED_JOIN} s.match m on m.target = o.pk`;
  storeMergedRows(database, plan, versions, from);
  const wished = buildCompleteMaskSql(versions, "o.wished");
  const kept = listSingleFields(plan).map(({ stored, bit }) => {
    const isKept = `(${wished} | ~x.shown | x.back) & ${getColumnBit(versions, stored)} <> 0`;
    return buildCaseSql(isKept, String(2 ** bit), "0");
  });
  database.exec(
    `update s.match as m set changed = m.changed & ~(${kept.join(" | ") || "0"})
     from ${MERGED_ROWS_TABLE} x ${ORDERED_JOIN} ${observed} o on o.pk = x.pk where x.row = m.row`,
  );
  keepLocalEntries(database, plan);
};

export const leaveOutTakenRows = (database: Database, plan: PlanDefinition): void => {
  if (getMergedVersions(plan) === undefined) return;
  const rows = "select row from s.contest where state = 'left'";
  for (const sql of [
    "update s.contest set state = 'left' where state = 'lost'",
    `insert into ${KEPT_TABLE} (pk, why) select target, 'ambiguous' from s.match where target > 0 and row in (${rows})
       on conflict do update set why = excluded.why`,
    `delete from ${MERGED_ROWS_TABLE} where row in (${rows})`,
    `insert into s.match (row, target, changed) select distinct row, ${LEFT_OUT_TARGET}, 0 from s.contest where state = 'left'
       on conflict (row) do update set target = excluded.target, changed = 0`,
  ])
    database.exec(sql);
};
