import { formatRecord } from "../../../lib/csv/records/record.ts";
import { guardFormula } from "../../../lib/terminal/output.ts";
import type { Tools } from "../tools.ts";

export const isWorkbookName = (path: string): boolean => /\.xlsx$/i.test(path);

export const hasWorkbookExtension = (path: string): boolean => /\.xls[xmb]?$/i.test(path);

export type Rows = readonly (readonly string[])[];

/** A workbook if the file name ends in .xlsx, else CSV (UTF-8 with byte order mark, CRLF). */
export async function* encodeTable(path: string, batches: AsyncIterable<Rows>): AsyncGenerator<Uint8Array> {
  if (isWorkbookName(path)) {
    const { encodeWorkbook } = await import("../../../lib/xlsx/write.ts");
    yield* encodeWorkbook(batches);
    return;
  }
  yield Buffer.from("\ufeff");
  for await (const batch of batches) yield Buffer.from(batch.map((cells) => formatRecord(cells, "\r\n")).join(""));
}

/** Writes a table for people. In CSV, a `'` precedes each formula, so that spreadsheet programs show it as text. */
export async function writeTable(
  { outputs }: Pick<Tools, "outputs">,
  path: string,
  batches: AsyncIterable<Rows> | Iterable<Rows>,
  options?: Parameters<Tools["outputs"]["write"]>[2],
): Promise<void> {
  async function* guarded(): AsyncGenerator<Rows> {
    for await (const rows of batches) yield isWorkbookName(path) ? rows : rows.map((cells) => cells.map(guardFormula));
  }
  await outputs.write(
    path,
    async (writer) => {
      for await (const bytes of encodeTable(path, guarded())) await writer.write(bytes);
    },
    options,
  );
}
