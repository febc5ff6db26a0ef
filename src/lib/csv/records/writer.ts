import { CONSOLE_DIALECT, type Dialect, type Newline } from "./record.ts";

export const NEWLINES: Readonly<Record<Newline, string>> = { crlf: "\r\n", lf: "\n", cr: "\r" };

/** Quotes only cells with a delimiter, quote or newline. A record of one empty cell is `""`, not an empty line. */
export function formatRecord(
  cells: readonly string[],
  newline: string,
  { delimiter }: Dialect = CONSOLE_DIALECT,
): string {
  if (cells.length === 1 && cells[0] === "") return `""${newline}`;
  const unit = delimiter.charCodeAt(0);
  let record = "";
  for (let at = 0; at < cells.length; at++) {
    const cell = cells[at] ?? "";
    if (at > 0) record += delimiter;
    record += needsQuotes(cell, unit) ? `"${cell.replaceAll('"', '""')}"` : cell;
  }
  return record + newline;
}

function needsQuotes(cell: string, delimiter: number): boolean {
  for (let at = 0; at < cell.length; at++) {
    const unit = cell.charCodeAt(at);
    if (unit === delimiter || unit === 34 || unit === 10 || unit === 13) return true;
  }
  return false;
}
