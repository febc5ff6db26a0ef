import {
  CUSTOM_FIELDS_COLUMN,
  EXPORTED_VERSIONS,
  OBSERVED_VERSIONS,
  getObservedTable,
  PRESENCE_BIT,
  buildStatesSinceSql,
} from "../../../console/observed.ts";
import { ALL_COLUMNS_MASK, getColumnBit, type VersionSchema } from "../../../versions/tables.ts";
import type { ImportedField } from "../../staging/kinds.ts";
import { buildCaseSql, buildIsMissingRecordSql, quoteIdentifier } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { createTargetIndex, LOCAL_ENTRY_TABLE, listStagedFields, CANDIDATE_KEY_TABLE } from "../expressions.ts";
import type { PlanDefinition, StoredKind } from "../stored-kind.ts";

// The tables that the parts of a merge share. They contain what an export shows about records that were changed
// locally.

/**
 * The table of the rows that belong to records with an observed state. Its columns are `pk`; `row`; `isNew` (the
 * console did not have the record); masks of columns like those of versions (`shown` by the row, `differing` from the
 * local values, `open`: changed locally, `contradicted`, `givenUp`: contradicted, and the console value is accepted);
 * the custom fields of the row that were changed locally (`keys`: all of them, `entries`: those that differ,
 * `givenEntries`: those whose console value is accepted); and the columns of the record type.
 */
export const MERGED_TABLE = "s.merged";

/**
 * The table of the records that were deleted locally but that a row shows. Its columns are `pk`, `row`, the masks of
 * the columns that are `shown` and `contradicted`, and the columns of the record type.
 */
export const DELETED_HERE_TABLE = "s.deleted_here";

/** The table of the records that left-out rows may belong to: `pk`. The export proves nothing about these records. */
export const AMBIGUOUS_TABLE = "s.ambiguous";

/** The table of the records that an export lacks, but that are kept because local changes refer to them: `pk`. */
export const HELD_TABLE = "s.held";

/**
 * The table of records that may lack a key in the console, so that blank cells may refer to them: `what` (field), `pk`.
 */
export const NAMELESS_TABLE = "s.nameless";

/**
 * The target of a row that is left out, for example because its record was deleted locally. Nothing is written for such
 * a row.
 */
export const LEFT_OUT_TARGET = -1;

/**
 * Returns the record versions that a console export is merged with; undefined for other plans, which overwrite local
 * values.
 */
export const getMergedVersions = ({ kind, request }: PlanDefinition): VersionSchema | undefined =>
  request.fromConsole === true ? EXPORTED_VERSIONS.find(({ thing }) => thing === kind.thing) : undefined;

/** Returns the parameter `kind` if the statement uses it. Statements use it for record types that have a scope. */
export const getKindParam = ({ kind }: PlanDefinition, sql: string): { readonly kind?: string } =>
  sql.includes(":kind") ? { kind: kind.name } : {};

export const createMergeTables = (database: Database, plan: PlanDefinition): void => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return;
  const names = versions.columns.map(({ name }) => quoteIdentifier(name));
  for (const table of [
    MERGED_TABLE,
    DELETED_HERE_TABLE,
    AMBIGUOUS_TABLE,
    HELD_TABLE,
    NAMELESS_TABLE,
    CANDIDATE_KEY_TABLE,
    LOCAL_ENTRY_TABLE,
  ])
    database.exec(`drop table if exists ${table}`);
  database.exec(`create table ${MERGED_TABLE} (pk integer primary key, row integer not null, isNew integer not null,
    shown integer not null, differing integer not null, open integer not null default 0,
    contradicted integer not null default 0, givenUp integer not null default 0, keys text, entries text, givenEntries text,
    ${names.join(", ")})`);
  database.exec(`create index s.merged_row on merged (row)`);
  database.exec(
    `create table ${DELETED_HERE_TABLE} (pk integer primary key, row integer not null, shown integer not null default 0,
      contradicted integer not null default 0, ${names.join(", ")})`,
  );
  database.exec(`create table ${HELD_TABLE} (pk integer primary key)`);
  database.exec(`create table ${AMBIGUOUS_TABLE} (pk integer primary key)`);
  database.exec(`create table ${NAMELESS_TABLE} (what text not null, pk integer not null, primary key (what, pk))`);
  database.exec(
    `create table ${CANDIDATE_KEY_TABLE} (what text not null, key text not null, pk integer, primary key (what, key))`,
  );
  database.exec(`create table ${LOCAL_ENTRY_TABLE} (row integer not null, key text not null, primary key (row, key))`);
};

/**
 * Marks values as contradicted if an earlier export contradicted them and their console value has not changed since.
 */
