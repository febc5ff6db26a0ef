import { formatRecord } from "../../../lib/csv/records/writer.ts";
import { guardFormula } from "../../../lib/terminal/output.ts";
import type { Tools } from "../../tools.ts";

export const isWorkbookName = (path: string): boolean => /\.xlsx$/i.test(path);

export const hasWorkbookExtension = (path: string): boolean => /\.xls[xmb]?$/i.test(path);

/** A workbook if the file name ends in .xlsx, else CSV (UTF-8 with byte order mark, CRLF). */
export async function* encodeTable(
  path: string,
  batches: AsyncIterable<readonly (readonly string[])[]>,
): AsyncGenerator<Uint8Array> {
  if (isWorkbookName(path)) {
    const { encodeWorkbook } = await import("../../../lib/xlsx/write.ts");
    yield* encodeWorkbook(batches);
    return;
  }
  yield Buffer.from("\ufeff");
  for await (const batch of batches) yield Buffer.from(batch.map((cells) => formatRecord(cells, "\r\n")).join(""));
}

export async function writeTable(
  { outputs }: Pick<Tools, "outputs">,
  path: string,
  table: readonly (readonly string[])[],
  options?: Parameters<Tools["outputs"]["write"]>[2],
): Promise<void> {
  const guarded = isWorkbookName(path) ? table : table.map((row) => row.map(guardFormula));
  const batches = async function* () {
    yield guarded;
  };
  await outputs.write(
    path,
    async (writer) => {
      for await (const bytes of encodeTable(path, batches())) await writer.write(bytes);
    },
    options,
  );
}
