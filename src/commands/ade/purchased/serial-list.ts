import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { readTable, type TableRow } from "../../kit/plan/read-table.ts";
import type { Tools } from "../../kit/tools.ts";

export interface SerialRow {
  readonly serialNumber: string;
  readonly row: number;
}

/** Headers are in lower case, without spaces and punctuation. */
const SERIAL_HEADERS: ReadonlySet<string> = new Set([
  "シリアルナンバー",
  "シリアル番号",
  "シリアルno",
  "シリアル",
  "製造番号",
  "serialnumber",
  "serialno",
  "serial",
  "s/n",
  "sn",
]);

const HEADER_SEARCH_ROWS = 20;

const SERIAL_PATTERN = /^[!-~]{1,64}$/;

const normalizeCell = (cell: string): string => cell.normalize("NFKC").trim();

const toHeaderKey = (cell: string): string =>
  normalizeCell(cell)
    .toLowerCase()
    .replaceAll(/[\s._-]/g, "");

/** `column` is -1 if no column or several columns match. */
function findSerialColumn(rows: readonly TableRow[]): { readonly column: number; readonly headerRow: number } {
  for (const { row, cells } of rows.slice(0, HEADER_SEARCH_ROWS)) {
    const columns = cells.flatMap((cell, column) => (SERIAL_HEADERS.has(toHeaderKey(cell)) ? [column] : []));
    if (columns.length > 0) return { column: columns.length === 1 ? (columns[0] ?? -1) : -1, headerRow: row };
  }
  const filled = rows.flatMap(({ cells }) => cells.flatMap((cell, column) => (cell.trim() === "" ? [] : [column])));
  return { column: new Set(filled).size === 1 ? (filled[0] ?? -1) : -1, headerRow: 0 };
}

/** Reads the serial numbers of a list without duplicates. @throws `input-rejected` if a value is not a serial number */
export async function readSerialList(
  tools: Tools,
  name: string,
  choice: Parameters<typeof readTable>[2],
): Promise<readonly SerialRow[]> {
  const { rows: all, label } = await readTable(tools, name, choice);
  const rows = all.filter(({ cells }) => cells.some((cell) => cell.trim() !== ""));
  const { column, headerRow } = findSerialColumn(rows);
  const listed = new Map<string, SerialRow>();
  for (const { row, cells } of rows) {
    const serialNumber = normalizeCell(cells[column] ?? "").toUpperCase();
    if (row <= headerRow || serialNumber === "") continue;
    if (!SERIAL_PATTERN.test(serialNumber))
      throw new Failure("input-rejected", {
        what: text(
          `"${serialNumber}" is not a serial number (1 to 64 letters and digits)`,
          `「${serialNumber}」はシリアルナンバーではありません(英数字 1 ~ 64 文字)`,
        ),
        where: `${label}:${row}`,
      });
    if (!listed.has(serialNumber)) listed.set(serialNumber, { serialNumber, row });
  }
  if (listed.size > 0) return [...listed.values()];
  throw new Failure("input-rejected", {
    what: text("the list must have exactly one column of serial numbers", "シリアルナンバーの列が 1 つだけ必要です"),
    where: label,
    hint: text(
      "change the header of one column to シリアルナンバー or serial number, or keep only that column",
      "1 つの列の見出しを「シリアルナンバー」にするか、その列だけを残してください",
    ),
  });
}
