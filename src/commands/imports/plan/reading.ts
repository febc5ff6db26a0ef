import { guessDelimiter } from "../../../lib/csv/inspect.ts";
import type { ColumnMap } from "../../../lib/csv/layout/map.ts";
import { RecordReader } from "../../../lib/csv/records/reader.ts";
import {
  CONSOLE_DIALECT,
  type Dialect,
  type Encoding,
  type FileForm,
  type RecordSink,
} from "../../../lib/csv/records/record.ts";
import { nearest } from "../../../lib/text/nearest.ts";
import { text } from "../../../lib/text/index.ts";
import { SheetChoice } from "../../../lib/xlsx/refusals.ts";
import { encodingOf, headOf } from "../../csv/file/encoding.ts";
import { isWorkbook, refuseSheet } from "../../csv/file/sheet.ts";
import type { InputFile } from "../../../lib/files/index.ts";

/** How to read an input file. */
export interface InputFormat {
  readonly encoding: FileForm;
  /** of a workbook */
  readonly sheet?: string | undefined;
  readonly dialect: Dialect;
  /** the newline that ends the header row; undefined if the file has no newline */
  readonly newline: "crlf" | "lf" | "cr" | undefined;
}

/** Options given for reading a file. */
export interface ReadingChoice {
  readonly encoding: Encoding | "auto";
  readonly sheet?: string | undefined;
  readonly map?: ColumnMap | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Determines how to read a file: its encoding from all of its bytes, its delimiter from the header.
 *
 * @throws `input-rejected` if it is no table, or its encoding cannot be told
 */
export async function detectReading(
  file: InputFile,
  { encoding: asked, sheet, map, signal }: ReadingChoice,
): Promise<InputFormat> {
  const head = await headOf(file, signal);
  if (isWorkbook(head)) {
    return { encoding: "xlsx", sheet, dialect: CONSOLE_DIALECT, newline: undefined };
  }
  refuseSheet(file.label, sheet);
  const encoding = await encodingOf(file, asked, { signal });
  const start = new TextDecoder(encoding).decode(head, { stream: true });
  return {
    encoding,
    dialect: map?.dialect ?? { delimiter: guessDelimiter(start) },
    newline: firstNewline(start),
  };
}

/** How to read the records of a file. @see InputFormat */
interface RecordReading extends Pick<InputFormat, "encoding" | "dialect" | "sheet"> {
  /** of a workbook, no more than so many of its first rows are needed */
  readonly rows?: number | undefined;
}

/** Reads the records of a file piece by piece, in as many steps. @param chunks all of the file, never reused */
export async function* recordsOf(
  chunks: AsyncIterable<Uint8Array>,
  { encoding, dialect, sheet, rows }: RecordReading,
  fileName: string,
  sink: RecordSink,
): AsyncGenerator<void> {
  const reader =
    encoding === "xlsx"
      ? new (await import("../../../lib/xlsx/workbook.ts")).WorkbookReader({ sheet, fileName, rows }, sink)
      : new RecordReader({ encoding, dialect }, sink);
  for await (const chunk of chunks) {
    reader.write(chunk);
    yield;
  }
  yield* reader.end() ?? [];
  yield;
}

/** The command once more, with the sheet that it was not told, or that is none. */
export type WithSheet = (sheet: string) => string;

/** What was thrown, and where a sheet has to be chosen the command that does it. */
export function choosingSheet(
  error: unknown,
  { asked, again }: { asked: string | undefined; again: WithSheet },
): unknown {
  if (!(error instanceof SheetChoice)) return error;
  const near = asked === undefined ? undefined : nearest(asked, error.sheets);
  const command = again(near ?? error.sheets[0] ?? "");
  return error.with({ hint: text(`name the sheet: ${command}`, `シート名を指定してください: ${command}`) });
}

/** The newline that ends the header row, ignoring those inside quotes. */
function firstNewline(start: string): InputFormat["newline"] {
  const [newline] = /\r\n|\r|\n/.exec(start.replaceAll(/"[^"]*(?:"|$)/g, "")) ?? [];
  if (newline === undefined) return undefined;
  if (newline === "\r\n") return "crlf";
  return newline === "\n" ? "lf" : "cr";
}
