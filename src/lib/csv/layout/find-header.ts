import { findColumn, type Format } from "../../derived/format.ts";
import { RecordReader, type RecordReaderOptions } from "../encoding/reader.ts";
import type { RecordSink } from "../records/record.ts";
import { joinHeaderLines } from "../records/header-lines.ts";
import { readHeader, type HeaderOptions, toHeaderKey } from "./header.ts";
import { HEADER_SEARCH_ROWS, isReasonHeader } from "./layout.ts";
import { findColumnByAnyHeader } from "./columns.ts";
import type { ParsedMapFile } from "./map-parse.ts";

/** Finds the first row with two columns that are known or misspelt, or row 1. Titles may be above the header. */
export class HeaderFinder implements RecordSink {
  /** name of the sheet; undefined if the workbook has only one sheet */
  sheet: string | undefined;
  readonly #format: Format;
  readonly #options: HeaderOptions;
  readonly #given: number | undefined;
  header: readonly string[] = [];
  #found: number | undefined;
  #last: readonly string[] = [];
  #lastRow = 0;
  readonly #above: number[] = [];
  #filled = 0;

  constructor(format: Format, options: HeaderOptions = {}, given?: number) {
    this.#format = format;
    this.#options = options;
    this.#given = given;
  }

  get row(): number {
    return this.#found ?? 1;
  }

  /** The last row that can be the header. */
  get lastRow(): number {
    return this.#given ?? HEADER_SEARCH_ROWS;
  }

  get isTable(): boolean {
    const keys = this.#format.thing.keys.flatMap(({ field, standIn = [] }) => [field, ...standIn]);
    return this.#found !== undefined && this.#listFields(this.header, true).some((field) => keys.includes(field));
  }

  get isCertain(): boolean {
    return this.#found === undefined || this.#above.every((filled) => filled * 4 < this.#filled * 3);
  }

  record(cells: readonly string[], count: number, row: number): void {
    if (row > (this.#found ?? this.lastRow) + 1) return;
    const header = cells.slice(0, count).map((cell) => cell.trim());
    const isNext = this.#lastRow === row - 1 && (this.#given ?? row - 1) === row - 1;
    const joined = isNext ? joinHeaderLines(this.#last, header) : undefined;
    if (joined !== undefined && this.#listFields(joined, true).length > 0) {
      this.#found = row - 1;
      this.header = joined;
      this.#filled = countFilled(joined);
    }
    if (row > this.lastRow || this.#found !== undefined) return;
    this.#last = header;
    this.#lastRow = row;
    this.#above.push(this.#filled);
    this.#filled = countFilled(header);
    const isHeader =
      this.#given === undefined
        ? this.#listFields(header, true).length > 1 || (row === 1 && this.#listFields(header, false).length > 0)
        : row === this.#given;
    if (isHeader) this.#found = row;
    if (isHeader || row === 1) this.header = header;
  }

  problem(): void {}

  /** @param withLikely true to take an unknown header for a misspelling of the most similar one */
  #listFields(header: readonly string[], withLikely: boolean): readonly string[] {
    const { layout, problems } = readHeader(header, this.#format, this.#options);
    const near = problems.flatMap(({ params }) => findColumn(this.#format.columns, String(params["nearest"])) ?? []);
    const columns = [...layout.columns.map(({ column }) => column), ...(withLikely ? near : [])];
    return [...new Set(columns.map(({ field }) => field))];
  }
}

const countFilled = (cells: readonly string[]): number => cells.filter((cell) => cell !== "").length;

export function findHeaderRow(head: Uint8Array, reading: RecordReaderOptions, finder: HeaderFinder): HeaderFinder {
  new RecordReader(reading, finder).write(head);
  return finder;
}

export interface KnownLayout {
  readonly headers: readonly string[];
  readonly map: ParsedMapFile;
  /** null for a built-in layout, which is used only if no learnt layout matches */
  readonly at?: string | null;
}

export interface LayoutMatch<L extends KnownLayout> {
  readonly layout: L;
  readonly map: ParsedMapFile;
  readonly lacking: readonly string[];
  readonly further: readonly string[];
  /** columns of the list whose header suggests a field that the layout reads from a different column */
  readonly doubtful: readonly string[];
}

const limitMapToHeaders = (map: ParsedMapFile, headers: readonly string[]): ParsedMapFile => {
  const keys = new Set(headers.map(toHeaderKey));
  const isHere = (header: string): boolean => keys.has(toHeaderKey(header));
  return {
    ...map,
    columns: map.columns.filter(({ header }) => isHere(header)),
    joins: map.joins?.filter((join) => join.headers.every(isHere)),
  };
};

const listUsedHeaders = ({ headers, map: { columns, joins = [], rows = [] } }: KnownLayout): readonly string[] => {
  const used = [...joins.flatMap((join) => join.headers), ...rows.map(({ header }) => header)].map(toHeaderKey);
  const ignored = columns.flatMap(({ header, to }) => (to === null ? [toHeaderKey(header)] : []));
  const isRead = (key: string): boolean => key !== "" && (used.includes(key) || !ignored.includes(key));
  return headers.filter((header) => !isReasonHeader(header) && isRead(toHeaderKey(header)));
};

/** At least half of the columns must match, except of a console's export. @param layouts newest first */
export const matchLayout = <L extends KnownLayout>(
  layouts: readonly L[],
  headers: readonly string[],
  format: Format,
  isExport = false,
): LayoutMatch<L> | undefined => {
  const here = new Set(headers.map(toHeaderKey));
  const [best] = layouts
    .map((layout) => {
      const read = listUsedHeaders(layout);
      return { layout, count: read.length, lacking: read.filter((header) => !here.has(toHeaderKey(header))) };
    })
    .filter(({ count, lacking }) => isExport || (lacking.length * 2 <= count && lacking.length < count))
    .toSorted(
      (one, other) =>
        Number(one.lacking.length > 0) - Number(other.lacking.length > 0) ||
        Number(one.layout.at === null) - Number(other.layout.at === null) ||
        other.count - other.lacking.length - (one.count - one.lacking.length),
    );
  if (best === undefined) return undefined;
  const { layout, lacking } = best;
  const known = new Set(layout.headers.map(toHeaderKey));
  const map = limitMapToHeaders(layout.map, headers);
  const isKnown = (header: string): boolean => known.has(toHeaderKey(header));
  const { columns } = readHeader(headers.filter(isKnown), format, { map }).layout;
  const fields = new Set(columns.map(({ column }) => column.field));
  const further = headers.filter((header) => header !== "" && !isReasonHeader(header) && !isKnown(header));
  const doubtful = further.filter((header) => fields.has(findColumnByAnyHeader(format.columns, header)?.field ?? ""));
  return { layout, map, lacking, further, doubtful };
};
