const LETTER_A_CODE = 65;
const LETTER_COUNT = 26;

export const toColumnName = (column: number): string =>
  column <= 0
    ? ""
    : toColumnName(Math.floor((column - 1) / LETTER_COUNT)) +
      String.fromCharCode(LETTER_A_CODE + ((column - 1) % LETTER_COUNT));

export const toCellName = (column: number, row: number): string => `${toColumnName(column)}${row}`;

export interface CellPosition {
  readonly column: number;
  readonly row: number;
}

export function parseCellName(name: string): CellPosition | undefined {
  let column = 0;
  let at = 0;
  for (; at < name.length; at += 1) {
    const letter = name.charCodeAt(at) - LETTER_A_CODE;
    if (letter < 0 || letter >= LETTER_COUNT) break;
    column = column * LETTER_COUNT + letter + 1;
  }
  const row = Number(name.slice(at));
  return at > 0 && at <= 3 && Number.isInteger(row) && row > 0 ? { column, row } : undefined;
}
