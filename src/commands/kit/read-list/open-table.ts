import { createHash } from "node:crypto";
import type { Import } from "../../../lib/client/index.ts";
import { Failure } from "../../../lib/errors/index.ts";
import { text } from "../../../lib/text/index.ts";
import { HEADER_SEARCH_ROWS } from "../../../lib/csv/layout/layout.ts";
import { RecordReader } from "../../../lib/csv/encoding/reader.ts";
import {
  CONSOLE_DIALECT,
  type Dialect,
  type Encoding,
  type FileForm,
  type RecordSink,
} from "../../../lib/csv/records/record.ts";
import { detectEncoding, readHead } from "../files/encoding.ts";
import { isWorkbook } from "../../../lib/csv/encoding/detect.ts";
import { rejectSheetOption } from "../files/sheet.ts";
import { type InputFile, openInput } from "../../../lib/files/index.ts";
import { getProblemSeverity } from "../../../lib/model/problem.ts";
import type { Tools } from "../tools.ts";
import { renderProblem } from "../files/problem-lines.ts";

/** Reads a table that is no list of records of the tenant. @throws `input-rejected` for the first error in the file */
export async function readTable(tools: Tools, name: string) {
  const { signal } = tools;
  await using file = await openInput(tools, name);
  const { label } = file;
  const rows: { readonly line: number; readonly cells: readonly string[] }[] = [];
  const format = await detectInputFormat(file, { encoding: "auto", signal });
  const reading = readRecords(file.chunks(), format, label, {
    record: (cells, count, _, line) => void rows.push({ line, cells: cells.slice(0, count) }),
    problem: (problem) => {
      if (getProblemSeverity(problem.code) === "error")
        throw new Failure("input-rejected", { what: renderProblem(label, { ...problem, header: "" }) });
    },
  });
  for await (const _ of reading) signal.throwIfAborted();
  return { label, rows };
}

const DELIMITERS = [",", "\t", ";"];

/**
 * Returns the comma, tab, semicolon or bar that separates the headers; a comma if the text contains none. If the row is
 * unknown, the first line with a delimiter decides, because titles contain none.
 */
function guessDelimiter(start: string, headerRow?: number): string {
  const lines = start.replaceAll(/"[^"]*(?:"|$)/g, "").split(/\r\n|[\r\n]/, headerRow ?? HEADER_SEARCH_ROWS);
  const candidates = headerRow === undefined ? lines : [lines[headerRow - 1] ?? ""];
  const found = candidates.flatMap((line) => DELIMITERS.find((delimiter) => line.includes(delimiter)) ?? []);
  return found[0] ?? (candidates.some((line) => line.includes("|")) ? "|" : ",");
}

export interface InputFormat {
  readonly encoding: FileForm;
  readonly sheet?: string | undefined;
  readonly dialect: Dialect;
  readonly headerRow: number;
}

export interface InputFormatOptions {
  readonly encoding: Encoding | "auto";
  readonly sheet?: string | undefined;
  readonly headerRow?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export async function detectInputFormat(
  file: InputFile,
  { encoding: asked, sheet, headerRow, signal }: InputFormatOptions,
): Promise<InputFormat> {
  const head = await readHead(file, signal);
  if (isWorkbook(head)) {
    return { encoding: "xlsx", sheet, dialect: CONSOLE_DIALECT, headerRow: headerRow ?? 1 };
  }
  rejectSheetOption(file.label, sheet);
  const encoding = await detectEncoding(file, asked, signal);
  const start = new TextDecoder(encoding).decode(head, { stream: true });
  return { encoding, dialect: { delimiter: guessDelimiter(start, headerRow) }, headerRow: headerRow ?? 1 };
}

export async function guessInputDialect(
  file: InputFile,
  { encoding, dialect }: InputFormat,
  headerRow: number | undefined,
): Promise<Dialect> {
  if (encoding === "xlsx" || headerRow === undefined) return dialect;
  const start = new TextDecoder(encoding).decode(await readHead(file), { stream: true });
  return { delimiter: guessDelimiter(start, headerRow) };
}

interface RecordReading extends Omit<InputFormat, "headerRow"> {
  readonly headerRow?: number | undefined;
  /** number of rows to read from the start of a workbook; default: all */
  readonly rows?: number | undefined;
}

/** @param chunks bytes of the whole file; the buffers must not be reused */
export async function* readRecords(
  chunks: AsyncIterable<Uint8Array>,
  { encoding, dialect, sheet, headerRow, rows }: RecordReading,
  fileName: string,
  sink: RecordSink,
): AsyncGenerator<void> {
  const reader =
    encoding === "xlsx"
      ? new (await import("../../../lib/xlsx/workbook.ts")).WorkbookReader({ sheet, fileName, headerRow, rows }, sink)
      : new RecordReader({ encoding, dialect, headerRow }, sink);
  for await (const chunk of chunks) {
    reader.write(chunk);
    yield;
  }
  yield* reader.end() ?? [];
  yield;
}

/** @throws `input-rejected` at the end if the file has changed since the plan was made */
export async function* rereadFile(
  file: InputFile,
  { inputSha256 }: Pick<Import, "inputSha256">,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  for await (const chunk of file.chunks()) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest("hex") === inputSha256) return;
  throw new Failure("input-rejected", {
    what: text("the file has changed since the plan was made", "計画を作ったあとにファイルが変更されました"),
    where: file.label,
    hint: text("import the file again", "もう一度インポートしてください"),
  });
}
