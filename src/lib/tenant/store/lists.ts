import { Failure } from "../../errors/index.ts";
import { columnsWithin, type Format } from "../../model/format.ts";
import { comparisonKey, emailKey, nameKey, type Comparison } from "../../model/normalise.ts";
import { searchPatterns } from "../../model/search.ts";
import {
  keyColumn,
  listColumnsOf,
  shownFields,
  type Field,
  type Fields,
  type RecordOf,
  type Thing,
} from "../../model/thing.ts";
import { text } from "../../text/index.ts";
import { either, hasPattern, keyOrValue, truth } from "./sql/forms.ts";
import { jsonList, jsonObject } from "./sql/json.ts";
import { quoteIdentifier } from "./sql/forms.ts";
import type { DerivedTable, Lines, Params, Reader, Store } from "./store.ts";

/** A column that a list is sorted by, as SQL. */
export interface SortKey {
  readonly sql: string;
  /** a value before all others; the others have its type */
  readonly before: string | number;
}

/** The order in which records were made. */
export const CREATION: SortKey = { sql: "t.pk", before: 0 };

/** Names of the filters; their values are compared as the values of their fields are. */
export type FilterName = "filterName" | "filterId";

/** Names of the filters that match a whole value. */
export type ChoiceName = "status" | "platform" | "tag" | "group" | "role";

/**
 * Filters of a list or an export; each matches a part of the comparison key, or all of it, and a blank one everything.
 * `search` matches any text of a record; `org` is the id of an organisation, `owner` that of a user.
 */
export type Filters = Readonly<
  Partial<Record<FilterName | ChoiceName | "search" | "org" | "owner", string | undefined>>
>;

/** A list of records of a thing: what the thing itself does not say. All SQL may use its table, whose alias is `t`. */
export interface List<F extends Fields = Fields> {
  readonly thing: Thing<F>;
  /** its console file, for exports */
  readonly format?: Format | undefined;
  /** SQL: the table, joined with what the order and the selection need; then with what only values need */
  readonly table: string;
  readonly joined?: string | undefined;
  /** SQL: the same table with what who asks does not see: its keys are scanned, and no text is made of them */
  readonly whole?: string | undefined;
  /** SQL: the rows that are records of the list */
  readonly among?: string | undefined;
  readonly params?: Params | undefined;
  /** SQL of values that no column of the table has, by field; by `field.member` for what a reference shows or exports */
  readonly sql?: Readonly<Record<string, string>> | undefined;
  /** the usual order, and others by name; their columns together are unique. Exports take the first column of the usual one */
  readonly order: readonly [SortKey, ...SortKey[]];
  readonly orders?: Readonly<Record<string, readonly SortKey[]>> | undefined;
  /** false: the values are their own comparison keys, and none are kept beside them */
  readonly keyed?: boolean | undefined;
  /** the fields that filters search */
  readonly filters?: Readonly<Record<FilterName, string>> | undefined;
  /** the fields of which filters want a whole value, of a list one of its values */
  readonly chosen?: Readonly<Partial<Record<ChoiceName, string>>> | undefined;
  /** SQL: the records that are directly in the organisation whose id is `:org` */
  readonly ofOrg?: string | undefined;
  /** SQL: the records that belong to the user whose id is `:owner` */
  readonly ofOwner?: string | undefined;
  /** SQL: the records that `:name` names; `:nameKey` is its comparison key as a name or a code, `:emailKey` as an address */
  readonly named?: string | undefined;
  /** SQL: the records that exports contain */
  readonly exported?: string | undefined;
  /** the temporary tables that it reads */
  readonly derived?: readonly DerivedTable[] | undefined;
}

/** SQL: the value of a field of the list. */
export const columnSql = ({ sql }: List, field: string): string => sql?.[field] ?? `t.${quoteIdentifier(field)}`;

/** SQL: the comparison key of a record's field, or those of a list. */
const keySql = (list: List, name: string): string => {
  const { comparison = "exact", short = name, type } = list.thing.fields[name] ?? {};
  const column = columnSql(list, name);
  if (list.keyed === false) return column;
  return keyOrValue(comparison, `t.${keyColumn({ short, list: type === "texts" })}`, column);
};

