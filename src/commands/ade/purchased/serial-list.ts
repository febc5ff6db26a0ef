import { Failure } from "../../../lib/errors/index.ts";
import { openInput } from "../../../lib/files/index.ts";
import { getProblemSeverity, type Problem } from "../../../lib/model/problem.ts";
import { formatCount, text, type Text } from "../../../lib/text/index.ts";
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

interface SerialListRows {
  readonly rows: readonly { readonly row: number; readonly line: number; readonly cells: readonly string[] }[];
  readonly problems: readonly Problem[];
}

async function readSerialRows(
  tools: Tools,
  name: string,
  { encoding, sheet }: SerialListOptions,
): Promise<SerialListRows & { label: string }> {
  const { signal } = tools;
  await using file = await openInput(tools, name);
  const { label } = file;
  const rows: SerialListRows["rows"][number][] = [];
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

interface SerialColumn {
  readonly column: number;
  readonly headerRow: number;
}

/** Finds the column of serial numbers.  @throws Failure `input-rejected` unless exactly one column may contain them */
function findSerialColumn(where: string, rows: SerialListRows["rows"]): SerialColumn {
  for (const { row, cells } of rows.slice(0, HEADER_SEARCH_ROWS)) {
    const columns = cells.flatMap((cell, column) => (SERIAL_HEADERS.has(toHeaderKey(cell)) ? [column] : []));
    const [column, other] = columns;
    if (column !== undefined && other !== undefined)
      throw createAmbiguousColumnFailure(`${where}:${row}`, cells[column], cells[other]);
    if (column !== undefined) return { column, headerRow: row };
  }
  const columns = new Set(
    rows.flatMap(({ cells }) => cells.flatMap((cell, column) => (cell.trim() === "" ? [] : [column]))),
  );
  const [only] = columns;
  if (only !== undefined && columns.size === 1) return { column: only, headerRow: 0 };
  throw createMissingColumnFailure(where, rows[0]?.cells ?? []);
}

const createAmbiguousColumnFailure = (where: string, one = "", other = ""): Failure =>
  new Failure("input-rejected", {
    what: text(
      `two columns may contain the serial numbers: "${one}" and "${other}"`,
      `シリアルナンバーの列と思われるものが 2 つあります: 「${one}」と「${other}」`,
    ),
    where,
    hint: text("keep only one of them in the file", "どちらか 1 つの列だけを残してください"),
  });

const createMissingColumnFailure = (where: string, header: readonly string[]): Failure =>
  new Failure("input-rejected", {
    what:
      header.length === 0
        ? text("the list is empty", "一覧が空です")
        : text(
            `no column of serial numbers was found; the first row contains: ${header.slice(0, 10).join(", ")}`,
            `シリアルナンバーの列が見つかりません。1 行目: ${header.slice(0, 10).join("、")}`,
          ),
    where,
    hint: text(
      "name the column シリアルナンバー or serial number, or keep only that column",
      "列の見出しを「シリアルナンバー」にするか、その列だけを残してください",
    ),
  });

const INVALID_SERIAL_REASON = text(
  "not a serial number (1 to 64 letters and digits)",
  "シリアルナンバーではありません(英数字 1 ~ 64 文字)",
);

/**
 * Reads the serial numbers from a seller's list: CSV or a workbook that has a column with a known header, or only one
 * column. Skips rows without a serial number, and warns of serial numbers that occur more than once.
 *
 * @throws Failure `input-rejected` if something in the list cannot be read, after the problems have been reported
 */
export async function readSerialList(
  tools: Tools,
  name: string,
  choice: SerialListOptions,
): Promise<readonly SerialRow[]> {
  const { terminal } = tools;
  const { rows, problems, label } = await readSerialRows(tools, name, choice);
  const errors = problems.filter(({ code }) => getProblemSeverity(code) === "error");
  const wrong: Text[] = errors.map((problem) => renderProblem(label, problem));
  const { column, headerRow } = wrong.length > 0 ? { column: 0, headerRow: Infinity } : findSerialColumn(label, rows);
  const listed = new Map<string, SerialRow>();
  const repeated: Text[] = [];
  for (const { row, line, cells } of rows) {
    const serialNumber = toSerialNumber(cells[column] ?? "");
    if (row <= headerRow || serialNumber === "") continue;
    const place = { row, line, column: column + 1, header: "", params: {} };
    const first = listed.get(serialNumber);
    if (!SERIAL_PATTERN.test(serialNumber)) wrong.push(renderProblemLine(label, place, INVALID_SERIAL_REASON));
    else if (first === undefined) listed.set(serialNumber, { serialNumber, row });
    else repeated.push(renderProblemLine(label, place, describeDuplicate(serialNumber, first)));
  }
  for (const line of wrong.slice(0, MAX_REPORTED_PROBLEMS)) await terminal.problem(line);
  if (wrong.length > 0) throw createRejectedListFailure(label, wrong.length);
  for (const line of repeated.slice(0, MAX_REPORTED_PROBLEMS)) await terminal.warn(line);
  if (repeated.length > MAX_REPORTED_PROBLEMS) {
    await terminal.warn(text(`… ${repeated.length} duplicates in total`, `… 重複は全部で ${repeated.length} 件`));
  }
  if (listed.size === 0) throw createMissingColumnFailure(label, []);
  return [...listed.values()];
}

const describeDuplicate = (serialNumber: string, { row }: SerialRow): Text =>
  text(
    `${serialNumber} is already in row ${row}; it is counted once`,
    `${serialNumber} は ${row} 行目にもあります(1 台として数えます)`,
  );

const createRejectedListFailure = (where: string, count: number): Failure =>
  new Failure("input-rejected", {
    what: text(
      `the list has ${formatCount(count, "problem")}; nothing was compared`,
      `一覧に問題が ${count} 件あるため、照合していません`,
    ),
    where,
    hint: text(
      "correct the rows listed above, then run the command again",
      "上記の行を直して、もう一度実行してください",
    ),
  });
