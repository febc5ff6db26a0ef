import { WorkbookReader } from "../../../src/lib/xlsx/workbook.ts";

/** @param sheet by default, the only sheet with data */
export async function readRows(bytes: Uint8Array, sheet?: string): Promise<readonly (readonly string[])[]> {
  const rows: (readonly string[])[] = [];
  const record = (cells: readonly string[], count: number): void => void rows.push(cells.slice(0, count));
  const reader = new WorkbookReader({ sheet, fileName: "book.xlsx" }, { record, problem: () => undefined });
  reader.write(bytes);
  for await (const _ of reader.end());
  return rows;
}
