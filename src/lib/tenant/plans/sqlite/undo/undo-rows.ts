import type { FormatName } from "../../../../model/console-files.ts";
import { FORMATS } from "../../../../model/formats.ts";
import type { PlanCounts } from "../../staging/counts.ts";
import { getVersionSchema } from "../../../versions/keep.ts";
import { RELATIONS } from "../../../versions/references.ts";
import type { VersionSchema } from "../../../versions/tables.ts";
import type { PlanRow, RowQuery } from "../../engine.ts";
import {
  buildCaseSql,
  quoteIdentifier,
  ORDERED_JOIN,
  buildJsonBooleanSql,
  buildJsonListSql,
} from "../../../store/sql/forms.ts";
import type { Database, Row } from "../../../store/sqlite/database.ts";
import type { ImportedField } from "../../staging/kinds.ts";
import { buildKeyTextSql, findReference, buildReferenceTextSql, recordColumn } from "../expressions.ts";
import { buildInterruptCheckSql } from "../functions.ts";
import {
  buildFieldPiece,
  batchLines,
  buildDeletedLineSql,
  buildLineSql,
  buildRecordTypeParts,
  buildStoredPiece,
  buildValuePiece,
} from "../rows.ts";
import type { StoredKind } from "../stored-kind.ts";
import { getKindsOfThing } from "../tables.ts";
import { buildLabelLookupSql } from "./record-labels.ts";
import { listRestoredColumns, countStagedRecords, getStagedTable } from "./staged.ts";

const buildStagedColumnSql = (column: string): string => `u.${quoteIdentifier(column)}`;

/** SQL: true if the undo changes the value of a field. Custom fields that were removed are ignored. */
const buildIsFieldChangedSql = ({ stored: column, merge }: Pick<ImportedField, "stored" | "merge">): string => {
  const isOther = `${buildStagedColumnSql(column)} is distinct from ${recordColumn(column)}`;
  if (merge !== "custom") return isOther;
  const value = (of: string): string => `${of} ->> cast(f.pk as text)`;
  return `(${isOther} and exists (select 1 from custom_field f where ${value(buildStagedColumnSql(column))} is distinct from ${value(recordColumn(column))}))`;
};

export const getFileKinds = ({ thing }: VersionSchema): readonly StoredKind[] => getKindsOfThing(thing.name);

/** SQL: the staged records `u` of a kind, with their current records `t`. */
const buildStagedFromSql = ({ thing, name }: StoredKind, actions: string): string =>
  `from ${getStagedTable({ thing })} u left join main.${thing.name} t on t.pk = u.pk
   where u.action in (${actions}) ${thing.scope === undefined ? "" : `and coalesce(${buildStagedColumnSql(thing.scope)}, ${recordColumn(thing.scope)}) = '${name}'`}`;

const listColumnsOutsideFiles = ({ thing, fields }: StoredKind): readonly string[] =>
  listRestoredColumns(getVersionSchema(thing.name))
    .filter(({ name, leads }) => leads && !["id", "createdAt", thing.scope].includes(name))
    .map(({ name }) => name)
    .filter((name) => fields.every((field) => field.stored !== name));

/** Returns the number of records in which a staged undo changes each field of a kind. Unchanged fields are left out. */
export const countChangedColumns = (database: Database, kind: StoredKind): PlanCounts["columns"] => {
  const own = [
    ...kind.fields.flatMap(({ field, stored: column, merge }) => (merge === "custom" ? [] : [{ field, column }])),
    ...listColumnsOutsideFiles(kind).map((column) => ({ field: column, column })),
  ].map(({ field, column }) => ({ field, to: buildStagedColumnSql(column), now: recordColumn(column) }));
  const custom = database.all("select pk, name from custom_field order by pk").map(({ pk, name }) => {
    const value = (of: string): string => `${of} ->> '${Number(pk)}'`;
    return {
      field: `custom:${String(name)}`,
      to: value(buildStagedColumnSql("custom")),
      now: value(recordColumn("custom")),
    };
  });
  const all = kind.fields.some(({ merge }) => merge === "custom") ? [...own, ...custom] : own;
  const rows = `${buildStagedFromSql(kind, "'update'")} and ${buildInterruptCheckSql("u.pk")}`;
  return all.flatMap(({ field, to: value, now }) => {
    const isOther = `${value} is distinct from ${now}`;
    const found = database.get(
      `select count(*) as count, count(*) filter (where ${value} is null) as cleared ${rows} and ${isOther}`,
    );
    const [count, cleared] = [Number(found?.["count"]), Number(found?.["cleared"])];
    return count === 0 ? [] : [{ field, changed: count - cleared, cleared, removed: 0, kept: 0 }];
  });
};

