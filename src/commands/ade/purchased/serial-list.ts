import { Failure } from "../../../lib/errors/index.ts";
import { openInput } from "../../../lib/files/index.ts";
import { getProblemSeverity, type Problem } from "../../../lib/model/problem.ts";
import { formatCount, text } from "../../../lib/text/index.ts";
import type { RecordSink } from "../../../lib/csv/records/record.ts";
import { renderProblem, renderProblemLine } from "../../csv/file/check-report.ts";
import { detectInputFormat, readRecords, type InputFormatOptions } from "../../imports/plan/reading.ts";
import { streamUntilAborted } from "../../csv/file/watched.ts";
import type { Tools } from "../../tools.ts";

/** A serial number in a list, and the number of the first row that contains it, counted from 1. */
export interface SerialRow {
  readonly serialNumber: string;
  readonly row: number;
}

type SerialListOptions = Pick<InputFormatOptions, "encoding" | "sheet">;

/** Sellers' headers for serial numbers; compared without spaces, dots, hyphens, underscores, case and width. */
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

const MAX_REPORTED_PROBLEMS = 20;

const SERIAL_PATTERN = /^[!-~]{1,64}$/;

const normalizeCell = (cell: string): string => cell.normalize("NFKC").trim();

const toHeaderKey = (cell: string): string =>
  normalizeCell(cell)
    .toLowerCase()
    .replaceAll(/[\s._-]/g, "");

const toSerialNumber = (cell: string): string => normalizeCell(cell).toUpperCase();

interface ListRow {
  readonly row: number;
  readonly line: number;
  readonly cells: readonly string[];
}

async function readSerialRows(
  tools: Tools,
  name: string,
  { encoding, sheet }: SerialListOptions,
): Promise<{ readonly rows: readonly ListRow[]; readonly problems: readonly Problem[]; readonly label: string }> {
  const { signal } = tools;
  await using file = await openInput(tools, name);
  const { label } = file;
  const rows: ListRow[] = [];
  const problems: Problem[] = [];
  const sink: RecordSink = {
    record(cells, count, row, line) {
      const own = cells.slice(0, count);
      if (own.some((cell) => cell.trim() !== "")) rows.push({ row, line, cells: own });
    },
    problem: (problem) => void problems.push({ ...problem, header: "" }),
  };
  const reading = await detectInputFormat(file, { encoding, sheet, signal });
  for await (const _ of readRecords(streamUntilAborted(file.chunks(), signal), reading, label, sink));
  return { rows, problems, label };
}

/**
 * Finds the column of serial numbers and the row of its header; 0: the list has only that column, and no header.
 *
 * @throws Failure `input-rejected` unless exactly one column may contain them
 */
function findSerialColumn(
  where: string,
  rows: readonly ListRow[],
): { readonly column: number; readonly header: number } {
  for (const { row, cells } of rows.slice(0, HEADER_SEARCH_ROWS)) {
    const columns = cells.flatMap((cell, column) => (SERIAL_HEADERS.has(toHeaderKey(cell)) ? [column] : []));
    const [column] = columns;
    if (column !== undefined && columns.length === 1) return { column, header: row };
  }
  const columns = new Set(rows.flatMap(({ cells }) => cells.flatMap((cell, at) => (cell.trim() === "" ? [] : [at]))));
  const [only] = columns;
  if (only !== undefined && columns.size === 1) return { column: only, header: 0 };
  const shown = rows[0]?.cells.slice(0, 10) ?? [];
  throw new Failure("input-rejected", {
    what: text(
      `not exactly one column of serial numbers was found; the first row contains: ${shown.join(", ")}`,
      `シリアルナンバーの列が 1 つに決まりません。1 行目: ${shown.join("、")}`,
    ),
    where,
    hint: text(
      "name the column シリアルナンバー or serial number, or keep only that column",
      "列の見出しを「シリアルナンバー」にするか、その列だけを残してください",
    ),
  });
}

const INVALID_SERIAL_REASON = text(
  "not a serial number (1 to 64 letters and digits)",
  "シリアルナンバーではありません(英数字 1 ~ 64 文字)",
);

/**
 * Reads the serial numbers from a seller's list: CSV or a workbook that has a column with a known header, or only one
 * column. Skips rows without a serial number, and counts a serial number once.
 *
 * @throws Failure `input-rejected` if something in the list cannot be read, after the problems have been reported
 */
export async function readSerialList(
  tools: Tools,
  name: string,
  choice: SerialListOptions,
): Promise<readonly SerialRow[]> {
  const { rows, problems, label } = await readSerialRows(tools, name, choice);
  const errors = problems.filter(({ code }) => getProblemSeverity(code) === "error");
  const wrong = errors.map((problem) => renderProblem(label, problem));
  const { column, header } = wrong.length > 0 ? { column: 0, header: Infinity } : findSerialColumn(label, rows);
  const listed = new Map<string, SerialRow>();
  for (const { row, line, cells } of rows) {
    const serialNumber = toSerialNumber(cells[column] ?? "");
    if (row <= header || serialNumber === "") continue;
    const place = { row, line, column: column + 1, header: "", params: {} };
    if (!SERIAL_PATTERN.test(serialNumber)) wrong.push(renderProblemLine(label, place, INVALID_SERIAL_REASON));
    else if (!listed.has(serialNumber)) listed.set(serialNumber, { serialNumber, row });
  }
  for (const line of wrong.slice(0, MAX_REPORTED_PROBLEMS)) await tools.terminal.problem(line);
  if (wrong.length === 0 && listed.size > 0) return [...listed.values()];
  throw new Failure("input-rejected", {
    what:
      wrong.length === 0
        ? text("the list is empty", "一覧が空です")
        : text(
            `the list has ${formatCount(wrong.length, "problem")}; nothing was compared`,
            `一覧に問題が ${wrong.length} 件あるため、照合していません`,
          ),
    where: label,
  });
}
