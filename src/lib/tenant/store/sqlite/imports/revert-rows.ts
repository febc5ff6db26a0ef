import { recordKind, type Entity, type ImportedField } from "../../../../imports/kind.ts";
import type { Database, Row } from "../database.ts";
import { quoteIdentifier, storeColumn } from "./expressions.ts";
import { changes, made, params, type Reverted } from "./revert.ts";
import { afterPiece, batched, customPiece, lineOf, listOf, truth, type RowQuery } from "./rows.ts";

/** SQL: the stored value of a column of record `c` before the import. */
const before = (column: string): string => `(c.before ->> '$.${column}')`;

/** Organisations store their parent under its own name, users their organisation under `org`. */
const columnOf = (entity: Entity, field: ImportedField): string =>
  entity === "org" ? field.field : storeColumn(field);

const afterOf = (entity: Entity, fields: readonly ImportedField[]): string =>
  listOf(
    fields.map((field) => {
      const value = before(columnOf(entity, field));
      if (field.merge === "custom") return customPiece(value);
      if (field.merge === "org")
        return afterPiece(field.field, `json_quote((select code from org where pk = ${value}))`);
      return afterPiece(field.field, field.merge === "list" ? `coalesce(${value}, 'null')` : `json_quote(${value})`);
    }),
  );

const changedOf = (entity: Entity, fields: readonly ImportedField[]): string =>
  listOf(
    fields.map((field) => {
      const column = columnOf(entity, field);
      return `iif(${before(column)} is not t.${quoteIdentifier(column)}, ',"${field.field}"', '')`;
    }),
  );

/** SQL: a record's key; `column` returns the SQL of a column's value. */
const keyOf = (entity: Entity, column: (name: string) => string): string => {
  if (entity === "user") return `(${column("emails")} ->> 0)`;
  return entity === "org" ? `coalesce(${column("code")}, ${column("name")})` : column("userId");
};

const stored = (column: string): string => `t.${quoteIdentifier(column)}`;

/** The place of a row in a file, for plans without one: a revert has no file. */
const NO_PLACE = { row: "0", line: "0", setsSecret: "'false'" } as const;

/** Records that get their former values, or are restored; in order of creation. */
const changedLines = (reverted: Reverted): string => {
  const { entity, fields } = recordKind(reverted.kind);
  const line = lineOf({
    ...NO_PLACE,
    key: `json_quote(coalesce(iif(t.pk is null, ${keyOf(entity, before)}, ${keyOf(entity, stored)}), ''))`,
    action: `iif(c.action = 'delete', '"create"', '"update"')`,
    changed: `iif(c.action = 'delete', '[]', ${changedOf(entity, fields)})`,
    exists: truth("c.action = 'update'"),
    after: afterOf(entity, fields),
  });
  return `select ${line} as line from (${changes}) c left join ${entity} t on t.pk = c.target
    where c.action in (select value from json_each(:undone)) order by c.target limit :left`;
};

/** Records that the import created, and that are deleted again. */
const deletedLines = (reverted: Reverted): string => {
  const { entity } = recordKind(reverted.kind);
  const title = entity === "secured_user" ? "displayName" : "name";
  const line = lineOf({
    ...NO_PLACE,
    key: `json_quote(coalesce(${keyOf(entity, stored)}, ''))`,
    action: `'"delete"'`,
    changed: "'[]'",
    exists: "'true'",
    after: listOf([afterPiece("name", `json_quote(${stored(title)})`)]),
  });
  return `select ${line} as line from ${entity} t where t.pk in (${made(entity, reverted.kind)})
    order by t.pk limit :left`;
};

/** The action of a revert on a record, by the action of the import. */
const UNDOING = [
  ["update", "update"],
  ["create", "delete"],
] as const;

/** The lines of a revert's plan as NDJSON, in batches: changed or restored records, then deleted ones. */
export function* revertLines(
  database: Database,
  reverted: Reverted,
  { actions, limit }: RowQuery,
): Generator<Uint8Array> {
  const isAsked = (action: (typeof actions)[number]): boolean => actions.length === 0 || actions.includes(action);
  const undone = UNDOING.filter(([action]) => isAsked(action)).map(([, did]) => did);
  const most = limit ?? Number.MAX_SAFE_INTEGER;
  let taken = 0;
  if (undone.length > 0) {
    const rows = { ...params(reverted), undone: JSON.stringify(undone), left: most };
    const count = (row: Row): Row => {
      taken += 1;
      return row;
    };
    yield* batched(Iterator.from(database.iterate(changedLines(reverted), rows)).map(count));
  }
  if (isAsked("delete") && taken < most) {
    yield* batched(database.iterate(deletedLines(reverted), { ...params(reverted), left: most - taken }));
  }
}