/** SQL: a field's value after the undo, as a fragment of a line. The same undo may restore a referenced record. */
const buildUndoneFieldPiece = (kind: StoredKind, field: ImportedField): string => {
  const value = buildStagedColumnSql(field.stored);
  const reference = findReference(kind, field);
  if (reference === undefined || reference.table.thing === kind.thing) return buildStoredPiece(kind, field, value);
  const back = buildReferenceTextSql(reference, value, getStagedTable(reference.table));
  return buildValuePiece(field, `coalesce(${buildReferenceTextSql(reference, value)}, ${back})`);
};

/** SQL: the value of a column that files do not contain, as a fragment of a line. @param value SQL of the value */
const buildColumnPiece = ({ thing }: StoredKind, name: string, value: string): string => {
  const isFlag = thing.fields[name]?.type === "boolean";
  return buildFieldPiece(
    name,
    `json_quote(${isFlag ? buildCaseSql(`${value} = 1`, "'TRUE'", "null") : `cast(${value} as text)`})`,
  );
};

/**
 * SQL: the lines of a kind's records that are restored or get their former values, in the order in which the records
 * were created.
 */
const buildWrittenLinesSql = (kind: StoredKind, first: FormatName): string => {
  const isBack = "u.action = 'create'";
  const beside = listColumnsOutsideFiles(kind);
  const changed = (piece: (field: ImportedField) => string, ofBeside: (name: string) => string): string =>
    buildCaseSql(
      isBack,
      "'[]'",
      buildJsonListSql([
        ...kind.fields.map((field) => buildCaseSql(buildIsFieldChangedSql(field), piece(field), "''")),
        ...beside.map((name) =>
          buildCaseSql(`${buildStagedColumnSql(name)} is distinct from ${recordColumn(name)}`, ofBeside(name), "''"),
        ),
      ]),
    );
  const line = buildLineSql({
    ...buildRecordTypeParts(kind, FORMATS[first].thing, true),
    row: "0",
    line: "0",
    key: `json_quote(coalesce(${buildCaseSql("t.pk is null", buildKeyTextSql(kind, buildStagedColumnSql), buildKeyTextSql(kind))}, ''))`,
    action: `'"' || u.action || '"'`,
    changed: changed(
      ({ field }) => `',"${field}"'`,
      (name) => `',"${name}"'`,
    ),
    setsSecret: "'false'",
    exists: buildJsonBooleanSql("u.action = 'update'"),
    before: changed(
      (field) => buildStoredPiece(kind, field),
      (name) => buildColumnPiece(kind, name, recordColumn(name)),
    ),
    after: buildJsonListSql([
      ...kind.fields.map((field) => buildUndoneFieldPiece(kind, field)),
      ...beside.map((name) => {
        const isShown = `${isBack} and ${buildStagedColumnSql(name)} is not null and ${buildStagedColumnSql(name)} <> 0`;
        const isOther = `u.action = 'update' and ${buildStagedColumnSql(name)} is distinct from ${recordColumn(name)}`;
        return buildCaseSql(`${isShown} or ${isOther}`, buildColumnPiece(kind, name, buildStagedColumnSql(name)), "''");
      }),
    ]),
  });
  return `select ${line} as line ${buildStagedFromSql(kind, "select value from json_each(:actions)")} order by u.pk limit :left`;
};

const buildUndoDeletionsSql = (kind: StoredKind, first: FormatName): string => {
  const { thing } = kind;
  return `select ${buildDeletedLineSql(kind, buildRecordTypeParts(kind, FORMATS[first].thing, true))} as line from ${getStagedTable({ thing })} u ${ORDERED_JOIN} main.${thing.name} t on t.pk = u.pk
    where u.action = 'delete' ${thing.scope === undefined ? "" : `and ${recordColumn(thing.scope)} = '${kind.name}'`} order by u.pk limit :left`;
};

