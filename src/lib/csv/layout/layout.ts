import type { Column, Format } from "../../model/format.ts";

/** Rows among which a header below titles is looked for. */
export const HEADER_ROWS = 10;

/** A column that has a value in every row of a file. */
export interface LayoutColumn {
  readonly column: Column;
  /** as in the file; the console's header if the value comes from the map only */
  readonly header: string;
  /** the cells it is read from, counted from 0; empty if the value comes from the map only */
  readonly positions: readonly number[];
  /** the value of every row, whatever the file contains */
  readonly constant: string | null;
  /** the value of a row whose cells are blank */
  readonly fallback: string | null;
}

/** The meaning of a row's cells, as given by the file's header. */
export interface Layout {
  readonly format: Format;
  /** every header of the file, without blanks at its ends */
  readonly headers: readonly string[];
  /** in the order of the format's columns */
  readonly columns: readonly LayoutColumn[];
  /** columns of the format, except secrets, that the file lacks */
  readonly absent: readonly Column[];
  /** positions of unknown columns, if those are allowed */
  readonly unknown: readonly number[];
  /** positions of columns without a header: they must be blank in every row */
  readonly unnamed: readonly number[];
  /** the position of our own reason column */
  readonly reason: number | undefined;
  /** the field whose value identifies a record, see {@link Format.key} or `--key` */
  readonly key: string;
}

/** The last column of a file of rejected rows: recognised and ignored when the corrected file is read. */
export const REASON_HEADER = "clomoctl:reason";
