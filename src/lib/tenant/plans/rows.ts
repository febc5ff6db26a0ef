import type { PlanRow, RowQuery } from "./engine-types.ts";
import type { ImportedField } from "../ledger/kinds.ts";
import type { Database, Params, Row } from "../store/database.ts";
import {
  buildChangesFieldSql,
  hasSecretColumns,
  isStaged,
  buildStagedKeyText,
  buildKeyTextSql,
  findReference,
  buildReferenceTextSql,
  buildReferenceJoinsSql,
  rowColumn,
  recordColumn,
  buildResultSql,
} from "./expressions.ts";
import {
  buildCaseSql,
  buildIsInvalidRowSql,
  buildJsonBooleanSql,
  buildJsonListSql,
  buildJsonObjectSql,
} from "../store/sql.ts";
import type { PlanDefinition, StoredKind, StoredReference } from "./stored-kind.ts";

export const buildFieldEntrySql = (field: string, value: string): string =>
  `',{"field":"${field}","value":' || ${value} || '}'`;

type RowParts = Readonly<Record<Exclude<keyof PlanRow, "thing" | "app">, string>> &
  Readonly<Partial<Record<"thing" | "app", string>>>;

/** SQL: a line of NDJSON. SQLite assembles the line, because a million rows are too many for JavaScript objects. */
export const buildLineSql = (parts: RowParts): string => buildJsonObjectSql(Object.entries(parts), "\n");

const BATCH_BYTES = 65_536;

export function* batchLines(rows: Iterable<Row>): Generator<Uint8Array> {
  let text = "";
  for (const { line } of rows) {
    text += String(line);
    if (text.length < BATCH_BYTES) continue;
    yield Buffer.from(text);
    text = "";
  }
  if (text !== "") yield Buffer.from(text);
}

const ROW_ACTION_SQL = `case when ${buildIsInvalidRowSql("r.row")} then 'invalid' when m.row is null then 'create'
  when m.changed <> 0 then 'update' else 'unchanged' end`;

export const buildValueEntrySql = ({ field, merge }: Pick<ImportedField, "field" | "merge">, value: string): string => {
  if (merge === "custom")
    return `(select string_agg(',' || json_object('field', 'custom:' || coalesce(f.name, e.key), 'value', e.value), ''
      order by cast(e.key as integer))
    from json_each(nullif(${value}, '{}')) e left join custom_field f on f.pk = cast(e.key as integer))`;
  return buildFieldEntrySql(field, merge === "list" ? `coalesce(${value}, 'null')` : `json_quote(${value})`);
};

const listCells = ({ kind: { format } }: PlanDefinition, { field, short, resolved }: ImportedField) =>
  format.columns.filter((column) =>
    resolved ? format.thing.fields[column.sets]?.short === short : column.field === field,
  );

const buildShownReferenceSql = (reference: StoredReference, pk: string): string => {
  const shown = buildReferenceTextSql(reference, pk);
  return reference.field.resolved ? `coalesce(${shown}, ${reference.table.called?.(pk) ?? "null"})` : shown;
};

const buildStoredEntrySql = (kind: StoredKind, field: ImportedField): string => {
  const [value, reference] = [recordColumn(field.stored), findReference(kind, field)];
  return buildValueEntrySql(field, reference === undefined ? value : buildShownReferenceSql(reference, value));
};

const buildChangedListSql = (pieces: readonly (readonly [field: Pick<ImportedField, "bit">, piece: string])[]) =>
  buildCaseSql(
    "coalesce(m.changed, 0) = 0",
    "'[]'",
    buildJsonListSql(pieces.map(([field, piece]) => buildCaseSql(buildChangesFieldSql(field), piece, "''"))),
  );

