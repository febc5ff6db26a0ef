import type { PlanCounts } from "../../staging/counts.ts";
import type { FormatName } from "../../../../nouns/index.ts";
import { FORMATS } from "../../../../model/formats.ts";
import type { RecordAction } from "../../../../model/import.ts";
import { getVersionSchema } from "../../../versions/save-versions.ts";
import { RELATIONS } from "../../../versions/references.ts";
import { ALL_COLUMNS_MASK, getColumnBit, getVersionTable, type VersionSchema } from "../../../versions/tables.ts";
import type { RowQuery } from "../../engine.ts";
import type { ImportedField } from "../../staging/kinds.ts";
import { buildCaseSql, quoteIdentifier, buildJsonBooleanSql, buildJsonListSql } from "../../../store/sql.ts";
import type { Database, Row } from "../../../store/sqlite/database.ts";
import { buildKeyTextSql, buildReferenceTextSql, findReference } from "../expressions.ts";
import { buildInterruptCheckSql } from "../functions.ts";
import { batchLines, buildFieldEntrySql, buildLineSql } from "../rows.ts";
import type { StoredKind, StoredReference } from "../stored-kind.ts";
import { getKindsOfThing } from "../tables.ts";
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
} from "./staged-records.ts";

type SideSql = (column: string) => string;

interface ChangeSides {
  readonly before: SideSql;
  readonly after: SideSql;
  readonly staged: Readonly<Record<RecordAction, RecordAction>>;
}

const PLANNED_SIDES: ChangeSides = {
  before: (column) => `t.${quoteIdentifier(column)}`,
  after: (column) => `u.${quoteIdentifier(column)}`,
  staged: { update: "update", create: "create", delete: "delete" },
};

