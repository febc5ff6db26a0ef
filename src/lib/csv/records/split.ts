export interface SplitterOptions {
  readonly delimiter: string;
  /** maximum number of cells in a record; more cells are reported as `columns-too-many` */
  readonly maxCells: number;
  /** maximum number of characters in a record without its newline; more characters are reported as `record-too-long` */
  readonly maxRecordLength: number;
  /** number of the header row, counted from 1; the rows above it are not passed on */
  readonly headerRow: number;
}
