import { buildKindDefinition, type ImportedField, type KindDefinition } from "../ledger/kinds.ts";
import type { StoredRequest } from "../ledger/import-request.ts";
import type { StagedFile } from "../ledger/import-rows.ts";
import type { Format } from "../../derived/format.ts";
import type { ProblemCode } from "../../model/problem.ts";
import { getKeyColumn, type Reference, type RecordType } from "../../model/thing.ts";
import { getCollection, getSeries, type Collection } from "../../nouns/index.ts";
import type { CommitDetails } from "./engine-types.ts";
import type { Database } from "../store/database.ts";
import { buildValueWithoutTypeSql, buildIsMissingRecordSql, buildComparisonKeySql } from "../store/sql.ts";

/** In addition to its fields, the table has the columns `pk`, `id`, `createdAt`, `updatedAt` and `revision`. */
export interface ThingTable {
  readonly thing: RecordType;
  /** tables with the keys of unique lists, by field; a single unique value has a unique index on its key instead */
  readonly claims?: Readonly<Record<string, string>> | undefined;
  /** for a type with one secret: the column with the time at which it was set; default: `secrets`, times by field */
  readonly secretSetAt?: string | undefined;
  readonly heldBy?: readonly ReferringTable[] | undefined;
  readonly isReferenceFixed?: ((alias: string) => string) | undefined;
  readonly usual?: number | undefined;
  readonly made?: Readonly<Record<string, string>> | undefined;
  /** the problem of a name for which no record can be created; `is`: SQL. @param key SQL of the name's key */
  readonly taken?: { readonly code: ProblemCode; readonly is: (key: string) => string } | undefined;
  readonly tree?: Readonly<Record<"place" | "settle", (database: Database, plan: PlanDefinition) => void>> | undefined;
  readonly called?: ((pk: string) => string) | undefined;
  readonly checkedRules?: readonly string[] | undefined;
  /** returns the number of devices to wipe */
  readonly check?: ((database: Database, plan: PlanDefinition) => number) | undefined;
}

export interface ReferringTable extends Pick<ThingTable, "thing" | "isReferenceFixed"> {
  readonly column: string;
  readonly rows?: string | undefined;
}

export interface KeyLocation {
  readonly table: string;
  readonly key: (alias: string) => string;
  readonly has: (alias: string, key: string) => string;
  readonly held?: string | undefined;
  readonly record: string;
  readonly planned?: true | undefined;
  readonly own: boolean;
}

export interface Claim extends KeyLocation {
  readonly field: ImportedField;
}

export interface StoredReference {
  readonly field: ImportedField;
  readonly refers: Reference;
  readonly table: ThingTable;
  readonly collection: Collection;
  readonly series: Collection;
  readonly keys: KeyLocation;
  readonly isInScope: (record: string) => string;
  readonly usual: number | undefined;
  readonly alias: string;
}

/** A kind of import and the table of its records. SQL conditions use the alias `t`. */
export interface StoredKind extends KindDefinition {
  readonly name: string;
  readonly thing: RecordType;
  readonly table: ThingTable;
  readonly collection: Collection;
  readonly series: Collection;
  readonly holders: readonly Collection[];
  readonly claims: readonly Claim[];
  readonly identifying: readonly Claim[];
  readonly references: readonly StoredReference[];
  readonly isInScope: (record: string) => string;
  readonly inScope: string;
  readonly isProtected: string;
  readonly isFree: string;
  readonly isLacking: string;
  readonly namedBy: string;
}

export interface PlanDefinition {
  readonly kind: StoredKind;
  readonly request: StoredRequest;
  readonly staged: StagedFile;
}

export const UNDELETABLE_TABLE = "undeletable";

/** SQL: true if no skipped row of the file has a key of the record `t`. */
export const IS_ABSENT_SQL = "not exists (select 1 from s.present p where p.target = t.pk)";

export const getDeletionTable = ({ name }: RecordType): string => `s.deleted_${name}`;

/** Stores which records to delete; the commit deletes no others. @param isEmpty true to store none */
export const storeDeletions = (database: Database, { kind }: PlanDefinition, isEmpty: boolean): void => {
  const table = getDeletionTable(kind.thing);
  database.createTable(table, "(target integer primary key)");
  if (isEmpty) return;
  database.exec(`insert into ${table} select t.pk from ${kind.thing.name} t where ${kind.isLacking}`);
};

export interface CommitContext extends Omit<CommitDetails, "actor" | "by" | "origin" | "sender"> {
  readonly revision: number;
}

export const buildKeyLocation = ({ thing, claims }: ThingTable, name: string): KeyLocation => {
  const { short = name, comparison = "exact" } = thing.fields[name] ?? {};
  const beside = getKeyColumn({ short, list: false });
  const table = claims?.[name] ?? thing.name;
  const own = table === thing.name;
  const key = (alias: string): string =>
    own ? buildComparisonKeySql(comparison, `${alias}.${beside}`, `${alias}.${name}`) : `${alias}.${beside}`;
  const has: KeyLocation["has"] = (alias, value) => `${key(alias)} = ${buildValueWithoutTypeSql(value)}`;
  if (!own) return { table, own, key, has, record: thing.name };
  return { table, own, key, has, held: comparison === "exact" ? name : beside, record: "pk" };
};

const createScopeSql =
  ({ scope }: RecordType, kind: string): StoredKind["isInScope"] =>
  (record) =>
    scope === undefined ? "true" : `${record}.${scope} = '${kind}'`;

export const buildStoredKind = (format: Format, tables: readonly ThingTable[]): StoredKind => {
  const kind = buildKindDefinition(format);
  const { thing, name } = format;
  const tableOf = (wanted: string): ThingTable => {
    const found = tables.find((table) => table.thing.name === wanted);
    if (found === undefined) throw new TypeError(`no table of ${wanted}`);
    return found;
  };
  const table = tables.find((one) => one.thing === thing) ?? { thing };
  const isInScope = createScopeSql(thing, name);
  const inScope = isInScope("t");
  const [isProtected, isFree] =
    thing.protects === undefined ? ["false", "true"] : [`t.${thing.protects.by} = 1`, `t.${thing.protects.by} = 0`];
  const claims = kind.fields.map((field) => ({ ...buildKeyLocation(table, field.stored), field }));
  return {
    ...kind,
    name,
    thing,
    table,
    collection: getCollection(thing, name),
    series: getSeries(thing),
    holders: (table.heldBy ?? []).map((holder) => getCollection(holder.thing, name)),
    claims: claims.filter(({ field }) => field.unique),
    identifying: claims.filter(({ field }) => field.unique || kind.keys.some((key) => key.field === field.field)),
    references: kind.fields.flatMap((field): StoredReference[] => {
      if (field.refers === undefined) return [];
      const { refers, short } = field;
      const named = tableOf(refers.to);
      const keys = buildKeyLocation(named, refers.by);
      return [
        {
          field,
          refers,
          table: named,
          collection: getCollection(named.thing, name),
          series: getSeries(named.thing),
          keys,
          isInScope: createScopeSql(named.thing, name),
          usual: thing.fields[field.stored]?.nullable === true ? undefined : named.usual,
          alias: `o_${short}`,
        },
      ];
    }),
    isInScope,
    inScope,
    isProtected,
    isFree,
    isLacking: `${inScope} and ${isFree}${table.usual === undefined ? "" : ` and t.pk <> ${table.usual}`}
      and ${buildIsMissingRecordSql("t.pk")}`,
    namedBy: thing.namedBy ?? "name",
  };
};
