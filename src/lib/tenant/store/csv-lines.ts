import { NEWLINES, formatRecord } from "../../csv/records/writer.ts";
import type { Newline } from "../../csv/records/record.ts";
import { joined } from "./sql/json.ts";
import type { Lines } from "./store.ts";

/** A column of an export. */
export interface ExportColumn {
  readonly header: string;
  /** SQL: the cell's text; null means blank */
  readonly sql: string;
  /** faster SQL, correct unless its text contains a quote or a backslash */
  readonly plain?: string | undefined;
}

/** SQL: a cell as {@link formatRecord} writes it. */
const quotedCell = (sql: string): string =>
  `case when ${sql} glob :special then '"' || replace(${sql}, '"', '""') || '"' else ${sql} end`;

const lineOf = (cells: readonly string[], comma: string, end: string): string =>
  joined([...cells.flatMap((cell, at) => (at === 0 ? [cell] : [comma, cell])), end]);

/** What ends a cell, and a record, of the plain text: bytes that hardly any data has. */
const [CELL_END, RECORD_END] = [0x1f, 0x1e];
const [QUOTE, COMMA, BACKSLASH, CR, LF] = [0x22, 0x2c, 0x5c, 0x0d, 0x0a];

/** Where cells are that need quotes: the offsets of their beginnings and ends, in turn. */
type QuoteOffsets = readonly number[];

/**
 * Puts commas and newlines where cells and records of the plain text end.
 *
 * @param careful the columns whose text is not what they hold if it has a quote or a backslash
 * @returns which cells need quotes; undefined where ends are not to be told from data, or a careful column's text is wrong
 */
const separate = (
  bytes: Uint8Array,
  {
    columns,
    records,
    careful,
    newline,
  }: {
    readonly columns: number;
    readonly records: number;
    readonly careful: readonly boolean[];
    readonly newline: Newline;
  },
): QuoteOffsets | undefined => {
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
        if (column !== columns - 1) return undefined;
        bytes[at] = recordEnd;
        [column, found] = [0, found + 1];
        // its line feed is there already
        if (newline === "crlf") at += 1;
      }
      from = at + 1;
    } else if (byte === COMMA || byte === QUOTE || byte === CR || byte === LF) isSpecial = true;
  }
  return found === records && from === bytes.length ? quoted : undefined;
};

/** Cells in quotes, and quotes in them doubled. */
const withQuotes = (bytes: Uint8Array, quoted: QuoteOffsets): Uint8Array => {
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

/** Records as CSV, header first. SQLite writes cells as they are, which is cheap; what needs quotes gets them here. */
export const csvLines = (
  { params, ...records }: Omit<Lines, "line" | "plain" | "head">,
  columns: readonly ExportColumn[],
  newline: Newline,
): Lines => {
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
    line: lineOf(
      columns.map(({ sql }) => quotedCell(sql)),
      "','",
      ":newline",
    ),
    plain: {
      line: lineOf(plain, ":cellEnd", ":recordEnd"),
      finished: (bytes, count) => {
        const quoted = separate(bytes, { columns: columns.length, records: count, careful, newline });
        return quoted === undefined || quoted.length === 0 ? quoted && bytes : withQuotes(bytes, quoted);
      },
    },
  };
};
