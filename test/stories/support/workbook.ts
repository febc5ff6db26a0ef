import { readXlsx, writeXlsx } from "hucre/xlsx";

type Cells = readonly (readonly string[])[];

/** Returns a workbook as HR sends it: a sheet by name, the first row of each merged over the sheet's width. */
export const writeBook = async (sheets: Readonly<Record<string, Cells>>): Promise<Uint8Array> =>
  writeXlsx({
    sheets: Object.entries(sheets).map(([name, rows]) => ({
      name,
      rows: rows.map((row) => [...row]),
      // the title over the table
      ...(rows[0]?.length === 1
        ? {
            merges: [
              { startRow: 0, startCol: 0, endRow: 0, endCol: Math.max(...rows.map(({ length }) => length)) - 1 },
            ],
          }
        : {}),
    })),
  });

/** Returns the cells of all sheets, as texts. */
export async function readBook(bytes: Uint8Array): Promise<readonly string[][]> {
  const { sheets } = await readXlsx(bytes);
  return sheets.flatMap(({ rows }) => rows.map((row) => row.map((cell) => String(cell ?? ""))));
}
