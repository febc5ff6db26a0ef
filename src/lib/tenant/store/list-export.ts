import type { Newline } from "../../csv/records/record.ts";
import type { Column } from "../../model/format.ts";
import { csvLines, type ExportColumn } from "./csv-lines.ts";
import { columnSql, prepare, streamed, type Filters, type List } from "./lists.ts";
import type { Lines, Reader, Store } from "./store.ts";

/** Content of an export and its line ending. */
export interface ExportQuery extends Filters {
  readonly newline: Newline;
  /** `console`: only the columns of the console's own export; else every column but secrets */
  readonly layout?: "console" | "full" | undefined;
}

/** Columns for the items of a JSON list, at least one: as many as the fullest record needs. */
const repeated = (header: string, sql: string, most: number): readonly ExportColumn[] => {
  const columns = Array.from({ length: Math.max(1, most) }, (_, at) => ({ header, sql: `${sql} ->> ${at}` }));
  // `["text"]` or `[]`; a list of two has quotes in between, an escaped character a backslash
  const plain = `substr(${sql}, 3, max(0, length(${sql}) - 4))`;
  return columns.length === 1 ? columns.map((column) => ({ ...column, plain })) : columns;
};

const exportColumns = async (
  reader: Reader,
  list: List,
  records: Omit<Lines, "line">,
  columns: readonly Column[],
  customBy: "pk" | "id",
): Promise<readonly ExportColumn[]> => {
  const { table, among, where, params } = records;
  const own: ExportColumn[] = [];
  for (const { field, header, refers, sets, repeated: isRepeated } of columns) {
    if (isRepeated === true) {
      const sql = columnSql(list, field);
      const most = `select max(json_array_length(${sql})) from ${table} where ${among} and ${where}`;
      own.push(...repeated(header, sql, await reader.count(most, params)));
    } else own.push({ header, sql: columnSql(list, refers === undefined ? field : `${sets}.${refers.by}`) });
  }
  if (list.thing.custom !== true) return own;
  const fields = await reader.all(`select pk, name from custom_field order by ${customBy}`);
  const custom = fields.map((field): ExportColumn => ({
    header: String(field["name"]),
    sql: `t.custom ->> '$."${Number(field["pk"])}"'`,
  }));
  return [...own, ...custom];
};

/** Records that are about to be streamed, and how many they are. */
export interface RecordStream {
  readonly content: ReadableStream<Uint8Array>;
  readonly records: number;
}

/**
 * The columns of a list's format without secrets, then the custom fields, as CSV.
 *
 * @param customBy the order of the custom fields: as they were made, or by their ids
 * @see facts 6.5
 */
export const csvOf = async (
  reader: Reader,
  list: List,
  { newline, layout, ...filters }: ExportQuery,
  customBy: "pk" | "id" = "pk",
): Promise<Lines> => {
  await prepare(reader, list);
  const columns = (list.format?.columns ?? []).filter(
    ({ secret, consoleExport }) => secret !== true && (layout !== "console" || consoleExport === true),
  );
  const records = streamed(reader, list, filters, list.exported);
  return csvLines(records, await exportColumns(reader, list, records, columns, customBy), newline);
};

/** A list as CSV, and how many records that has. @see csvOf */
export const exportOf = async (store: Store, list: List, query: ExportQuery): Promise<RecordStream> => {
  let count = 0;
  const content = await store.lines(async (reader) => {
    const lines = await csvOf(reader, list, query);
    const { table, among, where, params } = lines;
    count = await reader.count(`select count(*) from ${table} where ${among} and ${where}`, params);
    return lines;
  });
  return { content, records: count };
};
