import type { Format } from "../../model/format.ts";
import { RecordReader, type RecordReaderOptions } from "../records/reader.ts";
import type { RecordSink } from "../records/record.ts";
import { readHeader, type HeaderOptions } from "./header.ts";
import { HEADER_SEARCH_ROWS } from "./layout.ts";

/**
 * Finds the row that looks like the header among the first records of a file. The first row is the header if it
 * contains a column of the format, or at least two headers that are probably misspelt columns of the format. Otherwise,
 * the header is the next row with at least two such columns, for example below a title, a blank line or Excel's `sep=`.
 * If there is no such row, the first row is the header. If cells are merged and the next row repeats half of the columns,
 * or if the next row has more cells and more columns, the header has two rows, and the second has the headers.
 */
export class HeaderFinder implements RecordSink {
  readonly #format: Format;
  readonly #options: HeaderOptions;
  readonly #isMerged: boolean;
  #found: number | undefined;
  readonly #above: number[] = [];
  #filled = 0;
  /** the cells of the found row that contain columns of the format, by position */
  #columns: ReadonlyMap<number, string> = new Map();
  #hasBlankColumns = false;

  /** @param isMerged true if cells that are merged with the cells above have their value */
  constructor(format: Format, options: HeaderOptions = {}, isMerged = false) {
    this.#format = format;
    this.#options = options;
    this.#isMerged = isMerged;
  }

  get row(): number {
    return this.#found ?? 1;
  }

  /** True if a row looks like the header. */
  get isFound(): boolean {
    return this.#found !== undefined;
  }

  /** True if the row below the header lacks most columns: the header may have two rows with merged cells. */
  get hasBlankColumns(): boolean {
    return this.#hasBlankColumns;
  }

  /** True if the rows above the header are surely titles: none has three quarters of the header's cells. */
  get isCertain(): boolean {
    return this.#found === undefined || this.#above.every((filled) => filled * 4 < this.#filled * 3);
  }

  record(cells: readonly string[], count: number, row: number): void {
    const header = cells.slice(0, count);
    if (this.#found !== undefined) {
      if (row === this.#found + 1 && this.#columns.size > 0) this.#takeNext(header, row);
      return;
    }
    if (row > HEADER_SEARCH_ROWS) return;
    this.#above.push(this.#filled);
    this.#filled = countFilled(header);
    const likely = this.#columnsIn(header, true);
    if (likely.size > 1 || (row === 1 && this.#columnsIn(header, false).size > 0)) {
      this.#found = row;
      this.#columns = likely;
    }
  }

  #takeNext(cells: readonly string[], row: number): void {
    const columns = [...this.#columns];
    const countIf = (isSo: (cell: string, header: string) => boolean): number =>
      columns.filter(([position, header]) => isSo((cells[position] ?? "").trim(), header.trim())).length;
    const isRepeated = this.#isMerged && countIf((cell, header) => cell === header) * 2 >= columns.length;
    const isFuller = countFilled(cells) > this.#filled && this.#columnsIn(cells, true).size > columns.length;
    if (isRepeated || isFuller) {
      this.#found = row;
      this.#filled = countFilled(cells);
      this.#columns = new Map();
    } else this.#hasBlankColumns = countFilled(cells) > 0 && countIf((cell) => cell === "") * 2 >= columns.length;
  }

  problem(): void {}

  #columnsIn(header: readonly string[], readsLikely: boolean): ReadonlyMap<number, string> {
    const { columns } = readHeader(header, this.#format, { ...this.#options, readsLikely }).layout;
    return new Map(columns.flatMap(({ positions }) => positions.slice(0, 1)).map((at) => [at, header[at] ?? ""]));
  }
}

const countFilled = (cells: readonly string[]): number => cells.filter((cell) => cell.trim() !== "").length;

/** Finds the row that looks like the header in the first bytes of a CSV file. */
export function findHeaderRow(
  head: Uint8Array,
  reading: RecordReaderOptions,
  format: Format,
  options: HeaderOptions = {},
): HeaderFinder {
  const finder = new HeaderFinder(format, options);
  new RecordReader(reading, finder).write(head);
  return finder;
}
