import { text, type Language } from "../text/index.ts";
import { escapeControls, escapeForPeople, escapeJson, escapeLines, SHORT_ESCAPES } from "../text/shell-word.ts";
import { selectColumns, type Column, type OutputChoice } from "./output-choice.ts";
import type { TextWriter } from "./writer.ts";

export interface OutputTarget {
  readonly out: TextWriter;
  readonly choice: OutputChoice;
  readonly language: Language;
  readonly heading?: ((line: string) => string) | undefined;
  readonly saveRows?: SaveRows | undefined;
  /** true if the output is shown on a terminal, so that control characters and misleading characters are escaped */
  readonly onTerminal?: boolean | undefined;
  readonly columns?: number | undefined;
  /** formats a UTC instant for people; if undefined, instants are written unchanged */
  readonly moment?: ((instant: string) => string) | undefined;
  readonly mark?: ((cell: string) => string) | undefined;
  readonly paint?: ((line: string) => string) | undefined;
}

export type SaveRows = (batches: AsyncIterable<readonly (readonly string[])[]>) => Promise<void>;

export type Records<R> = AsyncIterable<R> | Iterable<R>;

export type NdjsonSource = () => AsyncIterable<Uint8Array>;

/**
 * Streams records until the reader closes the pipe. @param lines the same records as NDJSON, used if all columns are
 * requested @throws `usage` for an unknown field, before the first record is read
 */
export async function writeList<R>(
  place: OutputTarget,
  columns: readonly Column<R>[],
  records: Records<R>,
  lines?: NdjsonSource,
): Promise<void> {
  const { format, fields } = place.choice;
  const isWhole = format === "ndjson" && fields === undefined && place.onTerminal !== true;
  if (isWhole && lines !== undefined) return writeChunks(place.out, lines());
  const chosen = selectColumns(columns, fields);
  if (format === "xlsx") return saveWorkbook(place, chosen, records);
  await writeChunks(place.out, await renderListLines(place, chosen, records));
}

export async function writeSingleRecord<R>(
  place: OutputTarget,
  columns: readonly Column<R>[],
  record: R,
): Promise<void> {
  const { out, choice, language } = place;
  const chosen = selectColumns(columns, choice.fields);
  if (choice.format === "json") {
    const object: unknown = JSON.parse(createJsonRenderer(chosen)(record));
    return out.write(`${escapeJson(JSON.stringify(object, undefined, 2))}\n`);
  }
  if (choice.format === "xlsx") return saveWorkbook(place, chosen, [record]);
  if (choice.format !== "table") return writeChunks(out, await renderListLines(place, chosen, [record]));
  const { drawFields } = await import("./table.ts");
  const fields = chosen.map((column) => ({ column, cell: createTableCellRenderer(column, place)(record) }));
  const shownFields = choice.fields === undefined ? fields.filter(({ cell }) => cell !== "") : fields;
  const shown = shownFields.map(({ column }) => column);
  const named = shownFields.map(({ column, cell }) => [column.header[language], cell] as const);
  const lines = drawFields(named, place.heading, place.columns, createCellEscaper(place, shown));
  await writeChunks(out, showLines(lines, place));
}

const BATCH_ROWS = 1000;

async function saveWorkbook<R>(place: OutputTarget, columns: readonly Column<R>[], records: Records<R>): Promise<void> {
  const { saveRows, language } = place;
  const cells = columns.map((column) => createTableCellRenderer(column, place));
  async function* batches(): AsyncGenerator<readonly (readonly string[])[]> {
    let batch = [columns.map(({ header }) => header[language])];
    for await (const record of records) {
      batch.push(cells.map((cell) => cell(record)));
      if (batch.length < BATCH_ROWS) continue;
      yield batch;
      batch = [];
    }
    yield batch;
  }
  await saveRows?.(batches());
}

const YES_LABEL = text("yes", "はい");
const NO_LABEL = text("no", "いいえ");

export const createTableCellRenderer =
  <R>({ value, name, instant }: Column<R>, { language, moment }: Pick<OutputTarget, "language" | "moment">) =>
  (record: R): string => {
    if (name !== undefined) return name(record)?.[language] ?? "";
    const field = value(record);
    if (typeof field === "boolean") return (field ? YES_LABEL : NO_LABEL)[language];
    return instant === true && typeof field === "string" && moment !== undefined
      ? moment(field)
      : toTableCellText(field);
  };

