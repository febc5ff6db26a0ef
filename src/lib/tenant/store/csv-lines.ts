import { NEWLINES, formatRecord } from "../../csv/records/writer.ts";
import type { Newline } from "../../csv/records/record.ts";
import { joined } from "./sql/json.ts";
import type { Lines } from "./store.ts";

/** A column of an export. */
export interface ExportColumn {
  readonly header: string;
  /** SQL: the cell's text; null means blank */
  readonly sql: string;
  /** faster SQL, correct unless its output contains a quote or a backslash */
  readonly plain?: string | undefined;
}

/** SQL: a cell as {@link formatRecord} writes it. */
const quotedCell = (sql: string): string =>
  `case when ${sql} glob :special then '"' || replace(${sql}, '"', '""') || '"' else ${sql} end`;

const lineOf = (cells: readonly string[]): string =>
  joined([...cells.flatMap((cell, at) => (at === 0 ? [cell] : ["','", cell])), ":newline"]);

/**
 * Whether a batch written without quotes is correct: it has exactly the delimiters and newlines that its records need,
 * and no quote. A backslash is rejected too, since it may come from JSON.
 */
const isPlain = (bytes: Uint8Array, commas: number, newlines: number, newline: string): boolean => {
  let [comma, cr, lf] = [0, 0, 0];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte > 44) {
      if (byte === 92) return false;
    } else if (byte === 44) comma += 1;
    else if (byte === 34) return false;
    else if (byte === 13) cr += 1;
    else if (byte === 10) lf += 1;
  }
  return (
    comma === commas && cr === (newline.includes("\r") ? newlines : 0) && lf === (newline.includes("\n") ? newlines : 0)
  );
};

/** Records as CSV, header first: written without quotes as long as none are needed. */
export const csvLines = (
  { params, ...records }: Omit<Lines, "line" | "plain" | "head">,
  columns: readonly ExportColumn[],
  newline: Newline,
): Lines => {
  const end = NEWLINES[newline];
  const headers = columns.map(({ header }) => header);
  return {
    ...records,
    params: { ...params, newline: end, special: '*[,"\r\n]*' },
    head: Buffer.from(formatRecord(headers, end)),
    line: lineOf(columns.map(({ sql }) => quotedCell(sql))),
    plain: {
      line: lineOf(columns.map((column) => column.plain ?? column.sql)),
      isRight: (bytes, count) => isPlain(bytes, count * (columns.length - 1), count, end),
    },
  };
};
