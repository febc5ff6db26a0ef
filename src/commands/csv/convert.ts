import type { ConvertOptions, UnmappableCell } from "../../lib/csv/convert.ts";
import { CONSOLE_DIALECT, ENCODINGS, type RecordProblem, type RecordSink } from "../../lib/csv/records/record.ts";
import { formatRecord } from "../../lib/csv/records/writer.ts";
import { Failure } from "../../lib/errors/index.ts";
import { severityOf } from "../../lib/model/problem.ts";
import { BYTES, type Terminal } from "../../lib/terminal/index.ts";
import { counted, text } from "../../lib/text/index.ts";
import { defineCommand } from "../command.ts";
import { openInput, type InputFile } from "../../lib/files/index.ts";
import { isWorkbookName } from "../imports/outputs/table-file.ts";
import { recordsOf } from "../imports/plan/reading.ts";
import type { Tools } from "../tools.ts";
import { foundLine } from "./file/check-report.ts";
import { noteCounts } from "./file/encoded.ts";
import { ON_UNMAPPABLE, refuseForWorkbook } from "./file/form.ts";
import { encodingOf, headOf, INPUT_ENCODING } from "./file/encoding.ts";
import { writeOutput } from "./file/output.ts";
import { inspectFile } from "./file/inspect-file.ts";
import { isWorkbook, refuseSheet, SHEET } from "./file/sheet.ts";
import { watched } from "./file/watched.ts";
import { NOTHING_WRITTEN, throwUnmappable } from "./file/unmappable.ts";

/** Maximum number of problems shown. */
const FIRST = 20;

export default defineCommand({
  summary: text(
    "convert a file: to another encoding or other newlines, or between CSV and a workbook",
    "ファイルの文字コードや改行コードを変換する(CSV と Excel ブックも相互に変換)",
  ),
  details: [
    text(
      "All other characters stay as they are. An output whose name ends in .xlsx is a workbook of text cells, any other one is CSV. The output is written whole or not at all.",
      "それ以外の文字は変わりません。出力先の名前が .xlsx で終われば文字列のセルだけの Excel ブック、それ以外は CSV になります。出力はすべて書けた場合にだけ残ります。",
    ),
  ],
  args: {
    input: {
      kind: "file",
      value: "IN",
      required: true,
      about: text("the file; - is stdin", "入力ファイル(- は標準入力)"),
    },
    output: {
      kind: "output",
      value: "OUT",
      required: true,
      workbook: true,
      about: text("the output file; - is stdout", "出力先(- は標準出力)"),
    },
  },
  options: {
    toEncoding: {
      kind: "choice",
      choices: ENCODINGS,
      value: "NAME",
      about: text("the output's encoding (default: the input's)", "出力の文字コード(既定: 入力と同じ)"),
    },
    toNewline: {
      kind: "choice",
      choices: ["crlf", "lf", "cr"],
      about: text("newline at the end of each row (default: as in the input)", "出力の改行コード(既定: 入力と同じ)"),
    },
    fromEncoding: INPUT_ENCODING,
    sheet: SHEET,
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
    onUnmappable: ON_UNMAPPABLE,
  },
  examples: [
    { line: "clomoctl csv convert people.csv people-utf8.csv --to-encoding utf-8 --to-newline lf" },
    { line: "clomoctl csv convert people.csv people.xlsx" },
    { line: "clomoctl csv convert users/unmappable.utf-8.lf.csv - --to-encoding shift_jis --on-unmappable replace" },
  ],
  exits: ["input-rejected", "not-found"],
  opensTenant: false,
  async run(tools, { input, output, toEncoding, toNewline, fromEncoding, sheet, delimiter, bom, onUnmappable }) {
    tools.describeState(() => text("nothing was written", "何も書き出していません"));
    refuseForWorkbook(output, {
      "--to-encoding": toEncoding !== undefined,
      "--to-newline": toNewline !== undefined,
      "--bom": bom,
    });
    await using given = await openInput(tools, input);
    const { signal } = tools;
    const isBook = isWorkbook(await headOf(given, signal));
    if (!isBook) refuseSheet(given.label, sheet);
    const file = isBook ? await asCsv(tools, given, sheet) : given;
    const from = isBook ? "utf-8" : await encodingOf(file, fromEncoding, { flag: "--from-encoding", signal });
    const to = toEncoding ?? from;
    checkChoices({ to, bom, delimiter });
    const conversion = new FileConversion(tools, file, { from, to, bom, onUnmappable, delimiter, newline: toNewline });
    const bytes = isWorkbookName(output) ? conversion.workbook(isBook ? "," : delimiter) : conversion.bytes();
    await writeOutput(tools, output, bytes, { held: true });
    await conversion.writeNotes();
  },
});

