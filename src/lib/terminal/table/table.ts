import { escapeForPeople } from "../escape.ts";
import { displayWidth, pad } from "./width.ts";

/** A column of a table for people: its header in their language, and the alignment of its cells. */
export interface TableColumn {
  readonly header: string;
  readonly align?: "start" | "end" | undefined;
}

const GAP = "  ";
/** rows measured before the widths are fixed: longer tables are streamed, and a wider cell later shifts its row */
const MEASURED_ROWS = 500;

/**
 * The lines of a borderless table, headers first, without line endings. Cells are escaped and never cut.
 * Without rows there are no lines, not even headers.
 *
 * @param heading highlights the header line, for instance in bold
 */
export async function* drawTable(
  columns: readonly TableColumn[],
  rows: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
  heading: (line: string) => string = (line) => line,
): AsyncGenerator<string> {
  const first: (readonly string[])[] = [];
  let widths: readonly number[] | undefined;
  for await (const row of rows) {
    const cells = row.map(escapeForPeople);
    if (widths !== undefined) {
      yield drawRow(columns, widths, cells);
    } else if (first.push(cells) === MEASURED_ROWS) {
      widths = measure(columns, first);
      yield* drawBlock(columns, widths, first, heading);
    }
  }
  if (widths === undefined && first.length > 0) {
    yield* drawBlock(columns, measure(columns, first), first, heading);
  }
}

/**
 * The lines of one record: one field per line, its name and its value, escaped.
 *
 * @param heading highlights the names
 */
export function* drawFields(
  fields: readonly (readonly [name: string, value: string])[],
  heading: (name: string) => string = (name) => name,
): Generator<string> {
  const widest = Math.max(0, ...fields.map(([name]) => displayWidth(name)));
  for (const [name, value] of fields) {
    const gap = " ".repeat(widest - displayWidth(name));
    yield `${heading(name)}${gap}${GAP}${escapeForPeople(value)}`.trimEnd();
  }
}

function* drawBlock(
  columns: readonly TableColumn[],
  widths: readonly number[],
  rows: readonly (readonly string[])[],
  heading: (line: string) => string,
): Generator<string> {
  const headers = columns.map(({ header }) => header);
  yield heading(drawRow(columns, widths, headers));
  for (const row of rows) {
    yield drawRow(columns, widths, row);
  }
}

const measure = (columns: readonly TableColumn[], rows: readonly (readonly string[])[]): readonly number[] =>
  columns.map(({ header }, index) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[index] ?? "")), displayWidth(header)),
  );

const drawRow = (columns: readonly TableColumn[], widths: readonly number[], cells: readonly string[]): string =>
  columns
    .map(({ align }, index) => pad(cells[index] ?? "", widths[index] ?? 0, align))
    .join(GAP)
    .trimEnd();
