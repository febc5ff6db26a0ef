import { Failure } from "../../errors/index.ts";
import { listGroupedColumns, type Format } from "../../derived/format.ts";
import { comparisonKey, emailKey, nameKey, type Comparison, buildSearchPatterns } from "../../model/normalise.ts";
import {
  buildListColumns,
  listApiFields,
  type Field,
  type Fields,
  type RecordOf,
  type RecordType,
} from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import {
  buildCaseSql,
  buildFieldKeySql,
  buildJsonBooleanSql,
  buildJsonListSql,
  buildJsonObjectSql,
  quoteIdentifier,
} from "../store/sql.ts";
import type { Store } from "../store/store.ts";
import type { DerivedTable, LineQuery, Params, Reader } from "../store/types.ts";

declare const ITEM: unique symbol;

/** NDJSON in UTF-8; each line ends with a line feed. A short list is a single chunk. */
export type Lines<T> = (ReadableStream<Uint8Array> | readonly [Uint8Array]) & { readonly [ITEM]?: T };

export interface SortKey {
  readonly sql: string;
  /** a value of the same type that sorts before all other values */
  readonly before: string | number;
}

export const CREATION_ORDER: SortKey = { sql: "t.pk", before: 0 };

export type FilterName = "filterName" | "filterId";

export type ChoiceName = "status" | "platform" | "tag" | "group" | "role" | "serialNumber";

/** `search` matches any text; `org` and `owner` are IDs; `org` includes the organisations below, unless `direct`. */
export type ListFilters = Readonly<
  Partial<Record<FilterName | ChoiceName | "search" | "org" | "owner", string | undefined>> & {
    direct?: boolean | undefined;
  }
>;

/** The SQL uses the alias `t` for the record type's table. */
export interface RecordList<F extends Fields = Fields> {
  readonly thing: RecordType<F>;
  readonly format?: Format | undefined;
  readonly table: string;
  readonly joined?: string | undefined;
  readonly whole?: string | undefined;
  readonly among?: string | undefined;
  readonly params?: Params | undefined;
  readonly sql?: Readonly<Record<string, string>> | undefined;
  /** default order, which starts with the key of exports; `orders` has the other orders, by name */
  readonly order: readonly [SortKey, ...SortKey[]];
  readonly orders?: Readonly<Record<string, readonly SortKey[]>> | undefined;
  /** false if values are compared directly, without stored comparison keys */
  readonly keyed?: boolean | undefined;
  readonly filters?: Readonly<Record<FilterName, string>> | undefined;
  /** field that each filter compares as a whole; one value of a list must match */
  readonly chosen?: Readonly<Partial<Record<ChoiceName, string>>> | undefined;
  readonly org?: string | undefined;
  readonly owner?: { readonly sql: string; readonly list: RecordList } | undefined;
  /** SQL: condition for records with the name `:name`; `:nameKey` and `:emailKey` are comparison keys */
  readonly named?: string | undefined;
  readonly exported?: string | undefined;
  readonly derived?: readonly DerivedTable[] | undefined;
}

export const buildColumnSql = ({ sql }: RecordList, field: string): string =>
  sql?.[field] ?? `t.${quoteIdentifier(field)}`;

const buildKeySql = (list: RecordList, name: string): string => {
  const value = buildColumnSql(list, name);
  return list.keyed === false ? value : buildFieldKeySql(list.thing, name, (column) => `t.${column}`, value);
};

const CUSTOM_FIELDS_JSON = buildCaseSql(
  "t.custom = '{}'",
  "'[]'",
  `'[' || coalesce((
    select string_agg(json_object('name', coalesce(f.name, e.key), 'value', e.value), ',' order by cast(e.key as integer))
    from json_each(t.custom) e left join custom_field f on f.pk = cast(e.key as integer)), '') || ']'`,
);

const buildGroupedFieldsJson = (list: RecordList, name: string): string =>
  buildJsonListSql(
    (list.format === undefined ? [] : listGroupedColumns(list.format, name)).map(({ field }) => {
      const column = buildColumnSql(list, field);
      return buildCaseSql(`${column} is null`, "''", `',{"field":"${field}","value":' || json_quote(${column}) || '}'`);
    }),
  );