/** SQL: the custom fields of a record as JSON, by their names in the tenant. */
const CUSTOM_JSON = either(
  "t.custom = '{}'",
  "'[]'",
  `'[' || coalesce((
    select string_agg(json_object('name', coalesce(f.name, e.key), 'value', e.value), ',' order by cast(e.key as integer))
    from json_each(t.custom) e left join custom_field f on f.pk = cast(e.key as integer)), '') || ']'`,
);

/** SQL: the fields that a record shows together, as JSON: those that have a value. */
const withinJson = (list: List, name: string): string =>
  jsonList(
    (list.format === undefined ? [] : columnsWithin(list.format, name)).map(({ field }) => {
      const column = columnSql(list, field);
      return either(`${column} is null`, "''", `',{"field":"${field}","value":' || json_quote(${column}) || '}'`);
    }),
  );

/** SQL: a field's value as JSON. @param own the thing's name of the field */
const valueJson = (list: List, own: string, field: Field): string => {
  if (field.type === "object") {
    const parts = shownFields(field.of);
    const json = jsonObject(parts.map(([name, part, member]) => [name, valueJson(list, `${own}.${member}`, part)]));
    return field.nullable === true ? either(`${columnSql(list, own)} is null`, "'null'", json) : json;
  }
  if (field.type === "objects") {
    return list.sql?.[own] ?? (own === "custom" && list.thing.custom === true ? CUSTOM_JSON : withinJson(list, own));
  }
  const column = columnSql(list, own);
  if (field.type === "texts" || field.type === "integer") return column;
  return field.type === "boolean" ? truth(`${column} = 1`) : `json_quote(${column})`;
};

/** SQL: a record as the tenant API has it. */
const recordJson = (list: List): string =>
  jsonObject(shownFields(list.thing.fields).map(([name, field, own]) => [name, valueJson(list, own, field)]));

/** SQL: a record as a line of NDJSON: one member for each column of its list. */
const recordLine = (list: List): string => {
  const members = listColumnsOf(list.thing.fields).map(({ key, own, member, field }) => {
    const path = member === undefined ? own : `${own}.${member}`;
    return [key, valueJson(list, path, field)] as const;
  });
  return jsonObject(members, "\n");
};

/** A condition (SQL) with its parameters. */
interface Condition {
  readonly where: string;
  readonly params: Params;
}

