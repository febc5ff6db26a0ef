import { findColumn, type Format } from "../../derived/format.ts";
import { RecordReader, type RecordReaderOptions } from "../encoding/reader.ts";
import type { RecordSink } from "../records/record.ts";
import { joinHeaderLines } from "../records/header-lines.ts";
import { readHeader, type HeaderOptions } from "./header.ts";
import { HEADER_SEARCH_ROWS } from "./layout.ts";

/**
 * Finds the first row with two known or probably misspelt columns, because titles may be above the header. Row 1 needs
 * only one column, and is the default. If the header has two lines, the result is the upper line.
 */
export class HeaderFinder implements RecordSink {
  /** name of the sheet; undefined if the workbook has only one sheet */
  sheet: string | undefined;
  readonly #format: Format;
  readonly #options: HeaderOptions;
  readonly #given: number | undefined;
  #found: number | undefined;
  #last: readonly string[] = [];
  #lastRow = 0;
  #header: readonly string[] = [];
  readonly #above: number[] = [];
  #filled = 0;

  constructor(format: Format, options: HeaderOptions = {}, given?: number) {
    this.#format = format;
    this.#options = options;
    this.#given = given;
  }

  get header(): readonly string[] {
    return this.#header;
  }

  get row(): number {
    return this.#found ?? 1;
  }

  /** The last row that can be the header. */
  get lastRow(): number {
    return this.#given ?? HEADER_SEARCH_ROWS;
  }

  get isTable(): boolean {
    const keys = this.#format.thing.keys.flatMap(({ field, standIn = [] }) => [field, ...standIn]);
    return this.#found !== undefined && this.#listFields(this.#header, true).some((field) => keys.includes(field));
  }

  get isCertain(): boolean {
    return this.#found === undefined || this.#above.every((filled) => filled * 4 < this.#filled * 3);
  }

  record(cells: readonly string[], count: number, row: number): void {
    if (row > (this.#found ?? this.lastRow) + 1) return;
    const header = cells.slice(0, count).map((cell) => cell.trim());
    const isNext = this.#lastRow === row - 1 && (this.#given ?? row - 1) === row - 1;
    const joined = isNext ? joinHeaderLines(this.#last, header) : undefined;
    if (joined !== undefined && this.#listFields(joined, true).length > 0) {
      this.#found = row - 1;
      this.#header = joined;
      this.#filled = countFilled(joined);
    }
    if (row > this.lastRow || this.#found !== undefined) return;
    this.#last = header;
    this.#lastRow = row;
    this.#above.push(this.#filled);
    this.#filled = countFilled(header);
    const isHeader =
      this.#given === undefined
        ? this.#listFields(header, true).length > 1 || (row === 1 && this.#listFields(header, false).length > 0)
        : row === this.#given;
    if (isHeader) this.#found = row;
    if (isHeader || row === 1) this.#header = header;
  }

  problem(): void {}

  /** @param withLikely true to take an unknown header for a misspelling of the most similar one */
  #listFields(header: readonly string[], withLikely: boolean): readonly string[] {
    const { layout, problems } = readHeader(header, this.#format, this.#options);
    const near = problems.flatMap(({ params }) => findColumn(this.#format.columns, String(params["nearest"])) ?? []);
    const columns = [...layout.columns.map(({ column }) => column), ...(withLikely ? near : [])];
    return [...new Set(columns.map(({ field }) => field))];
  }
}

const countFilled = (cells: readonly string[]): number => cells.filter((cell) => cell !== "").length;

export function findHeaderRow(head: Uint8Array, reading: RecordReaderOptions, finder: HeaderFinder): HeaderFinder {
  new RecordReader(reading, finder).write(head);
  return finder;
}
