/**
 * Returns a field's value as JSON. Works like `JSON.stringify` (dates are in ISO 8601), but writes big integers as
 * digits, and null for values that JSON cannot represent.
 */
export function stringifyField(value: unknown): string {
  if (typeof value === "bigint") {
    return value.toString();
  }
  return JSON.stringify(value) ?? "null";
}

/**
 * Returns a field's value as the text of a CSV or TSV cell: an empty text if there is no value, compact JSON for nested
 * values.
 */
export function toCellText(value: unknown): string {
  if (value === undefined || value === null) {
    return "";
  }
  if (typeof value === "string") {
    return value;
  }
  return value instanceof Date ? value.toISOString() : stringifyField(value);
}

/** Returns a field's value as a table shows it: as in {@link toCellText}, but a list of words or numbers as `a, b`. */
export function toTableCellText(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => typeof item === "string" || typeof item === "number")) {
    return value.join(", ");
  }
  return toCellText(value);
}

/** Formats one row of TSV. Backslash, tab, line feed and carriage return are written as `\\`, `\t`, `\n` and `\r`. */
export const formatTsvRow = (cells: readonly string[]): string =>
  `${cells.map((cell) => cell.replace(/[\\\t\n\r]/g, (character) => TSV_ESCAPES.get(character) ?? character)).join("\t")}\n`;

const TSV_ESCAPES = new Map([
  ["\\", String.raw`\\`],
  ["\t", String.raw`\t`],
  ["\n", String.raw`\n`],
  ["\r", String.raw`\r`],
]);

/**
 * Formats one row of CSV, with quotes where needed and a bare line feed at the end. A single empty cell is quoted, so
 * that the row is not mistaken for an empty line.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export const formatCsvRow = (cells: readonly string[]): string =>
  cells.length === 1 && cells[0] === "" ? '""\n' : `${cells.map(quoteCsvCell).join(",")}\n`;

const quoteCsvCell = (cell: string): string =>
  /[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;

/**
 * Adds a leading `'` to a cell that a spreadsheet would treat as a formula, including one that begins with a full-width
 * sign. Only for reports: data that is read again must stay exact.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export const guardFormula = (cell: string): string => (/^[=+\-@\t\r\n＝＋－＠]/u.test(cell) ? `'${cell}` : cell);