const buildCommittedSides = (versions: VersionSchema): ChangeSides => {
  const overlay = (over: string, name: string, under: string): string =>
    buildCaseSql(`${over}.changed & ${getColumnBit(versions, name)} <> 0`, `${over}.${quoteIdentifier(name)}`, under);
  const after: SideSql = (name) => overlay("x", name, `t.${quoteIdentifier(name)}`);
  return {
    before: (name) => overlay("u", name, after(name)),
    after,
    staged: { update: "update", create: "delete", delete: "create" },
  };
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

const buildReferencedTextSql = (reference: StoredReference, pk: string): string => {
  const { thing, called } = reference.table;
  const { name, namedBy = "name" } = thing;
  const deleted = `(select * from main.${getVersionTable(getVersionSchema(name))} w
    where w.pk = ${pk} and w.action = 'delete' order by w.revision desc limit 1)`;
  const named = (from: string): string => `(select ${namedBy} from ${from} where pk = ${pk})`;
  const texts = [name, deleted].flatMap((from) => [
    buildReferenceTextSql(reference, pk, from),
    from === name ? (called?.(pk) ?? named(from)) : named(from),
  ]);
  return `coalesce(${texts.join(", ")})`;
};

const toFileField = (kind: StoredKind, field: ImportedField): LineField => {
  const { field: name, stored: column, merge } = field;
  if (merge === "custom") {
    const entry = (value: string): string =>
      `json_object('field', 'custom:' || f.name, 'value', ${buildCustomValueSql(value)})`;
    const piece: LineField["piece"] = (value, other) =>
      `(select string_agg(',' || ${entry(value)}, '' order by f.pk) from ${buildOtherCustomFieldsSql(value, other)})`;
    return { name, column, piece };
  }
  const reference = findReference(kind, field);
  const json = (value: string): string => {
    if (reference !== undefined) return `json_quote(${buildReferencedTextSql(reference, value)})`;
    return merge === "list" ? `coalesce(${value}, 'null')` : `json_quote(${value})`;
  };
  return { name, column, piece: (value) => buildFieldEntrySql(name, json(value)) };
};

const toOwnField = (database: Database, { thing }: VersionSchema, name: string): LineField => {
  const relation = RELATIONS.find(({ from, field }) => from === thing && field === name);
  const label = (pk: string): string =>
    relation === undefined ? pk : buildLabelLookupSql(database, getVersionSchema(relation.to.name), pk);
  const json = (value: string): string => {
    if (relation?.joined !== undefined)
      return `(select json_group_array(${label("e.value")}) from json_each(${value}) e)`;
    if (thing.fields[name]?.type === "boolean") return `json_quote(${buildCaseSql(`${value} = 1`, "'TRUE'", "null")})`;
    if (thing.fields[name]?.type === "texts") return `coalesce(${value}, 'null')`;
    return `json_quote(cast(${label(value)} as text))`;
  };
  return { name, column: name, piece: (value) => buildFieldEntrySql(name, json(value)) };
};

const listLineFields = (database: Database, { versions, kind }: LineType): readonly LineField[] => {
  const filed = kind?.fields ?? [];
  const isOwn = (name: string): boolean =>
    !["id", "createdAt", versions.thing.scope].includes(name) && filed.every(({ stored }) => stored !== name);
  return [
    ...filed.map((field) => toFileField(kind as StoredKind, field)),
    ...listRestoredColumns(versions)
      .filter(({ name, leads }) => leads && isOwn(name))
      .map(({ name }) => toOwnField(database, versions, name)),
  ];
};

export const getFileKinds = ({ thing }: VersionSchema): readonly StoredKind[] => getKindsOfThing(thing.name);

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
  const custom = database.all("select pk, name from custom_field order by pk");
  const all = listLineFields(database, type).flatMap(({ name, column }) => {
    const [from, to] = [before(column), after(column)];
    if (column !== "custom") return [{ field: name, from, to }];
    return custom.map((one) => {
      const of = (value: string): string => `${value} ->> '${Number(one["pk"])}'`;
      return { field: `custom:${String(one["name"])}`, from: of(from), to: of(to) };
    });
  });
  const rows = `${buildStagedFromSql(type, "update")} and ${buildInterruptCheckSql("u.pk")}`;
  return all.flatMap(({ field, from, to }) => {
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

const buildLinesSql = (
  database: Database,
  type: LineType,
  { sides, action, first }: { readonly sides: ChangeSides; readonly action: RecordAction; readonly first: FormatName },
): string => {
  const { versions, kind } = type;
  const { thing } = versions;
  const { before, after } = sides;
  const fields = listLineFields(database, type);
  const list = (piece: (field: LineField, from: string, to: string) => string): string =>
    buildJsonListSql(fields.map((field) => piece(field, before(field.column), after(field.column))));
  const isOther = ({ column }: LineField, from: string, to: string): string =>
    column === "custom"
      ? `exists (select 1 from ${buildOtherCustomFieldsSql(from, to)})`
      : thing.fields[column]?.type === "boolean"
        ? `coalesce(${from}, 0) <> coalesce(${to}, 0)`
        : `${from} is distinct from ${to}`;
  const changed = (piece: (field: LineField, from: string, to: string) => string): string =>
    list((field, from, to) => buildCaseSql(isOther(field, from, to), piece(field, from, to), "''"));
  // fields that are not in files are shown only if they have a value
  const whole = (side: SideSql): string =>
    list((field) => {
      const value = side(field.column);
      const piece = field.piece(value, "'{}'");
      const isFiled = kind?.fields.some(({ stored }) => stored === field.column) === true;
      return isFiled ? piece : buildCaseSql(`nullif(${value}, 0) is not null`, piece, "''");
    });
  const named = action === "delete" ? before : after;
  const label = buildLabelLookupSql(database, versions, "u.pk");
  const name = fields.some(({ column }) => column === "name") ? named("name") : "null";
  const none = "'[]'";
  const path = sides === PLANNED_SIDES ? kind?.table.called?.("u.pk") : undefined;
  const paths = path === undefined ? [] : [buildFieldEntrySql("path", `json_quote(${path})`)];
  const line = buildLineSql({
    ...(thing !== FORMATS[first].thing && { thing: `'"${thing.name}"'` }),
    ...(thing.scope !== undefined && { app: `json_quote(${buildScopeSql(thing.scope)})` }),
    row: "0",
    key: `json_quote(coalesce(${kind === undefined ? `${label}, ${name}` : buildKeyTextSql(kind, named)}, ''))`,
    action: `'"${action}"'`,
    changed: action === "update" ? changed(({ name: field }) => `',"${field}"'`) : none,
    setsSecret: buildJsonBooleanSql(
      sides === PLANNED_SIDES || kind === undefined ? "false" : buildSetsSecretSql(type, sides, action),
    ),
    before: {
      create: none,
      update: changed((field, from, to) => field.piece(from, to)),
      delete: whole(before),
    }[action],
    after: action === "delete" ? buildJsonListSql(paths) : whole(after),
  });
  return `select ${line} as line ${buildStagedFromSql(type, sides.staged[action])} order by u.pk limit :left`;
};

const LINE_ACTIONS = ["update", "create", "delete"] as const;

function* readStagedLines(
  database: Database,
  first: FormatName,
  { actions, limit }: RowQuery,
  sidesOf: (versions: VersionSchema) => ChangeSides,
): Generator<Uint8Array> {
  let left = limit ?? Number.MAX_SAFE_INTEGER;
  const counting = (row: Row): Row => {
    left -= 1;
    return row;
  };
  const types = countStagedRecords(database)
    .flatMap(({ versions }): readonly LineType[] => {
      const kinds = getFileKinds(versions);
      return kinds.length === 0 ? [{ versions }] : kinds.map((kind) => ({ versions, kind }));
    })
    .toSorted(
      (a, b) =>
        Number(b.kind?.name === first) - Number(a.kind?.name === first) ||
        Number(a.kind === undefined) - Number(b.kind === undefined),
    );
  for (const type of types) {
    const sides = sidesOf(type.versions);
    for (const action of LINE_ACTIONS) {
      if (left <= 0 || (actions.length > 0 && !actions.includes(action))) continue;
      const rows = database.iterate(buildLinesSql(database, type, { sides, action, first }), { left });
      yield* batchLines(Iterator.from(rows).map(counting));
    }
  }
}

export const readUndoLines = (database: Database, first: FormatName, query: RowQuery): Generator<Uint8Array> =>
  readStagedLines(database, first, query, () => PLANNED_SIDES);

export function* readCommittedLines(
  database: Database,
  { first, revision }: { readonly first: FormatName; readonly revision: number },
  query: RowQuery,
): Generator<Uint8Array> {
  stageChange(database, revision, () => ALL_COLUMNS_MASK);
  yield* readStagedLines(database, first, query, buildCommittedSides);
}
