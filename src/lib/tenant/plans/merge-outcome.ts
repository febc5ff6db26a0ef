import {
  buildCompleteMaskSql,
  buildDifferingBitsSql,
  buildEmptyValueSql,
  buildIsForgottenSql,
  buildUnseenBitsSql,
  OBSERVED_VERSION_TABLE,
  buildListWithoutSql,
  LISTED_SQL,
  buildCustomFieldsBitSql,
} from "../ledger/observed-state.ts";
import { buildForgetUnchangedSql, buildSaveExportedSql } from "../ledger/observe-change.ts";
import { CUSTOM_FIELD } from "../../nouns/user.ts";
import { ALL_COLUMNS_MASK, EXISTENCE_BIT, type VersionSchema, getColumnBit } from "../ledger/versions.ts";
import { buildCaseSql, buildIsValidRowSql, quoteIdentifier, ORDERED_JOIN } from "../store/sql.ts";
import type { Database } from "../store/database.ts";
import {
  buildNewDerivedColumns,
  buildNewValueSql,
  buildReferenceJoinsSql,
  buildRecordLabelSql,
  findReference,
  keyOf,
  buildReferenceTextSql,
  buildStagedKeyText,
  recordColumn,
} from "./expressions.ts";
import { getDeletionTable, type PlanDefinition, type StoredKind } from "./stored-kind.ts";
import {
  buildIsMissingInExportSql,
  isWholeExport,
  getMergedVersions,
  KEPT_TABLE,
  listSingleFields,
  MERGED_ROWS_TABLE,
  LEFT_OUT_TARGET,
  countReferences,
} from "./merge-tables.ts";
import type { ImportedField } from "../ledger/kinds.ts";
import type { Contradiction, MergedValues } from "../ledger/import-rows.ts";
import { recordFinding } from "./findings.ts";

const MAX_LISTED_VALUES = 3;

const MAX_LEFT_OUT_ROWS = 20;

const buildReadableValueSql = (kind: StoredKind, field: ImportedField, value: string): string => {
  const reference = findReference(kind, field);
  if (reference !== undefined) {
    const deleted = buildReferenceTextSql(reference, value, `main.${reference.table.thing.name}_observed`);
    const { called } = reference.table;
    const made = `select r.key from s.row r where r.row = ${value} - (select last from collection where name = '${reference.series}')`;
    const others = [
      ...(called === undefined ? [] : [called(value)]),
      deleted,
      ...(field.resolved ? [`(${made})`] : []),
    ];
    return `coalesce(${[buildReferenceTextSql(reference, value), ...others].join(", ")})`;
  }
  return field.merge === "list"
    ? `(select string_agg(e.value, ', ' order by e.key) from json_each(${value}) e)`
    : value;
};

export const countMergedValues = (database: Database, plan: PlanDefinition): MergedValues | undefined => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return undefined;
  const { kind } = plan;
  const observed = `main.${versions.observed}`;
  const called = `${buildRecordLabelSql(kind.thing)} as name`;
  const joined = `${MERGED_ROWS_TABLE} x ${ORDERED_JOIN} main.${kind.thing.name} t on t.pk = x.pk left join ${observed} o on o.pk = x.pk`;
  const isOther = (bit: string, isSame: string): string =>
    `x.differing & o.wished & ${bit} <> 0 and (x.isNew or not (${isSame}))`;
  const custom = buildCustomFieldsBitSql(versions);
  const lacking = `${KEPT_TABLE} k ${ORDERED_JOIN} main.${kind.thing.name} t on t.pk = k.pk
    where k.why <> 'not there' and ${kind.inScope} and ${kind.isFree} and ${buildIsMissingInExportSql("t.pk")}`;
  const isWhole = isWholeExport(plan);
  const selects = [
    ...listSingleFields(plan).map((field) => {
      const name = field.stored;
      const shown = (value: string): string => buildReadableValueSql(plan.kind, field, value);
      const [own, there] = [`o.${quoteIdentifier(name)}`, `x.${quoteIdentifier(name)}`];
      return `select t.pk, ${called}, '${name}' as field, ${shown(recordColumn(name))} as local, ${shown(there)} as console
        from ${joined} where ${isOther(getColumnBit(versions, name), `${there} is not distinct from ${own}`)}`;
    }),
    ...(custom === "0"
      ? []
      : [
          `select t.pk, ${called}, 'custom:' || f.name, t.custom ->> e.key, e.value from ${joined}
             ${ORDERED_JOIN} json_each(x.custom) e ${ORDERED_JOIN} custom_field f on f.pk = cast(e.key as integer)
           where ${isOther(custom, "e.value is not distinct from o.custom ->> e.key")}`,
        ]),
    ...(isWhole ? [`select t.pk, ${called}, null as field, null as local, null as console from ${lacking}`] : []),
  ];
  const all = selects.join(" union all ");
  const contradicted = database.count(`select count(*) from (${all})`);
  const first = database.all<Contradiction>(
    `select name, field, local, console from (${all}) order by pk, field limit ${MAX_LISTED_VALUES}`,
  );
  const leftOutRows = database.all<{ row: number; key: string }>(
    `select m.row, coalesce(${buildStagedKeyText(plan)}, '') as key from s.match m ${ORDERED_JOIN} s.row r on r.row = m.row
     where m.target = ${LEFT_OUT_TARGET} and m.row not in (select k.row from ${KEPT_TABLE} k where k.why = 'deleted here') order by m.row`,
  );
  const leftOut = leftOutRows.length;
  const unsettled = isWhole ? database.count(`select count(*) from ${lacking} and k.why <> 'put back'`) : 0;
  const { cleared, brought, ended } = countReferences(database, plan);
  if (contradicted + leftOut + unsettled + cleared + brought === 0) return undefined;
  const wishes = { count: ended.length, first: ended.slice(0, MAX_LISTED_VALUES) };
  const rows = leftOutRows.slice(0, MAX_LEFT_OUT_ROWS);
  return { contradicted, leftOut, leftOutRows: rows, first, unsettled, cleared, brought, wishes };
};

