import type { ProblemCode, ProblemParams } from "../model/problem.ts";

/** How the bytes of a file become characters. `shift_jis` always means Windows-31J (CP932). */
export type Encoding = "utf-8" | "shift_jis" | "utf-16le" | "utf-16be";

export type Newline = "crlf" | "lf" | "cr";

/** Cell separator and quote of a CSV dialect; the console's own is comma and double quote. */
export interface Dialect {
  readonly delimiter: "," | "\t" | ";";
}

/** What is wrong with a record's bytes or quoting; the header's name is not known here. */
export interface RecordProblem {
  readonly code: ProblemCode;
  readonly row: number;
  readonly line: number;
  /** the cell, counted from 1; 0 for the record as a whole */
  readonly column: number;
  readonly params: ProblemParams;
}

/** Takes the records of a file, in order, as they are split. */
export interface RecordSink {
  /**
   * One record. `cells[0..count)` belong to the reader and are valid until the call returns.
   *
   * @param row the record's number, counted from 1 (the header)
   * @param line the physical line it begins on, counted from 1
   * @param sound false where a problem of this record was reported before this call
   */
  record(cells: readonly string[], count: number, row: number, line: number, sound: boolean): void;
  problem(problem: RecordProblem): void;
}
