import type { PlanCounts } from "../ledger/import-rows.ts";
import type { FormatName } from "../../nouns/index.ts";
import { FORMATS } from "../../derived/formats.ts";
import type { RecordAction } from "../../model/import.ts";
import {
  RELATIONS,
  ALL_COLUMNS_MASK,
  buildKeysInScopeSql,
  getColumnBit,
  KEY_LISTS,
  type VersionSchema,
  getVersionSchema,
} from "../ledger/versions.ts";
import type { RowQuery } from "./engine-types.ts";
import type { ImportedField } from "../ledger/kinds.ts";
import { buildCaseSql, quoteIdentifier, buildJsonBooleanSql, buildJsonListSql } from "../store/sql.ts";
import type { Database } from "../store/database.ts";
import { hasAppliedView } from "../store/store.ts";
import { buildKeyTextSql, buildReferenceTextSql, findReference } from "./expressions.ts";
import { buildInterruptCheckSql } from "./functions.ts";
import { batchLines, buildFieldEntrySql, buildLineSql, buildValueEntrySql } from "./rows.ts";
import type { StoredKind, StoredReference } from "./stored-kind.ts";
import { getKindsOfThing } from "./tables.ts";
import {
  buildCurrentJoinsSql,
  buildCustomValueSql,
  buildLabelLookupSql,
  buildOtherCustomFieldsSql,
  buildShownActionSql,
  countStagedRecords,
  getStagedTable,
  listRestoredColumns,
  stageChange,
} from "./undo-records.ts";

type SideSql = (column: string) => string;

interface ChangeSides {
  readonly before: SideSql;
  readonly after: SideSql;
  /** true for the staged change itself, false for its undo */
  readonly isCommitted: boolean;
}

const PLANNED_SIDES: ChangeSides = {
  before: (column) => `t.${quoteIdentifier(column)}`,
  after: (column) => `u.${quoteIdentifier(column)}`,
  isCommitted: false,
};

const buildCommittedSides = (versions: VersionSchema): ChangeSides => {
  const overlay = (over: string, name: string, under: string): string =>
    buildCaseSql(`${over}.changed & ${getColumnBit(versions, name)} <> 0`, `${over}.${quoteIdentifier(name)}`, under);
  const after: SideSql = (name) => overlay("x", name, `t.${quoteIdentifier(name)}`);
  return { before: (name) => overlay("u", name, after(name)), after, isCommitted: true };
};

interface LineField {
  readonly name: string;
  readonly column: string;
  readonly piece: (value: string, other: string) => string;
}

interface LineType {
  readonly versions: VersionSchema;
  readonly kind?: StoredKind | undefined;
}

/** SQL: the key of a referenced record, or else its path or name; the record may be deleted */
const buildReferencedTextSql = (reference: StoredReference, pk: string): string => {
  const { thing, called } = reference.table;
  const name = (from: string): string => `(select ${thing.namedBy ?? "name"} from ${from} where pk = ${pk})`;
  const deleted = `(select * from main.${getVersionSchema(thing.name).table} w
    where w.pk = ${pk} and w.action = 'delete' order by w.revision desc limit 1)`;
  const now = [buildReferenceTextSql(reference, pk), called?.(pk) ?? name(thing.name)];
  return `coalesce(${[...now, buildReferenceTextSql(reference, pk, deleted), name(deleted)].join(", ")})`;
};

const toFileField = (database: Database, kind: StoredKind, field: ImportedField): LineField => {
  const { field: name, stored: column, merge } = field;
  if (merge === "custom") {
    const entry = (value: string): string =>
      `json_object('field', 'custom:' || f.name, 'value', ${buildCustomValueSql(value)})`;
    const piece: LineField["piece"] = (value, other) =>
      `(select string_agg(',' || ${entry(value)}, '' order by f.pk) from ${buildOtherCustomFieldsSql(value, other)})`;
    return { name, column, piece };
  }
  const reference = findReference(kind, field);
  const keys = hasAppliedView(database)
    ? KEY_LISTS.find(({ from, list }) => from === kind.thing && list === column)
    : undefined;
  const shown = (value: string): string => {
    if (keys !== undefined) return buildKeysInScopeSql(keys, value);
    return reference === undefined ? value : buildReferencedTextSql(reference, value);
  };
  return { name, column, piece: (value) => buildValueEntrySql(field, shown(value)) };
};

