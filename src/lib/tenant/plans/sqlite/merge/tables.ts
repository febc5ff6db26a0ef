import { CUSTOM, EXPORTED, OBSERVED, observedTable, PRESENCE, statesSince } from "../../../console/observed.ts";
import { ALL_CHANGED, bitOf, type Versions } from "../../../versions/tables.ts";
import type { ImportedField } from "../../staging/kinds.ts";
import { either, isMissing, quoteIdentifier } from "../../../store/sql/forms.ts";
import type { Database } from "../../../store/sqlite/database.ts";
import { indexTargets, isStaged, LOCAL_ENTRIES, touchedFields, CANDIDATE_KEYS } from "../expressions.ts";
import type { PlanSql, StoredKind } from "../stored-kind.ts";

// The tables that the parts of a merge share: what an export shows of records that were changed here.

/**
 * The rows that meet a record with observed state: `pk`, `row`, `isNew` (the console did not have it), masks of the columns
 * as versions have them (`shown` by the row, `differing` from the local values, `open`: changed here, `contradicted`,
 * `givenUp`: contradicted, and taken from the console), what the row has of the custom fields that were changed here (`keys`,
 * in `entries` those that differ, and in `givenEntries` those that are taken), and the columns.
 */
export const MERGED = "s.merged";

/**
 * The records that were deleted here, and that a row shows: `pk`, `row`, masks of the columns that are `shown` and
 * `contradicted`, and the columns.
 */
export const DELETED_HERE = "s.deleted_here";

/** The records that rows which are left out may belong to: an export says nothing of these. */
export const AMBIGUOUS = "s.ambiguous";

/** The records that an export lacks, and that stay as something that was changed here refers to them: `pk`. */
export const HELD = "s.held";

/** The records that the console may have without a key, so that a blank cell may mean them: `what`, the field, and `pk`. */
export const NAMELESS = "s.nameless";

/** The target of a row that meets a record that was deleted here: it changes none, and creates none. */
export const NO_RECORD = -1;

/** The versions of the records that a plan of an export is merged with; undefined of other plans, which overwrite. */
export const mergedWith = ({ kind, request }: PlanSql): Versions | undefined =>
  request.fromConsole === true ? EXPORTED.find(({ thing }) => thing === kind.thing) : undefined;

/** The parameter of a statement that has the kind: a thing with a scope. */
export const kindIn = ({ kind }: PlanSql, sql: string): { readonly kind?: string } =>
  sql.includes(":kind") ? { kind: kind.name } : {};

/** Empties the tables of a merge. */
export const resetMerge = (database: Database, plan: PlanSql): void => {
  const versions = mergedWith(plan);
  if (versions === undefined) return;
  const names = versions.columns.map(({ name }) => quoteIdentifier(name));
  for (const table of [MERGED, DELETED_HERE, AMBIGUOUS, HELD, NAMELESS, CANDIDATE_KEYS, LOCAL_ENTRIES])
    database.exec(`drop table if exists ${table}`);
  database.exec(`create table ${MERGED} (pk integer primary key, row integer not null, isNew integer not null,
    shown integer not null, differing integer not null, open integer not null default 0,
    contradicted integer not null default 0, givenUp integer not null default 0, keys text, entries text, givenEntries text,
    ${names.join(", ")})`);
  database.exec(`create index s.merged_row on merged (row)`);
  database.exec(
    `create table ${DELETED_HERE} (pk integer primary key, row integer not null, shown integer not null default 0,
      contradicted integer not null default 0, ${names.join(", ")})`,
  );
  database.exec(`create table ${HELD} (pk integer primary key)`);
  database.exec(`create table ${AMBIGUOUS} (pk integer primary key)`);
  database.exec(`create table ${NAMELESS} (what text not null, pk integer not null, primary key (what, pk))`);
  database.exec(
    `create table ${CANDIDATE_KEYS} (what text not null, key text not null, pk integer, primary key (what, key))`,
  );
  database.exec(`create table ${LOCAL_ENTRIES} (row integer not null, key text not null, primary key (row, key))`);
};

