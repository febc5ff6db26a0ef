import type { Format } from "../../model/format.ts";
import { RecordReader, type RecordReaderOptions } from "../records/reader.ts";
import { readHeader, type HeaderOptions } from "./header.ts";

/** Rows among which a header is looked for. */
const ROWS = 10;

/**
 * The row that looks like the header, counted from 1, by a file's first bytes: another than the first one only if that
 * has no column of the format and the other has at least two, as below a title, a blank line or Excel's `sep=`.
 */
export function headerRow(
  head: Uint8Array,
  reading: RecordReaderOptions,
  format: Format,
  options: HeaderOptions = {},
): number {
  const known = (cells: readonly string[]): number =>
    readHeader(cells, format, options).layout.columns.filter(({ positions }) => positions.length > 0).length;
  let found: number | undefined;
  const reader = new RecordReader(reading, {
    record(cells, count, row) {
      if (found !== undefined || row > ROWS) return;
      const columns = known(cells.slice(0, count));
      if (row === 1 ? columns > 0 : columns > 1) found = row;
    },
    problem: () => undefined,
  });
  reader.write(head);
  return found ?? 1;
}
