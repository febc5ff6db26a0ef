import type { PlanRow } from "../../../../contract/index.ts";
import type { PlanCounts } from "../../staging/counts.ts";
import { versionsOf } from "../../../versions/keep.ts";
import { RELATIONS } from "../../../versions/references.ts";
import type { Versions } from "../../../versions/tables.ts";
import type { RowQuery } from "../../engine.ts";
import { either, quoteIdentifier, THEN, truth } from "../../../store/sql/forms.ts";
import { jsonList } from "../../../store/sql/json.ts";
import type { Database, Row } from "../../../store/sqlite/database.ts";
import type { ImportedField } from "../../staging/kinds.ts";
import { keyText, recordKey, referenceOf, shownReference, stored, storedKeys } from "../expressions.ts";
import { proceeding } from "../functions.ts";
import { afterPiece, batched, deletedLine, lineOf, storedPiece, valuePiece } from "../rows.ts";
import type { StoredKind, StoredReference } from "../stored-kind.ts";
import { kindsOfThing } from "../tables.ts";
import { keepLeftOut, keyOfNamed, uploadSql, type UploadedChange, type UploadRows, type UploadSql } from "../upload.ts";
import { called } from "./called.ts";
import { restoredColumns, stagedCounts, stagedTable } from "./staged.ts";

/** SQL: a column of a staged record. */
const to = (column: string): string => `u.${quoteIdentifier(column)}`;

/** SQL: whether a field gets another value. Custom fields that were removed do not count. */
const differs = ({ stored: column, merge }: Pick<ImportedField, "stored" | "merge">): string => {
  const isOther = `${to(column)} is distinct from ${stored(column)}`;
  if (merge !== "custom") return isOther;
  const value = (of: string): string => `${of} ->> cast(f.pk as text)`;
  return `(${isOther} and exists (select 1 from custom_field f where ${value(to(column))} is distinct from ${value(stored(column))}))`;
};

export const kindsOf = ({ thing }: Versions): readonly StoredKind[] => kindsOfThing(thing.name);

/** SQL: the staged records `u` of a kind, with the records as they are, `t`. */
const ofKind = ({ thing, name }: StoredKind, actions: string, more = ""): string =>
  `from ${stagedTable({ thing })} u left join main.${thing.name} t on t.pk = u.pk ${more}
   where u.action in (${actions}) ${thing.scope === undefined ? "" : `and coalesce(${to(thing.scope)}, ${stored(thing.scope)}) = '${name}'`}`;

/** The columns that no file has, and that an undo restores: marks and what is set by hand. */
const columnsBeside = ({ thing, fields }: StoredKind): readonly string[] =>
  restoredColumns(versionsOf(thing.name))
    .filter(({ name, leads }) => leads && !["id", "createdAt", thing.scope].includes(name))
    .map(({ name }) => name)
    .filter((name) => fields.every((field) => field.stored !== name));

/** In how many records a staged undo changes the fields of a kind; those that it does not change are left out. */
export const changedColumns = (database: Database, kind: StoredKind): PlanCounts["columns"] => {
  const own = [
    ...kind.fields.flatMap(({ field, stored: column, merge }) => (merge === "custom" ? [] : [{ field, column }])),
    ...columnsBeside(kind).map((column) => ({ field: column, column })),
  ].map(({ field, column }) => ({ field, to: to(column), now: stored(column) }));
  const custom = database.all("select pk, name from custom_field order by pk").map(({ pk, name }) => {
    const value = (of: string): string => `${of} ->> '${Number(pk)}'`;
    return { field: `custom:${String(name)}`, to: value(to("custom")), now: value(stored("custom")) };
  });
  const all = kind.fields.some(({ merge }) => merge === "custom") ? [...own, ...custom] : own;
  const rows = `${ofKind(kind, "'update'")} and ${proceeding("u.pk")}`;
  return all.flatMap(({ field, to: value, now }) => {
    const isOther = `${value} is distinct from ${now}`;
    const found = database.get(
      `select count(*) as count, count(*) filter (where ${value} is null) as cleared ${rows} and ${isOther}`,
    );
    const [count, cleared] = [Number(found?.["count"]), Number(found?.["cleared"])];
    return count === 0 ? [] : [{ field, changed: count - cleared, cleared, removed: 0, kept: 0 }];
  });
};

