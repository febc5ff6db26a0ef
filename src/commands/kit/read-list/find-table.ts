import { line, step, type Advice } from "../../../lib/advice/index.ts";
import type { ImportKind, Layout } from "../../../lib/client/index.ts";
import { HeaderFinder, findHeaderRow, matchLayout, type LayoutMatch } from "../../../lib/csv/layout/find-header.ts";
import type { MapOptions, ParsedMapFile } from "../../../lib/csv/layout/map-parse.ts";
import { Failure } from "../../../lib/errors/index.ts";
import type { InputFile } from "../../../lib/files/index.ts";
import { findColumn } from "../../../lib/derived/format.ts";
import { FORMATS } from "../../../lib/derived/formats.ts";
import { toNamingFormat } from "../../../lib/derived/naming.ts";
import { text, type Text } from "../../../lib/text/index.ts";
import { SheetChoiceFailure } from "../../../lib/xlsx/workbook-failures.ts";
import { readHead } from "../files/encoding.ts";
import type { ImportOptions } from "./options.ts";
import { detectInputFormat, guessInputDialect, readRecords, type InputFormat } from "./open-table.ts";
import type { Tools } from "../tools.ts";

export interface ListUse {
  readonly use: Layout["use"];
  readonly kind: ImportKind;
}

export interface ListRequest extends ListUse {
  readonly file: string;
  /** true for an export that may lack columns of earlier ones */
  readonly part?: boolean | undefined;
  readonly options: Pick<ImportOptions, "encoding" | "map" | "sheet" | "headerRow"> &
    Partial<Pick<ImportOptions, "allow" | "blank" | "key" | "mode" | "orgBy">>;
}

type HeaderLocation = Pick<MapOptions, "sheet" | "headerRow">;

export interface FoundTable {
  readonly place: HeaderLocation;
  readonly headers: readonly string[];
  /** how to read the whole file, with the row of the header */
  readonly reading: InputFormat;
  readonly match: LayoutMatch<Layout> | undefined;
  readonly isCertain: boolean;
}

export const isFitting = (match: LayoutMatch<Layout> | undefined): boolean => match?.lacking.length === 0;

/** Returns the layouts of the use; for a selection also what imports of such lists know about names and leaving. */
export const listUsableLayouts = (layouts: readonly Layout[], { use, kind }: ListUse): readonly Layout[] => {
  const ofKind = layouts.filter((layout) => layout.kind === kind);
  const own = ofKind.filter((layout) => layout.use === use);
  if (use !== "select") return own;
  const borrowed = ofKind.filter((layout) => layout.use === "import" && layout.at !== null);
  return [
    ...own,
    ...borrowed.map((layout): Layout => {
      const { columns, joins = [], rows, options: { sheet, headerRow } = {} } = layout.map;
      const naming = toNamingFormat(FORMATS[kind]).columns;
      const names = (field: string): boolean => findColumn(naming, field) !== undefined;
      const read = columns.flatMap(({ header, to }) => (to === null ? [] : [{ header, to: names(to) ? to : null }]));
      const joined = joins.filter(({ field }) => names(field));
      const parts = joins.filter(({ field }) => !names(field)).flatMap(({ headers }) => headers);
      const unread = parts.map((header) => ({ header, to: null }));
      return { ...layout, map: { columns: [...read, ...unread], joins: joined, rows, options: { sheet, headerRow } } };
    }),
  ];
};

