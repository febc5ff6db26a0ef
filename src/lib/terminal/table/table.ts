import { escapeForPeople } from "../escape.ts";
import { displayWidth, padLine, shortenPaths, truncate, truncateMiddle } from "./width.ts";
import { splitIntoLinePieces, wrapPieces, wrapIntoLines } from "./word-width.ts";

/** A column of a table for people: its header in their language, and the layout of its cells. */
export interface TableColumn {
  readonly header: string;
  readonly align?: "start" | "end" | undefined;
  /** for the last column: cells that do not fit continue on the next line, below their beginning, and are not cut */
  readonly wraps?: boolean | undefined;
  /** the cells are never cut; other columns become narrower */
  readonly whole?: boolean | undefined;
  /** the cells are paths of organisations; if a path does not fit, its first names are dropped */
  readonly paths?: boolean | undefined;
  /** if a cell does not fit, its middle is cut */
  readonly ends?: boolean | undefined;
  /** the column is omitted if all its cells are empty and the table is short enough to be measured completely */
  readonly optional?: boolean | undefined;
}

const COLUMN_GAP = "  ";
/** Number of rows measured to fix the widths. Longer tables are streamed; a wider cell shifts the rest of its row. */
const MEASURED_ROWS = 500;
/**
 * Minimum width of a column whose cells may be cut. {@link MIN_VALUE_WIDTH} is the minimum width of a wrapped value.
 */
const MIN_COLUMN_WIDTH = 8;
const MIN_VALUE_WIDTH = 20;

/**
 * Draws a table without borders. Yields its lines, headers first, without line endings. Cells are escaped. Without rows
 * there are no lines, not even headers.
 *
 * @param heading highlights the header line, for example in bold
 * @param room width of the table: wide columns share the space that narrow columns and numbers leave, and longer cells
 * end with `…` or, in a column that wraps, continue on the next line. If that space is too narrow to read, each record
 * is drawn separately, with one field per line. If absent, nothing is cut
 */
export async function* drawTable(
  columns: readonly TableColumn[],
  rows: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
  heading: (line: string) => string = (line) => line,
  room = Number.POSITIVE_INFINITY,
): AsyncGenerator<string> {
  const first: (readonly string[])[] = [];
  let draw: RowRenderer | undefined;
  for await (const row of rows) {
    const cells = row.map(escapeForPeople);
    if (draw !== undefined) {
      yield* draw(cells);
    } else if (first.push(cells) === MEASURED_ROWS) {
      draw = createRowRenderer(columns, first, heading, room);
      yield* first.flatMap(draw);
    }
  }
  if (draw !== undefined || first.length === 0) return;
  const isShown = columns.map(({ optional }, at) => optional !== true || first.some((row) => row[at] !== ""));
  const shown = <T>(all: readonly T[]): readonly T[] => all.filter((_, at) => isShown[at]);
  const whole = first.map(shown);
  yield* whole.flatMap(createRowRenderer(shown(columns), whole, heading, room));
}

/** Draws a row. The first call for a table also draws the headers. */
type RowRenderer = (cells: readonly string[]) => readonly string[];

