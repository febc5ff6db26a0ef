import type { Newline } from "../../csv/records/record.ts";
import type { Column } from "../../model/format.ts";
import { buildCsvLines, type ExportColumn } from "./csv-lines.ts";
import { buildColumnSql, buildStreamSource, type ListFilters, type RecordList } from "./lists.ts";
import type { LineQuery, Reader, Store } from "./store.ts";

export interface ExportQuery extends ListFilters {
  /** default: `crlf` */
  readonly newline?: Newline | undefined;
  /** `console`: only the columns that the console itself exports; otherwise: all columns except secrets */
  readonly layout?: "console" | "full" | undefined;
}

const buildRepeatedColumns = (header: string, sql: string, most: number): readonly ExportColumn[] => {
  const columns = Array.from({ length: Math.max(1, most) }, (_, at) => ({ header, sql: `${sql} ->> ${at}` }));
  // works for `["text"]` and `[]`; a list of two items contains quotes in between, and an escaped character contains a
  // backslash
  const plain = `substr(${sql}, 3, max(0, length(${sql}) - 4))`;
  return columns.length === 1 ? columns.map((column) => ({ ...column, plain })) : columns;
};

const readExportColumns = async (
  reader: Reader,
  list: RecordList,
  records: Omit<LineQuery, "line">,
  columns: readonly Column[],
): Promise<readonly ExportColumn[]> => {
  const { table, among, where, params } = records;
  const own: ExportColumn[] = [];
  for (const { field, header, refers, sets, repeated: isRepeated } of columns) {
    if (isRepeated === true) {
      const sql = buildColumnSql(list, field);
      const most = `select max(json_array_length(${sql})) from ${table} where ${among} and ${where}`;
      own.push(...buildRepeatedColumns(header, sql, await reader.count(most, params)));
    } else own.push({ header, sql: buildColumnSql(list, refers === undefined ? field : `${sets}.${refers.by}`) });
  }
  if (list.thing.custom !== true) return own;
  const fields = await reader.all("select pk, name from custom_field order by pk");
  const custom = fields.map((field): ExportColumn => ({
    header: String(field["name"]),
    sql: `t.custom ->> '$."${Number(field["pk"])}"'`,
  }));
  return [...own, ...custom];
};

export interface RecordStream {
  readonly content: ReadableStream<Uint8Array>;
  readonly records: number;
}

/** Returns a list as CSV: the format's columns without secrets, then the custom fields. @see facts 6.5 */
const buildListCsv = async (
  reader: Reader,
  list: RecordList,
  { newline = "crlf", layout, ...filters }: ExportQuery,
): Promise<LineQuery> => {
  const columns = (list.format?.columns ?? []).filter(
    ({ secret, consoleExport }) => secret !== true && (layout !== "console" || consoleExport === true),
  );
  const records = await buildStreamSource(reader, list, filters, list.exported);
  return buildCsvLines(records, await readExportColumns(reader, list, records, columns), newline);
};

/** Exports a list as CSV, and returns the stream with the number of records. @see {@link buildListCsv} */
export const openListExport = async (store: Store, list: RecordList, query: ExportQuery): Promise<RecordStream> => {
  let count = 0;
  const content = await store.lines(async (reader) => {
    const lines = await buildListCsv(reader, list, query);
    const { table, among, where, params } = lines;
    count = await reader.count(`select count(*) from ${table} where ${among} and ${where}`, params);
    return lines;
  });
  return { content, records: count };
};
