import { escapeForPeople } from "../escape.ts";
import { displayWidth, pad, shortenPaths, truncate, truncateMiddle } from "./width.ts";
import { piecesOf, wrapPieces, wrapWords } from "./word-width.ts";

/** A column of a table for people: its header in their language, and the alignment of its cells. */
export interface TableColumn {
  readonly header: string;
  readonly align?: "start" | "end" | undefined;
  /** of the last column: where its cells do not fit, they go on below themselves and are not cut */
  readonly wraps?: boolean | undefined;
  /** its cells are never cut: other columns give way */
  readonly whole?: boolean | undefined;
  /** its cells are paths of organisations: where they do not fit, their first names go */
  readonly paths?: boolean | undefined;
  /** where its cells do not fit, what stands in the middle goes */
  readonly ends?: boolean | undefined;
  /** left out if all its cells are empty, as far as the table is short enough to be measured as a whole */
  readonly optional?: boolean | undefined;
}

const GAP = "  ";
/** rows measured before the widths are fixed: longer tables are streamed, and a wider cell later shifts its row */
const MEASURED_ROWS = 500;
/** a column of words is not made narrower, nor a value wrapped into less */
const LEAST = 8;
const MIN_VALUE = 20;

/**
 * The lines of a borderless table, headers first, without line endings. Cells are escaped. Without rows there are no
 * lines, not even headers.
 *
 * @param heading highlights the header line, for instance in bold
 * @param room width to fit into: wide columns share what narrow ones and numbers leave, and longer cells end with `…`;
 *   or, in a column that wraps, go on below; where that is too little to read, each record stands for itself, a field a
 *   line. Nothing is cut if absent
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
      draw = drawing(columns, first, heading, room);
      yield* first.flatMap(draw);
    }
  }
  if (draw !== undefined || first.length === 0) return;
  const isShown = columns.map(({ optional }, at) => optional !== true || first.some((row) => row[at] !== ""));
  const shown = <T>(all: readonly T[]): readonly T[] => all.filter((_, at) => isShown[at]);
  const whole = first.map(shown);
  yield* whole.flatMap(drawing(shown(columns), whole, heading, room));
}

/** Draws one row after the other; the first one with the headers. */
type RowRenderer = (cells: readonly string[]) => readonly string[];

function drawing(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  heading: (line: string) => string,
  room: number,
): RowRenderer {
  const natural = measure(columns, rows);
  const widths = share(columns, natural, room);
  // a table whose columns are as wide as they need lets a later row that fits stand as it is
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

/** Widths that fit into the room together; undefined if a column would get less than it needs. */
function share(
  columns: readonly TableColumn[],
  natural: readonly number[],
  room: number,
): readonly number[] | undefined {
  const left = room - GAP.length * (columns.length - 1);
  if (columns.at(-1)?.wraps !== true || sum(natural) <= left) return cut(columns, natural, left);
  const last = natural.at(-1) ?? 0;
  const others = cut(columns, natural.slice(0, -1), left - Math.min(last, MIN_VALUE));
  return others === undefined ? undefined : [...others, Math.min(last, left - sum(others))];
}

/** The widths of columns whose cells are cut where they do not fit. */
function cut(columns: readonly TableColumn[], natural: readonly number[], left: number): readonly number[] | undefined {
  const within = (most: number): readonly number[] =>
    natural.map((width, at) =>
      columns[at]?.align === "end" || columns[at]?.whole === true ? width : Math.min(width, most),
    );
  for (let most = Math.max(LEAST, ...natural); most >= LEAST; most -= 1) {
    const widths = within(most);
    if (sum(widths) <= left) return widths;
  }
  return undefined;
}

/**
 * The lines of one record: one field per line, its name and its value, escaped.
 *
 * @param heading highlights the names
 * @param room width to fit into: longer values go on below themselves, words are kept whole
 */
export function* drawFields(
  fields: readonly (readonly [name: string, value: string])[],
  heading: (name: string) => string = (name) => name,
  room = Number.POSITIVE_INFINITY,
): Generator<string> {
  const widest = Math.max(0, ...fields.map(([name]) => displayWidth(name)));
  const indent = widest + GAP.length;
  const left = Math.max(MIN_VALUE, room - indent);
  for (const [name, value] of fields) {
    const gap = " ".repeat(widest - displayWidth(name));
    const [line = "", ...more] = wrapWords(escapeForPeople(value), left, displayWidth);
    yield `${heading(name)}${gap}${GAP}${line}`.trimEnd();
    yield* more.map((rest) => " ".repeat(indent) + rest);
  }
}

const measure = (columns: readonly TableColumn[], rows: readonly (readonly string[])[]): readonly number[] =>
  columns.map(({ header }, index) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[index] ?? "")), displayWidth(header)),
  );

const shortened = (column: TableColumn | undefined, cell: string, width: number): string => {
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
  const short = cells.map((cell, at) => shortened(columns[at], cell, widths[at] ?? 0));
  if (columns.at(-1)?.wraps !== true) return [joinCells(columns, widths, short)];
  const [begin = "", ...more] = wrapCell(cells.at(-1) ?? "", widths.at(-1) ?? 0);
  const indent = " ".repeat(sum(widths.slice(0, -1)) + GAP.length * (columns.length - 1));
  return [joinCells(columns, widths, [...short.slice(0, -1), begin]), ...more.map((rest) => indent + rest)];
};

/** A cell in lines of at most `columns`: a word that is longer is broken, too. */
const wrapCell = (cell: string, columns: number): readonly string[] => {
  const pieces = piecesOf(cell).flatMap((piece) => brokenUp(piece, columns));
  return wrapPieces(pieces, columns, { widthOf: displayWidth });
};

/** A piece in parts of at most `columns`, broken behind a mark of an address or a path where there is one. */
function brokenUp(piece: string, columns: number): readonly string[] {
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
    .map(({ align }, index) => pad(cells[index] ?? "", widths[index] ?? 0, align))
    .join(GAP)
    .trimEnd();