/** What the JSON of a list of texts has besides them: else it is searched as it is, which is faster. */
const OF_JSON = /["\\[\],]/;

/** The records with a text, or a custom field's value, that contains what is searched for, however its names are written. */
const searching = (list: List, search: string): Condition => {
  const { fields, custom } = list.thing;
  const params: Record<string, string> = {};
  const texts = Object.entries(fields).filter(
    ([, { type, secret, resolves }]) =>
      (type === "text" || type === "texts") && secret !== true && resolves === undefined,
  );
  const isIn = (value: string, comparison: Comparison): string => {
    const patterns = searchPatterns(comparisonKey(comparison, search)).map((pattern, at) => {
      const param = `search${comparison.replace("-", "")}${at}`;
      params[param] = pattern;
      return hasPattern(value, `:${param}`);
    });
    return patterns.join(" or ");
  };
  const isInOne = (json: string, comparison: Comparison): string =>
    `exists (select 1 from json_each(${json}) e where ${isIn("e.value", comparison)})`;
  const any = texts.map(([name, { type, comparison = "exact" }]) =>
    type === "texts" && OF_JSON.test(search)
      ? isInOne(keySql(list, name), comparison)
      : isIn(keySql(list, name), comparison),
  );
  if (custom === true) any.push(isInOne("t.custom", "exact"));
  return { where: `(${any.join(" or ")})`, params };
};

/** The records that pass filters, and of those the ones that pass `further` (SQL). */
const passing = (list: List, filters: Filters, further = "true"): Condition => {
  const conditions = [further];
  const params: Record<string, Params[string]> = { ...list.params };
  for (const name of ["filterName", "filterId"] as const) {
    const [value = "", field] = [filters[name], list.filters?.[name]];
    if (value === "" || field === undefined) continue;
    const comparison = list.thing.fields[field]?.comparison ?? "exact";
    conditions.push(`instr(${keySql(list, field)}, :${name}) > 0`);
    params[name] = comparisonKey(comparison, value);
  }
  for (const [name, field] of Object.entries(list.chosen ?? {})) {
    const value = filters[name as ChoiceName] ?? "";
    if (value === "") continue;
    const { comparison = "exact", type } = list.thing.fields[field] ?? {};
    const key = keySql(list, field);
    conditions.push(
      type === "texts" ? `exists (select 1 from json_each(${key}) e where e.value = :${name})` : `${key} = :${name}`,
    );
    params[name] = comparisonKey(comparison, value);
  }
  const { search = "", org = "", owner = "" } = filters;
  if (search !== "") {
    const found = searching(list, search);
    conditions.push(found.where);
    Object.assign(params, found.params);
  }
  if (org !== "" && list.ofOrg !== undefined) {
    conditions.push(list.ofOrg);
    params["org"] = org;
  }
  if (owner !== "" && list.ofOwner !== undefined) {
    conditions.push(list.ofOwner);
    params["owner"] = owner;
  }
  return { where: conditions.join(" and "), params };
};

/** SQL: the numbers of the records that pass filters; of a list that reads no temporary tables. */
export const numbersOf = (list: List, filters: Filters): { readonly sql: string; readonly params: Params } => {
  const { where, params } = passing(list, filters);
  return { sql: `select t.pk from ${list.table} where ${list.among ?? "true"} and ${where}`, params };
};

/** Makes the temporary tables that a list reads. */
export const prepare = async (reader: Reader, { derived = [] }: List): Promise<void> => {
  for (const table of derived) await reader.derive(table);
};

/** Records as JSON, with their values of the sort keys as a JSON list. */
const select = async (
  reader: Reader,
  list: List,
  { where, params }: Condition,
  keys: readonly SortKey[] = list.order,
  direction: "asc" | "desc" = "asc",
): Promise<readonly { readonly json: string; readonly keys: string }[]> => {
  const columns = keys.map((key) => key.sql);
  const order = columns.map((column) => `${column} ${direction}`).join(", ");
  const among = `from ${list.table} ${list.joined ?? ""} where ${list.among ?? "true"} and ${where}`;
  const record = `select ${recordJson(list)} as json, json_array(${columns.join(", ")}) as keys`;
  // in an order that no index has the records of a page are told first: JSON is made of those alone
  const sql =
    keys === list.order
      ? `${record} ${among} order by ${order} limit :limit`
      : `${record} from ${list.table} ${list.joined ?? ""}
          where t.pk in (select t.pk ${among} order by ${order} limit :limit) order by ${order}`;
  await prepare(reader, list);
  const rows = await reader.all(sql, { limit: Number.MAX_SAFE_INTEGER, ...params });
  return rows.map((row) => ({ json: String(row["json"]), keys: String(row["keys"]) }));
};

const parse = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};

/** The order of a page's records. */
interface PageOrder {
  readonly keys: readonly SortKey[];
  readonly direction: "asc" | "desc";
  /** what its cursors belong to, as JSON: the list, and this order of it */
  readonly place: string;
}

const orderOf = (list: List, { sort = "", desc = false }: Pick<PageQuery, "sort" | "desc">): PageOrder => {
  const other = list.orders?.[sort];
  const direction = desc ? "desc" : "asc";
  const place = [list.thing.name, list.params ?? {}, other === undefined ? "" : sort, direction];
  return { keys: other ?? list.order, direction, place: JSON.stringify(place) };
};

/** @param keys the last record's values of the sort keys, as a JSON list */
const writeCursor = ({ place }: PageOrder, keys: string): string =>
  Buffer.from(`[${place},${keys}]`).toString("base64url");

/** All numbers that lists are sorted by are integers; others would not come out of JSON as they were. */
const isValueOf = ({ before }: SortKey, value: unknown): boolean =>
  typeof value === typeof before && (typeof value !== "number" || Number.isSafeInteger(value));

/** The sort keys of the last record before a page, as JSON. @throws Failure `usage` if no page in this order gave the cursor */
const readCursor = (cursor: string, { keys, place }: PageOrder): string => {
  const content = parse(Buffer.from(cursor, "base64url").toString());
  const [of, values] = Array.isArray(content) ? (content as readonly unknown[]) : [];
  const fits = JSON.stringify(of) === place && Array.isArray(values) && values.length === keys.length;
  if (fits && keys.every((key, at) => isValueOf(key, values[at]))) return JSON.stringify(values);
  throw new Failure("usage", {
    what: text("this cursor does not come from a page of this list", "このカーソルはこの一覧のものではありません"),
    where: "query.cursor",
  });
};