export const reportContestedRows = (database: Database, plan: PlanDefinition, pairs: string): void => {
  const { thing } = plan.kind;
  const labels = [`main.${thing.name}`, `(select * from main.${thing.name}_observed where id is not null)`].map(
    (table) =>
      `select ${buildRecordLabelSql(thing)} as value from json_each(:pairs) p ${ORDERED_JOIN} ${table} t on t.pk = p.value ->> 1
       where p.value ->> 0 = r.row`,
  );
  recordFinding(database, plan, {
    code: "row-ambiguous",
    field: keyOf(plan).field,
    select: `select r.row, r.line, null as col,
        json_object('records', (select string_agg(value, ', ') from (${labels.join(" union ")} order by 1))) as params
      from s.row r where r.row in (select value ->> 0 from json_each(:pairs))`,
    params: { pairs },
  });
};

interface Observation {
  readonly database: Database;
  readonly plan: PlanDefinition;
  readonly versions: VersionSchema;
  readonly revision: number;
  readonly table: string;
}

/** SQL: a bit mask for the record `o`. What no export shows counts as entered with what this export shows. */
const buildWishedBitsSql = (versions: VersionSchema): string => {
  const unseen = `(${buildUnseenBitsSql(versions)} & ~x.shown)`;
  const all = [...new Set(versions.columns.flatMap(({ leads, bit }) => (leads ? [bit] : [])))].join(" | ");
  const ofNew = `x.differing | ((${all}) & ~x.shown & ~${unseen})`;
  const isDone = `${buildDifferingBitsSql(versions)} & x.shown & ~x.differing <> 0`;
  const ofOther = `(o.wished & ~${EXISTENCE_BIT} & ~(x.shown & ~x.differing) & ~${buildCaseSql(isDone, unseen, "0")}) | x.back`;
  return buildCompleteMaskSql(versions, `(${buildCaseSql("x.isNew", ofNew, ofOther)})`);
};

const observeMatchedRecords = ({ database, versions, revision, table }: Observation): void => {
  const sets = versions.columns.map(({ name, bit, leads }) => {
    const column = quoteIdentifier(name);
    const isKnown = `x.shown & ${bit} <> 0${name === "custom" ? " or x.isNew" : ""}`;
    // the console's value of a creation that this export did not show is blank until an export shows it
    const unknown = leads
      ? buildCaseSql("x.isNew", buildEmptyValueSql(versions.thing, name), `o.${column}`)
      : `o.${column}`;
    return `${column} = ${buildCaseSql(isKnown, `x.${column}`, unknown)}`;
  });
  database.run(
    `update ${table} as o set inConsole = 1, since = :revision, written = x.written, wished = ${buildWishedBitsSql(versions)}, ${sets.join(", ")}
     from (select * from ${MERGED_ROWS_TABLE} x where ${buildIsValidRowSql("x.row")}) x ${ORDERED_JOIN} main.${versions.thing.name} t on t.pk = x.pk where o.pk = x.pk`,
    { revision },
  );
};

