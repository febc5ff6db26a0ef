import type { RowQuery } from "../engine.ts";
import type { PlanRow } from "../../../contract/index.ts";
import type { ImportedField } from "../staging/kinds.ts";
import type { Database, Params, Row } from "../../store/sqlite/database.ts";
import {
  changes,
  hasSecrets,
  isStaged,
  keyOf,
  keyText,
  referenceOf,
  shownReference,
  staged,
  stored,
  resulting,
} from "./expressions.ts";
import { either, isInvalid, isMissing, truth } from "../../store/sql/forms.ts";
import { jsonList, jsonObject } from "../../store/sql/json.ts";
import type { PlanSql, PlansSql, StoredKind, UploadValue } from "./stored-kind.ts";
import { rowsOfPlan, uploadOfRows } from "./upload.ts";

/** SQL: one value of `after` as JSON; `value` is SQL of JSON. */
export const afterPiece = (field: string, value: string): string =>
  `',{"field":"${field}","value":' || ${value} || '}'`;

/** SQL: custom fields as JSON, by their names in the tenant; empty if there are none. */
const customPiece = (value: string): string =>
  `(select string_agg(',' || json_object('field', 'custom:' || coalesce(f.name, e.key), 'value', e.value), ''
      order by cast(e.key as integer))
    from json_each(nullif(${value}, '{}')) e left join custom_field f on f.pk = cast(e.key as integer))`;

/** SQL of the parts of a plan's row, each as JSON, in the order they are written. */
type RowParts = Readonly<Record<Exclude<keyof PlanRow, "thing" | "leftOut">, string>> &
  Readonly<Partial<Record<"thing" | "leftOut", string>>>;

/** SQL: a line of NDJSON, assembled by SQLite: a million rows need not become objects. */
export const lineOf = (parts: RowParts): string => jsonObject(Object.entries(parts), "\n");

/** Bytes of lines per batch. */
const BATCH_BYTES = 65_536;

/** Rows whose column `line` is a line of text, as the bytes of many lines at a time. */
export function* batched(rows: Iterable<Row>): Generator<Uint8Array> {
  let text = "";
  for (const { line } of rows) {
    text += String(line);
    if (text.length < BATCH_BYTES) continue;
    yield Buffer.from(text);
    text = "";
  }
  if (text !== "") yield Buffer.from(text);
}

const ACTION = `case when ${isInvalid("r.row")} then 'invalid' when m.row is null then 'create'
  when m.changed <> 0 then 'update' else 'unchanged' end`;

/** SQL: a field's value as a piece of `after`; what a reference names is shown as files have it. */
export const valuePiece = ({ field, merge }: ImportedField, value: string): string => {
  if (merge === "custom") return customPiece(value);
  return afterPiece(field, merge === "list" ? `coalesce(${value}, 'null')` : `json_quote(${value})`);
};

/** SQL: the values of the fields that no file has, as pieces of `after`; those of a record without one are left out. */
export const unfiledPieces = ({ unfiled }: StoredKind, version: (column: string) => string): readonly string[] =>
  unfiled.map(({ field, flag }) => {
    const value = version(field);
    return flag
      ? either(`${value} = 1`, afterPiece(field, `'"TRUE"'`), "''")
      : either(`${value} is null`, "''", afterPiece(field, `json_quote(${value})`));
  });

/** SQL: a row's resulting values, as the JSON of a plan's row. */
const afterJson = (plan: PlanSql, upload: UploadValue | undefined): string =>
  jsonList(
    plan.kind.fields.map((field) => {
      const resulted = resulting(plan, field);
      const value = upload?.(field, resulted) ?? resulted;
      const reference = referenceOf(plan.kind, field);
      if (reference === undefined) return valuePiece(field, value);
      const shown = shownReference(reference, value);
      // what the import creates does not exist yet
      return valuePiece(field, isStaged(plan, field) ? `coalesce(${shown}, ${staged(field.field)})` : shown);
    }),
  );

