import { formatRecord } from "../../../lib/csv/records/writer.ts";

/** Whether a file that is written is to be a workbook. */
export const isWorkbookName = (path: string): boolean => /\.xlsx$/i.test(path);

/** Whether spreadsheets take a file for a workbook, of any age: what the console takes is never named so. */
export const isNamedAsWorkbook = (path: string): boolean => /\.xls[xmb]?$/i.test(path);

/**
 * The bytes of a table that people open in a spreadsheet: a workbook where the file's name ends so, else CSV in UTF-8 with
 * a byte order mark and CRLF.
 *
 * @param batches its rows
 */
export async function* tableBytes(
  path: string,
  batches: AsyncIterable<readonly (readonly string[])[]>,
): AsyncGenerator<Uint8Array> {
  if (isWorkbookName(path)) {
    const { workbookBytes } = await import("../../../lib/xlsx/write.ts");
    yield* workbookBytes(batches);
    return;
  }
  yield Buffer.from("\ufeff");
  for await (const batch of batches) yield Buffer.from(batch.map((cells) => formatRecord(cells, "\r\n")).join(""));
}
