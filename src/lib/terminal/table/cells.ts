/** The value that `JSON.stringify` would write for a field: instants as ISO 8601, big integers as digits, else null. */
export function jsonOf(value: unknown): string {
  if (typeof value === "bigint") {
    return value.toString();
  }
  return JSON.stringify(value) ?? "null";
}

/** A field as the text of a CSV or TSV cell: empty for none, nested values as compact JSON. */
export function cellOf(value: unknown): string {
  if (value === undefined || value === null) {
    return "";
  }
  if (typeof value === "string") {
    return value;
  }
  return value instanceof Date ? value.toISOString() : jsonOf(value);
}

/** A field as shown in a table: like {@link cellOf}, but a list of words or numbers reads `a, b`. */
export function tableCellOf(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => typeof item === "string" || typeof item === "number")) {
    return value.join(", ");
  }
  return cellOf(value);
}

/** One row of TSV: backslash, tab, line feed and carriage return are written `\\`, `\t`, `\n`, `\r`. */
export const tsvRow = (cells: readonly string[]): string =>
  `${cells.map((cell) => cell.replace(/[\\\t\n\r]/g, (character) => TSV_ESCAPES.get(character) ?? character)).join("\t")}\n`;

const TSV_ESCAPES = new Map([
  ["\\", String.raw`\\`],
  ["\t", String.raw`\t`],
  ["\n", String.raw`\n`],
  ["\r", String.raw`\r`],
]);

/**
 * One row of CSV, quoted where needed, ending with a bare line feed. A single empty cell is quoted, so that the
 * row is not mistaken for an empty line.
 *
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export const csvRow = (cells: readonly string[]): string =>
  cells.length === 1 && cells[0] === "" ? '""\n' : `${cells.map(quote).join(",")}\n`;

const quote = (cell: string): string => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/**
 * The cell with a leading `'` if a spreadsheet would take it for a formula, full-width signs included. For reports
 * only: data that is read again must stay exact.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
export const guardFormula = (cell: string): string => (/^[=+\-@\t\r\n＝＋－＠]/u.test(cell) ? `'${cell}` : cell);
