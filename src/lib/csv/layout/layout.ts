import type { Column, Format } from "../../derived/format.ts";
import { text } from "../../text/index.ts";
import type { SubjectCell } from "../../model/leaving.ts";

/** Number of rows in which the header is searched. Titles may be above the header. */
export const HEADER_SEARCH_ROWS = 10;

export interface HeaderPlace {
  readonly row: number;
  readonly line: number;
}

export const FIRST_ROW: HeaderPlace = { row: 1, line: 1 };

export interface LayoutColumn {
  readonly column: Column;
  readonly header: string;
  /** positions of the cells that contain the value, counted from 0 */
  readonly positions: readonly number[];
  readonly joined?: string | undefined;
  /** replacements for values; keys are in the form that `toLooseValue` returns */
  readonly translations?: ReadonlyMap<string, string> | undefined;
}

export interface Layout {
  readonly format: Format;
  readonly headers: readonly string[];
  readonly columns: readonly LayoutColumn[];
  readonly absent: readonly Column[];
  readonly unknown: readonly number[];
  /** positions of columns without a header, whose cells must be blank in every row */
  readonly unnamed: readonly number[];
  readonly reason: number | undefined;
  readonly key: string;
  readonly subjects: readonly SubjectCell[];
  readonly place: HeaderPlace;
}

/** Headers of the column that contains the reasons for rejection. This column is ignored in corrected files. */
const REASON_HEADERS = text("clomoctl:reason", "clomoctl:理由");

export const isReasonHeader = (header: string): boolean => header === REASON_HEADERS.en || header === REASON_HEADERS.ja;

export const getReasonHeader = (headers: readonly string[]): string =>
  REASON_HEADERS[
    headers.some((header) => /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(header)) ? "ja" : "en"
  ];