const toOwnField = (database: Database, { thing }: VersionSchema, name: string): LineField => {
  const type = thing.fields[name]?.type;
  const relation = RELATIONS.find(({ from, field }) => from === thing && field === name);
  const label = (pk: string): string =>
    relation === undefined ? pk : buildLabelLookupSql(database, getVersionSchema(relation.to.name), pk);
  const shown = (value: string): string => {
    if (relation?.joined !== undefined)
      return `(select json_group_array(${label("e.value")}) from json_each(${value}) e)`;
    if (type === "boolean") return buildCaseSql(`${value} = 1`, "'TRUE'", "null");
    return type === "texts" ? value : `cast(${label(value)} as text)`;
  };
  const merge = relation?.joined !== undefined || type === "texts" ? "list" : "value";
  return { name, column: name, piece: (value) => buildValueEntrySql({ field: name, merge }, shown(value)) };
};

const listLineFields = (database: Database, { versions, kind }: LineType): readonly LineField[] => {
  const filed = kind?.fields ?? [];
  const isOwn = (name: string): boolean =>
    !["id", "createdAt", versions.thing.scope].includes(name) && filed.every(({ stored }) => stored !== name);
  return [
    ...filed.map((field) => toFileField(database, kind as StoredKind, field)),
    ...listRestoredColumns(versions)
      .filter(({ name, leads }) => leads && isOwn(name))
      .map(({ name }) => toOwnField(database, versions, name)),
  ];
};

/** SQL: the app of a staged record */
export const buildScopeSql = (scope: string): string =>
  `coalesce(${["u", "t", "x"].map((alias) => `${alias}.${quoteIdentifier(scope)}`).join(", ")})`;

const buildStagedFromSql = ({ versions, kind }: LineType, action: RecordAction): string => {
  const { scope } = versions.thing;
  const isOfKind = scope === undefined || kind === undefined ? "" : ` and ${buildScopeSql(scope)} = '${kind.name}'`;
  return `from ${getStagedTable(versions)} u ${buildCurrentJoinsSql(versions)} where ${buildShownActionSql(versions)} = '${action}'${isOfKind}`;
};

export const countChangedColumns = (database: Database, kind: StoredKind): PlanCounts["columns"] => {
  const type = { versions: getVersionSchema(kind.thing.name), kind };
  const { before, after } = PLANNED_SIDES;
  const customFields = database.all("select pk, name from custom_field order by pk");
  const values = listLineFields(database, type).flatMap(({ name: field, column }) =>
    column === "custom"
      ? customFields.map(({ pk, name }) => ({ field: `custom:${String(name)}`, column, path: ` ->> '${Number(pk)}'` }))
      : [{ field, column, path: "" }],
  );
  const rows = `${buildStagedFromSql(type, "update")} and ${buildInterruptCheckSql("u.pk")}`;
  return values.flatMap(({ field, column, path }) => {
    const [from, to] = [before(column) + path, after(column) + path];
    const found = database.get(
      `select count(*) as count, count(*) filter (where ${to} is null) as cleared ${rows} and ${to} is distinct from ${from}`,
    );
    const [count, cleared] = [Number(found?.["count"]), Number(found?.["cleared"])];
    return count === 0 ? [] : [{ field, changed: count - cleared, cleared, removed: 0 }];
  });
};

const buildSetsSecretSql = ({ versions, kind }: LineType, { after }: ChangeSides, action: RecordAction): string => {
  const column = kind?.table.secretSetAt ?? "secrets";
  if (action === "delete" || versions.columns.every(({ name }) => name !== column)) return "false";
  const isSet = `coalesce(${after(column)}, '{}') <> '{}'`;
  return action === "create" ? isSet : `u.changed & ${getColumnBit(versions, column)} <> 0 and ${isSet}`;
};

const UNDOING_ACTIONS = { update: "update", create: "delete", delete: "create" } as const;

