import { columnsOf, findColumn, type CustomField, type Format } from "../formats/index.ts";
import type { ColumnMap } from "./map.ts";
import { RecordReader } from "../records/reader.ts";
import { CONSOLE_DIALECT, type Dialect, type Newline } from "../records/record.ts";
import { formatRecord, NEWLINES } from "../records/writer.ts";

/** Whose headers are exchanged for whose. */
export interface Relabelling {
  readonly format: Format;
  readonly customFields: readonly CustomField[];
  /** their header → our field; a field that it holds constant has no column in their file */
  readonly map: ColumnMap;
  /** what ends the records */
  readonly newline: Newline;
}

/** A cell of a file and the header it gets. */
interface Label {
  readonly position: number;
  readonly header: string;
}

/** The cells that stay, with their headers; those of a repeated column take the map's headers one after the other. */
const labelsOf = (headers: readonly string[], { format, customFields, map }: Relabelling): readonly Label[] => {
  const columns = columnsOf(format, customFields);
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

/** One record in any dialect, quoted where it needs to be. */
export const formatRecordAs = (
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
 * An export of the tenant under other people's headers: the inverse of the map by which it is read.
 *
 * @param source UTF-8 in the console's dialect, without a byte order mark
 */
export async function* relabel(
  source: AsyncIterable<Uint8Array>,
  relabelling: Relabelling,
): AsyncGenerator<Uint8Array> {
  const newline = NEWLINES[relabelling.newline];
  const dialect = relabelling.map.dialect ?? CONSOLE_DIALECT;
  let labels: readonly Label[] | undefined;
  let text = "";
  const reader = new RecordReader(
    { encoding: "utf-8" },
    {
      record(cells, count) {
        if (labels === undefined) {
          labels = labelsOf(cells.slice(0, count), relabelling);
          const headers = labels.map(({ header }) => header);
          text += formatRecordAs(dialect, headers, newline);
          return;
        }
        const kept = labels.map(({ position }) => cells[position] ?? "");
        text += formatRecordAs(dialect, kept, newline);
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
