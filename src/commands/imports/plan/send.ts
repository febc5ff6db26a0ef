import { planImport, type Import, type NewImport } from "../../../lib/client/index.ts";
import { HeaderFinder, findHeaderRow } from "../../../lib/csv/layout/find-header.ts";
import { HEADER_SEARCH_ROWS, SAMPLE_ROWS } from "../../../lib/csv/layout/layout.ts";
import type { ParsedMapFile } from "../../../lib/csv/layout/map-parse.ts";
import { Failure } from "../../../lib/errors/index.ts";
import type { FormatName } from "../../../lib/model/console-files.ts";
import { FORMATS } from "../../../lib/model/formats.ts";
import type { Format } from "../../../lib/model/format.ts";
import { BYTE_UNIT } from "../../../lib/terminal/index.ts";
import { text } from "../../../lib/text/index.ts";
import { readHead } from "../../csv/file/encoding.ts";
import { streamUntilAborted } from "../../csv/file/abortable-stream.ts";
import type { Tools } from "../../tools.ts";
import { detectInputFormat, readRecords, type InputFormat, type InputFormatOptions } from "./reading.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { toRecordedName, type ImportRequest } from "./options.ts";

interface ExaminationOptions extends InputFormatOptions {
  readonly detected?: InputFormat | undefined;
  readonly format?: FormatName | undefined;
}

/** @throws `input-rejected` if there may be data above the header; `usage` if the user must specify a sheet */
export async function examineFile(
  { terminal, signal }: Pick<Tools, "terminal" | "signal">,
  file: InputFile,
  options: ExaminationOptions,
): Promise<InputFormat> {
  const detected = options.detected ?? (await detectInputFormat(file, { ...options, signal }));
  if (detected.encoding === "euc-jp" && options.encoding === "auto")
    await terminal.note(text("encoding: EUC-JP", "文字コード: EUC-JP"));
  const { format, headerRow: given } = options;
  if (format === undefined || (given !== undefined && detected.encoding !== "xlsx")) return detected;
  const header = await findHeaderInFile(file, detected, FORMATS[format], { ...options, signal });
  const { row, sheet, isCertain } = header;
  if (sheet !== options.sheet) await terminal.note(text(`sheet: ${sheet}`, `シート: ${sheet}`));
  if (given !== undefined) return { ...detected, sheet };
  if (!isCertain)
    throw new Failure("input-rejected", {
      what: text(
        `row 1 is not the header; row ${row} looks like the header, but there may be data above it`,
        `1 行目はヘッダー行ではありません。${row} 行目がヘッダー行のようですが、その上にもデータがあるようです`,
      ),
      where: `${file.label}:1`,
      hint: text(
        `delete the rows above the header, or, if they are not data, pass --header-row ${row}`,
        `ヘッダー行より上の行を削除してください。データでなければ --header-row ${row} を付けてください`,
      ),
    });
  if (row > 1)
    await terminal.note(
      text(
        `the header is row ${row}; ${row === 2 ? "row 1 is" : `rows 1–${row - 1} are`} ignored`,
        `ヘッダー行は ${row} 行目です。${row === 2 ? "1" : `1–${row - 1}`} 行目は読み込みません`,
      ),
    );
  return { ...detected, sheet, headerRow: row };
}

interface HeaderSearch extends Pick<ExaminationOptions, "map" | "headerRow" | "signal"> {
  /** returns true if a layout fits the header; a sheet with such a header is preferred */
  readonly isKnown?: ((header: readonly string[]) => boolean) | undefined;
}

export async function findHeaderInFile(
  file: InputFile,
  reading: InputFormat,
  format: Format,
  { map, headerRow, signal, isKnown }: HeaderSearch,
): Promise<HeaderFinder> {
  const { encoding, dialect } = reading;
  if (encoding !== "xlsx")
    return findHeaderRow(await readHead(file), { encoding, dialect }, format, { map }, headerRow);
  const find = async (sheet: string | undefined): Promise<HeaderFinder> => {
    const finder = new HeaderFinder(format, { map }, headerRow);
    finder.sheet = sheet;
    const head = { ...reading, sheet, rows: (headerRow ?? HEADER_SEARCH_ROWS) + 1 + SAMPLE_ROWS };
    for await (const _ of readRecords(file.chunks(), head, file.label, finder)) signal?.throwIfAborted();
    return finder;
  };
  try {
    return await find(reading.sheet);
  } catch (error) {
    const { SheetChoiceFailure } = await import("../../../lib/xlsx/workbook-failures.ts");
    if (!(error instanceof SheetChoiceFailure) || reading.sheet !== undefined) throw error;
    const all: HeaderFinder[] = [];
    for (const sheet of error.sheets) all.push(await find(sheet));
    const known = all.filter(({ header }) => isKnown?.(header));
    const [only, ...others] = known.length > 0 ? known : all.filter(({ isTable }) => isTable);
    if (only === undefined) throw error;
    if (others.length === 0) return only;
    throw new SheetChoiceFailure([only, ...others].flatMap(({ sheet = [] }) => sheet));
  }
}

const MATCHING_OPTIONS = ["mode", "key", "blank", "orgBy", "undeletable"] as const;
const REQUEST_OPTIONS = [...MATCHING_OPTIONS, "createOrgs", "createGroups", "skipInvalid", "allow"] as const;

export async function sendFile(
  tools: Tools,
  file: InputFile,
  requested: ImportRequest,
  reading: InputFormat,
  map: ParsedMapFile | undefined,
  learns = false,
): Promise<Import> {
  const { context } = await tools.tenant("imports");
  const { kind, file: name, options, orgs } = requested;
  const request: NewImport = {
    ...Object.fromEntries(REQUEST_OPTIONS.map((one) => [one, options[one]])),
    kind,
    orgs,
    generatePasswords: options.generatePasswords === undefined ? undefined : true,
    forConsole: options.emitCsv === undefined ? undefined : true,
    delimiter: reading.dialect.delimiter,
    sheet: reading.sheet,
    headerRow: reading.headerRow === 1 ? undefined : reading.headerRow,
    fileName: toRecordedName(name, context).slice(-255),
    map: map && { ...map, options: learns ? map.options : undefined },
    learns: learns || undefined,
  };
  return sendRequest(tools, file, request, reading.encoding);
}

export async function sendRequest(
  tools: Tools,
  file: InputFile,
  request: NewImport,
  encoding: InputFormat["encoding"],
): Promise<Import> {
  const { client } = await tools.tenant("imports");
  const name = text("Checking", "検査");
  const step = tools.terminal.progress.start({ id: "check", name, unit: BYTE_UNIT, total: file.bytes });
  const chunks = streamUntilAborted(file.chunks(), tools.signal, (bytes) => step.advance(bytes));
  const plan = await planImport(client, request, { stream: ReadableStream.from(chunks), encoding }, tools.signal);
  tools.terminal.progress.stop();
  return plan;
}