/** SQL: a stored value of a field, as a piece of a plan's row. A record of the same thing without a code is shown by its path. */
export const storedPiece = (kind: StoredKind, field: ImportedField, value = stored(field.stored)): string => {
  const reference = referenceOf(kind, field);
  if (reference === undefined) return valuePiece(field, value);
  const shown = shownReference(reference, value);
  const { planner } = reference.table;
  if (reference.table.thing !== kind.thing || planner === undefined) return valuePiece(field, shown);
  return valuePiece(field, `coalesce(${shown}, ${planner.called(value)})`);
};

/** SQL: of a row that changes its record, the pieces of what it changes, as JSON. */
export const changedList = (pieces: readonly (readonly [field: Pick<ImportedField, "bit">, piece: string])[]): string =>
  either(
    "coalesce(m.changed, 0) = 0",
    "'[]'",
    jsonList(pieces.map(([field, piece]) => either(changes(field), piece, "''"))),
  );

/** SQL: the names of the fields that a row changes, as JSON. */
const changedJson = ({ kind }: PlanSql): string =>
  changedList(kind.fields.map((field) => [field, `',"${field.field}"'`]));

/** SQL: the former values of the fields that a row changes, as JSON. */
const beforeJson = ({ kind }: PlanSql): string =>
  changedList(kind.fields.map((field) => [field, storedPiece(kind, field)]));

/** SQL: the row's key as in the file; null if the file has no such column. */
const stagedKeyText = (plan: PlanSql): string =>
  keyText(plan.kind, (field) => (isStaged(plan, { field }) ? staged(field) : "null"), keyOf(plan));

const stagedLines = (database: Database, plan: PlanSql, all: boolean, fields: RowQuery["upload"]): string => {
  const { planner } = plan.kind.table;
  const upload = fields === undefined ? undefined : uploadOfRows(database, plan, fields);
  const { before, after } = planner?.values(database) ?? {
    before: beforeJson(plan),
    after: afterJson(plan, upload?.value),
  };
  const line = lineOf({
    row: "r.row",
    line: "r.line",
    key: `json_quote(coalesce(${stagedKeyText(plan)}, ''))`,
    action: `'"' || ${ACTION} || '"'`,
    changed: changedJson(plan),
    setsSecret: hasSecrets(plan) ? truth("r.secrets is not null") : "'false'",
    exists: truth("m.row is not null"),
    before,
    after,
    ...(upload !== undefined && { leftOut: upload.leftOut }),
  });
  const asked = all ? "" : `and ${ACTION} in (select value from json_each(:actions))`;
  return `select ${line} as line
    from ${rowsOfPlan(plan)} ${upload?.join ?? ""}
    where r.row > :after and r.row <= :upTo ${asked} order by r.row limit :left`;
};

/** SQL: the line of a record `t` that is deleted; no row of a file has it. @param parts further ones */
export const deletedLine = (kind: StoredKind, parts: Partial<RowParts> = {}): string => {
  const { planner } = kind.table;
  return lineOf({
    ...parts,
    row: "0",
    line: "0",
    key: `json_quote(coalesce(${keyText(kind)}, ''))`,
    action: `'"delete"'`,
    changed: "'[]'",
    setsSecret: "'false'",
    exists: "'true'",
    before: "'[]'",
    after: jsonList([
      afterPiece("id", "json_quote(t.id)"),
      ...(planner === undefined ? [] : [afterPiece("path", `json_quote(${planner.called("t.pk")})`)]),
      afterPiece("name", `json_quote(${stored(kind.namedBy)})`),
    ]),
  });
};