/** The parts of a line that say whose it is, if it is not of the first kind. */
const partsOf = ({ name, thing }: StoredKind, first: string): { readonly thing?: string } =>
  name === first ? {} : { thing: `'"${thing.name}"'` };

/** SQL: a field's value after the undo, as a piece of a line; what a reference names may come back with it. */
const afterOf = (kind: StoredKind, field: ImportedField, value = to(field.stored)): string => {
  const reference = referenceOf(kind, field);
  if (reference === undefined || reference.table.thing === kind.thing) return storedPiece(kind, field, value);
  const back = shownReference(reference, value, stagedTable(reference.table));
  return valuePiece(field, `coalesce(${shownReference(reference, value)}, ${back})`);
};

/** SQL: a column that no file has, as a piece of a line. @param value SQL of it */
const besidePiece = ({ thing }: StoredKind, name: string, value: string): string => {
  const isFlag = thing.fields[name]?.type === "boolean";
  return afterPiece(
    name,
    `json_quote(${isFlag ? either(`${value} = 1`, "'TRUE'", "null") : `cast(${value} as text)`})`,
  );
};

/** Records of a kind that get their former values, or come back; in order of creation. */
const writtenLines = (kind: StoredKind, first: string, upload: UploadSql | undefined): string => {
  const isBack = "u.action = 'create'";
  const beside = columnsBeside(kind);
  const changed = (piece: (field: ImportedField) => string, ofBeside: (name: string) => string): string =>
    either(
      isBack,
      "'[]'",
      jsonList([
        ...kind.fields.map((field) => either(differs(field), piece(field), "''")),
        ...beside.map((name) => either(`${to(name)} is distinct from ${stored(name)}`, ofBeside(name), "''")),
      ]),
    );
  const line = lineOf({
    ...partsOf(kind, first),
    row: "0",
    line: "0",
    key: `json_quote(coalesce(${either("t.pk is null", keyText(kind, to), keyText(kind))}, ''))`,
    action: `'"' || u.action || '"'`,
    changed: changed(
      ({ field }) => `',"${field}"'`,
      (name) => `',"${name}"'`,
    ),
    setsSecret: "'false'",
    exists: truth("u.action = 'update'"),
    before: changed(
      (field) => storedPiece(kind, field),
      (name) => besidePiece(kind, name, stored(name)),
    ),
    after: jsonList([
      ...kind.fields.map((field) => afterOf(kind, field, upload?.value(field, to(field.stored)))),
      ...beside.map((name) => {
        const isShown = `${isBack} and ${to(name)} is not null and ${to(name)} <> 0`;
        const isOther = `u.action = 'update' and ${to(name)} is distinct from ${stored(name)}`;
        return either(`${isShown} or ${isOther}`, besidePiece(kind, name, to(name)), "''");
      }),
    ]),
    ...(upload !== undefined && { leftOut: upload.leftOut }),
  });
  return `select ${line} as line ${ofKind(kind, "select value from json_each(:actions)", upload?.join)} order by u.pk limit :left`;
};

/** Returns SQL of what an upload file says of the staged records `u` of a kind. @param fields of the file's columns */
const uploadOfUndo = (database: Database, kind: StoredKind, fields: readonly string[]): UploadSql => {
  const value = (one: ImportedField): string => to(one.stored);
  const named = (reference: StoredReference, of: (from?: string) => string): string =>
    `coalesce(${of()}, ${of(stagedTable(reference.table))})`;
  const needsSecret = kind.format.columns.some(({ secret, required }) => secret === true && required === "new");
  const rows: UploadRows = {
    kind,
    fields,
    pk: "u.pk",
    isCreated: "u.action = 'create'",
    key: recordKey(kind.keys[0], to),
    localKey: recordKey(kind.keys[0]),
    value,
    mayClear: () => false,
    shown: (reference) => named(reference, (from) => shownReference(reference, value(reference.field), from)),
    cellKey: (reference) =>
      reference.field.merge === "list"
        ? storedKeys(reference.field, to)
        : named(reference, (from) => keyOfNamed(reference, value(reference.field), from)),
  };
  return uploadSql(database, rows, needsSecret ? { password: rows.isCreated } : {});
};

/** Notes the records that the upload file of a staged undo leaves out. Call it before the undo is written. */
export const noteLeftOutOfUndo = (database: Database, kind: StoredKind, { fields, revision }: UploadedChange): void => {
  const { join, leftOut } = uploadOfUndo(database, kind, fields);
  const from = `select u.pk, ${leftOut} as reason ${ofKind(kind, "'update', 'create'", join)}`;
  keepLeftOut(database, kind, from, { revision });
};