const buildStagedLinesSql = (plan: PlanDefinition, all: boolean, thing: string | undefined): string => {
  const line = buildLineSql({
    ...(thing !== undefined && { thing: `'"${thing}"'` }),
    row: "r.row",
    key: `json_quote(coalesce(${buildStagedKeyText(plan)}, ''))`,
    action: `'"' || ${ROW_ACTION_SQL} || '"'`,
    changed: buildChangedListSql(plan.kind.fields.map((field) => [field, `',"${field.field}"'`])),
    setsSecret: hasSecretColumns(plan) ? buildJsonBooleanSql("r.secrets is not null") : "'false'",
    before: buildChangedListSql(plan.kind.fields.map((field) => [field, buildStoredEntrySql(plan.kind, field)])),
    after: buildJsonListSql(
      plan.kind.fields.map((field) => {
        const value = buildResultSql(plan, field);
        const reference = findReference(plan.kind, field);
        if (reference === undefined) return buildValueEntrySql(field, value);
        const cells = listCells(plan, field).filter((column) => isStaged(plan, column));
        const shown = [buildShownReferenceSql(reference, value), ...cells.map((column) => rowColumn(column.field))];
        return buildValueEntrySql(field, `coalesce(${[...shown, "null"].join(", ")})`);
      }),
    ),
  });
  const asked = all ? "" : `and ${ROW_ACTION_SQL} in (select value from json_each(:actions))`;
  return `select ${line} as line
    from s.row r left join s.match m on m.row = r.row left join ${plan.kind.thing.name} t on t.pk = m.target
      ${buildReferenceJoinsSql(plan)}
    where r.row > :after and r.row <= :upTo ${asked} order by r.row limit :left`;
};

const buildDeletedLineSql = (kind: StoredKind): string => {
  const { called } = kind.table;
  return buildLineSql({
    row: "0",
    key: `json_quote(coalesce(${buildKeyTextSql(kind)}, ''))`,
    action: `'"delete"'`,
    changed: "'[]'",
    setsSecret: "'false'",
    before: buildJsonListSql(kind.fields.map((field) => buildStoredEntrySql(kind, field))),
    after: buildJsonListSql([
      buildFieldEntrySql("id", "json_quote(t.id)"),
      ...(called === undefined ? [] : [buildFieldEntrySql("path", `json_quote(${called("t.pk")})`)]),
      buildFieldEntrySql("name", `json_quote(${recordColumn(kind.namedBy)})`),
    ]),
  });
};

const MAX_BATCH_ROWS = 256;

/** Returns the number of further lines within the limit. */
function* readStagedLines(
  database: Database,
  sql: string,
  params: Params,
  limit: number,
): Generator<Uint8Array, number> {
  const batch = `select cast(string_agg(line, '') as blob) as bytes, count(*) as lines from (${sql}) lines`;
  const last = database.count("select coalesce(max(row), 0) from s.row");
  let left = limit;
  for (let after = 0, rows = 1; after < last && left > 0;) {
    const upTo = after + rows;
    const found = database.get(batch, { ...params, after, upTo, left });
    const bytes = found?.["bytes"] instanceof Uint8Array ? found["bytes"] : new Uint8Array(0);
    left -= Number(found?.["lines"]);
    if (bytes.length > 0) yield bytes;
    const fitting = Math.floor((rows * BATCH_BYTES) / Math.max(bytes.length, 1));
    after = upTo;
    rows = Math.max(1, Math.min(MAX_BATCH_ROWS, rows * 4, fitting));
  }
  return left;
}

export function* readPlanLines(
  database: Database,
  plan: PlanDefinition,
  { actions, limit = Number.MAX_SAFE_INTEGER }: RowQuery,
  thing?: string,
): Generator<Uint8Array> {
  const all = actions.length === 0;
  const { kind } = plan;
  const params = { actions: JSON.stringify(actions) };
  const isStagedAsked = all || actions.some((action) => action !== "delete");
  const staged = buildStagedLinesSql(plan, all, thing);
  const left = isStagedAsked ? yield* readStagedLines(database, staged, params, limit) : limit;
  if (left === 0 || plan.request.mode !== "replace" || !(all || actions.includes("delete"))) return;
  // a single statement, because a search for missing records scans the whole table
  const deleted = `select ${buildDeletedLineSql(kind)} as line from ${kind.thing.name} t where ${kind.isLacking}
    order by t.pk limit :left`;
  yield* batchLines(database.iterate(deleted, { ...params, left }));
}

const PROBLEM_LINE_SQL = `concat('{"code":', json_quote(code), ',"severity":', json_quote(severity), ',"row":', row, ',"line":', line,
  ',"column":', col, ',"header":', json_quote(header), ',"params":', params, '}\n')`;

export function* readProblemLines(database: Database, limit: number | undefined): Generator<Uint8Array> {
  const sql = `select ${PROBLEM_LINE_SQL} as line from s.problem order by row, col limit :limit`;
  yield* batchLines(database.iterate(sql, { limit: limit ?? Number.MAX_SAFE_INTEGER }));
}
