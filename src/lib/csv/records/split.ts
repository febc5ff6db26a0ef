import type { ProblemCode, ProblemParams } from "../../model/problem.ts";

/** What a {@link Splitter} has to know of a dialect, and the limits it keeps. */
export interface SplitterOptions {
  readonly delimiter: string;
  readonly quote: string;
  /** cells of a record; more are `columns-too-many` */
  readonly maxCells: number;
  /** characters of a record, without its newline; more are `record-too-long` */
  readonly maxRecordLength: number;
}

/** How many newlines of each kind end records. */
export interface NewlineCounts {
  readonly crlf: number;
  readonly lf: number;
  readonly cr: number;
}

/** Splits decoded text, given in pieces of any size, into records for a sink. */
export interface Splitter {
  /** how many wholly empty lines were read */
  readonly blankRows: number;
  readonly newlines: NewlineCounts;
  /** how many newlines, of any kind, are text inside quotes */
  readonly quotedNewlines: number;
  write(text: string): void;
  /** Reports a problem of the place that was reached: the record is not sound. */
  note(code: ProblemCode, params: ProblemParams): void;
  /** Gives the last record, where no newline ended it. */
  end(): void;
}
