const A = 65;
const LETTERS = 26;

/** The letters of a column, counted from 1: `B` */
export const columnName = (column: number): string =>
  column <= 0 ? "" : columnName(Math.floor((column - 1) / LETTERS)) + String.fromCharCode(A + ((column - 1) % LETTERS));

/** `B7`; column and row counted from 1 */
export const cellName = (column: number, row: number): string => `${columnName(column)}${row}`;

/** A cell by its column and row, counted from 1. */
export interface CellPlace {
  readonly column: number;
  readonly row: number;
}

/** The place of a cell that is named as {@link cellName} does; undefined if it is not. */
export function cellPlace(name: string): CellPlace | undefined {
  let column = 0;
  let at = 0;
  for (; at < name.length; at += 1) {
    const letter = name.charCodeAt(at) - A;
    if (letter < 0 || letter >= LETTERS) break;
    column = column * LETTERS + letter + 1;
  }
  const row = Number(name.slice(at));
  return at > 0 && at <= 3 && Number.isInteger(row) && row > 0 ? { column, row } : undefined;
}
