import { planImport, type Import } from "../../../lib/client/index.ts";
import { HeaderFinder, headerRow } from "../../../lib/csv/layout/find-header.ts";
import { HEADER_ROWS } from "../../../lib/csv/layout/layout.ts";
import type { ColumnMap } from "../../../lib/csv/layout/map.ts";
import { Failure } from "../../../lib/errors/index.ts";
import type { FormatName } from "../../../lib/model/console-files.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import type { Format } from "../../../lib/model/format.ts";
import { BYTES, ROWS } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";
import { headOf } from "../../csv/file/encoding.ts";
import type { Tools } from "../../tools.ts";
import {
  choosingSheet,
  detectReading,
  recordsOf,
  type InputFormat,
  type ReadingChoice,
  type WithSheet,
} from "./reading.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { undeletableIn, type ImportOptions, type ImportRequest } from "./options.ts";

/** How to read a file, and the format that its header should have. */
type Examination = ReadingChoice &
  Pick<ImportOptions, "newline"> & {
    readonly format?: FormatName | undefined;
    readonly again?: WithSheet | undefined;
  };

/**
 * Determines how to read a file, and notes what is odd about it.
 *
 * @throws `input-rejected` if it cannot be told, or the header stands below other rows; `usage` if a sheet is to be named
 */
export async function examineFile(
  { terminal, signal }: Pick<Tools, "terminal" | "signal">,
  file: InputFile,
  options: Examination,
): Promise<InputFormat> {
  const reading = await detectReading(file, { ...options, signal });
  if (options.format !== undefined) await refuseTitles(file, reading, FORMATS[options.format], { ...options, signal });
  const { newline } = reading;
  if (options.newline !== "auto" && newline !== undefined && newline !== options.newline) {
    await terminal.warn(
      text(
        `the header row of ${file.label} ends in ${newline.toUpperCase()}, not ${options.newline.toUpperCase()}`,
        `${file.label} のヘッダー行の改行は ${options.newline.toUpperCase()} ではなく ${newline.toUpperCase()} です`,
      ),
    );
  }
  return reading;
}

/** @throws `input-rejected` if the header stands below other rows */
async function refuseTitles(
  file: InputFile,
  reading: InputFormat,
  format: Format,
  { map, sheet, again, signal }: Examination,
): Promise<void> {
  const { encoding, dialect } = reading;
  if (encoding !== "xlsx") {
    const head = await headOf(file);
    const row = headerRow(head, { encoding, dialect }, format, { map });
    if (row > 1) throw headerBelow(file.label, row, separatorIn(new TextDecoder(encoding).decode(head)));
    return;
  }
  const finder = new HeaderFinder(format, { map });
  try {
    const steps = recordsOf(file.chunks(), { ...reading, rows: HEADER_ROWS }, file.label, finder);
    for await (const _ of steps) signal?.throwIfAborted();
  } catch (error) {
    throw again === undefined ? error : choosingSheet(error, { asked: sheet, again });
  }
  if (finder.row > 1) throw headerBelow(file.label, finder.row, undefined);
}

/** The line that tells Excel the delimiter, if a file begins with it: `sep=;`. */
const separatorIn = (start: string): string | undefined => /^\ufeff?"?(sep=[^\r\n"]?)/i.exec(start)?.[1];

function headerBelow(label: string, row: number, separator: string | undefined): Failure {
  const isNone = text(
    `row 1 is not the header: row ${row} looks like it`,
    `1 行目はヘッダー行ではありません。${row} 行目がヘッダー行のようです`,
  );
  return new Failure("input-rejected", {
    what:
      separator === undefined
        ? isNone
        : text(
            `row 1 (${separator}) only tells Excel the delimiter: row ${row} looks like the header`,
            `1 行目(${separator})は Excel に区切り文字を伝える行です。${row} 行目がヘッダー行のようです`,
          ),
    where: `${label}:1`,
    hint:
      separator === undefined
        ? text("delete the rows above the header", "ヘッダー行より上の行を削除してください")
        : text(
            "delete that line; the delimiter is told by the header",
            "その行を削除してください(区切り文字はヘッダー行から判別します)",
          ),
  });
}

/**
 * Sends a file to the tenant and returns its plan.
 *
 * @param keepMissing keeps the records that an export of the console lacks
 * @throws `interrupted` when a signal comes
 */
export async function sendFile(
  tools: Tools,
  file: InputFile,
  requested: ImportRequest,
  reading: InputFormat,
  map: ColumnMap | undefined,
  keepMissing = false,
): Promise<Import> {
  const { client, context } = await tools.tenant("imports");
  const { mode, blank, missingColumns, skipInvalid, fromConsole, prefer, emitCsv } = requested.options;
  const { fix, allow } = requested.options;
  const { kind, key, createOrgs = false, createGroups = false } = requested;
  const request = {
    kind,
    mode,
    blank,
    missingColumns,
    skipInvalid,
    undeletable: undeletableIn(requested, context),
    fromConsole: fromConsole || undefined,
    keepMissing: keepMissing || undefined,
    prefer,
    forConsole: emitCsv === undefined ? undefined : true,
    createOrgs,
    createGroups,
    delimiter: reading.dialect.delimiter,
    sheet: reading.sheet,
    fileName: requested.file.slice(-LONGEST_NAME),
    key,
    map,
    fix,
    allow,
  };
  const stream = streamOf(tools, file);
  const plan = await planImport(client, request, { stream, encoding: reading.encoding }, tools.signal);
  tools.terminal.progress.stop();
  return plan;
}

/** A file's bytes as the tenant takes them, with progress. */
export function streamOf({ terminal }: Pick<Tools, "terminal">, file: InputFile): ReadableStream<Uint8Array> {
  const step = terminal.progress.start({
    id: "check",
    name: text("Checking", "検査"),
    unit: BYTES,
    total: file.bytes,
  });
  const compare = (): void => {
    terminal.progress.start({ id: "compare", name: text("Comparing", "比較"), unit: ROWS });
  };
  return ReadableStream.from(counted(file.chunks(), (bytes) => step.advance(bytes), compare));
}

const LONGEST_NAME = 255;

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  advance: (bytes: number) => void,
  end: () => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield chunk;
    advance(chunk.length);
  }
  end();
}
