import type { JSONValue } from "@jmespath-community/jmespath";
import { text, type Language } from "../text/index.ts";
import { cellOf, csvRow, guardFormula, jsonOf, tableCellOf, tsvRow } from "./table/cells.ts";
import { escapeForPeople, escapeJson, escapeLines } from "./escape.ts";
import { selectColumns, type Column, type OutputChoice } from "./output-choice.ts";
import type { TextWriter } from "./writer.ts";

/** Where a result is written, and in which form. */
export interface OutputPlace {
  readonly out: TextWriter;
  readonly choice: OutputChoice;
  readonly language: Language;
  /** highlights a table's headers; plain if absent */
  readonly heading?: ((line: string) => string) | undefined;
  /** put `'` before CSV and TSV cells that a spreadsheet would run; for reports */
  readonly guardFormulas?: boolean | undefined;
  /** saves the rows of a workbook, the header first, in the file that was asked for */
  readonly saveRows?: SaveRows | undefined;
  /** the output is shown on a screen: characters that control a terminal or deceive the eye are escaped */
  readonly onTerminal?: boolean | undefined;
  /** width of that screen, into which tables are fitted; they are as wide as they are if absent */
  readonly columns?: number | undefined;
  /** how people read a UTC instant; as it is if absent */
  readonly moment?: ((instant: string) => string) | undefined;
}

/** Saves rows of text, in batches, as a file. */
export type SaveRows = (batches: AsyncIterable<readonly (readonly string[])[]>) => Promise<void>;

/** Records, all at once or as they arrive. */
export type Records<R> = AsyncIterable<R> | Iterable<R>;

/** The NDJSON of all columns of the same records, as bytes that need not be made here. */
export type ReadyLines = () => AsyncIterable<Uint8Array>;

/**
 * Fails as {@link writeList} and {@link writeOne} would, before the work whose result they write.
 *
 * @throws `usage` when a field is unknown or the query cannot be evaluated
 */
export async function checkChoice({ fields, query }: OutputChoice, columns: readonly Column<never>[]): Promise<void> {
  selectColumns(columns, fields);
  if (query === undefined) return;
  const { checkQuery } = await import("./query.ts");
  await checkQuery(
    query,
    columns.map(({ key }) => key),
  );
}

/**
 * Writes a list according to `--format`, `--fields` and `--query`. It streams: memory does not grow with the list
 * (except for a query, which needs all of it), and no more records are taken once the reader has closed the pipe.
 *
 * @param lines written as they are where nothing is left out or escaped
 * @throws `usage` when a field is unknown or the query is wrong, before the first record is taken
 */
export async function writeList<R>(
  place: OutputPlace,
  columns: readonly Column<R>[],
  records: Records<R>,
  lines?: ReadyLines,
): Promise<void> {
  const { format, fields, query: expression } = place.choice;
  const isWhole = format === "ndjson" && fields === undefined && expression === undefined && place.onTerminal !== true;
  if (isWhole && lines !== undefined) return writeAll(place.out, lines());
  const chosen = selectColumns(columns, fields);
  if (expression !== undefined) {
    const { compileQuery } = await import("./query.ts");
    const query = await compileQuery(expression);
    return writeAnswer(place, query(await collect(chosen, records)));
  }
  if (format === "xlsx") return saveWorkbook(place, chosen, records);
  await writeAll(place.out, await listLines(place, chosen, records));
}

/**
 * Writes one record: an object in JSON, a header row and one row in CSV and TSV,  in a table one line per field, of those
 * that were not asked for only where there is something.
 *
 * @throws `usage` when a field is unknown or the query is wrong
 */
export async function writeOne<R>(place: OutputPlace, columns: readonly Column<R>[], record: R): Promise<void> {
  const { out, choice, language } = place;
  const chosen = selectColumns(columns, choice.fields);
  if (choice.query !== undefined) {
    const { compileQuery } = await import("./query.ts");
    const query = await compileQuery(choice.query);
    return writeAnswer(place, query(parse(jsonObject(chosen, record))));
  }
  if (choice.format === "json") {
    return out.write(`${shownJson(place)(JSON.stringify(parse(jsonObject(chosen, record)), undefined, 2))}\n`);
  }
  if (choice.format === "xlsx") return saveWorkbook(place, chosen, [record]);
  if (choice.format !== "table") {
    return writeAll(out, await listLines(place, chosen, [record]));
  }
  const { drawFields } = await import("./table/table.ts");
  const fields = chosen.map((column) => [column.header[language], tableCell(column, place)(record)] as const);
  const told = choice.fields === undefined ? fields.filter(([, cell]) => cell !== "") : fields;
  await writeAll(out, endLines(drawFields(told, place.heading, place.columns)));
}

/** Rows of a workbook that are made before they are written. */
const BATCH_ROWS = 1000;