/** Selects a page of a list. */
export interface PageQuery extends Filters {
  readonly limit: number;
  /** as returned with the page before, of the same list in the same order */
  readonly cursor?: string | undefined;
  /** one of the list's orders; else the usual one */
  readonly sort?: string | undefined;
  readonly desc?: boolean | undefined;
}

/**
 * One page of a list, as the JSON of the API's answer.
 *
 * @throws Failure `usage` if no page of the list in this order gave the cursor
 */
export const pageOf = async (
  reader: Reader,
  list: List,
  { limit, cursor, sort, desc, ...filters }: PageQuery,
): Promise<string> => {
  const order = orderOf(list, { sort, desc });
  const { keys, direction } = order;
  const after = cursor === undefined ? null : readCursor(cursor, order);
  const columns = keys.map(({ sql }) => sql).join(", ");
  const ends = keys.map((_, at) => `:after ->> ${at}`).join(", ");
  const beyond = `(${columns}) ${direction === "asc" ? ">" : "<"} (${ends})`;
  const { where, params } = passing(list, filters, after === null ? "true" : beyond);
  const rows = await select(reader, list, { where, params: { ...params, limit, after } }, keys, direction);
  const last = rows.length < limit ? undefined : rows.at(-1);
  const next = last === undefined ? null : writeCursor(order, last.keys);
  return `{"items":[${rows.map(({ json }) => json).join(",")}],"next":${JSON.stringify(next)}}`;
};

const parsed = <F extends Fields>(rows: readonly { readonly json: string }[]): RecordOf<F>[] =>
  rows.map(({ json }) => JSON.parse(json) as RecordOf<F>);

/** All records of a short list. */
export const recordsOf = async <F extends Fields>(reader: Reader, list: List<F>): Promise<RecordOf<F>[]> =>
  parsed(await select(reader, list, passing(list, {})));

/** The parameters of a list's `named`. */
export const namesOf = (name: string) => ({ name, nameKey: nameKey(name), emailKey: emailKey(name) });

/** All records that a name matches. */
export const findRecords = async <F extends Fields>(
  reader: Reader,
  list: List<F>,
  name: string,
): Promise<RecordOf<F>[]> => {
  const named = { where: `(${list.named ?? "false"})`, params: { ...list.params, ...namesOf(name) } };
  const found = parsed<F>(await select(reader, list, named));
  // an id is one record's alone, whatever else others are called
  const own = found.filter((record) => (record as { readonly id?: string }).id === name);
  return own.length > 0 ? own : found;
};

/** The records that have these ids, in the list's usual order. */
export const recordsWith = async <F extends Fields>(
  reader: Reader,
  list: List<F>,
  ids: readonly string[],
): Promise<RecordOf<F>[]> => {
  const where = "t.id in (select value from json_each(:ids))";
  return parsed<F>(await select(reader, list, { where, params: { ...list.params, ids: JSON.stringify(ids) } }));
};

/** Returns the records that pass filters, and `further` (SQL), as they are streamed in the usual order. */
export const streamed = (reader: Reader, list: List, filters: Filters, further?: string): Omit<Lines, "line"> => {
  const [{ sql: key, before }] = list.order;
  const { table, joined = "", among = "true" } = list;
  const whole = reader.isPartial ? list.whole : undefined;
  return { key, before, table, joined, whole, among, ...passing(list, filters, further) };
};

/**
 * The whole list as NDJSON in its usual order, a member for each of its columns; streamed on one snapshot.
 *
 * @throws Failure `usage` where another order is asked for
 */
export const linesOf = (
  store: Store,
  list: List,
  { sort, desc, ...filters }: Omit<PageQuery, "limit" | "cursor">,
): Promise<ReadableStream<Uint8Array>> =>
  store.lines(async (reader) => {
    if (sort !== undefined || desc === true) {
      throw new Failure("usage", {
        what: text("NDJSON is in the usual order only", "NDJSON では並べ替えできません"),
        where: "query.sort",
      });
    }
    await prepare(reader, list);
    return { ...streamed(reader, list, filters), line: recordLine(list) };
  });
