import type { ProblemCode, ProblemParams } from "../../model/problem.ts";

/** The character encoding of a file. `shift_jis` always means Windows-31J (CP932). */
export type Encoding = "utf-8" | "shift_jis" | "utf-16le" | "utf-16be";

export type Newline = "crlf" | "lf" | "cr";

/** Cell separator and quote of a CSV dialect; a quote inside a quoted cell is doubled. */
export interface Dialect {
  /** one or more characters, no newline */
  readonly delimiter: string;
  /** one character; default `"` */
  readonly quote?: string | undefined;
}

/** The dialect of the console's own files. */
export const CONSOLE_DIALECT: Dialect = { delimiter: "," };

/** A problem of a record's bytes or quoting; the header's name is not known here. */
export interface RecordProblem {
  readonly code: ProblemCode;
  readonly row: number;
  readonly line: number;
  /** the cell, counted from 1; 0 for the record as a whole */
  readonly column: number;
  readonly params: ProblemParams;
}

/** Receives the records of a file, in order, as they are split. */
export interface RecordSink {
  /**
   * One record. `cells[0..count)` belong to the reader and are valid until the call returns; `count` is 0 if the cells
   * cannot be determined: the record is too long, has too many columns, or has an unclosed quote. A cell may be a slice
   * that keeps the chunk it was cut from alive: copy what is kept for long.
   *
   * @param row the record's number, counted from 1 (the header); empty lines count too, though they are not passed on
   * @param line the physical line it begins on, counted from 1
   * @param sound false if a problem of this record was reported before this call
   */
  record(cells: readonly string[], count: number, row: number, line: number, sound: boolean): void;
  problem(problem: RecordProblem): void;
}