/** Saves records as people read them: headers in the language, and cells as in a table. */
async function saveWorkbook<R>(place: OutputPlace, columns: readonly Column<R>[], records: Records<R>): Promise<void> {
  const { saveRows, language } = place;
  const cells = columns.map((column) => tableCell(column, place));
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

const YES = text("yes", "はい");
const NO = text("no", "いいえ");

/** A column's cell in a table: its name where it has one, else its value in the person's words and zone. */
export const tableCell =
  <R>({ value, name, instant }: Column<R>, { language, moment }: Pick<OutputPlace, "language" | "moment">) =>
  (record: R): string => {
    if (name !== undefined) return name(record)?.[language] ?? "";
    const field = value(record);
    if (typeof field === "boolean") return (field ? YES : NO)[language];
    return instant === true && typeof field === "string" && moment !== undefined ? moment(field) : tableCellOf(field);
  };

/** Returns JSON unchanged, or escaped for a screen. */
const shownJson = ({ onTerminal = false }: OutputPlace): ((json: string) => string) =>
  onTerminal ? escapeJson : (json) => json;

async function listLines<R>(
  place: OutputPlace,
  columns: readonly Column<R>[],
  records: Records<R>,
): Promise<AsyncIterable<string>> {
  const { choice, language, heading, guardFormulas = false, onTerminal = false } = place;
  const { format } = choice;
  switch (format) {
    case "table": {
      const { drawTable } = await import("./table/table.ts");
      const headers = columns.map(({ header, align = "start", wraps, whole, paths, ends, optional }) => ({
        header: header[language],
        align,
        wraps,
        whole,
        paths,
        ends,
        optional: optional === true && choice.fields === undefined,
      }));
      const cells = columns.map((column) => tableCell(column, place));
      const rows = map(records, (record) => cells.map((cell) => cell(record)));
      return endLines(drawTable(headers, rows, heading, place.columns));
    }
    case "json":
      return map(jsonArray(map(records, jsonObjects(columns))), shownJson(place));
    case "ndjson": {
      const object = jsonObjects(columns);
      const shown = shownJson(place);
      return map(records, (record) => `${shown(object(record))}\n`);
    }
    case "xlsx":
      throw new TypeError("a workbook is no text");
    case "csv": {
      const row = onTerminal ? (cells: readonly string[]) => csvRow(cells.map(escapeForPeople)) : csvRow;
      return separated(columns, records, row, guardFormulas);
    }
    case "tsv": {
      const row = onTerminal ? (cells: readonly string[]) => escapeLines(tsvRow(cells)) : tsvRow;
      return separated(columns, records, row, guardFormulas);
    }
  }
}

async function* separated<R>(
  columns: readonly Column<R>[],
  records: Records<R>,
  row: (cells: readonly string[]) => string,
  guardFormulas: boolean,
): AsyncGenerator<string> {
  // with the first record: of a list that cannot be had nothing is written
  let header = row(columns.map(({ key }) => key));
  const cell = (field: unknown): string =>
    guardFormulas && typeof field !== "number" ? guardFormula(cellOf(field)) : cellOf(field);
  for await (const record of records) {
    yield header + row(columns.map(({ value }) => cell(value(record))));
    header = "";
  }
  if (header !== "") yield header;
}

async function* jsonArray(objects: AsyncIterable<string>): AsyncGenerator<string> {
  let before = "[\n";
  for await (const object of objects) {
    yield `${before}  ${object}`;
    before = ",\n";
  }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}

/** Assembled as text, so that a key from the input never becomes a property. */
const jsonObjects = <R>(columns: readonly Column<R>[]): ((record: R) => string) => {
  const parts = columns.map(({ key, value }, at) => ({
    before: `${at === 0 ? "" : ","}${JSON.stringify(key)}:`,
    value,
  }));
  return (record) => {
    let object = "{";
    for (const { before, value } of parts) object += before + jsonOf(value(record));
    return `${object}}`;
  };
};

const jsonObject = <R>(columns: readonly Column<R>[], record: R): string => jsonObjects(columns)(record);

async function* map<A, B>(items: Records<A>, change: (item: A) => B): AsyncGenerator<B> {
  for await (const item of items) {
    yield change(item);
  }
}

const endLines = (lines: Records<string>): AsyncGenerator<string> => map(lines, (line) => `${line}\n`);

async function writeAll(out: TextWriter, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
  for await (const chunk of chunks) {
    if (out.closed) {
      return;
    }
    await out.write(chunk);
  }
}

const parse = (json: string): JSONValue => JSON.parse(json) as JSONValue;

const collect = async <R>(columns: readonly Column<R>[], records: Records<R>): Promise<JSONValue[]> =>
  Array.fromAsync(map(records, (record) => parse(jsonObject(columns, record))));

async function writeAnswer(place: OutputPlace, answer: JSONValue | undefined): Promise<void> {
  const { out, choice } = place;
  const shown = shownJson(place);
  const value = answer ?? null;
  if (choice.format === "ndjson" && Array.isArray(value)) {
    return writeAll(
      out,
      map(value, (item) => `${shown(JSON.stringify(item))}\n`),
    );
  }
  const indent = choice.format === "ndjson" ? undefined : 2;
  await out.write(`${shown(JSON.stringify(value, undefined, indent))}\n`);
}
