import type { Column, Format } from "../formats/index.ts";

/** A column that has a value in every row of a file. */
export interface LayoutColumn {
  readonly column: Column;
  /** as the file has it; the console's header where the value comes from the map only */
  readonly header: string;
  /** the cells it is read from, counted from 0; none where the value comes from the map only */
  readonly positions: readonly number[];
  /** the value of every row, whatever the file says */
  readonly constant: string | null;
  /** the value of a row whose cells are blank */
  readonly fallback: string | null;
}

/** What a file's header says about the cells of its rows. */
export interface Layout {
  readonly format: Format;
  /** every header of the file, as it is */
  readonly headers: readonly string[];
  /** in the order of the format's columns */
  readonly columns: readonly LayoutColumn[];
  /** columns of the format, secrets left out, that the file lacks */
  readonly absent: readonly Column[];
  /** positions of columns nobody knows, where those are allowed */
  readonly unknown: readonly number[];
  /** the position of our own column of reasons */
  readonly reason: number | undefined;
  /** the field whose value names a record, see {@link Format.key} or `--key` */
  readonly key: string;
}

/** The last column of a file of rejected rows: known and ignored when the mended file is read. */
export const REASON_HEADER = "clomoctl:reason";
