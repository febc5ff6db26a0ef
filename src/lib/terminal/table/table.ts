import { escapeForPeople } from "../escape.ts";
import { displayWidth, padLine, shortenPaths, truncate, truncateMiddle } from "./width.ts";
import { hasCommand } from "../commands.ts";
import { splitIntoLinePieces, wrapPieces } from "./word-width.ts";

/** A column of a table for people: its header in their language, and the layout of its cells. */
export interface TableColumn {
  readonly header: string;
  readonly align?: "start" | "end" | undefined;
  /** for the last column: cells that do not fit continue on the next line, below their beginning, and are not cut */
  readonly wraps?: boolean | undefined;
  /** the values are never cut; other columns become narrower, and a cell with several values continues below itself */
  readonly whole?: boolean | undefined;
  /** the cells are paths of organisations; if a path does not fit, its first names are dropped */
  readonly paths?: boolean | undefined;
  /** if a cell does not fit, its middle is cut */
  readonly ends?: boolean | undefined;
  /**
   * when the column is omitted because all its measured cells are empty. `true`: always, if the whole table is measured;
   * `narrow`: if the table is too wide. A value in a later row is then shown below its row
   */
  readonly optional?: boolean | "narrow" | undefined;
}

type CellCleaner = (cell: string, column: number) => string;

const COLUMN_GAP = "  ";
/**
 * Number of rows that are measured to determine the column widths. Longer tables are streamed; a wider cell in a later
 * row shifts the rest of that row.
 */
const MEASURED_ROWS = 500;
/**
 * Minimum width of a column whose cells may be cut. {@link MIN_VALUE_WIDTH} is the minimum width of a wrapped value.
 */
const MIN_COLUMN_WIDTH = 8;
const MIN_VALUE_WIDTH = 20;

/**
 * Draws a table without borders. Yields its lines, headers first, without line endings. Cells are escaped. If there are
 * no rows, there are no lines, not even headers.
 *
 * @param heading highlights the header line, for example in bold
 * @param room width of the table: wide columns share the space that narrow columns and numbers leave. Longer cells end
 * with `…` or, in a column that wraps, continue on the next line. If that space is too narrow to read, each record is
 * drawn separately, with one field per line. If absent, nothing is cut
 * @param clean escapes a cell, and marks its commands
 */
export async function* drawTable(
  columns: readonly TableColumn[],
  rows: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
  heading: (line: string) => string = (line) => line,
  room = Number.POSITIVE_INFINITY,
  clean: CellCleaner = escapeForPeople,
): AsyncGenerator<string> {
  const first: (readonly string[])[] = [];
  let draw: RowRenderer | undefined;
  for await (const row of rows) {
    const cells = row.map(clean);
    if (draw !== undefined) {
      yield* draw(cells);
    } else if (first.push(cells) === MEASURED_ROWS) {
      draw = createTableRenderer(columns, first, { heading, room, isComplete: false });
      yield* first.flatMap(draw);
    }
  }
  if (draw !== undefined || first.length === 0) return;
  yield* first.flatMap(createTableRenderer(columns, first, { heading, room, isComplete: true }));
}

type RowRenderer = (cells: readonly string[]) => readonly string[];

interface TableLayout {
  readonly heading: (line: string) => string;
  readonly room: number;
}

/**
 * Returns a function that draws the rows of a table without the columns that are to be omitted.
 *
 * @param rows the measured rows
 */
function createTableRenderer(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  { isComplete, ...layout }: TableLayout & { readonly isComplete: boolean },
): RowRenderer {
  const isNarrow = sum(measureColumns(columns, rows)) + COLUMN_GAP.length * (columns.length - 1) > layout.room;
  const isShown = columns.map(
    ({ optional }, at) =>
      rows.some((row) => row[at] !== "") ||
      !((optional === true && isComplete) || (optional !== undefined && isNarrow)),
  );
  const pickShown = <T>(all: readonly T[]): readonly T[] => all.filter((_, at) => isShown[at]);
  const draw = createRowRenderer(pickShown(columns), rows.map(pickShown), layout);
  if (!isShown.includes(false)) return draw;
  return (cells) => {
    const omitted = columns.flatMap(({ header }, at) => {
      const cell = cells[at] ?? "";
      return isShown[at] === true || cell === "" ? [] : [[header, cell] as const];
    });
    const below = [...drawFields(omitted, layout.heading, layout.room - COLUMN_GAP.length, keepCell)];
    return [...draw(pickShown(cells)), ...below.map((line) => COLUMN_GAP + line)];
  };
}

function createRowRenderer(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  { heading, room }: TableLayout,
): RowRenderer {
  const natural = measureColumns(columns, rows);
  const widths = fitColumnWidths(columns, { natural, least: measureLeastWidths(columns, rows) }, room);
  // if no column had to become narrower, a later row with a wider cell stays unchanged as long as it fits
  const most = widths !== undefined && sum(widths) < sum(natural) ? 0 : room;
  const headers = columns.map(({ header }) => header);
  let isFirst = true;
  return (cells) => {
    const before = isFirst;
    isFirst = false;
    if (widths === undefined) {
      const fields = cells.map((cell, at) => [headers[at] ?? "", cell] as const);
      return [...(before ? [] : [""]), ...drawFields(fields, heading, room, keepCell)];
    }
    const row = drawRow(columns, widths, cells, most);
    return before ? [heading(drawRow(columns, widths, headers, most).join("")), ...row] : row;
  };
}

