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
import { recordColumn } from "../expressions.ts";
import { buildRecordLineSql, type KindHistory } from "../history/committed-lines.ts";
import { buildInterruptCheckSql } from "../functions.ts";
import { buildFieldPiece, batchLines, buildDeletedLineSql, buildLineSql, buildRecordTypeParts } from "../rows.ts";
import type { StoredKind } from "../stored-kind.ts";
import { getKindsOfThing } from "../tables.ts";
import { buildLabelLookupSql } from "./record-labels.ts";
import { listRestoredColumns, countStagedRecords, getStagedTable } from "./staged.ts";

const buildStagedColumnSql = (column: string): string => `u.${quoteIdentifier(column)}`;

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

/** SQL: the lines of a kind's records that an undo restores or gives their former values. */
const buildWrittenLinesSql = (kind: StoredKind, first: FormatName, action: "update" | "create"): string => {
  const of: KindHistory = {
    kind,
    sides: { before: recordColumn, after: buildStagedColumnSql },
    isChanged: (column) => `${buildStagedColumnSql(column)} is distinct from ${recordColumn(column)}`,
    beside: listColumnsOutsideFiles(kind).map((field) => ({
      field,
      flag: kind.thing.fields[field]?.type === "boolean",
    })),
    isRestored: "true",
  };
  const typeParts = buildRecordTypeParts(kind, FORMATS[first].thing, true);
  const line = buildRecordLineSql(of, action, { typeParts, setsSecret: "false" });
  return `select ${line} as line ${buildStagedFromSql(kind, `'${action}'`)} order by u.pk limit :left`;
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
  const staged = countStagedRecords(database).map(({ versions }) => versions);
  const kinds = staged.flatMap(getFileKinds).toSorted((a, b) => Number(b.name === first) - Number(a.name === first));
  function* read(sql: string, params: Readonly<Record<string, string>>): Generator<Uint8Array> {
    if (left > 0) yield* batchLines(Iterator.from(database.iterate(sql, { ...params, left })).map(counting));
  }
  for (const kind of kinds) {
    for (const action of asked)
      yield* read(
        action === "delete" ? buildUndoDeletionsSql(kind, first) : buildWrittenLinesSql(kind, first, action),
        { kind: kind.name },
      );
  }
  for (const versions of staged) {
    if (getFileKinds(versions).length === 0)
      yield* read(buildLinesOutsideFilesSql(versions, database), { actions: JSON.stringify(asked) });
  }
}
