import { type Newline, NEWLINES, formatRecord } from "../../csv/records/record.ts";
import type { Column } from "../../derived/format.ts";
import { buildColumnSql, buildStreamSql, type ListFilters, type RecordList } from "./lists.ts";
import type { Store } from "../store/store.ts";
import type { LineQuery, Reader } from "../store/types.ts";
import { buildConcatSql } from "../store/sql.ts";
import type { Session } from "./session.ts";

export interface ExportColumn {
  readonly header: string;
  readonly sql: string;
  /** faster SQL, whose result is wrong if the value contains a quote or a backslash */
  readonly plain?: string | undefined;
}

const buildQuotedCellSql = (sql: string): string =>
  `case when ${sql} glob :special then '"' || replace(${sql}, '"', '""') || '"' else ${sql} end`;

const buildLineSql = (cells: readonly string[], comma: string, end: string): string =>
  buildConcatSql([...cells.flatMap((cell, at) => (at === 0 ? [cell] : [comma, cell])), end]);

/** The bytes that end a cell and a record. Data almost never contains these bytes. */
const [CELL_END, RECORD_END] = [0x1f, 0x1e];
const [QUOTE, COMMA, BACKSLASH, CR, LF] = [0x22, 0x2c, 0x5c, 0x0d, 0x0a];

type QuoteOffsets = readonly number[];

/** Works in place. Returns the cells that need quotes; undefined if the faster SQL gave a wrong result. */
const replaceSeparators = (bytes: Uint8Array, records: number, careful: readonly boolean[], newline: Newline) => {
  const recordEnd = newline === "lf" ? LF : CR;
  const quoted: number[] = [];
  let [from, column, found] = [0, 0, 0];
  let [isSpecial, isEscaped] = [false, false];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte > COMMA) {
      if (byte === BACKSLASH) isEscaped = true;
    } else if (byte === CELL_END || byte === RECORD_END) {
      if (careful[column] === true && (isSpecial || isEscaped)) return undefined;
      if (isSpecial) quoted.push(from, at);
      [isSpecial, isEscaped] = [false, false];
      if (byte === CELL_END) {
        bytes[at] = COMMA;
        column += 1;
      } else {
        if (column !== careful.length - 1) return undefined;
        bytes[at] = recordEnd;
        [column, found] = [0, found + 1];
        if (newline === "crlf") at += 1;
      }
      from = at + 1;
    } else if (byte === COMMA || byte === QUOTE || byte === CR || byte === LF) isSpecial = true;
  }
  return found === records && from === bytes.length ? quoted : undefined;
};

const addQuotes = (bytes: Uint8Array, quoted: QuoteOffsets): Uint8Array => {
  const parts: Buffer[] = [];
  let after = 0;
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < quoted.length; at += 2) {
    const [from = 0, to = 0] = [quoted[at], quoted[at + 1]];
    const cell = all.toString("utf8", from, to).replaceAll('"', '""');
    parts.push(all.subarray(after, from), Buffer.from(`"${cell}"`));
    after = to;
  }
  parts.push(all.subarray(after));
  return Buffer.concat(parts);
};

/** SQLite writes no quotes, for speed. Quotes are added only if needed. */
export const buildCsvLines = (
  { params, ...records }: Omit<LineQuery, "line" | "plain" | "head">,
  columns: readonly ExportColumn[],
  newline: Newline,
): LineQuery => {
  const end = NEWLINES[newline];
  const headers = columns.map(({ header }) => header);
  const careful = columns.map(({ plain }) => plain !== undefined);
  const plain = columns.map((column) => column.plain ?? column.sql);
  return {
    ...records,
    params: {
      ...params,
      newline: end,
      special: '*[,"\r\n]*',
      cellEnd: String.fromCharCode(CELL_END),
      recordEnd: String.fromCharCode(RECORD_END) + end.slice(1),
    },
    head: Buffer.from(formatRecord(headers, end)),
    line: buildLineSql(
      columns.map(({ sql }) => buildQuotedCellSql(sql)),
      "','",
      ":newline",
    ),
    plain: {
      line: buildLineSql(plain, ":cellEnd", ":recordEnd"),
      finished: (bytes, count) => {
        const quoted = replaceSeparators(bytes, count, careful, newline);
        return quoted === undefined || quoted.length === 0 ? quoted && bytes : addQuotes(bytes, quoted);
      },
    },
  };
};

export interface ExportQuery extends ListFilters {
  readonly newline?: Newline | undefined;
  /** `console`: the columns of console exports; `full`: all columns except secrets */
  readonly layout?: "console" | "full" | undefined;
}

const buildRepeatedColumns = (header: string, sql: string, most: number): readonly ExportColumn[] => {
  const columns = Array.from({ length: Math.max(1, most) }, (_, at) => ({ header, sql: `${sql} ->> ${at}` }));
  // this SQL is correct only for a list with at most one item, which contains no escaped character
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

/** Returns the CSV without secrets, and with custom fields as last columns. @see facts 6.5 */
const buildListCsv = async (
  reader: Reader,
  list: RecordList,
  { newline = "crlf", layout, ...filters }: ExportQuery,
): Promise<LineQuery> => {
  const columns = (list.format?.columns ?? []).filter(
    ({ secret, consoleExport }) => secret !== true && (layout !== "console" || consoleExport === true),
  );
  const records = await buildStreamSql(reader, list, filters, list.exported);
  return buildCsvLines(records, await readExportColumns(reader, list, records, columns), newline);
};

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

export interface TenantExport {
  readonly content: ReadableStream<Uint8Array>;
  /** false if a read-only tenant could not record the export in the audit log */
  readonly isAudited: boolean;
}

interface ExportAudit {
  readonly action: string;
  readonly filters: Readonly<Record<string, unknown>>;
}

const MAX_UNAUDITED_RECORDS = 1;

/** Writes an audit record, except in a read-only tenant. @throws Failure */
export const exportWithAuditRecord = async (
  session: Session,
  { action, filters }: ExportAudit,
  exporting: Promise<RecordStream>,
): Promise<TenantExport> => {
  const { content, records } = await exporting;
  if (records <= MAX_UNAUDITED_RECORDS) return { content, isAudited: true };
  if (session.store.isReadOnly) return { content, isAudited: false };
  const given = Object.entries(filters).filter(
    ([name, value]) => name !== "newline" && value !== undefined && value !== "" && value !== false,
  );
  const detail = { records, filters: Object.fromEntries(given) };
  try {
    const outcome = { result: undefined, objects: [], detail };
    await session.change({ action, commits: false, locks: [] }, async () => outcome);
  } catch (error) {
    await content.cancel();
    throw error;
  }
  return { content, isAudited: true };
};

export const exportList = (
  session: Session,
  list: RecordList,
  query: ExportQuery,
  { action, filters = { ...query } }: Pick<ExportAudit, "action"> & Partial<ExportAudit>,
): Promise<TenantExport> =>
  exportWithAuditRecord(session, { action, filters }, openListExport(session.store, list, query));