export const keepEarlierContradictions = (database: Database, versions: VersionSchema): void => {
  const same = versions.columns
    .filter(({ leads, name }) => leads && name !== CUSTOM_FIELDS_COLUMN)
    .map(({ name, bit }) =>
      buildCaseSql(`x.${quoteIdentifier(name)} is not distinct from o.${quoteIdentifier(name)}`, bit, "0"),
    );
  database.exec(
    `update ${MERGED_TABLE} as x set contradicted = x.contradicted | (o.contradicted & x.open & x.differing & (${same.join(" | ")}))
     from main.${getObservedTable(versions)} o where o.pk = x.pk and o.contradicted <> 0`,
  );
};

/** Returns the fields that the plan's rows may show, without the custom fields, which are merged one by one. */
export const listSingleFields = (plan: PlanDefinition): readonly ImportedField[] =>
  listStagedFields(plan).filter((field) => field.merge !== CUSTOM_FIELDS_COLUMN);

/**
 * SQL: the states that the console may have for records with an observed state: `pk`, the columns, and `mask`, the
 * columns that a state contains.
 *
 * @param which SQL: selects the record numbers
 */
export const buildConsoleStatesSql = (versions: VersionSchema, which: string): string => {
  const table = `main.${getObservedTable(versions)}`;
  const names = versions.columns.map(({ name }) => quoteIdentifier(name)).join(", ");
  return `select pk, differs as mask, ${names} from ${table} where pk in (${which})
    union all select pk, mask, ${names} from (${buildStatesSinceSql(versions, which)})`;
};

/**
 * SQL: the states that records may have in the console, and their local state; columns as in
 * {@link buildConsoleStatesSql}.
 */
export const buildPossibleStatesSql = (versions: VersionSchema, which: string): string =>
  `${buildConsoleStatesSql(versions, which)}
   union all select n.pk, ${ALL_COLUMNS_MASK}, ${versions.columns.map(({ name }) => `n.${quoteIdentifier(name)}`).join(", ")}
     from main.${versions.thing.name} n where n.pk in (${which})`;

export const prefersConsole = ({ request }: PlanDefinition): boolean => request.prefer === "console";

/** SQL: true if an export that lacks the observed record `o` contradicts a local change. */
export const IS_CONTRADICTED_BY_ABSENCE_SQL = `(o.inConsole = 1 and o.differs & ${PRESENCE_BIT} = 0
  or o.inConsole = 0 and o.confirmed & ${PRESENCE_BIT} = 0 and o.contradicted & ${PRESENCE_BIT} <> 0)`;

/**
 * SQL: true if an export that lacks the record `t` does not delete it: the record was changed locally, the console
 * never had it, or it is in one of the tables {@link AMBIGUOUS_TABLE} and {@link HELD_TABLE}.
 */
export const buildIsKeptLocallySql = ({ thing }: StoredKind, prefer: PlanDefinition["request"]["prefer"]): string => {
  if (!EXPORTED_VERSIONS.some((versions) => versions.thing === thing)) return "false";
  const given = prefer === "console" ? ` and not (${IS_CONTRADICTED_BY_ABSENCE_SQL})` : "";
  const isIn = (table: string): string => `exists (select 1 from ${table} kept where kept.pk = t.pk)`;
  return `(exists (select 1 from main.${getObservedTable({ thing })} o where o.pk = t.pk${given})
    or ${isIn(AMBIGUOUS_TABLE)} or ${isIn(HELD_TABLE)})`;
};

/** SQL: true if a record that was changed locally refers to the record `t`. */
export const buildIsReferencedByDriftSql = ({ table: { heldBy = [] } }: StoredKind): string =>
  heldBy
    .flatMap(({ thing, column, rows }) =>
      OBSERVED_VERSIONS.filter((versions) => versions.thing === thing).map((versions) => {
        const bits = rows === undefined ? getColumnBit(versions, column) : ALL_COLUMNS_MASK;
        return `exists (select 1 from ${rows ?? `main.${thing.name}`} h join main.${getObservedTable(versions)} d on d.pk = h.pk
          where h.${quoteIdentifier(column)} = t.pk and (d.inConsole = 0 or d.differs & ${bits} <> 0))`;
      }),
    )
    .join(" or ") || "false";

/** SQL: true if the export lacks the observed record `o`, and no left-out row may belong to the record. */
export const IS_MISSING_IN_EXPORT_SQL = `${buildIsMissingRecordSql("o.pk")} and not exists (select 1 from ${AMBIGUOUS_TABLE} a where a.pk = o.pk)`;

/**
 * Stores in {@link HELD_TABLE} the records that an export lacks, but that are kept because local changes refer to them.
 */
export const storeHeldRecords = (database: Database, plan: PlanDefinition): void => {
  const { kind, request } = plan;
  if (getMergedVersions(plan) === undefined || request.mode !== "replace") return;
  createTargetIndex(database);
  const select = `select t.pk from ${kind.thing.name} t where ${kind.inScope} and ${buildIsMissingRecordSql("t.pk")}
    and not ${buildIsKeptLocallySql(kind, request.prefer)} and (${buildIsReferencedByDriftSql(kind)})`;
  database.run(`insert into ${HELD_TABLE} ${select}`, getKindParam(plan, select));
};