/** SQL: the lines of the records of a type that files do not contain. */
const buildLinesOutsideFilesSql = (versions: VersionSchema, database: Database): string => {
  const { thing, key } = versions;
  const columns = listRestoredColumns(versions).filter(
    ({ leads, name }) => leads && name !== "id" && name !== "createdAt",
  );
  const now = (name: string): string => `t.${quoteIdentifier(name)}`;
  const isOther = ({ name }: (typeof columns)[number]): string =>
    `${buildStagedColumnSql(name)} is distinct from ${now(name)}`;
  const piece =
    (of: (name: string) => string) =>
    ({ name }: (typeof columns)[number]): string => {
      const relation = RELATIONS.find(({ from, field }) => from === thing && field === name);
      if (relation === undefined) return buildFieldPiece(name, `json_quote(cast(${of(name)} as text))`);
      const named = (pk: string): string => buildLabelLookupSql(database, getVersionSchema(relation.to.name), pk);
      if (relation.joined === undefined) return buildFieldPiece(name, `json_quote(${named(of(name))})`);
      // the column contains a list of record numbers
      return buildFieldPiece(name, `(select json_group_array(${named("e.value")}) from json_each(${of(name)}) e)`);
    };
  const changed = (of: (column: (typeof columns)[number]) => string): string =>
    buildCaseSql(
      "u.action = 'update'",
      buildJsonListSql(columns.map((column) => buildCaseSql(isOther(column), of(column), "''"))),
      "'[]'",
    );
  const line = buildLineSql({
    row: "0",
    line: "0",
    thing: `'"${thing.name}"'`,
    ...(thing.scope !== undefined && {
      app: `json_quote(coalesce(${buildStagedColumnSql(thing.scope)}, ${now(thing.scope)}))`,
    }),
    key: `json_quote(coalesce(${buildLabelLookupSql(database, versions, "u.pk")}, ${columns.some(({ name }) => name === "name") ? buildStagedColumnSql("name") : "null"}, ''))`,
    action: `'"' || u.action || '"'`,
    changed: changed(({ name }) => `',"${name}"'`),
    setsSecret: "'false'",
    exists: buildJsonBooleanSql("t.rowid is not null"),
    before: changed(piece(now)),
    after: buildCaseSql("u.action = 'delete'", "'[]'", buildJsonListSql(columns.map(piece(buildStagedColumnSql)))),
  });
  return `select ${line} as line from ${getStagedTable(versions)} u left join main.${thing.name} t on t.${key} = u.pk
    where u.action in (select value from json_each(:actions)) order by u.pk limit :left`;
};

const UNDO_LINE_ACTIONS = ["update", "create", "delete"] as const;

/**
 * Returns the rows of a staged undo as NDJSON in batches. For each kind, the records that are restored or get their
 * former values come first, then the deleted records. Records that files do not contain come last.
 *
 * @param first the kind whose rows come first
 */
export function* readUndoLines(
  database: Database,
  first: FormatName,
  { actions, limit }: RowQuery,
): Generator<Uint8Array> {
  const asked = UNDO_LINE_ACTIONS.filter(
    (action: PlanRow["action"]) => actions.length === 0 || actions.includes(action),
  );
  let left = limit ?? Number.MAX_SAFE_INTEGER;
  const counting = (row: Row): Row => {
    left -= 1;
    return row;
  };
  const written = JSON.stringify(asked.filter((action) => action !== "delete"));
  const staged = countStagedRecords(database).map(({ versions }) => versions);
  const kinds = staged.flatMap(getFileKinds).toSorted((a, b) => Number(b.name === first) - Number(a.name === first));
  function* read(sql: string, params: Readonly<Record<string, string>>): Generator<Uint8Array> {
    if (left > 0) yield* batchLines(Iterator.from(database.iterate(sql, { ...params, left })).map(counting));
  }
  for (const kind of kinds) {
    const params = { kind: kind.name };
    if (written !== "[]") yield* read(buildWrittenLinesSql(kind, first), { ...params, actions: written });
    if (asked.includes("delete")) yield* read(buildUndoDeletionsSql(kind, first), params);
  }
  for (const versions of staged) {
    if (getFileKinds(versions).length === 0)
      yield* read(buildLinesOutsideFilesSql(versions, database), { actions: JSON.stringify(asked) });
  }
}
