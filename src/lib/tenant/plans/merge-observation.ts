import {
  buildCompleteMaskSql,
  buildDifferingBitsSql,
  buildEmptyValueSql,
  buildIsForgottenSql,
  buildUnseenBitsSql,
  OBSERVED_VERSION_TABLE,
} from "../ledger/observed-state.ts";
import { buildForgetUnchangedSql, buildSaveExportedSql } from "../ledger/observe-change.ts";
import { buildListWithoutSql, LISTED_SQL } from "../ledger/written-files.ts";
import { CUSTOM_FIELD } from "../../nouns/user.ts";
import { ALL_COLUMNS_MASK, EXISTENCE_BIT, type VersionSchema } from "../ledger/version-tables.ts";
import { buildCaseSql, buildIsValidRowSql, quoteIdentifier, ORDERED_JOIN } from "../store/sql.ts";
import type { Database } from "../store/database.ts";
import { buildNewDerivedColumns, buildNewValueSql, buildReferenceJoinsSql } from "./expressions.ts";
import { buildIsInKindScopeSql, getDeletionTable, type PlanDefinition } from "./stored-kind.ts";
import {
  buildIsMissingInExportSql,
  isWholeExport,
  getMergedVersions,
  KEPT_TABLE,
  listSingleFields,
  MERGED_ROWS_TABLE,
} from "./merge-tables.ts";

interface Observation {
  readonly database: Database;
  readonly plan: PlanDefinition;
  readonly versions: VersionSchema;
  readonly revision: number;
  /** the table of the observed state */
  readonly table: string;
}

/**
 * SQL: the wished columns of the record `o` after an export, as a bit mask. What no export shows counts as entered with
 * what this export shows.
 */
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
    { revision, kind: plan.kind.name },
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
  const { thing, name } = plan.kind;
  const gone = `${buildIsInKindScopeSql(thing, "o")} and not exists (select 1 from main.${thing.name} t where t.pk = o.pk)`;
  const isMissing = `${gone} and ${buildIsMissingInExportSql("o.pk")}`;
  // a creation that was taken back is settled by the second export without the record
  const isTakenBack = `o.inConsole = 0 and exists (select 1 from ${LISTED_SQL} where e.value ->> 'f' = '' and e.value ->> 's' = 0)`;
  database.run(`delete from ${table} as o where ${isMissing} and not (${isTakenBack})`, { kind: name });
  database.run(
    `update ${table} as o set written = (select json_group_array(json_set(e.value, '$.s', 1)) from ${LISTED_SQL} where e.value ->> 'f' = '') where ${isMissing}`,
    { kind: name },
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
  const ofKind = `(${isHere} or ${buildIsInKindScopeSql(kind.thing, "o")})`;
  database.run(buildSaveExportedSql(versions, ofKind), { revision, kind: kind.name });
  observeMatchedRecords(observation);
  observeDeletedRecords(observation);
  observeCustomFields(observation);
  if (isWholeExport(plan)) observeMissingRecords(observation);
  database.exec(`delete from ${table} as o where ${buildIsForgottenSql(versions)}`);
  database.run(buildForgetUnchangedSql(versions), { revision });
};