/** Keeps values contradicted that an earlier export contradicted, and that the console has unchanged. */
export const keepContradicted = (database: Database, versions: Versions): void => {
  const same = versions.columns
    .filter(({ leads, name }) => leads && name !== CUSTOM)
    .map(({ name, bit }) =>
      either(`x.${quoteIdentifier(name)} is not distinct from o.${quoteIdentifier(name)}`, bit, "0"),
    );
  database.exec(
    `update ${MERGED} as x set contradicted = x.contradicted | (o.contradicted & x.open & x.differing & (${same.join(" | ")}))
     from main.${observedTable(versions)} o where o.pk = x.pk and o.contradicted <> 0`,
  );
};

/** The fields of the plan that rows may show; custom fields are merged one by one. */
export const singleFields = (plan: PlanSql): readonly ImportedField[] =>
  touchedFields(plan).filter((field) => isStaged(plan, field) && field.merge !== CUSTOM);

/**
 * SQL: the states in which the console may have left records with observed state: `pk`, the columns, and the `mask` of those
 * that a state tells of.
 *
 * @param which SQL: selects the records
 */
export const consoleStates = (versions: Versions, which: string): string => {
  const table = `main.${observedTable(versions)}`;
  const names = versions.columns.map(({ name }) => quoteIdentifier(name)).join(", ");
  return `select pk, differs as mask, ${names} from ${table} where pk in (${which})
    union all select pk, mask, ${names} from (${statesSince(versions, which)})`;
};

/** SQL: the states of the console's side, and today's, of records: see {@link consoleStates}. */
export const statesOf = (versions: Versions, which: string): string =>
  `${consoleStates(versions, which)}
   union all select n.pk, ${ALL_CHANGED}, ${versions.columns.map(({ name }) => `n.${quoteIdentifier(name)}`).join(", ")}
     from main.${versions.thing.name} n where n.pk in (${which})`;

/** True if an export gives up what was changed here where it contradicts that. */
export const prefersConsole = ({ request }: PlanSql): boolean => request.prefer === "console";

/** SQL: true if an observed record `o` that an export lacks was changed here, so that the export contradicts that. */
export const isContradictedMissing = `(o.inConsole = 1 and o.differs & ${PRESENCE} = 0
  or o.inConsole = 0 and o.confirmed & ${PRESENCE} = 0 and o.contradicted & ${PRESENCE} <> 0)`;

/** SQL: true if an export that lacks the record `t` does not delete it: it was changed here, or the console never had it. */
export const staysHere = ({ thing }: StoredKind, prefer: PlanSql["request"]["prefer"]): string => {
  if (!EXPORTED.some((versions) => versions.thing === thing)) return "false";
  const given = prefer === "console" ? ` and not (${isContradictedMissing})` : "";
  const isIn = (table: string): string => `exists (select 1 from ${table} kept where kept.pk = t.pk)`;
  return `(exists (select 1 from main.${observedTable({ thing })} o where o.pk = t.pk${given})
    or ${isIn(AMBIGUOUS)} or ${isIn(HELD)})`;
};

/** SQL: true if something that was changed here refers to the record `t`. */
export const isHeldByDrift = ({ table: { heldBy = [] } }: StoredKind): string =>
  heldBy
    .flatMap(({ thing, column, rows }) =>
      OBSERVED.filter((versions) => versions.thing === thing).map((versions) => {
        const bits = rows === undefined ? bitOf(versions, column) : ALL_CHANGED;
        return `exists (select 1 from ${rows ?? `main.${thing.name}`} h join main.${observedTable(versions)} d on d.pk = h.pk
          where h.${quoteIdentifier(column)} = t.pk and (d.inConsole = 0 or d.differs & ${bits} <> 0))`;
      }),
    )
    .join(" or ") || "false";

/** SQL: true if an export lacks the record `o`. */
export const isMissingThere = `${isMissing("o.pk")} and not exists (select 1 from ${AMBIGUOUS} a where a.pk = o.pk)`;

/** Keeps the records that an export lacks, and to which something refers that was changed here. */
export const keepHeld = (database: Database, plan: PlanSql): void => {
  const { kind, request } = plan;
  if (mergedWith(plan) === undefined || request.mode !== "replace") return;
  indexTargets(database);
  const select = `select t.pk from ${kind.thing.name} t where ${kind.inScope} and ${isMissing("t.pk")}
    and not ${staysHere(kind, request.prefer)} and (${isHeldByDrift(kind)})`;
  database.run(`insert into ${HELD} ${select}`, kindIn(plan, select));
};
