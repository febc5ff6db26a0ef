import type { ConversionOptions } from "../../lib/csv/convert.ts";
import { ENCODINGS, type RecordSink } from "../../lib/csv/records/record.ts";
import { formatRecord, NEWLINES } from "../../lib/csv/records/writer.ts";
import { Failure } from "../../lib/errors/index.ts";
import { getProblemSeverity, type Problem } from "../../lib/model/problem.ts";
import { BYTE_UNIT } from "../../lib/terminal/index.ts";
import { formatCount, text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { openInput, type InputFile } from "../../lib/files/index.ts";
import { isWorkbookName } from "../imports/outputs/table-file.ts";
import { detectInputFormat, readRecords } from "../imports/plan/reading.ts";
import type { Tools } from "../tools.ts";
import { ProblemDigest, renderProblem } from "../imports/plan/problem-lines.ts";
import { writeEncoded } from "./file/write-encoded.ts";
import { ON_UNMAPPABLE_OPTION, rejectByteOrderMark, rejectTextOptions } from "./file/text-format.ts";
import { writeOutput } from "./file/output.ts";
import { INPUT_ENCODING_OPTION, SHEET_OPTION } from "./file/sheet.ts";
import { streamUntilAborted } from "./file/abortable-stream.ts";

export default defineCommand({
  summary: text(
    "convert a file to another encoding or other newlines, or between CSV and a workbook",
    "ファイルの文字コードや改行コードを変換する(CSV と Excel ブックも相互に変換)",
  ),
  args: {
    input: {
      kind: "file",
      value: "IN",
      required: true,
      about: text("input file (- for stdin)", "入力ファイル(- は標準入力)"),
    },
    output: {
      kind: "output",
      value: "OUT",
      required: true,
      workbook: true,
      about: text("output file (- for stdout)", "出力先(- は標準出力)"),
    },
  },
  options: {
    toEncoding: {
      kind: "choice",
      choices: ENCODINGS,
      value: "NAME",
      about: text("encoding of the output (default: same as the input)", "出力の文字コード(既定: 入力と同じ)"),
    },
    toNewline: {
      kind: "choice",
      choices: ["crlf", "lf", "cr"],
      about: text("newline at the end of each row (default: same as the input)", "出力の改行コード(既定: 入力と同じ)"),
    },
    fromEncoding: INPUT_ENCODING_OPTION,
    sheet: SHEET_OPTION,
    bom: {
      kind: "boolean",
      about: text("begin the output with a byte order mark", "出力の先頭に BOM を付ける"),
    },
    onUnmappable: ON_UNMAPPABLE_OPTION,
  },
  examples: [
    { line: "clomoctl csv convert people.csv people-utf8.csv --to-encoding utf-8 --to-newline lf" },
    { line: "clomoctl csv convert people.csv people.xlsx" },
    { line: "clomoctl csv convert users/unmappable.utf-8.lf.csv - --to-encoding shift_jis --on-unmappable replace" },
  ],
  exits: ["input-rejected", "not-found"],
  opensTenant: false,
  async run(tools, { input, output, toEncoding, toNewline, fromEncoding, sheet, bom, onUnmappable }) {
    rejectTextOptions(output, {
      "--to-encoding": toEncoding !== undefined,
      "--to-newline": toNewline !== undefined,
      "--bom": bom,
    });
    await using file = await openInput(tools, input);
    const { signal } = tools;
    const reading = await detectInputFormat(file, { encoding: fromEncoding, sheet, flag: "--from-encoding", signal });
    const { encoding: from, dialect } = reading;
    const to = toEncoding ?? (from === "xlsx" || from === "euc-jp" ? "utf-8" : from);
    rejectByteOrderMark(bom, to, "--to-encoding");
    if (isWorkbookName(output)) {
      const { encodeWorkbook } = await import("../../lib/xlsx/write.ts");
      await writeOutput(tools, output, encodeWorkbook(readRows(tools, file, reading)), { held: true });
      return;
    }
    const open = async (): Promise<AsyncIterable<Uint8Array>> =>
      from === "xlsx"
        ? renderRows(readRows(tools, file, reading), NEWLINES[toNewline ?? "crlf"])
        : readText(tools, file, { encoding: from, newline: toNewline, ...dialect });
    const form = { encoding: to, bom, onUnmappable };
    await writeEncoded(tools, output, form, open, { name: file.label, dialect, held: true });
  },
});

async function* readText(tools: Tools, file: InputFile, options: ConversionOptions): AsyncGenerator<Uint8Array> {
  const { readAsUtf8 } = await import("../../lib/csv/convert.ts");
  const problems = new ProblemDigest<Problem>();
  const name = text("Converting", "変換");
  const step = tools.terminal.progress.start({ id: "convert", name, unit: BYTE_UNIT, total: file.bytes });
  const chunks = streamUntilAborted(file.chunks(), tools.signal, (bytes) => step.advance(bytes));
  yield* readAsUtf8(chunks, options, (problem) => problems.take({ ...problem, header: "" }, "error"));
  step.finish();
  await refuseProblems(tools, file, problems);
}

/** @throws `input-rejected` after the last row, if the file has errors */
async function* readRows(
  tools: Tools,
  file: InputFile,
  reading: Parameters<typeof readRecords>[1],
): AsyncGenerator<readonly (readonly string[])[]> {
  const problems = new ProblemDigest<Problem>();
  let rows: (readonly string[])[] = [];
  const sink: RecordSink = {
    record: (cells, count, row) => {
      const filled = cells.slice(0, count);
      if (row === 1 || filled.some((cell) => cell !== "")) rows.push(filled);
    },
    // a BOM character inside a cell is converted like other characters
    problem: (problem) => {
      if (getProblemSeverity(problem.code) === "error" && problem.code !== "character-bom")
        problems.take({ ...problem, header: "" }, "error");
    },
  };
  for await (const _ of readRecords(streamUntilAborted(file.chunks(), tools.signal), reading, file.label, sink)) {
    yield rows;
    rows = [];
  }
  await refuseProblems(tools, file, problems);
}

async function* renderRows(
  batches: AsyncIterable<readonly (readonly string[])[]>,
  newline: string,
): AsyncGenerator<Uint8Array> {
  for await (const rows of batches) yield Buffer.from(rows.map((cells) => formatRecord(cells, newline)).join(""));
}

async function refuseProblems({ terminal }: Tools, { label }: InputFile, problems: ProblemDigest<Problem>) {
  if (problems.total === 0) return;
  await problems.show(terminal, (problem) => renderProblem(label, problem));
  throw new Failure("input-rejected", {
    what: text(
      `nothing was written: the file has ${formatCount(problems.total, "problem")}`,
      `エラーが ${problems.total} 件あるため、何も書き出していません`,
    ),
    where: label,
  });
}
