import { nameKey, toLooseValue } from "../../model/normalise.ts";
import { createFileProblem, type Problem, type ProblemCode, type ProblemParams } from "../../model/problem.ts";
import { findColumn, listColumns, type Column, type CustomField, type Format } from "../../derived/format.ts";
import { suggestHeader } from "./columns.ts";
import { FIRST_ROW, isReasonHeader, type HeaderPlace, type Layout, type LayoutColumn } from "./layout.ts";
import { findRowSubject } from "../../model/leaving.ts";
import { findMappedCells } from "./mapped-cells.ts";
import type { ColumnMap } from "./map.ts";
import type { ParsedMapFile } from "./map-parse.ts";

/** The options are plain data, because they are sent to a worker and through the tenant API. */
export interface HeaderOptions {
  readonly customFields?: readonly CustomField[] | undefined;
  readonly map?: ColumnMap | undefined;
  readonly allowUnknownColumns?: boolean | undefined;
  readonly key?: string | undefined;
  /** true for an export of the console, whose rows are all of people who are there */
  readonly fromConsole?: boolean | undefined;
}

const RESERVED_HEADERS: readonly string[] = ["__proto__", "constructor", "prototype"];

export const isAllowedHeader = (name: string): boolean =>
  name.trim() !== "" &&
  !RESERVED_HEADERS.includes(name) &&
  !isReasonHeader(name) &&
  !/\p{Cc}/u.test(name) &&
  name.isWellFormed();

type HeaderMeaning =
  | { readonly kind: "column"; readonly column: Column }
  | { readonly kind: "reason" | "ignored" | "unnamed" }
  | { readonly kind: "unknown"; readonly nearest?: string | undefined }
  | { readonly kind: "problem"; readonly code: ProblemCode; readonly params: ProblemParams };

const createHeaderProblem = (code: ProblemCode, params: ProblemParams): HeaderMeaning => ({
  kind: "problem",
  code,
  params,
});

const createUnknownHeaderProblem = (header: string, nearest: string | undefined): HeaderMeaning =>
  createHeaderProblem("header-unknown", nearest === undefined ? { header } : { header, nearest });

/** Maximum number of suggestions. A malicious header with thousands of unknown columns would take seconds. */
const MAX_SUGGESTIONS = 100;

const isListOfPeople = ({ columns }: Format, { fromConsole }: HeaderOptions): boolean =>
  fromConsole !== true && columns.some(({ personName }) => personName !== undefined);

export const toHeaderKey = (header: string): string => nameKey(header.trim());

class HeaderReader {
  readonly #columns: readonly Column[];
  readonly #byHeader: ReadonlyMap<string, Column>;
  readonly #mapped: ReadonlyMap<string, string | null>;
  readonly #used: ReadonlySet<string>;
  readonly #allowUnknown: boolean;
  readonly #isOfPeople: boolean;
  readonly #firstSeen = new Map<string, number>();
  #suggestions = 0;