const observeDeletedRecords = ({ database, plan, versions, revision, table }: Observation): void => {
  const fields = listSingleFields(plan).filter(({ resolved }) => !resolved);
  const values = fields.flatMap((field) => [
    [field.stored, buildNewValueSql(plan, field)] as const,
    ...buildNewDerivedColumns(plan, field),
  ]);
  const joined = buildReferenceJoinsSql(plan);
  const shown = new Set(values.map(([name]) => name));
  const sets = versions.columns.map(({ name, leads }) => {
    const column = quoteIdentifier(name);
    // the console has shown nothing else of a creation that was deleted
    const unknown = buildCaseSql("o.inConsole = 0", buildEmptyValueSql(versions.thing, name), `o.${column}`);
    return `, ${column} = ${shown.has(name) ? `x.${column}` : leads ? unknown : `o.${column}`}`;
  });
  database.run(
    `update ${table} as o set inConsole = 1, wished = ${ALL_COLUMNS_MASK}, since = :revision, written = ${buildListWithoutSql("e.value ->> 'f' = '' and e.value ->> 'v' = 1")}${sets.join("")}
     from (select d.pk${values.map(([name, value]) => `, ${value} as ${quoteIdentifier(name)}`).join("")}
       from ${KEPT_TABLE} d ${ORDERED_JOIN} s.row r on r.row = d.row ${joined} where d.why = 'deleted here') x where x.pk = o.pk`,
    { revision },
  );
};

/** Records the missing records that were kept: a deletion that was taken back makes a creation, others are unsettled. */
const observeKeptRecords = ({ database, plan, versions, revision, table }: Observation): void => {
  const of = (which: string): string =>
    `select k.pk from ${KEPT_TABLE} k ${ORDERED_JOIN} main.${plan.kind.thing.name} t on t.pk = k.pk
     where ${which} and ${plan.kind.isFree} and ${buildIsMissingInExportSql("k.pk")}`;
  const left = of("k.why not in ('put back', 'not there', 'ambiguous')");
  database.run(
    `update ${table} as o set inConsole = 0, wished = ${ALL_COLUMNS_MASK}, written = ${buildListWithoutSql("e.value ->> 'f' = ''")} where o.pk in (${of("k.why = 'put back'")})`,
    {},
  );
  database.run(`update ${table} as o set inConsole = 0, since = :revision where o.pk in (${left})`, { revision });
  database.run(
    `insert into ${OBSERVED_VERSION_TABLE} (thing, pk, revision) select '${versions.thing.name}', pk, :revision from (${left}) where pk not in (select pk from ${table})`,
    { revision },
  );
  database.run(
    `insert into ${table} (pk, inConsole, wished, since) select pk, 0, 0, :revision from (${left}) where true on conflict do nothing`,
    { revision },
  );
};

const observeMissingRecords = (observation: Observation): void => {
  const { database, plan, table } = observation;
  const { thing, isInScope } = plan.kind;
  const gone = `${isInScope("o")} and not exists (select 1 from main.${thing.name} t where t.pk = o.pk)`;
  const isMissing = `${gone} and ${buildIsMissingInExportSql("o.pk")}`;
  // a creation that was taken back is settled by the second export without the record
  const isTakenBack = `o.inConsole = 0 and exists (select 1 from ${LISTED_SQL} where e.value ->> 'f' = '' and e.value ->> 's' = 0)`;
  database.exec(`delete from ${table} as o where ${isMissing} and not (${isTakenBack})`);
  database.exec(
    `update ${table} as o set written = (select json_group_array(json_set(e.value, '$.s', 1)) from ${LISTED_SQL} where e.value ->> 'f' = '') where ${isMissing}`,
  );
  database.exec(`delete from ${table} where pk in (select target from ${getDeletionTable(thing)})`);
  observeKeptRecords(observation);
};

const observeCustomFields = ({ database, plan }: Observation): void => {
  const shown = plan.staged.places.flatMap(({ field }) =>
    field.startsWith("custom:") ? [Number(field.slice(7))] : [],
  );
  database.run(
    `delete from main.${CUSTOM_FIELD.name}_observed as o where o.inConsole = 0 and o.pk in (select value from json_each(:shown))`,
    { shown: JSON.stringify(shown) },
  );
};

export const observeExport = (database: Database, plan: PlanDefinition, revision: number): void => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return;
  const { kind } = plan;
  const table = `main.${versions.observed}`;
  const observation = { database, plan, versions, revision, table };
  const isHere = `exists (select 1 from main.${kind.thing.name} t where t.pk = o.pk and ${kind.inScope})`;
  const ofKind = `(${isHere} or ${kind.isInScope("o")})`;
  database.run(buildSaveExportedSql(versions, ofKind), { revision });
  observeMatchedRecords(observation);
  observeDeletedRecords(observation);
  observeCustomFields(observation);
  if (isWholeExport(plan)) observeMissingRecords(observation);
  database.exec(`delete from ${table} as o where ${buildIsForgottenSql(versions)}`);
  database.run(buildForgetUnchangedSql(versions), { revision });
};