/** @throws `usage` if options exclude each other */
function checkChoices({ to, bom, delimiter }: { to: string; bom: boolean; delimiter: string }): void {
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

/** A sheet as a CSV file in UTF-8. @throws `input-rejected` if a cell has a value that is not what is shown there */
async function asCsv(tools: Tools, file: InputFile, sheet: string | undefined): Promise<ByteSource> {
  const { signal, terminal } = tools;
  const { problems } = await inspectFile(file, { encoding: "auto", sheet, signal });
  for (const problem of problems) await terminal.problem(foundLine(file.label, { ...problem, header: "" }));
  if (problems.some(({ code }) => severityOf(code) === "error")) {
    throw new Failure("input-rejected", {
      what: text("nothing was written: cells cannot be read", "読み取れないセルがあるため、何も書き出していません"),
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
    const reading = { encoding: "xlsx", dialect: CONSOLE_DIALECT, sheet } as const;
    for await (const _ of recordsOf(file.chunks(), reading, file.label, sink)) {
      yield Buffer.from(rows);
      rows = "";
    }
  }
  return { label: file.label, bytes: file.bytes, chunks };
}

type ByteSource = Pick<InputFile, "label" | "bytes" | "chunks">;

/** One run of a conversion: its bytes, and its notes. */
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

  /** @throws `input-rejected` after the last byte, if they are not sound */
  async *bytes(): AsyncGenerator<Uint8Array> {
    const { convert } = await import("../../lib/csv/convert.ts");
    const name = text("Converting", "変換");
    const step = this.#terminal.progress.start({ id: "convert", name, unit: BYTES, total: this.#file.bytes });
    const chunks = watched(this.#file.chunks(), this.#tools.signal, (bytes) => step.advance(bytes));
    const converted = yield* convert(chunks, this.#options, {
      problem: (problem) => this.#take(problem),
      unmappable: (cell) => {
        if (this.#unmappableTotal++ < FIRST) this.#unmappable.push(cell);
      },
    });
    step.finish();
    if (!converted.sound) await this.#refuse();
    this.#notes = converted;
  }

  /** @throws `input-rejected` after the last byte, if they are not sound */
  async *workbook(delimiter: string): AsyncGenerator<Uint8Array> {
    const { workbookBytes } = await import("../../lib/xlsx/write.ts");
    yield* workbookBytes(this.#rows(delimiter));
    if (this.#problemTotal > 0) await this.#refuse();
  }

  async *#rows(delimiter: string): AsyncGenerator<readonly (readonly string[])[]> {
    let rows: (readonly string[])[] = [];
    const sink: RecordSink = {
      record: (cells, count) => void rows.push(cells.slice(0, count)),
      problem: (problem) => {
        // what cannot be seen is kept as it is
        if (severityOf(problem.code) === "error" && problem.code !== "character-bom") this.#take(problem);
      },
    };
    const reading = { encoding: this.#options.from, dialect: { delimiter } };
    const chunks = watched(this.#file.chunks(), this.#tools.signal);
    for await (const _ of recordsOf(chunks, reading, this.#file.label, sink)) {
      yield rows;
      rows = [];
    }
  }

  #take(problem: RecordProblem): void {
    if (this.#problemTotal++ < FIRST) this.#problems.push(problem);
  }

  async writeNotes(): Promise<void> {
    await noteCounts(this.#tools, this.#notes);
    if (!this.#notes.ctrlZDropped) return;
    const ja = "末尾の Ctrl-Z(古い DOS のファイル終端)を取り除きました";
    await this.#terminal.note(text("dropped the Ctrl-Z at the end of the file (an old DOS end-of-file mark)", ja));
  }

  async #refuse(): Promise<never> {
    const { label: name } = this.#file;
    for (const problem of this.#problems) await this.#terminal.problem(foundLine(name, { ...problem, header: "" }));
    const { to: encoding } = this.#options;
    if (this.#problemTotal === 0) {
      const [placed, total] = [this.#unmappable, this.#unmappableTotal];
      return throwUnmappable(this.#tools, { ...NOTHING_WRITTEN, name, encoding, placed, total });
    }
    throw new Failure("input-rejected", {
      what: text(
        `nothing was written: ${counted(this.#problemTotal, "problem")}`,
        `問題が ${this.#problemTotal} 件あるため、何も書き出していません`,
      ),
      where: name,
    });
  }
}