/** Finds encoding, sheet and header row of a list, once for all who read it. @throws `input-rejected`, `usage` */
export async function findTable(
  tools: Pick<Tools, "signal" | "terminal">,
  file: InputFile,
  { kind, options, use }: ListRequest,
  layouts: readonly Layout[],
  map: ParsedMapFile | undefined,
): Promise<FoundTable> {
  const { signal } = tools;
  const format = FORMATS[kind];
  const maps = [map, ...layouts.map((one) => one.map)];
  const columns = maps.flatMap((one) => one?.columns ?? []).filter(({ to }) => to !== null);
  const matchHeader = (headers: readonly string[]) => matchLayout(layouts, headers, format, use === "export");
  const places = maps.map((one) => ({
    sheet: options.sheet ?? one?.options?.sheet,
    headerRow: options.headerRow ?? one?.options?.headerRow,
  }));
  const different = [...new Map(places.map((one) => [JSON.stringify(one), one])).values()];
  const base = await detectInputFormat(file, { encoding: options.encoding, ...different[0], signal });
  const find = async (place: HeaderLocation): Promise<FoundTable> => {
    const dialect = await guessInputDialect(file, base, place.headerRow);
    const found = await findHeader(
      tools,
      file,
      { ...base, sheet: place.sheet, dialect },
      {
        create: () => new HeaderFinder(format, { map: { ...map, columns } }, place.headerRow),
        isKnown: (headers) => isFitting(matchHeader(headers)),
        // what other sheets contain would be deleted, or would not protect anybody
        mayGuess: use !== "select" && options.mode !== "replace",
      },
    );
    const reading = { ...base, dialect, sheet: found.sheet, headerRow: place.headerRow ?? found.row };
    return { place, headers: found.header, reading, match: matchHeader(found.header), isCertain: found.isCertain };
  };
  const found: FoundTable[] = [];
  let failure: unknown;
  for (const [at, place] of different.entries()) {
    if (at > 0 && place.sheet !== options.sheet && base.encoding !== "xlsx") continue;
    try {
      found.push(await find(place));
    } catch (error) {
      if (!(error instanceof SheetChoiceFailure)) throw error;
      if (at === 0) failure = error;
    }
  }
  const fitting = found.filter(({ match }) => isFitting(match));
  const isClear = failure === undefined || new Set(fitting.map(({ reading }) => reading.sheet)).size === 1;
  const [best] = fitting.length > 0 ? fitting : found;
  if (best === undefined || !isClear) throw failure;
  return best;
}

interface HeaderSearch {
  readonly create: () => HeaderFinder;
  /** returns true if a layout fits the header; a sheet with such a header is preferred */
  readonly isKnown: (header: readonly string[]) => boolean;
  readonly mayGuess: boolean;
}

async function findHeader(
  { signal }: Pick<Tools, "signal">,
  file: InputFile,
  reading: InputFormat,
  { create, isKnown, mayGuess }: HeaderSearch,
): Promise<HeaderFinder> {
  const { encoding, dialect } = reading;
  if (encoding !== "xlsx") return findHeaderRow(await readHead(file), { encoding, dialect }, create());
  const look = async (sheet: string | undefined): Promise<HeaderFinder> => {
    const finder = create();
    finder.sheet = sheet;
    const head = { ...reading, sheet, rows: finder.lastRow + 1 };
    for await (const _ of readRecords(file.chunks(), head, file.label, finder)) signal.throwIfAborted();
    return finder;
  };
  try {
    return await look(reading.sheet);
  } catch (error) {
    if (!(error instanceof SheetChoiceFailure) || reading.sheet !== undefined) throw error;
    const all: HeaderFinder[] = [];
    for (const one of error.sheets) all.push(await look(one));
    const known = all.filter(({ header }) => isKnown(header));
    const [only, ...others] = known.length > 0 || !mayGuess ? known : all.filter(({ isTable }) => isTable);
    if (only === undefined) throw error;
    if (others.length === 0) return only;
    throw new SheetChoiceFailure([only, ...others].flatMap((one) => one.sheet ?? []));
  }
}

/** Says what was found in the file. @throws `input-rejected` if there may be data above the header */
export async function announceTable(
  { terminal }: Pick<Tools, "terminal">,
  { label }: InputFile,
  { reading: { encoding, sheet, headerRow: row }, place, isCertain }: FoundTable,
  options: ListRequest["options"],
): Promise<void> {
  if (encoding === "euc-jp" && options.encoding === "auto")
    await terminal.note(text("encoding: EUC-JP", "文字コード: EUC-JP"));
  if (sheet !== place.sheet) await terminal.note(text(`sheet: ${sheet}`, `シート: ${sheet}`));
  if (place.headerRow !== undefined) return;
  if (!isCertain)
    throw new Failure("input-rejected", {
      what: text(
        `row 1 is not the header; row ${row} looks like the header, but there may be data above it`,
        `1 行目はヘッダー行ではありません。${row} 行目がヘッダー行のようですが、その上にもデータがあるようです`,
      ),
      where: `${label}:1`,
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
}

const adviseLearning = ({ kind, file, use }: ListRequest): Advice =>
  step(
    "to answer once, at a terminal",
    "一度だけ、ターミナルで答えるには",
    line("layouts learn", [file], {
      as: kind,
      ...(use === "select" && { select: true }),
      ...(use === "export" && { export: true }),
    }),
  );

/** @throws `input-rejected` with a hint, by default how to answer */
export const refuseList = (requested: ListRequest, what: Text, hint: Advice = adviseLearning(requested)): never => {
  throw new Failure("input-rejected", { what, where: requested.file, hint });
};
