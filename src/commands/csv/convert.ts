import type { ConvertOptions, UnmappableCell } from "../../lib/csv/convert.ts";
import { CONSOLE_DIALECT, ENCODINGS, type RecordProblem, type RecordSink } from "../../lib/csv/records/record.ts";
import { formatRecord } from "../../lib/csv/records/writer.ts";
import { Failure } from "../../lib/errors/index.ts";
import { getProblemSeverity } from "../../lib/model/problem.ts";
import { BYTE_UNIT, type Terminal } from "../../lib/terminal/index.ts";
import { formatCount, text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { openInput, type InputFile } from "../../lib/files/index.ts";
import { isWorkbookName } from "../imports/outputs/table-file.ts";
import { readRecords } from "../imports/plan/reading.ts";
import type { Tools } from "../tools.ts";
import { renderProblem } from "./file/check-report.ts";
import { noteReplacedCharacters } from "./file/encoded.ts";
import { ON_UNMAPPABLE_OPTION, rejectTextOptions } from "./file/form.ts";
import { detectEncoding, readHead, INPUT_ENCODING_OPTION } from "./file/encoding.ts";
import { writeOutput } from "./file/output.ts";
import { isWorkbook, rejectSheetOption, SHEET_OPTION } from "./file/sheet.ts";
import { streamUntilAborted } from "./file/watched.ts";
import { UNMAPPABLE_OUTPUT_TEXTS, throwUnmappable } from "./file/unmappable.ts";

const MAX_LISTED_PROBLEMS = 20;

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
    delimiter: {
      kind: "string",
      value: "CHARACTER",
      default: ",",
      about: text("cell separator", "セルの区切り文字"),
    },
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
  async run(tools, { input, output, toEncoding, toNewline, fromEncoding, sheet, delimiter, bom, onUnmappable }) {
    rejectTextOptions(output, {
      "--to-encoding": toEncoding !== undefined,
      "--to-newline": toNewline !== undefined,
      "--bom": bom,
    });
    await using given = await openInput(tools, input);
    const { signal } = tools;
    const isBook = isWorkbook(await readHead(given, signal));
    if (!isBook) rejectSheetOption(given.label, sheet);
    const file = isBook ? await convertSheetToCsv(tools, given, sheet) : given;
    const from = isBook ? "utf-8" : await detectEncoding(file, fromEncoding, { flag: "--from-encoding", signal });
    const to = toEncoding ?? from;
    validateConvertOptions({ to, bom, delimiter });
    const conversion = new FileConversion(tools, file, { from, to, bom, onUnmappable, delimiter, newline: toNewline });
    const bytes = isWorkbookName(output) ? conversion.workbook(isBook ? "," : delimiter) : conversion.bytes();
    await writeOutput(tools, output, bytes, { held: true });
    await conversion.writeNotes();
  },
});

/** Validates the delimiter and the options together.  @throws `usage` for a bad delimiter or exclusive options */
function validateConvertOptions({ to, bom, delimiter }: { to: string; bom: boolean; delimiter: string }): void {
  if (bom && to === "shift_jis") {
    throw new Failure("usage", {
      what: text("Shift_JIS has no byte order mark", "Shift_JIS には BOM がありません"),
      where: "--bom",
    });
  }
  if (delimiter.length !== 1 || /["\r\n]/.test(delimiter)) {
    throw new Failure("usage", {
      what: text(
        "the delimiter must be one character other than a quote or a newline",
        "区切り文字は引用符・改行以外の 1 文字にしてください",
      ),
      where: "--delimiter",
    });
  }
}

/** Returns a sheet as a UTF-8 CSV file.  @throws `input-rejected` if a cell's value is not what Excel displays */
async function convertSheetToCsv(tools: Tools, file: InputFile, sheet: string | undefined): Promise<ByteSource> {
  const { signal, terminal } = tools;
  const reading = { encoding: "xlsx", dialect: CONSOLE_DIALECT, sheet } as const;
  const problems: RecordProblem[] = [];
  const take = { record: () => undefined, problem: (problem: RecordProblem) => void problems.push(problem) };
  for await (const _ of readRecords(file.chunks(), reading, file.label, take)) signal.throwIfAborted();
  for (const problem of problems.slice(0, MAX_LISTED_PROBLEMS))
    await terminal.problem(renderProblem(file.label, { ...problem, header: "" }));
  if (problems.some(({ code }) => getProblemSeverity(code) === "error")) {
    throw new Failure("input-rejected", {
      what: text(
        "nothing was written: some cells cannot be read",
        "読み取れないセルがあるため、何も書き出していません",
      ),
      where: file.label,
    });
  }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    let rows = "";
    const sink: RecordSink = {
      record(cells, count, row) {
        const filled = cells.slice(0, count);
        if (row === 1 || filled.some((cell) => cell !== "")) rows += formatRecord(filled, "\r\n");
      },
      problem: () => undefined,
    };
    for await (const _ of readRecords(file.chunks(), reading, file.label, sink)) {
      yield Buffer.from(rows);
      rows = "";
    }
  }
  return { label: file.label, bytes: file.bytes, chunks };
}

