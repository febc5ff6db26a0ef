import { planImport, type Import } from "../../../lib/client/index.ts";
import { HeaderFinder, findHeaderRow } from "../../../lib/csv/layout/find-header.ts";
import { HEADER_SEARCH_ROWS } from "../../../lib/csv/layout/layout.ts";
import type { ColumnMap } from "../../../lib/csv/layout/map.ts";
import { Failure } from "../../../lib/errors/index.ts";
import type { FormatName } from "../../../lib/model/console-files.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import type { Format } from "../../../lib/model/format.ts";
import { BYTE_UNIT, ROW_UNIT } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";
import { readHead } from "../../csv/file/encoding.ts";
import type { Tools } from "../../tools.ts";
import {
  addSheetHint,
  detectReading,
  readRecords,
  type InputFormat,
  type ReadingChoice,
  type CommandWithSheet,
} from "./reading.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { resolveUndeletable, type ImportOptions, type ImportRequest } from "./options.ts";

/** How to read a file, and the format that its header should have. */
type ExaminationOptions = ReadingChoice &
  Pick<ImportOptions, "newline"> & {
    readonly format?: FormatName | undefined;
    readonly again?: CommandWithSheet | undefined;
  };

/**
 * Determines how to read a file, and warns if its newline is not the expected one.
 *
 * @throws `input-rejected` if the format cannot be determined, or there are rows above the header; `usage` if a sheet
 * has to be named
 */
export async function examineFile(
  { terminal, signal }: Pick<Tools, "terminal" | "signal">,
  file: InputFile,
  options: ExaminationOptions,
): Promise<InputFormat> {
  const reading = await detectReading(file, { ...options, signal });
  if (options.format !== undefined)
    await refuseRowsAboveHeader(file, reading, FORMATS[options.format], { ...options, signal });
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

/** @throws `input-rejected` if there are rows above the header */
async function refuseRowsAboveHeader(
  file: InputFile,
  reading: InputFormat,
  format: Format,
  { map, sheet, again, signal }: ExaminationOptions,
): Promise<void> {
  const { encoding, dialect } = reading;
  if (encoding !== "xlsx") {
    const head = await readHead(file);
    const row = findHeaderRow(head, { encoding, dialect }, format, { map });
    if (row > 1) throw headerRowFailure(file.label, row, findSeparatorLine(new TextDecoder(encoding).decode(head)));
    return;
  }
  const finder = new HeaderFinder(format, { map });
  try {
    const steps = readRecords(file.chunks(), { ...reading, rows: HEADER_SEARCH_ROWS }, file.label, finder);
    for await (const _ of steps) signal?.throwIfAborted();
  } catch (error) {
    throw again === undefined ? error : addSheetHint(error, { asked: sheet, again });
  }
  if (finder.row > 1) throw headerRowFailure(file.label, finder.row, undefined);
}

/** Returns the line that sets the delimiter for Excel (`sep=;`), if the file begins with it. */
const findSeparatorLine = (start: string): string | undefined => /^\ufeff?"?(sep=[^\r\n"]?)/i.exec(start)?.[1];

function headerRowFailure(label: string, row: number, separator: string | undefined): Failure {
  const isNone = text(
    `row 1 is not the header; row ${row} looks like the header`,
    `1 行目はヘッダー行ではありません。${row} 行目がヘッダー行のようです`,
  );
  return new Failure("input-rejected", {
    what:
      separator === undefined
        ? isNone
        : text(
            `row 1 (${separator}) only sets the delimiter for Excel; row ${row} looks like the header`,
            `1 行目(${separator})は Excel に区切り文字を伝える行です。${row} 行目がヘッダー行のようです`,
          ),
    where: `${label}:1`,
    hint:
      separator === undefined
        ? text("delete the rows above the header", "ヘッダー行より上の行を削除してください")
        : text(
            "delete that line; the delimiter is detected from the header",
            "その行を削除してください(区切り文字はヘッダー行から判別します)",
          ),
  });
}

/**
 * Sends a file to the tenant and returns its plan.
 *
 * @throws `interrupted` when a signal comes
 */
export async function sendFile(
  tools: Tools,
  file: InputFile,
  requested: ImportRequest,
  reading: InputFormat,
  map: ColumnMap | undefined,
): Promise<Import> {
  const { client, context } = await tools.tenant("imports");
  const { mode, blank, missingColumns, skipInvalid, fromConsole, prefer, emitCsv } = requested.options;
  const { fix, allow } = requested.options;
  const { kind, key, createOrgs = false, createGroups = false, generatePasswords } = requested;
  const request = {
    kind,
    mode,
    blank,
    missingColumns,
    skipInvalid,
    undeletable: resolveUndeletable(requested, context),
    fromConsole: fromConsole || undefined,
    prefer,
    generatePasswords: generatePasswords === undefined ? undefined : true,
    forConsole: emitCsv === undefined ? undefined : true,
    createOrgs,
    createGroups,
    delimiter: reading.dialect.delimiter,
    sheet: reading.sheet,
    fileName: requested.file.slice(-MAX_FILE_NAME_LENGTH),
    key,
    map,
    fix,
    allow,
  };
  const stream = streamFile(tools, file);
  const plan = await planImport(client, request, { stream, encoding: reading.encoding }, tools.signal);
  tools.terminal.progress.stop();
  return plan;
}

/** Returns a file's bytes as a stream for the tenant, and reports progress. */
export function streamFile({ terminal }: Pick<Tools, "terminal">, file: InputFile): ReadableStream<Uint8Array> {
  const step = terminal.progress.start({
    id: "check",
    name: text("Checking", "検査"),
    unit: BYTE_UNIT,
    total: file.bytes,
  });
  const compare = (): void => {
    terminal.progress.start({ id: "compare", name: text("Comparing", "比較"), unit: ROW_UNIT });
  };
  return ReadableStream.from(trackProgress(file.chunks(), (bytes) => step.advance(bytes), compare));
}

const MAX_FILE_NAME_LENGTH = 255;

async function* trackProgress(
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