async function renderListLines<R>(
  place: OutputTarget,
  columns: readonly Column<R>[],
  records: Records<R>,
): Promise<AsyncIterable<string>> {
  const { choice, language, onTerminal = false } = place;
  const object = createJsonRenderer(columns);
  if (choice.format === "json") return mapItems(renderJsonArray(mapItems(records, object)), escapeJson);
  if (choice.format === "ndjson") return mapItems(records, (record) => `${escapeJson(object(record))}\n`);
  if (choice.format === "csv") {
    const row = await createCsvFormatter(columns.length);
    return renderSeparatedRows(columns, records, (cells) =>
      row(cells.map(onTerminal ? escapeForPeople : escapeControls)),
    );
  }
  if (choice.format !== "table")
    return renderSeparatedRows(columns, records, (cells) =>
      onTerminal ? escapeLines(formatTsvRow(cells)) : formatTsvRow(cells),
    );
  const { drawTable } = await import("./table.ts");
  const headers = columns.map(({ header, align, wraps, whole, optional }) => ({
    header: header[language],
    align,
    wraps,
    whole,
    optional: choice.fields === undefined ? (optional ?? ("narrow" as const)) : undefined,
  }));
  const cells = columns.map((column) => createTableCellRenderer(column, place));
  const rows = mapItems(records, (record) => cells.map((cell) => cell(record)));
  return showLines(drawTable(headers, rows, place.heading, place.columns, createCellEscaper(place, columns)), place);
}

async function* renderSeparatedRows<R>(
  columns: readonly Column<R>[],
  records: Records<R>,
  row: (cells: readonly string[]) => string,
): AsyncGenerator<string> {
  // The header is written with the first record, so that nothing is written if reading the list fails.
  let header = row(columns.map(({ key }) => key));
  for await (const record of records) {
    yield header + row(columns.map(({ value }) => toCellText(value(record))));
    header = "";
  }
  if (header !== "") yield header;
}

async function* renderJsonArray(objects: AsyncIterable<string>): AsyncGenerator<string> {
  let before = "[\n";
  for await (const object of objects) {
    yield `${before}  ${object}`;
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

/** Renders records without an object, so that a key `__proto__` is safe. */
const createJsonRenderer = <R>(columns: readonly Column<R>[]): ((record: R) => string) => {
  const parts = columns.map(({ key, value }, at) => ({
    before: `${at === 0 ? "" : ","}${JSON.stringify(key)}:`,
    value,
  }));
  return (record) => {
    let object = "{";
    for (const { before, value } of parts) object += before + stringifyField(value(record));
    return `${object}}`;
  };
};

async function* mapItems<A, B>(items: Records<A>, change: (item: A) => B): AsyncGenerator<B> {
  for await (const item of items) yield change(item);
}

const createCellEscaper =
  ({ mark = (cell) => cell }: OutputTarget, columns: readonly Pick<Column<never>, "advice">[]) =>
  (cell: string, at: number): string =>
    columns[at]?.advice === true ? mark(escapeForPeople(cell)) : escapeForPeople(cell);

const showLines = (lines: Records<string>, { paint = (line) => line }: OutputTarget): AsyncGenerator<string> =>
  mapItems(lines, (line) => `${paint(line)}\n`);

async function writeChunks(out: TextWriter, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
  for await (const chunk of chunks) {
    if (out.closed) return;
    await out.write(chunk);
  }
}

/** Unlike `JSON.stringify`, writes big integers as digits, and values that JSON lacks as null. */
const stringifyField = (value: unknown): string =>
  typeof value === "bigint" ? value.toString() : (JSON.stringify(value) ?? "null");

function toCellText(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  return value instanceof Date ? value.toISOString() : stringifyField(value);
}

/** Formats lists of words or numbers as `a, b`. Formats other values like {@link toCellText}. */
export const toTableCellText = (value: unknown): string =>
  Array.isArray(value) && value.every((item) => typeof item === "string" || typeof item === "number")
    ? value.join(", ")
    : toCellText(value);

/** Writes backslash, tab, line feed and carriage return as `\\`, `\t`, `\n` and `\r`. */
const escapeTsvCell = (cell: string): string =>
  escapeControls(cell.replace(/[\\\t\n\r]/g, (character) => SHORT_ESCAPES.get(character) ?? "\\\\"));

const formatTsvRow = (cells: readonly string[]): string => `${cells.map(escapeTsvCell).join("\t")}\n`;

/** Quotes a single empty cell, because empty lines are not rows. */
const createCsvFormatter = async (count: number): Promise<(cells: readonly string[]) => string> => {
  const { stringify } = await import("csv-stringify/sync");
  const options = { quoted_match: /^\s|\s$|[\r\n]/, quoted_empty: count === 1 };
  return (cells) => stringify([cells], options);
};

/** Adds `'` before a formula. Use this function only for reports, because files that are imported must be exact. */
export const guardFormula = (cell: string): string => (/^[=+\-@\t\r\n＝＋－＠]/u.test(cell) ? `'${cell}` : cell);
