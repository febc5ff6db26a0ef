import type { ProblemCode, ProblemParams } from "../../model/problem.ts";

/** Dialect and limits for a {@link Splitter}. */
export interface SplitterOptions {
  readonly delimiter: string;
  /** maximum number of cells in a record; more cells are reported as `columns-too-many` */
  readonly maxCells: number;
  /** maximum number of characters in a record without its newline; more characters are reported as `record-too-long` */
  readonly maxRecordLength: number;
  /** number of the header row, counted from 1; the rows above it are not passed on */
  readonly headerRow: number;
}

/** Number of newlines that end records, by kind. */
export interface NewlineCounts {
  readonly crlf: number;
  readonly lf: number;
  readonly cr: number;
}

/** Splits decoded text, given in pieces of any size, into records for a sink. */
export interface Splitter {
  /** number of completely empty lines that were read */
  readonly blankRows: number;
  readonly newlines: NewlineCounts;
  readonly quotedNewlines: number;
  write(text: string): void;
  /** Reports a problem at the current position. If the problem is an error, the record is not sound. */
  note(code: ProblemCode, params: ProblemParams): void;
  /** Passes on the last record if the text does not end with a newline. */
  end(): void;
}
