import { EXPORTED_VERSIONS } from "../ledger/observed-state.ts";
import type { VersionSchema } from "../ledger/version-tables.ts";
import type { ImportedField } from "../ledger/kinds.ts";
import { buildIsMissingRecordSql, quoteIdentifier } from "../store/sql.ts";
import type { Database } from "../store/database.ts";
import { isStaged, LOCAL_ENTRY_TABLE, CANDIDATE_KEY_TABLE } from "./expressions.ts";
import type { PlanDefinition, StoredKind, StoredReference } from "./stored-kind.ts";

/**
 * The table of rows for locally changed records, with bit masks of columns: `shown` by the row, `differing` from the
 * local values, and `back` with a value that was taken back.
 */
export const MERGED_ROWS_TABLE = "s.merged";

/**
 * The table of records that a whole export does not delete, and why: `ambiguous` if left-out rows may belong to the
 * record, `deleted here` with the row that shows the record.
 */
export const KEPT_TABLE = "s.kept";

/** The target of a left-out row, for which nothing is written. */
export const LEFT_OUT_TARGET = -1;

export const getMergedVersions = ({ kind, request }: PlanDefinition): VersionSchema | undefined =>
  request.fromConsole === true ? EXPORTED_VERSIONS.find(({ thing }) => thing === kind.thing) : undefined;

export const isWholeExport = ({ request }: PlanDefinition): boolean =>
  request.mode === "replace" && request.scope === undefined;

export const listMergedReferences = (plan: PlanDefinition): readonly StoredReference[] =>
  plan.kind.references.filter(({ field }) => isStaged(plan, field) && !field.resolved);

export const createTable = (database: Database, name: string, columns: string): void => {
  database.exec(`drop table if exists ${name}`);
  database.exec(`create table ${name} (${columns})`);
};

export const createMergeTables = (database: Database, plan: PlanDefinition): void => {
  const versions = getMergedVersions(plan);
  if (versions === undefined) return;
  const names = versions.columns.map(({ name }) => quoteIdentifier(name)).join(", ");
  createTable(
    database,
    MERGED_ROWS_TABLE,
    `pk integer primary key, row integer not null, isNew integer not null, shown integer not null,
     differing integer not null, back integer not null default 0, written text not null default '[]', ${names}`,
  );
  database.exec("create index s.merged_row on merged (row)");
  createTable(database, KEPT_TABLE, "pk integer primary key, why text not null, row integer");
  database.exec("create index s.kept_row on kept (row)");
  createTable(
    database,
    CANDIDATE_KEY_TABLE,
    "what text not null, key text not null, pk integer, primary key (what, key)",
  );
  createTable(database, LOCAL_ENTRY_TABLE, "row integer not null, key text not null, primary key (row, key)");
};

export const listSingleFields = (plan: PlanDefinition): readonly ImportedField[] =>
  plan.kind.fields.filter((field) => isStaged(plan, field) && field.merge !== "custom");

/** SQL: true if an import keeps a record although the export lacks the record. */
export const buildIsKeptLocallySql = ({ thing }: StoredKind): string =>
  EXPORTED_VERSIONS.some((versions) => versions.thing === thing)
    ? `exists (select 1 from ${KEPT_TABLE} k where k.pk = t.pk)`
    : "false";

/** SQL: true if the row of a record is neither matched nor left out. */
export const buildIsMissingInExportSql = (pk: string): string =>
  `${buildIsMissingRecordSql(pk)} and not exists (select 1 from ${KEPT_TABLE} apart where apart.pk = ${pk} and apart.why in ('ambiguous', 'deleted here'))`;

/** @param records SQL: `pk`, `row` */
export const buildSetApartSql = (why: "ambiguous" | "deleted here", records: string): string =>
  `insert into ${KEPT_TABLE} (pk, row, why) select *, '${why}' from (${records}) where true on conflict do nothing`;
