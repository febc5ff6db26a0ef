import { listColumns, type CustomField, type Format } from "../../model/format.ts";
import { findColumn } from "./columns.ts";
import type { ColumnMap } from "./map.ts";
import { RecordReader } from "../records/reader.ts";
import { CONSOLE_DIALECT, type Dialect, type Newline } from "../records/record.ts";
import { formatRecord, NEWLINES } from "../records/writer.ts";

export interface RenameOptions {
  readonly format: Format;
  readonly customFields: readonly CustomField[];
  /** foreign header → our field; a field to which the map assigns a constant has no column in the foreign file */
  readonly map: ColumnMap;
  /** line ending of the records */
  readonly newline: Newline;
}

interface RenamedColumn {
  readonly position: number;
  readonly header: string;
}

const buildRenamedColumns = (
  headers: readonly string[],
  { format, customFields, map }: RenameOptions,
): readonly RenamedColumn[] => {
  const columns = listColumns(format, customFields);
  const constant = new Set(map.constants.map(({ field }) => findColumn(columns, field)));
  const seen = new Map<string, number>();
  return headers.flatMap((header, position) => {
    const column = findColumn(columns, header);
    if (column === undefined) return [{ position, header }];
    if (constant.has(column)) return [];
    const theirs = map.columns.filter(({ to }) => to !== null && findColumn(columns, to) === column);
    const before = seen.get(column.field) ?? 0;
    seen.set(column.field, before + 1);
    return [{ position, header: (theirs[before] ?? theirs.at(-1))?.header ?? header }];
  });
};

export const formatRecordInDialect = (
  { delimiter, quote = '"' }: Dialect,
  cells: readonly string[],
  newline: string,
): string => {
  if (delimiter === CONSOLE_DIALECT.delimiter && quote === '"') return formatRecord(cells, newline);
  const needsQuotes = (cell: string): boolean =>
    cell.includes(delimiter) || cell.includes(quote) || /[\r\n]/.test(cell);
  const quoted = (cell: string): string =>
    needsQuotes(cell) ? `${quote}${cell.replaceAll(quote, quote + quote)}${quote}` : cell;
  const record = cells.map(quoted).join(delimiter);
  return (record === "" ? quote + quote : record) + newline;
};

/**
 * Renames the headers of a tenant's export, which is the inverse of reading a file with the map.
 *
 * @param source UTF-8 in the console's dialect, without a byte order mark
 */
export async function* renameHeaders(
  source: AsyncIterable<Uint8Array>,
  relabelling: RenameOptions,
): AsyncGenerator<Uint8Array> {
  const newline = NEWLINES[relabelling.newline];
  const dialect = relabelling.map.dialect ?? CONSOLE_DIALECT;
  let labels: readonly RenamedColumn[] | undefined;
  let text = "";
  const reader = new RecordReader(
    { encoding: "utf-8" },
    {
      record(cells, count) {
        if (labels === undefined) {
          labels = buildRenamedColumns(cells.slice(0, count), relabelling);
          const headers = labels.map(({ header }) => header);
          text += formatRecordInDialect(dialect, headers, newline);
          return;
        }
        const kept = labels.map(({ position }) => cells[position] ?? "");
        text += formatRecordInDialect(dialect, kept, newline);
      },
      problem({ code, row }) {
        throw new Error(`the tenant's export is not sound: ${code} in row ${row}`);
      },
    },
  );
  for await (const chunk of source) {
    reader.write(chunk);
    if (text !== "") yield Buffer.from(text);
    text = "";
  }
  reader.end();
  if (text !== "") yield Buffer.from(text);
}
