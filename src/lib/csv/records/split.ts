import type { ProblemCode, ProblemParams } from "../../model/problem.ts";

/** What a {@link Splitter} needs to know of a dialect, and its limits. */
export interface SplitterOptions {
  readonly delimiter: string;
  readonly quote: string;
  /** maximum cells of a record, beyond which it is `columns-too-many` */
  readonly maxCells: number;
  /** maximum characters of a record without its newline, beyond which it is `record-too-long` */
  readonly maxRecordLength: number;
}

/** Number of newlines of each kind that end records. */
export interface NewlineCounts {
  readonly crlf: number;
  readonly lf: number;
  readonly cr: number;
}

/** Splits decoded text, given in pieces of any size, into records for a sink. */
export interface Splitter {
  /** number of completely empty lines read */
  readonly blankRows: number;
  readonly newlines: NewlineCounts;
  /** number of newlines, of any kind, inside quotes */
  readonly quotedNewlines: number;
  write(text: string): void;
  /** Reports a problem at the current position: with an error, the record is not sound. */
  note(code: ProblemCode, params: ProblemParams): void;
  /** Passes on the last record, if no newline ended it. */
  end(): void;
}