type ByteSource = Pick<InputFile, "label" | "bytes" | "chunks">;

/** The conversion of one file: yields the bytes of the output, and reports problems and notes. */
class FileConversion {
  readonly #tools: Tools;
  readonly #terminal: Terminal;
  readonly #file: ByteSource;
  readonly #options: ConvertOptions;
  readonly #problems: RecordProblem[] = [];
  readonly #unmappable: UnmappableCell[] = [];
  #problemTotal = 0;
  #unmappableTotal = 0;
  #notes = { folded: 0, replaced: 0, ctrlZDropped: false };

  constructor(tools: Tools, file: ByteSource, options: ConvertOptions) {
    this.#tools = tools;
    this.#terminal = tools.terminal;
    this.#file = file;
    this.#options = options;
  }

  /** Yields the converted file.  @throws `input-rejected` after the last byte if problems require discarding it */
  async *bytes(): AsyncGenerator<Uint8Array> {
    const { convert } = await import("../../lib/csv/convert.ts");
    const name = text("Converting", "変換");
    const step = this.#terminal.progress.start({ id: "convert", name, unit: BYTE_UNIT, total: this.#file.bytes });
    const chunks = streamUntilAborted(this.#file.chunks(), this.#tools.signal, (bytes) => step.advance(bytes));
    const converted = yield* convert(chunks, this.#options, {
      problem: (problem) => this.#take(problem),
      unmappable: (cell) => {
        if (this.#unmappableTotal++ < MAX_LISTED_PROBLEMS) this.#unmappable.push(cell);
      },
    });
    step.finish();
    if (!converted.sound) await this.#refuse();
    this.#notes = converted;
  }

  /** Yields the workbook's bytes.  @throws `input-rejected` after the last one if problems require discarding them */
  async *workbook(delimiter: string): AsyncGenerator<Uint8Array> {
    const { encodeWorkbook } = await import("../../lib/xlsx/write.ts");
    yield* encodeWorkbook(this.#rows(delimiter));
    if (this.#problemTotal > 0) await this.#refuse();
  }

  async *#rows(delimiter: string): AsyncGenerator<readonly (readonly string[])[]> {
    let rows: (readonly string[])[] = [];
    const sink: RecordSink = {
      record: (cells, count) => void rows.push(cells.slice(0, count)),
      problem: (problem) => {
        // an invisible BOM character is kept unchanged, as in CSV output
        if (getProblemSeverity(problem.code) === "error" && problem.code !== "character-bom") this.#take(problem);
      },
    };
    const reading = { encoding: this.#options.from, dialect: { delimiter } };
    const chunks = streamUntilAborted(this.#file.chunks(), this.#tools.signal);
    for await (const _ of readRecords(chunks, reading, this.#file.label, sink)) {
      yield rows;
      rows = [];
    }
  }

  #take(problem: RecordProblem): void {
    if (this.#problemTotal++ < MAX_LISTED_PROBLEMS) this.#problems.push(problem);
  }

  async writeNotes(): Promise<void> {
    await noteReplacedCharacters(this.#tools, this.#notes);
    if (!this.#notes.ctrlZDropped) return;
    const ja = "末尾の Ctrl-Z(古い DOS のファイル終端)を取り除きました";
    await this.#terminal.note(text("dropped the Ctrl-Z at the end of the file (an old DOS end-of-file mark)", ja));
  }

  async #refuse(): Promise<never> {
    const { label: name } = this.#file;
    for (const problem of this.#problems) await this.#terminal.problem(renderProblem(name, { ...problem, header: "" }));
    const { to: encoding } = this.#options;
    if (this.#problemTotal === 0) {
      const [placed, total] = [this.#unmappable, this.#unmappableTotal];
      return throwUnmappable(this.#tools, { ...UNMAPPABLE_OUTPUT_TEXTS, name, encoding, placed, total });
    }
    throw new Failure("input-rejected", {
      what: text(
        `nothing was written: the file has ${formatCount(this.#problemTotal, "problem")}`,
        `問題が ${this.#problemTotal} 件あるため、何も書き出していません`,
      ),
      where: name,
    });
  }
}