function createRowRenderer(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  heading: (line: string) => string,
  room: number,
): RowRenderer {
  const natural = measureColumns(columns, rows);
  const widths = fitColumnWidths(columns, natural, room);
  // if no column had to become narrower, a later row with a wider cell stays unchanged as long as it fits
  const most = widths !== undefined && sum(widths) < sum(natural) ? 0 : room;
  const headers = columns.map(({ header }) => header);
  let isFirst = true;
  return (cells) => {
    const before = isFirst;
    isFirst = false;
    if (widths === undefined) {
      const fields = cells.map((cell, at) => [headers[at] ?? "", cell] as const);
      return [...(before ? [] : [""]), ...drawFields(fields, heading, room)];
    }
    const row = drawRow(columns, widths, cells, most);
    return before ? [heading(drawRow(columns, widths, headers, most).join("")), ...row] : row;
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** Returns column widths that fit together; undefined if a column would get less than its minimum width. */
function fitColumnWidths(
  columns: readonly TableColumn[],
  natural: readonly number[],
  room: number,
): readonly number[] | undefined {
  const left = room - COLUMN_GAP.length * (columns.length - 1);
  if (columns.at(-1)?.wraps !== true || sum(natural) <= left) return limitColumnWidths(columns, natural, left);
  const last = natural.at(-1) ?? 0;
  const others = limitColumnWidths(columns, natural.slice(0, -1), left - Math.min(last, MIN_VALUE_WIDTH));
  return others === undefined ? undefined : [...others, Math.min(last, left - sum(others))];
}

/** Returns the widths of columns whose cells may be cut; undefined if one would get less than its minimum width. */
function limitColumnWidths(
  columns: readonly TableColumn[],
  natural: readonly number[],
  left: number,
): readonly number[] | undefined {
  const within = (most: number): readonly number[] =>
    natural.map((width, at) =>
      columns[at]?.align === "end" || columns[at]?.whole === true ? width : Math.min(width, most),
    );
  for (let most = Math.max(MIN_COLUMN_WIDTH, ...natural); most >= MIN_COLUMN_WIDTH; most -= 1) {
    const widths = within(most);
    if (sum(widths) <= left) return widths;
  }
  return undefined;
}

/**
 * Draws one record. Yields one line per field, with its name and its value, escaped.
 *
 * @param heading highlights the names
 * @param room width to fit into: longer values continue on the next line; words are not broken
 */
export function* drawFields(
  fields: readonly (readonly [name: string, value: string])[],
  heading: (name: string) => string = (name) => name,
  room = Number.POSITIVE_INFINITY,
): Generator<string> {
  const widest = Math.max(0, ...fields.map(([name]) => displayWidth(name)));
  const indent = widest + COLUMN_GAP.length;
  const left = Math.max(MIN_VALUE_WIDTH, room - indent);
  for (const [name, value] of fields) {
    const gap = " ".repeat(widest - displayWidth(name));
    const [line = "", ...more] = wrapIntoLines(escapeForPeople(value), left, displayWidth);
    yield `${heading(name)}${gap}${COLUMN_GAP}${line}`.trimEnd();
    yield* more.map((rest) => " ".repeat(indent) + rest);
  }
}

const measureColumns = (columns: readonly TableColumn[], rows: readonly (readonly string[])[]): readonly number[] =>
  columns.map(({ header }, index) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[index] ?? "")), displayWidth(header)),
  );

const shortenCell = (column: TableColumn | undefined, cell: string, width: number): string => {
  if (column?.paths === true) return shortenPaths(cell, width);
  return (column?.ends === true ? truncateMiddle : truncate)(cell, width);
};

const drawRow = (
  columns: readonly TableColumn[],
  widths: readonly number[],
  cells: readonly string[],
  most: number,
): readonly string[] => {
  const line = joinCells(columns, widths, cells);
  if (most === Number.POSITIVE_INFINITY || displayWidth(line) <= most) return [line];
  const short = cells.map((cell, at) => shortenCell(columns[at], cell, widths[at] ?? 0));
  if (columns.at(-1)?.wraps !== true) return [joinCells(columns, widths, short)];
  const [begin = "", ...more] = wrapCell(cells.at(-1) ?? "", widths.at(-1) ?? 0);
  const indent = " ".repeat(sum(widths.slice(0, -1)) + COLUMN_GAP.length * (columns.length - 1));
  return [joinCells(columns, widths, [...short.slice(0, -1), begin]), ...more.map((rest) => indent + rest)];
};

/** Wraps a cell into lines of at most `columns`. A word that is longer than a line is broken. */
const wrapCell = (cell: string, columns: number): readonly string[] => {
  const pieces = splitIntoLinePieces(cell).flatMap((piece) => breakPiece(piece, columns));
  return wrapPieces(pieces, columns, { widthOf: displayWidth });
};

/** Splits a piece into parts of at most `columns`, if possible after an address or path separator (`@`, `/`, `\`). */
function breakPiece(piece: string, columns: number): readonly string[] {
  if (displayWidth(piece) <= columns) return [piece];
  const parts: string[] = [];
  let part = "";
  for (const { segment } of new Intl.Segmenter().segment(piece)) {
    if (displayWidth(part + segment) > columns) {
      const [upToMark = part] = /^.+[@/\\]/su.exec(part) ?? [];
      parts.push(upToMark);
      part = part.slice(upToMark.length);
    }
    part += segment;
  }
  return [...parts, part];
}

const joinCells = (columns: readonly TableColumn[], widths: readonly number[], cells: readonly string[]): string =>
  columns
    .map(({ align }, index) => padLine(cells[index] ?? "", widths[index] ?? 0, align))
    .join(COLUMN_GAP)
    .trimEnd();