/** SQL: the lines of the records that a plan deletes. @param isFurther they are not of the kind of the import */
const deletedLines = (
  { kind }: PlanSql,
  { protectedToo, isFurther }: { readonly protectedToo: boolean; readonly isFurther: boolean },
): string => {
  const { thing, inScope, isLacking } = kind;
  const lacking =
    protectedToo && thing.protects?.missing !== undefined ? `${inScope} and ${isMissing("t.pk")}` : isLacking;
  const line = deletedLine(kind, isFurther ? { thing: `'"${thing.name}"'` } : {});
  return `select ${line} as line from ${thing.name} t where ${lacking} order by t.pk limit :left`;
};

/** Maximum number of rows scanned for a batch of lines. */
const MAX_ROWS = 256;

/** Reads the lines of a plan in batches, each one text assembled by SQLite. */
class LineReader {
  readonly #database: Database;
  readonly #params: Params;
  #left: number;

  constructor(database: Database, params: Params, limit: number | undefined) {
    this.#database = database;
    this.#params = params;
    this.#left = limit ?? Number.MAX_SAFE_INTEGER;
  }

  /** Staged rows, in ranges of one batch each. */
  *staged(sql: string): Generator<Uint8Array> {
    const batch = `select cast(string_agg(line, '') as blob) as bytes, count(*) as lines from (${sql}) lines`;
    const last = this.#database.count("select coalesce(max(row), 0) from s.row");
    for (let after = 0, rows = 1; after < last && this.#left > 0;) {
      const upTo = after + rows;
      const found = this.#database.get(batch, { ...this.#params, after, upTo, left: this.#left });
      const bytes = found?.["bytes"] instanceof Uint8Array ? found["bytes"] : new Uint8Array(0);
      this.#left -= Number(found?.["lines"]);
      if (bytes.length > 0) yield bytes;
      const fitting = Math.floor((rows * BATCH_BYTES) / Math.max(bytes.length, 1));
      after = upTo;
      rows = Math.max(1, Math.min(MAX_ROWS, rows * 4, fitting));
    }
  }

  /** Deletions, by one statement: finding what the file lacks takes a scan of all of it. */
  *deleted(sql: string, kind: string): Generator<Uint8Array> {
    if (this.#left <= 0) return;
    const count = (row: Row): Row => {
      this.#left -= 1;
      return row;
    };
    const rows = this.#database.iterate(sql, { ...this.#params, kind, left: this.#left });
    yield* batched(Iterator.from(rows).map(count));
  }
}

/**
 * The lines of plans that are committed as one, as NDJSON, in batches: rows in the file's order, then the records that would
 * be deleted. Those of other kinds than the first name their thing.
 */
export function* planLines(database: Database, plans: PlansSql, query: RowQuery): Generator<Uint8Array> {
  const { actions, limit, protectedToo = false, upload } = query;
  const [plan] = plans;
  const all = actions.length === 0;
  const params = { actions: JSON.stringify(actions), kind: plan.kind.name };
  const reader = new LineReader(database, params, limit);
  const { mode } = plan.request;
  if (mode !== "delete" && (all || actions.some((action) => action !== "delete")))
    yield* reader.staged(stagedLines(database, plan, all, upload));
  if (mode !== "append" && (all || actions.includes("delete"))) {
    for (const one of plans)
      yield* reader.deleted(deletedLines(one, { protectedToo, isFurther: one !== plan }), one.kind.name);
  }
}

/** SQL: a problem as a line of NDJSON; its `params` are already JSON. */
const PROBLEM_LINE = `concat('{"code":', json_quote(code), ',"severity":', json_quote(severity), ',"row":', row, ',"line":', line,
  ',"column":', col, ',"header":', json_quote(header), ',"params":', params, '}\n')`;

/** The problems of a plan's file as NDJSON, in batches, by row and column. */
export function* problemLines(database: Database, limit: number | undefined): Generator<Uint8Array> {
  const sql = `select ${PROBLEM_LINE} as line from s.problem order by row, col limit :limit`;
  yield* batched(database.iterate(sql, { limit: limit ?? Number.MAX_SAFE_INTEGER }));
}