const buildValueJson = (list: RecordList, own: string, field: Field): string => {
  if (field.type === "object") {
    const parts = listApiFields(field.of);
    const json = buildJsonObjectSql(
      parts.map(([name, part, member]) => [name, buildValueJson(list, `${own}.${member}`, part)]),
    );
    return field.nullable === true ? buildCaseSql(`${buildColumnSql(list, own)} is null`, "'null'", json) : json;
  }
  if (field.type === "objects") {
    return (
      list.sql?.[own] ??
      (own === "custom" && list.thing.custom === true ? CUSTOM_FIELDS_JSON : buildGroupedFieldsJson(list, own))
    );
  }
  const column = buildColumnSql(list, own);
  if (field.type === "texts" || (field.type === "integer" && field.nullable !== true)) return column;
  return field.type === "boolean" ? buildJsonBooleanSql(`${column} = 1`) : `json_quote(${column})`;
};

const buildRecordJson = (list: RecordList, end?: string): string =>
  buildJsonObjectSql(
    listApiFields(list.thing.fields).map(([name, field, own]) => [name, buildValueJson(list, own, field)] as const),
    end,
  );

const buildRecordLine = (list: RecordList): string => {
  const members = buildListColumns(list.thing.fields).map(({ key, own, member, field }) => {
    const path = member === undefined ? own : `${own}.${member}`;
    return [key, buildValueJson(list, path, field)] as const;
  });
  return buildJsonObjectSql(members, "\n");
};

type SqlCondition = Pick<LineQuery, "where" | "params">;