  constructor(format: Format, columns: readonly Column[], options: HeaderOptions) {
    this.#columns = columns;
    // The columns of the format come first, so that a custom field with the same header does not replace them.
    this.#byHeader = new Map([
      ...columns.flatMap((column) => (column.aliases ?? []).map((header) => [nameKey(header), column] as const)),
      ...columns.toReversed().map((column) => [nameKey(column.header.trim()), column] as const),
    ]);
    this.#mapped = new Map((options.map?.columns ?? []).map(({ header, to }) => [toHeaderKey(header), to]));
    const { joins = [], rows = [] } = options.map ?? {};
    this.#used = new Set(
      [...joins.flatMap(({ headers }) => headers), ...rows.map(({ header }) => header)].map(toHeaderKey),
    );
    this.#isOfPeople = isListOfPeople(format, options);
    this.#allowUnknown = options.allowUnknownColumns === true;
  }

  meaningOf(header: string, position: number): HeaderMeaning {
    const meaning = this.#meaningOf(header);
    if (meaning.kind !== "column" && meaning.kind !== "reason" && meaning.kind !== "unknown") return meaning;
    const key = meaning.kind === "column" ? `=${meaning.column.field}` : nameKey(header);
    const first = this.#firstSeen.get(key);
    if (first === undefined) this.#firstSeen.set(key, position + 1);
    else if (meaning.kind !== "column" || meaning.column.repeated !== true) {
      return createHeaderProblem("header-duplicate", { header, first });
    }
    return meaning;
  }

  #meaningOf(header: string): HeaderMeaning {
    if (header === "" && !this.#mapped.has("")) return { kind: "unnamed" };
    if (RESERVED_HEADERS.includes(header)) return createHeaderProblem("header-reserved", { header });
    const key = nameKey(header);
    const to = this.#mapped.get(key);
    if (to === null) return { kind: "ignored" };
    if (to !== undefined) {
      const column = findColumn(this.#columns, to);
      return column === undefined ? createUnknownHeaderProblem(to, this.#nearest(to)) : { kind: "column", column };
    }
    if (isReasonHeader(header)) return { kind: "reason" };
    const column = this.#byHeader.get(key);
    if (column !== undefined) return { kind: "column", column };
    if (this.#used.has(key) || (this.#isOfPeople && findRowSubject(header) !== undefined)) return { kind: "ignored" };
    const nearest = this.#nearest(header);
    return this.#allowUnknown ? { kind: "unknown", nearest } : createUnknownHeaderProblem(header, nearest);
  }

  #nearest(header: string): string | undefined {
    this.#suggestions += 1;
    return this.#suggestions > MAX_SUGGESTIONS ? undefined : suggestHeader(this.#columns, header);
  }
}

const parseHeaderCells = (
  cells: readonly string[],
  columns: readonly Column[],
  reader: HeaderReader,
  place: HeaderPlace,
) => {
  const positions = new Map<Column, number[]>();
  const unknown: number[] = [];
  const unnamed: number[] = [];
  const problems: Problem[] = [];
  let reason: number | undefined;
  const likely = new Map<number, string>();
  const report = (code: ProblemCode, position: number, params: ProblemParams): void => {
    problems.push({ code, ...place, column: position + 1, header: cells[position] ?? "", params });
  };
  for (const [position, header] of cells.entries()) {
    const meaning = reader.meaningOf(header, position);
    if (meaning.kind === "column") {
      const earlier = positions.get(meaning.column);
      if (earlier === undefined) positions.set(meaning.column, [position]);
      else earlier.push(position);
    } else if (meaning.kind === "unknown") {
      unknown.push(position);
      if (meaning.nearest !== undefined) likely.set(position, meaning.nearest);
    } else if (meaning.kind === "unnamed") unnamed.push(position);
    else if (meaning.kind === "reason") reason = position;
    else if (meaning.kind === "problem") report(meaning.code, position, meaning.params);
  }
  for (const [position, nearest] of likely) {
    const column = findColumn(columns, nearest);
    const isMissing = column !== undefined && !positions.has(column);
    if (isMissing) report("header-near", position, { header: cells[position] ?? "", nearest });
  }
  return { positions, unknown, unnamed, reason, problems };
};

const groupTranslations = (
  columns: readonly Column[],
  map: ColumnMap | undefined,
): ReadonlyMap<Column | undefined, ReadonlyMap<string, string>> => {
  const byColumn = Map.groupBy(map?.values ?? [], ({ field }) => findColumn(columns, field));
  return new Map(
    [...byColumn].map(([column, values]) => [column, new Map(values.map(({ from, to }) => [toLooseValue(from), to]))]),
  );
};

const findPresentColumns = (
  columns: readonly Column[],
  cells: readonly string[],
  positions: ReadonlyMap<Column, readonly number[]>,
  { joined }: Pick<ReturnType<typeof findMappedCells>, "joined">,
  map: ColumnMap | undefined,
): readonly LayoutColumn[] => {
  const translations = groupTranslations(columns, map);
  return columns.flatMap((column): LayoutColumn[] => {
    const join = joined.get(column);
    const at = join?.positions ?? positions.get(column) ?? [];
    if (at.length === 0) return [];
    const header = cells[at[0] ?? -1] ?? column.header;
    return [{ column, header, positions: at, joined: join?.separator, translations: translations.get(column) }];
  });
};

const findMissingKey = (
  format: Format,
  columns: readonly Column[],
  present: ReadonlySet<string>,
  key: string,
): string | undefined => {
  const wanted = columns.find((column) => column.field === key);
  if (wanted === undefined) throw new RangeError(`${format.name} has no field ${key}`);
  if (present.has(key)) return undefined;
  if (key !== format.key || format.fallbackKey === undefined) return wanted.header;
  return columns.find(
    ({ field, required }) => required === "always" && format.fallbackKey?.includes(field) && !present.has(field),
  )?.header;
};

/** Columns may be in any order. A column with a problem is not read. @see facts 6.4: グループ名 is repeated */
export const readHeader = (
  row: readonly string[],
  format: Format,
  options: HeaderOptions = {},
  place: HeaderPlace = FIRST_ROW,
): { readonly layout: Layout; readonly problems: readonly Problem[] } => {
  const cells = row.map((header) => header.trim());
  const columns = listColumns(format, options.customFields);
  const reading = parseHeaderCells(cells, columns, new HeaderReader(format, columns, options), place);
  const { positions, unknown, unnamed, reason, problems } = reading;
  const isOfPeople = isListOfPeople(format, options);
  const foreign = findMappedCells(cells, { columns, positions, map: options.map, isOfPeople }, place);
  const present = findPresentColumns(columns, cells, positions, foreign, options.map);
  const fields = new Set(present.map(({ column }) => column.field));
  const key = options.key ?? format.key;
  const missing = findMissingKey(format, columns, fields, key);
  const absent = columns.filter((column) => column.secret !== true && !fields.has(column.field));
  const { joins = [], values = [] } = options.map ?? {};
  const strangers = [...joins, ...values]
    .filter(({ field }) => findColumn(columns, field) === undefined)
    .map(({ field }) => createFileProblem("header-unknown", { header: field }));
  return {
    layout: {
      format,
      headers: cells,
      columns: present,
      absent,
      unknown,
      unnamed,
      reason,
      key,
      subjects: foreign.subjects,
      place,
    },
    problems: [
      ...problems,
      ...foreign.problems,
      ...strangers,
      ...(missing === undefined ? [] : [createFileProblem("header-missing", { header: missing })]),
    ],
  };
};

export const isSameHeader = (one: string, other: string): boolean => toHeaderKey(one) === toHeaderKey(other);

export const mentions = ({ columns, joins = [], rows = [] }: ColumnMap, header: string): boolean =>
  [...columns, ...rows].some((one) => isSameHeader(one.header, header)) ||
  joins.some((join) => join.headers.some((one) => isSameHeader(one, header)));

/** Returns the headers that are neither read nor explained. @param doubtful open headers that are read */
export const findOpenHeaders = (
  headers: readonly string[],
  format: Format,
  {
    customFields,
    map,
    doubtful = [],
  }: Pick<HeaderOptions, "customFields" | "map"> & { doubtful?: readonly string[] | undefined },
): readonly string[] => {
  const { columns, subjects } = readHeader(headers, format, { customFields, map }).layout;
  const read = new Set([...columns.flatMap(({ positions }) => positions), ...subjects.map(({ position }) => position)]);
  return [...new Set(headers)].filter((header) => {
    if (header === "" || isReasonHeader(header)) return false;
    return doubtful.includes(header) || !(read.has(headers.indexOf(header)) || (map && mentions(map, header)));
  });
};

export const without = ({ columns, joins = [], rows = [], ...map }: ParsedMapFile, header: string): ParsedMapFile => ({
  ...map,
  columns: columns.filter((one) => !isSameHeader(one.header, header)),
  joins: joins.filter((join) => !join.headers.some((one) => isSameHeader(one, header))),
  rows: rows.filter((one) => !isSameHeader(one.header, header)),
});

export const ignoreColumn = (map: ParsedMapFile, header: string): ParsedMapFile => {
  const rest = without(map, header);
  return { ...rest, columns: [...rest.columns, { header, to: null }] };
};
