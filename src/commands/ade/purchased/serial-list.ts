import { Failure } from "../../../lib/errors/index.ts";
import { openInput } from "../../../lib/files/index.ts";
import { severityOf, type Problem } from "../../../lib/model/problem.ts";
import { counted, text, type Text } from "../../../lib/text/index.ts";
import type { RecordSink } from "../../../lib/csv/records/record.ts";
import { foundLine, problemLine } from "../../csv/file/check-report.ts";
import {
  choosingSheet,
  detectReading,
  recordsOf,
  type ReadingChoice,
  type WithSheet,
} from "../../imports/plan/reading.ts";
import { watched } from "../../csv/file/watched.ts";
import type { Tools } from "../../tools.ts";

/** A serial number of a list, and the first row that has it, counted from 1. */
export interface SerialRow {
  readonly serialNumber: string;
  readonly row: number;
}

/** How a list is read. */
export interface ListChoice extends Pick<ReadingChoice, "encoding" | "sheet"> {
  /** the command with a sheet */
  readonly again: WithSheet;
}

/** What sellers call the column; compared without blanks, dots, case and width. */
const HEADERS: ReadonlySet<string> = new Set([
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

/** Rows above a header: a title, a date. */
const HEADER_WITHIN = 20;

/** Maximum number of problems told. */
const MAX_TOLD = 20;

const SERIAL = /^[!-~]{1,64}$/;

const plain = (cell: string): string => cell.normalize("NFKC").trim();

const keyOf = (cell: string): string =>
  plain(cell)
    .toLowerCase()
    .replaceAll(/[\s._-]/g, "");

/** A serial number as Apple writes it. */
const serialOf = (cell: string): string => plain(cell).toUpperCase();

/** The cells of the rows that have any, by their number. */
interface Rows {
  readonly rows: readonly { readonly row: number; readonly line: number; readonly cells: readonly string[] }[];
  readonly problems: readonly Problem[];
}

async function rowsOf(
  tools: Tools,
  name: string,
  { encoding, sheet, again }: ListChoice,
): Promise<Rows & { label: string }> {
  const { signal } = tools;
  await using file = await openInput(tools, name);
  const { label } = file;
  const rows: Rows["rows"][number][] = [];
  const problems: Problem[] = [];
  const sink: RecordSink = {
    record(cells, count, row, line) {
      const own = cells.slice(0, count);
      if (own.some((cell) => cell.trim() !== "")) rows.push({ row, line, cells: own });
    },
    problem: (problem) => void problems.push({ ...problem, header: "" }),
  };
  try {
    const reading = await detectReading(file, { encoding, sheet, signal });
    for await (const _ of recordsOf(watched(file.chunks(), signal), reading, label, sink));
  } catch (error) {
    throw choosingSheet(error, { asked: sheet, again });
  }
  return { rows, problems, label };
}

/** Where the serial numbers are: the column, counted from 0, and the row of its header. */
interface SerialColumn {
  readonly column: number;
  readonly headerRow: number;
}

/** @throws Failure `input-rejected` where no column has them, or several do */
function columnOf(where: string, rows: Rows["rows"]): SerialColumn {
  for (const { row, cells } of rows.slice(0, HEADER_WITHIN)) {
    const columns = cells.flatMap((cell, column) => (HEADERS.has(keyOf(cell)) ? [column] : []));
    const [column, other] = columns;
    if (column !== undefined && other !== undefined)
      throw severalColumns(`${where}:${row}`, cells[column], cells[other]);
    if (column !== undefined) return { column, headerRow: row };
  }
  const columns = new Set(
    rows.flatMap(({ cells }) => cells.flatMap((cell, column) => (cell.trim() === "" ? [] : [column]))),
  );
  const [only] = columns;
  if (only !== undefined && columns.size === 1) return { column: only, headerRow: 0 };
  throw noColumn(where, rows[0]?.cells ?? []);
}

const severalColumns = (where: string, one = "", other = ""): Failure =>
  new Failure("input-rejected", {
    what: text(
      `two columns may have the serial numbers: ${one} and ${other}`,
      `シリアルナンバーの列が 2 つあります: 「${one}」と「${other}」`,
    ),
    where,
    hint: text("leave one of them in the file", "どちらか 1 つの列だけを残してください"),
  });

const noColumn = (where: string, header: readonly string[]): Failure =>
  new Failure("input-rejected", {
    what:
      header.length === 0
        ? text("the list is empty", "一覧が空です")
        : text(
            `no column is called as one of serial numbers; the first row has: ${header.slice(0, 10).join(", ")}`,
            `シリアルナンバーの列が見つかりません。1 行目: ${header.slice(0, 10).join("、")}`,
          ),
    where,
    hint: text(
      "name its header シリアルナンバー or serial number, or leave nothing but that column",
      "列の見出しを「シリアルナンバー」にするか、その列だけを残してください",
    ),
  });

const NO_SERIAL = text(
  "not a serial number: 1 to 64 letters and digits",
  "シリアルナンバーではありません(英数字 1 ~ 64 文字)",
);

/**
 * The serial numbers of a seller's list: CSV or a workbook, with a column that is called so, or with nothing else. Rows without
 * one are left out; who is in the list twice is told.
 *
 * @throws Failure `input-rejected` where something in it cannot be read; all of it is told before
 */
export async function readSerialList(tools: Tools, name: string, choice: ListChoice): Promise<readonly SerialRow[]> {
  const { terminal } = tools;
  const { rows, problems, label } = await rowsOf(tools, name, choice);
  const errors = problems.filter(({ code }) => severityOf(code) === "error");
  const wrong: Text[] = errors.map((problem) => foundLine(label, problem));
  const { column, headerRow } = wrong.length > 0 ? { column: 0, headerRow: Infinity } : columnOf(label, rows);
  const listed = new Map<string, SerialRow>();
  const repeated: Text[] = [];
  for (const { row, line, cells } of rows) {
    const serialNumber = serialOf(cells[column] ?? "");
    if (row <= headerRow || serialNumber === "") continue;
    const place = { row, line, column: column + 1, header: "", params: {} };
    const first = listed.get(serialNumber);
    if (!SERIAL.test(serialNumber)) wrong.push(problemLine(label, place, NO_SERIAL));
    else if (first === undefined) listed.set(serialNumber, { serialNumber, row });
    else repeated.push(problemLine(label, place, again(serialNumber, first)));
  }
  for (const line of wrong.slice(0, MAX_TOLD)) await terminal.problem(line);
  if (wrong.length > 0) throw rejected(label, wrong.length);
  for (const line of repeated.slice(0, MAX_TOLD)) await terminal.warn(line);
  if (repeated.length > MAX_TOLD) {
    await terminal.warn(text(`… ${repeated.length} repetitions in all`, `… 重複は全部で ${repeated.length} 件`));
  }
  if (listed.size === 0) throw noColumn(label, []);
  return [...listed.values()];
}

const again = (serialNumber: string, { row }: SerialRow): Text =>
  text(
    `${serialNumber} is in row ${row} already; counted once`,
    `${serialNumber} は ${row} 行目にもあります(1 台として数えます)`,
  );

const rejected = (where: string, count: number): Failure =>
  new Failure("input-rejected", {
    what: text(
      `the list has ${counted(count, "problem")}; nothing was compared`,
      `一覧に問題が ${count} 件あります。照合していません`,
    ),
    where,
    hint: text("correct the rows above, then run it again", "上記の行を直して、もう一度実行してください"),
  });
