import type { Format } from "../../model/format.ts";
import { RecordReader, type RecordReaderOptions } from "../records/reader.ts";
import type { RecordSink } from "../records/record.ts";
import { readHeader, type HeaderOptions } from "./header.ts";
import { HEADER_ROWS } from "./layout.ts";

/**
 * Finds the row that looks like the header, by the first records of a file: another than the first one only if that has
 * no column of the format and at most one that probably means one, and the other has at least two, as below a title, a
 * blank line or Excel's `sep=`.
 */
export class HeaderFinder implements RecordSink {
  readonly #format: Format;
  readonly #options: HeaderOptions;
  #found: number | undefined;

  constructor(format: Format, options: HeaderOptions = {}) {
    this.#format = format;
    this.#options = options;
  }

  /** Counted from 1. */
  get row(): number {
    return this.#found ?? 1;
  }

  record(cells: readonly string[], count: number, row: number): void {
    if (this.#found !== undefined || row > HEADER_ROWS) return;
    const header = cells.slice(0, count);
    if (this.#columnsIn(header, true) > 1 || (row === 1 && this.#columnsIn(header, false) > 0)) this.#found = row;
  }

  problem(): void {}

  #columnsIn(header: readonly string[], readsLikely: boolean): number {
    const { columns } = readHeader(header, this.#format, { ...this.#options, readsLikely }).layout;
    return columns.filter(({ positions }) => positions.length > 0).length;
  }
}

/** The row that looks like the header, by a CSV file's first bytes. */
export function headerRow(
  head: Uint8Array,
  reading: RecordReaderOptions,
  format: Format,
  options: HeaderOptions = {},
): number {
  const finder = new HeaderFinder(format, options);
  new RecordReader(reading, finder).write(head);
  return finder.row;
}