/** The cells of a table were escaped before they were measured. */
const keepCell = (cell: string): string => cell;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** The width that each column needs so that nothing is cut, and the width that it gets in any case. */
interface MeasuredWidths {
  readonly natural: readonly number[];
  readonly least: readonly number[];
}

function fitColumnWidths(
  columns: readonly TableColumn[],
  { natural, least }: MeasuredWidths,
  room: number,
): readonly number[] | undefined {
  const left = room - COLUMN_GAP.length * (columns.length - 1);
  if (columns.at(-1)?.wraps !== true || sum(natural) <= left) return limitColumnWidths({ natural, least }, left);
  const last = natural.at(-1) ?? 0;
  const before = { natural: natural.slice(0, -1), least: least.slice(0, -1) };
  const others = limitColumnWidths(before, left - Math.min(last, MIN_VALUE_WIDTH));
  return others === undefined ? undefined : [...others, Math.min(last, left - sum(others))];
}

/**
 * Returns the widths of the columns whose cells may be cut; undefined if a column would be narrower than its minimum
 * width.
 */
function limitColumnWidths({ natural, least }: MeasuredWidths, left: number): readonly number[] | undefined {
  for (let most = Math.max(MIN_COLUMN_WIDTH, ...natural); most >= MIN_COLUMN_WIDTH; most -= 1) {
    const widths = natural.map((width, at) => Math.max(least[at] ?? 0, Math.min(width, most)));
    if (sum(widths) <= left) return widths;
  }
  return undefined;
}

/**
 * Draws one record. Yields one line per field, with its name and its value, escaped.
 *
 * @param heading highlights the names
 * @param room width to fit into: longer values continue on the next line; words and proposed commands are not broken
 */
export function* drawFields(
  fields: readonly (readonly [name: string, value: string])[],
  heading: (name: string) => string = (name) => name,
  room = Number.POSITIVE_INFINITY,
  clean: CellCleaner = escapeForPeople,
): Generator<string> {
  const widest = Math.max(0, ...fields.map(([name]) => displayWidth(name)));
  const indent = widest + COLUMN_GAP.length;
  const left = Math.max(MIN_VALUE_WIDTH, room - indent);
  for (const [at, [name, value]] of fields.entries()) {
    const gap = " ".repeat(widest - displayWidth(name));
    const pieces = splitIntoLinePieces(clean(value, at));
    const [line = "", ...more] = wrapPieces(pieces, left, { widthOf: displayWidth });
    yield `${heading(name)}${gap}${COLUMN_GAP}${line}`.trimEnd();
    yield* more.map((rest) => " ".repeat(indent) + rest);
  }
}

const measureColumns = (columns: readonly TableColumn[], rows: readonly (readonly string[])[]): readonly number[] =>
  columns.map(({ header }, index) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[index] ?? "")), displayWidth(header)),
  );

/** Returns the width that each column gets in any case: a number, a command and a value that is never cut stay on one line. */
const measureLeastWidths = (
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): readonly number[] => {
  const values = rows.map((row) =>
    row.map((cell, at) => {
      const { align, whole } = columns[at] ?? {};
      if (align === "end" || hasCommand(cell)) return cell;
      return whole === true ? (findWidest(splitValues(cell)) ?? "") : "";
    }),
  );
  return measureColumns(
    columns.map((column) => (column.align === "end" || column.whole === true ? column : { ...column, header: "" })),
    values,
  );
};

const findWidest = (parts: readonly string[]): string | undefined =>
  parts.toSorted((a, b) => displayWidth(b) - displayWidth(a))[0];

const splitValues = (cell: string): readonly string[] => cell.split(/(?<=, )/u).map((value) => value.trimEnd());

/** Returns the lines of a cell whose values are never cut: as many values in a line as fit. */
const wrapValues = (cell: string, width: number): readonly string[] => {
  const lines: string[] = [];
  for (const value of splitValues(cell)) {
    const longer = `${lines.at(-1) ?? ""} ${value}`;
    if (lines.length > 0 && displayWidth(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(value);
  }
  return lines;
};

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
  const parts = cells.map((cell, at) => {
    const column = columns[at];
    const width = widths[at] ?? 0;
    if (column?.whole === true) return wrapValues(cell, width);
    return column?.wraps === true && at === columns.length - 1
      ? wrapCell(cell, width)
      : [shortenCell(column, cell, width)];
  });
  const height = Math.max(...parts.map(({ length }) => length));
  return Array.from({ length: height }, (_, at) =>
    joinCells(
      columns,
      widths,
      parts.map((lines) => lines[at] ?? ""),
    ),
  );
};

/** Wraps a cell into lines of at most `columns`. A word that is longer than a line is broken, a command is not. */
const wrapCell = (cell: string, columns: number): readonly string[] => {
  const pieces = splitIntoLinePieces(cell).flatMap((piece) =>
    hasCommand(piece) ? [piece] : breakPiece(piece, columns),
  );
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