const buildLinesSql = (
  database: Database,
  type: LineType,
  { sides, action, first }: { readonly sides: ChangeSides; readonly action: RecordAction; readonly first: FormatName },
): string => {
  const { versions, kind } = type;
  const { thing } = versions;
  const { before, after, isCommitted } = sides;
  const fields = listLineFields(database, type);
  const isOther = (column: string, from: string, to: string): string => {
    if (column === "custom") return `exists (select 1 from ${buildOtherCustomFieldsSql(from, to)})`;
    const isBoolean = thing.fields[column]?.type === "boolean";
    return isBoolean ? `coalesce(${from}, 0) <> coalesce(${to}, 0)` : `${from} is distinct from ${to}`;
  };
  const changed = (piece: (field: LineField, from: string, to: string) => string): string =>
    buildJsonListSql(
      fields.map((field) => {
        const [from, to] = [before(field.column), after(field.column)];
        return buildCaseSql(isOther(field.column, from, to), piece(field, from, to), "''");
      }),
    );
  // fields that are not in files are shown only if they have a value
  const whole = (side: SideSql): string =>
    buildJsonListSql(
      fields.map(({ column, piece }) => {
        const value = side(column);
        const isFiled = kind?.fields.some(({ stored }) => stored === column) === true;
        const entry = piece(value, "'{}'");
        return isFiled ? entry : buildCaseSql(`nullif(${value}, 0) is not null`, entry, "''");
      }),
    );
  const named = action === "delete" ? before : after;
  const label = buildLabelLookupSql(database, versions, "u.pk");
  const name = fields.some(({ column }) => column === "name") ? named("name") : "null";
  const path = isCommitted ? undefined : kind?.table.called?.("u.pk");
  const paths = path === undefined ? [] : [buildFieldEntrySql("path", `json_quote(${path})`)];
  const line = buildLineSql({
    ...(thing !== FORMATS[first].thing && { thing: `'"${thing.name}"'` }),
    ...(thing.scope !== undefined && { app: `json_quote(${buildScopeSql(thing.scope)})` }),
    row: "0",
    key: `json_quote(coalesce(${kind === undefined ? `${label}, ${name}` : buildKeyTextSql(kind, named)}, ''))`,
    action: `'"${action}"'`,
    changed: action === "update" ? changed(({ name: field }) => `',"${field}"'`) : "'[]'",
    setsSecret: buildJsonBooleanSql(
      isCommitted && kind !== undefined ? buildSetsSecretSql(type, sides, action) : "false",
    ),
    before: {
      create: "'[]'",
      update: changed((field, from, to) => field.piece(from, to)),
      delete: whole(before),
    }[action],
    after: action === "delete" ? buildJsonListSql(paths) : whole(after),
  });
  return `select ${line} as line ${buildStagedFromSql(type, isCommitted ? UNDOING_ACTIONS[action] : action)} order by u.pk`;
};

/** Yields NDJSON: lines of the format `first`, then of other formats, then of records that no file contains. */
export function* readUndoLines(
  database: Database,
  first: FormatName,
  { actions, limit = Infinity }: RowQuery,
  sidesOf: (versions: VersionSchema) => ChangeSides = () => PLANNED_SIDES,
): Generator<Uint8Array> {
  const types = countStagedRecords(database).flatMap(({ versions }): readonly LineType[] => {
    const kinds = getKindsOfThing(versions.thing.name);
    return kinds.length === 0 ? [{ versions }] : kinds.map((kind) => ({ versions, kind }));
  });
  const getPlace = ({ kind }: LineType): number => (kind === undefined ? 2 : Number(kind.name !== first));
  const statements = types
    .toSorted((a, b) => getPlace(a) - getPlace(b))
    .flatMap((type) =>
      (["update", "create", "delete"] as const)
        .filter((action) => actions.length === 0 || actions.includes(action))
        .map((action) => buildLinesSql(database, type, { sides: sidesOf(type.versions), action, first })),
    );
  const lines = statements.values().flatMap((sql) => database.iterate(sql));
  yield* batchLines(lines.take(limit));
}

export function* readCommittedLines(
  database: Database,
  { first, revision }: { readonly first: FormatName; readonly revision: number },
  query: RowQuery,
): Generator<Uint8Array> {
  stageChange(database, revision, {}, () => ALL_COLUMNS_MASK);
  yield* readUndoLines(database, first, query, buildCommittedSides);
}