/** Records of a kind that are deleted. */
const deletedLines = (kind: StoredKind, first: string): string => {
  const { thing } = kind;
  return `select ${deletedLine(kind, partsOf(kind, first))} as line from ${stagedTable({ thing })} u ${THEN} main.${thing.name} t on t.pk = u.pk
    where u.action = 'delete' ${thing.scope === undefined ? "" : `and ${stored(thing.scope)} = '${kind.name}'`} order by u.pk limit :left`;
};

/** Records of a thing that no file has. */
const otherLines = (versions: Versions, database: Database): string => {
  const { thing, key } = versions;
  const columns = restoredColumns(versions).filter(({ leads, name }) => leads && name !== "id" && name !== "createdAt");
  const now = (name: string): string => `t.${quoteIdentifier(name)}`;
  const isOther = ({ name }: (typeof columns)[number]): string => `${to(name)} is distinct from ${now(name)}`;
  const piece =
    (of: (name: string) => string) =>
    ({ name }: (typeof columns)[number]): string => {
      const relation = RELATIONS.find(({ from, field }) => from === thing && field === name);
      if (relation === undefined) return afterPiece(name, `json_quote(cast(${of(name)} as text))`);
      const named = (pk: string): string => called(database, versionsOf(relation.to.name), pk);
      if (relation.joined === undefined) return afterPiece(name, `json_quote(${named(of(name))})`);
      // a list of several
      return afterPiece(name, `(select json_group_array(${named("e.value")}) from json_each(${of(name)}) e)`);
    };
  const changed = (of: (column: (typeof columns)[number]) => string): string =>
    either("u.action = 'update'", jsonList(columns.map((column) => either(isOther(column), of(column), "''"))), "'[]'");
  const line = lineOf({
    row: "0",
    line: "0",
    thing: `'"${thing.name}"'`,
    key: `json_quote(coalesce(${called(database, versions, "u.pk")}, ${columns.some(({ name }) => name === "name") ? to("name") : "null"}, ''))`,
    action: `'"' || u.action || '"'`,
    changed: changed(({ name }) => `',"${name}"'`),
    setsSecret: "'false'",
    exists: truth("t.rowid is not null"),
    before: changed(piece(now)),
    after: either("u.action = 'delete'", "'[]'", jsonList(columns.map(piece(to)))),
  });
  return `select ${line} as line from ${stagedTable(versions)} u left join main.${thing.name} t on t.${key} = u.pk
    where u.action in (select value from json_each(:actions)) order by u.pk limit :left`;
};

const ACTIONS = ["update", "create", "delete"] as const;

/**
 * The rows of a staged undo as NDJSON, in batches: of each kind those that get their former values or come back, then those
 * that are deleted; last the records that no file has.
 *
 * @param first the kind whose rows come first
 */
export function* undoLines(
  database: Database,
  first: StoredKind["name"],
  { actions, limit, upload }: RowQuery,
): Generator<Uint8Array> {
  const asked = ACTIONS.filter((action: PlanRow["action"]) => actions.length === 0 || actions.includes(action));
  let left = limit ?? Number.MAX_SAFE_INTEGER;
  const counting = (row: Row): Row => {
    left -= 1;
    return row;
  };
  const written = JSON.stringify(asked.filter((action) => action !== "delete"));
  const staged = stagedCounts(database).map(({ versions }) => versions);
  const kinds = staged.flatMap(kindsOf).toSorted((a, b) => Number(b.name === first) - Number(a.name === first));
  function* read(sql: string, params: Readonly<Record<string, string>>): Generator<Uint8Array> {
    if (left > 0) yield* batched(Iterator.from(database.iterate(sql, { ...params, left })).map(counting));
  }
  for (const kind of kinds) {
    const params = { kind: kind.name };
    // records of other kinds are in no file of the first one
    const uploaded = upload === undefined || kind.name !== first ? undefined : uploadOfUndo(database, kind, upload);
    if (written !== "[]") yield* read(writtenLines(kind, first, uploaded), { ...params, actions: written });
    if (asked.includes("delete")) yield* read(deletedLines(kind, first), params);
  }
  for (const versions of staged) {
    if (kindsOf(versions).length === 0) yield* read(otherLines(versions, database), { actions: JSON.stringify(asked) });
  }
}
