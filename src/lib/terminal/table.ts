import { escapeForPeople } from "../text/shell-word.ts";
import { displayWidth, padLine, truncate } from "./width.ts";
import { hasCommand } from "./commands.ts";
import type { Column } from "./output-choice.ts";
import { wrapIntoLines } from "./word-width.ts";

export interface TableColumn extends Pick<Column<never>, "align" | "wraps" | "whole"> {
  readonly header: string;
  /** `narrow` to omit the column only from a table that is too wide */
  readonly optional?: boolean | "narrow" | undefined;
}

type CellEscaper = (cell: string, column: number) => string;

const COLUMN_GAP = "  ";
const MEASURED_ROWS = 500;
const MIN_COLUMN_WIDTH = 8;
const MIN_VALUE_WIDTH = 20;

/**
 * Draws a table without borders. @param room maximum width of the table @param clean escapes a cell and marks its
 * commands
 */
export async function* drawTable(
  columns: readonly TableColumn[],
  rows: AsyncIterable<readonly string[]> | Iterable<readonly string[]>,
  heading: (line: string) => string = (line) => line,
  room = Number.POSITIVE_INFINITY,
  clean: CellEscaper = escapeForPeople,
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
  readonly isComplete: boolean;
}

function createTableRenderer(
  all: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  { heading, room, isComplete }: TableLayout,
): RowRenderer {
  const isNarrow = sum(measureColumns(all, rows)) + COLUMN_GAP.length * (all.length - 1) > room;
  const isOmitted = ({ optional }: TableColumn): boolean => optional === true || (optional === "narrow" && isNarrow);
  const isShown = all.map((column, at) => !isComplete || !isOmitted(column) || rows.some((row) => row[at] !== ""));
  const pickShown = <T>(of: readonly T[]): readonly T[] => of.filter((_, at) => isShown[at]);
  const columns = pickShown(all);
  const shown = rows.map(pickShown);
  const natural = measureColumns(columns, shown);
  const widths = fitColumnWidths(columns, { natural, least: measureMinWidths(columns, shown) }, room);
  const most = sum(widths) < sum(natural) ? 0 : room;
  const headers = columns.map(({ header }) => header);
  let isFirst = true;
  return (cells) => {
    const row = drawRow(columns, widths, pickShown(cells), most);
    if (!isFirst) return row;
    isFirst = false;
    return [heading(drawRow(columns, widths, headers, most).join("")), ...row];
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

type MeasuredWidths = Readonly<Record<"natural" | "least", readonly number[]>>;

function fitColumnWidths(
  columns: readonly TableColumn[],
  { natural, least }: MeasuredWidths,
  room: number,
): readonly number[] {
  const left = room - COLUMN_GAP.length * (columns.length - 1);
  if (columns.at(-1)?.wraps !== true || sum(natural) <= left) return limitColumnWidths({ natural, least }, left);
  const last = natural.at(-1) ?? 0;
  const before = { natural: natural.slice(0, -1), least: least.slice(0, -1) };
  const others = limitColumnWidths(before, left - Math.min(last, MIN_VALUE_WIDTH));
  return [...others, Math.min(last, Math.max(MIN_VALUE_WIDTH, left - sum(others)))];
}

function limitColumnWidths({ natural, least }: MeasuredWidths, left: number): readonly number[] {
  const limited = (most: number): readonly number[] =>
    natural.map((width, at) => Math.max(least[at] ?? 0, Math.min(width, most)));
  let most = Math.max(MIN_COLUMN_WIDTH, ...natural);
  while (most > MIN_COLUMN_WIDTH && sum(limited(most)) > left) most -= 1;
  return limited(most);
}

export function* drawFields(
  fields: readonly (readonly [name: string, value: string])[],
  heading: (name: string) => string = (name) => name,
  room = Number.POSITIVE_INFINITY,
  clean: CellEscaper = escapeForPeople,
): Generator<string> {
  const widest = Math.max(0, ...fields.map(([name]) => displayWidth(name)));
  const indent = widest + COLUMN_GAP.length;
  const left = Math.max(MIN_VALUE_WIDTH, room - indent);
  for (const [at, [name, value]] of fields.entries()) {
    const gap = " ".repeat(widest - displayWidth(name));
    const [line = "", ...more] = wrapIntoLines(clean(value, at), left, displayWidth);
    yield `${heading(name)}${gap}${COLUMN_GAP}${line}`.trimEnd();
    yield* more.map((rest) => " ".repeat(indent) + rest);
  }
}

const measureColumns = (columns: readonly TableColumn[], rows: readonly (readonly string[])[]): readonly number[] =>
  columns.map(({ header }, index) =>
    rows.reduce((widest, row) => Math.max(widest, displayWidth(row[index] ?? "")), displayWidth(header)),
  );

const measureMinWidths = (columns: readonly TableColumn[], rows: readonly (readonly string[])[]): readonly number[] => {
  const values = rows.map((row) =>
    row.map((cell, at) => {
      const { align, whole } = columns[at] ?? {};
      if (align === "end" || hasCommand(cell)) return cell;
      const [first = "", ...others] = whole === true ? cell.split(", ") : [];
      return others.length > 0 ? `${first},…` : first;
    }),
  );
  return measureColumns(
    columns.map((column) => (column.align === "end" || column.whole === true ? column : { ...column, header: "" })),
    values,
  );
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
    const width = widths[at] ?? 0;
    const isWrapped = at === columns.length - 1 && columns[at]?.wraps === true;
    return isWrapped ? wrapIntoLines(cell, width, displayWidth) : [truncate(cell, width)];
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

const joinCells = (columns: readonly TableColumn[], widths: readonly number[], cells: readonly string[]): string =>
  columns
    .map(({ align }, index) => padLine(cells[index] ?? "", widths[index] ?? 0, align))
    .join(COLUMN_GAP)
    .trimEnd();