/** Characters that JSON adds to a list of texts. Text without them can be searched in the JSON directly. */
const JSON_SYNTAX_PATTERN = /["\\[\],]/;

const buildSearchCondition = (list: RecordList, search: string): SqlCondition => {
  const { fields, custom } = list.thing;
  const params: Record<string, string> = {};
  const texts = Object.entries(fields).filter(
    ([, { type, secret, resolves }]) =>
      (type === "text" || type === "texts") && secret !== true && resolves === undefined,
  );
  const isIn = (value: string, comparison: Comparison): string => {
    const patterns = buildSearchPatterns(comparisonKey(comparison, search)).map((pattern, at) => {
      const param = `search${comparison.replace("-", "")}${at}`;
      params[param] = pattern;
      return `${value} glob :${param}`;
    });
    return patterns.join(" or ");
  };
  const isInOne = (json: string, comparison: Comparison): string =>
    `exists (select 1 from json_each(${json}) e where ${isIn("e.value", comparison)})`;
  const any = texts.map(([name, { type, comparison = "exact" }]) =>
    type === "texts" && JSON_SYNTAX_PATTERN.test(search)
      ? isInOne(buildKeySql(list, name), comparison)
      : isIn(buildKeySql(list, name), comparison),
  );
  if (custom === true) any.push(isInOne("t.custom", "exact"));
  if (list.owner !== undefined) {
    const owners = buildSearchCondition(list.owner.list, search);
    Object.assign(params, owners.params);
    any.push(`${list.owner.sql} in (select t.pk from ${list.owner.list.table} where ${owners.where})`);
  }
  return { where: `(${any.join(" or ")})`, params };
};

const ORG_NUMBER_SQL = "(select pk from org where id = :org)";

const ORG_RANGE_SQL = {
  first: `(select at from temp.place where pk = ${ORG_NUMBER_SQL})`,
  last: `coalesce((
    with recursive up (pk, parent) as (
      select pk, parent from org where id = :org
      union all select o.pk, o.parent from up join main.org o on o.pk = up.parent)
    select min(next.at) - 1 from up join temp.place next on next.pk =
      (select min(sibling.pk) from main.org sibling where sibling.parent = up.parent and sibling.pk > up.pk)),
    (select max(at) from temp.place))`,
};

const buildListCondition = (list: RecordList, filters: ListFilters, further = "true", range = ORG_RANGE_SQL) => {
  const conditions = [further];
  const params: Record<string, Params[string]> = { ...list.params };
  for (const name of ["filterName", "filterId"] as const) {
    const [value = "", field] = [filters[name], list.filters?.[name]];
    if (value === "" || field === undefined) continue;
    const comparison = list.thing.fields[field]?.comparison ?? "exact";
    conditions.push(`instr(${buildKeySql(list, field)}, :${name}) > 0`);
    params[name] = comparisonKey(comparison, value);
  }
  for (const [name, field] of Object.entries(list.chosen ?? {})) {
    const value = filters[name as ChoiceName] ?? "";
    if (value === "") continue;
    const of = list.thing.fields[field];
    const { comparison = "exact", type } = of ?? {};
    if (of?.type === "choice" && !of.choices.includes(value)) throw createChoiceFailure(name, of.choices);
    const key = buildKeySql(list, field);
    conditions.push(
      type === "texts" ? `exists (select 1 from json_each(${key}) e where e.value = :${name})` : `${key} = :${name}`,
    );
    params[name] = comparisonKey(comparison, value);
  }
  const { search = "", org = "", direct = false, owner = "" } = filters;
  if (search !== "") {
    const found = buildSearchCondition(list, search);
    conditions.push(found.where);
    Object.assign(params, found.params);
  }
  if (org !== "" && list.org !== undefined) {
    const position = `(select own.at from temp.place own where own.pk = ${list.org})`;
    conditions.push(
      direct ? `${list.org} = ${ORG_NUMBER_SQL}` : `${position} between ${range.first} and ${range.last}`,
    );
    params["org"] = org;
  }
  if (owner !== "" && list.owner !== undefined) {
    conditions.push(`${list.owner.sql} = (select pk from user where id = :owner)`);
    params["owner"] = owner;
  }
  return { where: conditions.join(" and "), params };
};

const createChoiceFailure = (name: string, choices: readonly string[]): Failure => {
  const all = choices.join(" / ");
  return new Failure("usage", {
    what: text(`${name}: must be one of ${all}`, `${name} は ${all} のいずれかです`),
    where: `query.${name}`,
  });
};

const createListTables = async (reader: Reader, { derived = [] }: RecordList): Promise<void> => {
  for (const table of derived) await reader.derive(table);
};

const buildRecordQuery = (list: RecordList, json: string, where: string, order: string): string =>
  `select ${json} as json from ${list.table} ${list.joined ?? ""} where ${list.among ?? "true"} and ${where}
   order by ${order} limit :limit`;

const buildOrder = (keys: readonly SortKey[], desc = false): string =>
  keys.map(({ sql }) => `${sql} ${desc ? "desc" : "asc"}`).join(", ");

const selectRecords = async <F extends Fields>(
  reader: Reader,
  list: RecordList<F>,
  { where, params }: SqlCondition,
): Promise<RecordOf<F>[]> => {
  await createListTables(reader, list);
  const sql = buildRecordQuery(list, buildRecordJson(list), where, buildOrder(list.order));
  const rows = await reader.all(sql, { limit: Number.MAX_SAFE_INTEGER, ...params });
  return rows.map(({ json }) => JSON.parse(String(json)) as RecordOf<F>);
};

export const readAllRecords = <F extends Fields>(reader: Reader, list: RecordList<F>): Promise<RecordOf<F>[]> =>
  selectRecords(reader, list, buildListCondition(list, {}));

export const buildNameParams = (name: string) => ({ name, nameKey: nameKey(name), emailKey: emailKey(name) });

export const findRecords = async <F extends Fields>(
  reader: Reader,
  list: RecordList<F>,
  name: string,
): Promise<RecordOf<F>[]> => {
  const named = { where: `(${list.named ?? "false"})`, params: { ...list.params, ...buildNameParams(name) } };
  const found = await selectRecords(reader, list, named);
  // an id takes precedence over another record's name
  const own = found.filter((record) => (record as { readonly id?: string }).id === name);
  return own.length > 0 ? own : found;
};

export const readRecordsById = <F extends Fields>(
  reader: Reader,
  list: RecordList<F>,
  ids: readonly string[],
): Promise<RecordOf<F>[]> => {
  const where = "t.id in (select value from json_each(:ids))";
  return selectRecords(reader, list, { where, params: { ...list.params, ids: JSON.stringify(ids) } });
};

export const buildStreamSql = async (
  reader: Reader,
  list: RecordList,
  filters: ListFilters,
  further?: string,
): Promise<Omit<LineQuery, "line">> => {
  const [{ sql: key, before }] = list.order;
  const { table, joined = "", among = "true" } = list;
  const whole = reader.isPartial ? list.whole : undefined;
  await createListTables(reader, list);
  const { first, last } = ORG_RANGE_SQL;
  const { org = "" } = filters;
  const range =
    org === "" ? {} : await reader.get(`select ${first} as firstPosition, ${last} as lastPosition`, { org });
  const { where, params } = buildListCondition(list, filters, further, {
    first: ":firstPosition",
    last: ":lastPosition",
  });
  return { key, before, table, joined, whole, among, where, params: { ...params, ...range } };
};

export interface ListQuery extends ListFilters {
  readonly columns?: boolean | undefined;
  readonly sort?: string | undefined;
  readonly desc?: boolean | undefined;
  readonly limit?: number | undefined;
}

const MAX_READ_AT_ONCE = 1000;

/** Returns undefined if all of a long list is wanted. A short one is not worth the further connection of a stream. */
const readShortList = (
  store: Store,
  list: RecordList,
  { sort = "", desc = false, columns = false, limit, ...filters }: ListQuery,
): Promise<string | undefined> =>
  store.read(async (reader) => {
    const { where, params } = buildListCondition(list, filters);
    // a long list makes them in its own connection; only the list of organisations is itself such a table
    if (list.table.includes("temp.")) await createListTables(reader, list);
    const further = `select 1 from ${list.table} limit 1 offset ${MAX_READ_AT_ONCE}`;
    if (limit === undefined && (await reader.get(further, params)) !== undefined) return undefined;
    await createListTables(reader, list);
    // SQLite joins the records, because one text per record would use memory until the next garbage collection
    const json = columns ? buildRecordLine(list) : buildRecordJson(list, "\n");
    const query = buildRecordQuery(list, json, where, buildOrder(getSortKeys(list, sort), desc));
    const sql = `select string_agg(json, '') as lines from (${query}) list`;
    return String((await reader.get(sql, { ...params, limit: limit ?? MAX_READ_AT_ONCE }))?.["lines"] ?? "");
  });

async function* takeLines(lines: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Uint8Array> {
  let left = limit;
  for await (const chunk of lines) {
    let end = 0;
    for (; left > 0 && end < chunk.length; end += 1) if (chunk[end] === LINE_FEED) left -= 1;
    yield chunk.subarray(0, end);
    if (left === 0) return;
  }
}

const LINE_FEED = 0x0a;

const getSortKeys = ({ order, orders = {} }: RecordList, sort: string): readonly SortKey[] => {
  if (sort !== "" && !Object.hasOwn(orders, sort)) throw createChoiceFailure("sort", Object.keys(orders));
  return orders[sort] ?? order;
};

const buildOrderTable = (list: RecordList, sort: string, desc: boolean): DerivedTable => {
  const order = buildOrder(getSortKeys(list, sort), desc);
  const source = `${list.table} ${list.joined ?? ""} where ${list.among ?? "true"}`;
  return {
    name: "sorted",
    columns: "at integer primary key, pk integer",
    state: `select '${order.replaceAll("'", "''")}' as state`,
    params: list.params,
    fill: `insert into temp.sorted select row_number() over (order by ${order}), t.pk from ${source}`,
  };
};

export const streamList = async <F extends Fields>(
  store: Store,
  list: RecordList<F>,
  query: ListQuery,
): Promise<Lines<RecordOf<F>>> => {
  const { sort = "", desc = false, columns = false, limit, ...filters } = query;
  if (limit === undefined || limit <= MAX_READ_AT_ONCE) {
    const lines = await readShortList(store, list, query);
    if (lines !== undefined) return [Buffer.from(lines)];
  }
  const stream = await store.lines(async (reader) => {
    const line = columns ? buildRecordLine(list) : buildRecordJson(list, "\n");
    const source = await buildStreamSql(reader, list, filters);
    if (sort === "" && !desc) return { ...source, line };
    await reader.derive(buildOrderTable(list, sort, desc));
    return {
      ...source,
      line,
      key: "s.at",
      before: 0,
      table: `temp.sorted s cross join ${source.table}`,
      whole: "temp.sorted s",
      among: "true",
      where: `t.pk = s.pk and ${source.where}`,
    };
  });
  return limit === undefined ? stream : ReadableStream.from(takeLines(stream, limit));
};
