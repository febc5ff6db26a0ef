import {
  buildCompleteMaskSql,
  buildIsFilledSql,
  CUSTOM_FIELDS_COLUMN,
  getObservedTable,
} from "../../../console/observed-state.ts";
import { buildUnseenBitsSql } from "../../../console/exported-columns.ts";
import { CUSTOM_FIELD } from "../../../../nouns/user.ts";
import { ALL_COLUMNS_MASK, CONSTANT_BIT, type VersionSchema } from "../../../versions/tables.ts";
import { buildCaseSql, buildIsMissingRecordSql, quoteIdentifier, ORDERED_JOIN } from "../../../store/sql.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { buildNewDerivedColumns, buildNewValueSql, buildReferenceJoinsSql } from "../expressions.ts";
import { buildIsInKindScopeSql, type PlanDefinition } from "../stored-kind.ts";
import {
  AMBIGUOUS_TABLE,
  buildIsReferencedByDriftSql,
  DELETED_HERE_TABLE,
  getMergedVersions,
  IS_MISSING_IN_EXPORT_SQL,
  listSingleFields,
  MERGED_ROWS_TABLE,
} from "./tables.ts";

const VALID_ROWS_SQL = `${MERGED_ROWS_TABLE} x where not exists (select 1 from s.invalid bad where bad.row = x.row)`;

/**
 * SQL: the columns of the record `o` that count as locally changed after an export, as a bit mask. Columns that no
 * export shows count as entered when another column is entered.
 */
const buildTouchedBitsSql = (versions: VersionSchema): string => {
  const filled = versions.columns
    .filter(({ leads }) => leads)
    .map(({ name, bit }) => buildCaseSql(buildIsFilledSql(versions.thing, name), bit, "0"));
  const unseen = `(${buildUnseenBitsSql(versions)} & ~x.shown)`;
  const ofNew = `x.differing | ((${filled.join(" | ")}) & ~x.shown & ~${unseen})`;
  const isDone = "x.open & x.shown & ~x.differing <> 0";
  const ofOther = `o.touched & ~${CONSTANT_BIT} & ~(x.shown & ~x.differing) & ~${buildCaseSql(isDone, unseen, "0")}`;
  return buildCompleteMaskSql(versions, `(${buildCaseSql("x.isNew", ofNew, ofOther)})`);
};

const observeMatchedRecords = (database: Database, versions: VersionSchema, revision: number): void => {
  const table = `main.${getObservedTable(versions)}`;
  const sets = versions.columns.map(({ name, bit }) => {
    const column = quoteIdentifier(name);
    const isKnown = `x.shown & ${bit} <> 0${name === CUSTOM_FIELDS_COLUMN ? " or x.isNew" : ""}`;
    return `${column} = ${buildCaseSql(isKnown, `x.${column}`, `o.${column}`)}`;
  });
  database.run(
    `update ${table} as o set inConsole = 1, since = :revision, touched = ${buildTouchedBitsSql(versions)}, ${sets.join(", ")}
     from (select * from ${VALID_ROWS_SQL}) x ${ORDERED_JOIN} main.${versions.thing.name} t on t.pk = x.pk where o.pk = x.pk`,
    { revision },
  );
};

const observeDeletedRecords = (
  database: Database,
  plan: PlanDefinition,
  versions: VersionSchema,
  revision: number,
): void => {
  const fields = listSingleFields(plan).filter(({ resolved }) => !resolved);
  const values = fields.flatMap((field) => [
    [field.stored, buildNewValueSql(plan, field)] as const,
    ...buildNewDerivedColumns(plan, field),
  ]);
  const joined = buildReferenceJoinsSql(plan);
  const sets = values.map(([name]) => `, ${quoteIdentifier(name)} = x.${quoteIdentifier(name)}`).join("");
  database.run(
    `update main.${getObservedTable(versions)} as o set inConsole = 1, since = :revision${sets}
     from (select d.pk${values.map(([name, value]) => `, ${value} as ${quoteIdentifier(name)}`).join("")}
       from ${DELETED_HERE_TABLE} d ${ORDERED_JOIN} s.row r on r.row = d.row ${joined}) x where x.pk = o.pk`,
    { revision, kind: plan.kind.name },
  );
};

const observeMissingRecords = (
  database: Database,
  plan: PlanDefinition,
  versions: VersionSchema,
  revision: number,
): void => {
  const { thing } = plan.kind;
  const table = `main.${getObservedTable(versions)}`;
  const local = `main.${thing.name} t where t.pk = o.pk`;
  const gone = `${buildIsInKindScopeSql(thing, "o")} and not exists (select 1 from ${local})`;
  const isForgotten = `${gone} and ${IS_MISSING_IN_EXPORT_SQL}`;
  database.run(`delete from ${table} as o where ${isForgotten}`, { kind: plan.kind.name });
  // no export contains protected records
  const isKept = `exists (select 1 from ${local} and ${buildIsInKindScopeSql(thing, "t")} and ${plan.kind.isFree}) and ${IS_MISSING_IN_EXPORT_SQL}`;
  database.run(`update ${table} as o set inConsole = 0, touched = ${ALL_COLUMNS_MASK} where ${isKept}`, {
    kind: plan.kind.name,
  });
  // the console needs the records to which locally changed records refer
  const needed = `${buildIsInKindScopeSql(thing, "t")} and ${buildIsMissingRecordSql("t.pk")}
    and not exists (select 1 from ${AMBIGUOUS_TABLE} a where a.pk = t.pk) and not (${plan.kind.isLacking}) and (${buildIsReferencedByDriftSql(plan.kind)})`;
  database.run(
    `insert into ${table} (pk, inConsole, touched, since) select t.pk, 0, ${ALL_COLUMNS_MASK}, :revision
     from main.${thing.name} t where ${needed} and t.pk is distinct from :usual on conflict do nothing`,
    { revision, usual: plan.kind.table.usual ?? null, kind: plan.kind.name },
  );
};

const observeCustomFields = (database: Database, { staged }: PlanDefinition): void => {
  const shown = staged.places.flatMap(({ field }) => (field.startsWith("custom:") ? [Number(field.slice(7))] : []));
  database.run(
    `delete from main.${getObservedTable({ thing: CUSTOM_FIELD })} as o where o.inConsole = 0 and o.pk in (select value from json_each(:shown))`,
    { shown: JSON.stringify(shown) },
  );
};

export const observeExport = (database: Database, plan: PlanDefinition, revision: number): void => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return;
  observeMatchedRecords(database, versions, revision);
  observeDeletedRecords(database, plan, versions, revision);
  observeCustomFields(database, plan);
  if (plan.request.mode === "replace" && plan.request.scope === undefined)
    observeMissingRecords(database, plan, versions, revision);
  database.exec(`delete from main.${getObservedTable(versions)} where touched = 0`);
};
