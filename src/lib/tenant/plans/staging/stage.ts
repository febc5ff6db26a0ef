import { findSharedHashes, ROW_PERIOD, ValueHashes } from "../../../csv/check/hashes.ts";
import { readHeader, type HeaderOptions } from "../../../csv/layout/header.ts";
import type { Layout } from "../../../csv/layout/layout.ts";
import type { RecordProblem, RecordSink } from "../../../csv/records/record.ts";
import type { CellUnits } from "../../../csv/records/units.ts";
import { RowChecker, type CellValue } from "../../../csv/layout/rows.ts";
import { comparisonKey, isOwnKey, type Comparison } from "../../../model/normalise.ts";
import type { Fix } from "../../../model/import.ts";
import { fileProblem, severityOf, type Problem } from "../../../model/problem.ts";
import type { Column } from "../../../model/format.ts";
import {
  cellsName,
  comparedCodes,
  KEYS,
  keyNamed,
  laterName,
  SHORT_AT,
  UNMENDED,
  type DerivedColumn,
  type ImportedField,
  type Kind,
} from "./kinds.ts";
import { standInKey } from "../../../model/normalise.ts";
import type { PlanRequest, StagedFile } from "./counts.ts";

/**
 * Receives checked rows, in the file's order. A claim is a value, besides the row's key, that only one record of
 * the tenant may have. No value passed here is a secret.
 */
export interface StagingTable {
  /** called once, before the first row: the columns of `values` */
  open(columns: readonly string[]): void;
  add(row: number, line: number, values: readonly (string | null)[]): void;
  /** another value of a row's unique list, in the cell `col` (counted from 1) */
  claim(key: string, row: number, col: number): void;
  /** the name of another record, at its first occurrence; `what` is the field's short name */
  refer(what: string, key: string, value: string, at: { readonly row: number; readonly col: number }): void;
  /** rows whose codes are equal or differ in letter case or width only, by all likelihood */
  like(field: string, rows: readonly number[]): void;
  problem(problem: Problem, severity: "error" | "warning"): void;
}

/** Derives the value of one staged column from a checked row. */
type Binding = (values: readonly CellValue[]) => string | null;

interface NamedBinding {
  readonly name: string;
  readonly bind: Binding;
  /** see {@link KEYS} */
  readonly sparse?: boolean | undefined;
}

/** A cell that has a comparison key. */
interface KeyedCell {
  readonly at: number;
  readonly comparison: Comparison;
}

/** The codes of a column, as far as rows have them. */
interface HashedColumn {
  readonly field: string;
  readonly at: number;
  readonly comparison: Comparison;
  readonly hashes: ValueHashes;
}

/** The rows up to the last one that are kept as this one. */
const candidates = (kept: number, last: number): number[] =>
  Array.from({ length: Math.floor(Math.max(0, last - kept) / ROW_PERIOD) + 1 }, (_, i) => kept + i * ROW_PERIOD);

const isFilled = (value: CellValue | undefined): boolean => value !== undefined && value !== null && value.length > 0;

const first = (value: CellValue | undefined): string | null => {
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? value : (value[0] ?? null);
};

/** Receives the records of an input file: reads the header, checks each row, and stages what is to be compared. */
export class Stager implements RecordSink {
  readonly #kind: Kind;
  readonly #request: PlanRequest;
  readonly #options: HeaderOptions;
  readonly #table: StagingTable;
  readonly #referred = new Map<string, Set<string>>();
  #layout: Layout | undefined;
  #checker: RowChecker | undefined;
  #columns: readonly NamedBinding[] = [];
  /** the columns whose codes are compared with each other */
  #codes: readonly HashedColumn[] = [];
  /** the column of the unique list; -1 if there is none */
  #list = -1;
  #rows = 0;
  /** the record being staged */
  #row = 0;
  #cells: readonly string[] = [];

  constructor(kind: Kind, request: PlanRequest, options: HeaderOptions, table: StagingTable) {
    this.#kind = kind;
    this.#request = request;
    this.#options = { ...options, key: keyNamed(kind, request.key).field };
    this.#table = table;
  }

  record(cells: readonly string[], count: number, row: number, line: number, _sound = true, units?: CellUnits): void {
    if (this.#checker === undefined) {
      this.#open(cells.slice(0, count));
      return;
    }
    if (count > 0 && this.#checker.skips(cells, count, row, line)) return;
    this.#rows += 1;
    if (this.#layout?.headers.length === 0) return;
    // the reader has already reported why a record has no cells
    if (count > 0) this.#checker.check(cells, count, row, line, units);
    this.#row = row;
    this.#cells = cells;
    const { values } = this.#checker;
    const complete = count > 0 && this.#checker.complete;
    this.#table.add(
      row,
      line,
      this.#columns.map(({ bind }) => (complete ? bind(values) : null)),
    );
    if (!complete) return;
    if (this.#list >= 0) this.#claimFurther(values[this.#list]);
    for (const { at, comparison, hashes } of this.#codes) {
      const value = values[at];
      if (typeof value === "string") hashes.add(value, comparison, 0, row, this.#checker.looks[at]?.[0]);
    }
  }

  problem(problem: RecordProblem): void {
    // without a readable header nothing can be checked
    if (this.#layout?.headers.length === 0) return;
    const header = this.#layout?.headers[problem.column - 1] ?? "";
    const found = { ...problem, header };
    if (this.#checker?.noteFound(found) !== false) this.#report(found);
  }

  /** Call after the last record: the description of the file, except for its bytes. */
  end(): Omit<StagedFile, "encoding" | "sha256" | "bytes"> {
    if (this.#layout === undefined) this.#report(fileProblem("file-empty"));
    else if (this.#rows === 0 && this.#layout.headers.length > 0 && this.#request.fromConsole !== true) {
      // the console may have nobody
      this.#report(fileProblem("file-no-rows"));
    }
    if (this.#layout === undefined) this.#open([]);
    for (const problem of this.#checker?.tally.problems() ?? []) this.#report(problem);
    this.#tellLikeCodes();
    const layout = this.#layout;
    const columns = layout?.columns ?? [];
    return {
      rows: this.#rows,
      header: layout?.headers ?? [],
      staged: this.#stagedFields(),
      places: columns.map(({ column, header, positions }) => ({
        field: column.field,
        column: (positions[0] ?? -1) + 1,
        header,
        ...(isScattered(column, positions) ? { cells: positions.map((position) => position + 1) } : {}),
        ...(isOrdered(column) ? { times: Math.max(positions.length, 1) } : {}),
      })),
      absentColumns: (layout?.absent ?? []).map(({ header }) => header),
      unknownColumns: (layout?.unknown ?? []).map((position) => layout?.headers[position] ?? ""),
    };
  }

  #tellLikeCodes(): void {
    for (const { field, hashes } of this.#codes) {
      for (const { rows } of findSharedHashes([{ hashes: hashes.part, rowsBefore: 0 }])) {
        // those that are too many do no harm: their codes are compared
        this.#table.like(
          field,
          rows.flatMap((row) => candidates(row, this.#row)),
        );
      }
    }
    this.#codes = [];
  }

  #report = (problem: Problem): void => {
    this.#table.problem(problem, severityOf(problem.code));
  };

  #open(headers: readonly string[]): void {
    // what is read of a column that is only likely is told, and never planned: an unknown header refuses the file
    const { layout, problems } = readHeader(headers, this.#kind.format, { ...this.#options, readsLikely: true });
    if (headers.length > 0) for (const problem of problems) this.#report(problem);
    this.#layout = layout;
    const { blank, fromConsole, allow } = this.#request;
    this.#checker = new RowChecker(layout, this.#report, {
      blank,
      fix: this.#fixes(),
      // the console exports them as text
      allowErrorValues: fromConsole === true || allow?.includes("error-values") === true,
      fromConsole,
    });
    this.#columns = this.#bindings(layout);
    const list = this.#kind.fields.find(({ unique, merge }) => unique && merge === "list");
    if (list !== undefined) this.#list = indexOf(layout, list.field);
    this.#codes = comparedCodes(this.#kind, layout.key).flatMap(({ field, comparison }) => {
      const at = indexOf(layout, field);
      return at < 0 ? [] : [{ field, at, comparison, hashes: new ValueHashes() }];
    });
    this.#table.open(this.#columns.map(({ name }) => name));
  }

  #stagedFields(): readonly string[] {
    const fields = (this.#layout?.columns ?? []).map(({ column }) => column.field);
    const own = fields.filter((field) => !field.startsWith(CUSTOM));
    return own.length === fields.length ? own : [...own, "custom"];
  }

  #bindings(layout: Layout): readonly NamedBinding[] {
    const bindings = new Map<string, Binding>();
    const keys: NamedBinding[] = [];
    const keyed: KeyedCell[] = [];
    const key = indexOf(layout, layout.key);
    const comparison = layout.columns[key]?.column.comparison ?? "exact";
    bindings.set("key", keyBinding(key, comparison));
    const together = keyNamed(this.#kind, this.#request.key).together;
    if (together !== undefined) bindings.set("standIn", standInBinding(layout, key, together));
    for (const [i, { column, positions }] of layout.columns.entries()) {
      if (column.secret === true || column.field.startsWith(CUSTOM)) continue;
      const field = this.#kind.fields.find((imported) => imported.field === column.field);
      if (field !== undefined && isScattered(column, positions)) {
        bindings.set(cellsName(field), this.#cellsBinding(i, column));
      }
      if (field !== undefined && isOrdered(column) && this.#request.blank === "keep") {
        bindings.set(laterName(field), this.#laterBinding(i));
      }
      for (const { name, bind, sparse } of this.#valueBindings(i, column, field)) {
        if (sparse === true) {
          keys.push({ name, bind });
          if (field !== undefined) keyed.push({ at: i, comparison: field.comparison });
        } else bindings.set(name, bind);
      }
    }
    const [fix, bindKeys] = [this.#request.fix ?? [], keysBinding(keys, keyed)];
    if (fix.length > 0) bindings.set(KEYS, (values) => this.#withMended(bindKeys(values), comparison));
    else if (keys.length > 0) bindings.set(KEYS, bindKeys);
    const secrets = secretBinding(layout);
    if (secrets !== undefined) bindings.set("secrets", secrets);
    const custom = customBinding(layout, this.#request, this.#lacks);
    if (custom !== undefined) bindings.set("custom", custom);
    return [...bindings].map(([name, bind]) => ({ name, bind }));
  }

  /** A row's keys, with what its key was before it was mended, and where the row ends if it is short. */
  #withMended(keys: string | null, comparison: Comparison): string | null {
    const { unmendedKey, shortAt } = this.#checker ?? {};
    if (unmendedKey === undefined && shortAt === undefined) return keys;
    const unmended = unmendedKey === undefined ? undefined : comparisonKey(comparison, unmendedKey);
    return JSON.stringify({ ...JSON.parse(keys ?? "{}"), [UNMENDED]: unmended, [SHORT_AT]: shortAt });
  }

  /** A column's value, and the columns beside it. */
  #valueBindings(i: number, column: Column, field: ImportedField | undefined): readonly NamedBinding[] {
    const value = (values: readonly CellValue[]): string | null => first(values[i]);
    const own = { name: column.field, bind: value };
    if (field === undefined) return [own];
    if (field.merge === "list") return this.#listBindings(i, field);
    if (field.merge === "reference") return this.#referenceBindings(i, field);
    return [own, ...field.beside.map((one) => besideBinding(i, one))];
  }

  /** A list as JSON; a blank one is null if blanks keep what is stored. A set is sorted by its keys. */
  #listBindings(i: number, { field, comparison, set, refers, short, beside }: ImportedField): readonly NamedBinding[] {
    const blank = this.#request.blank === "keep" ? null : "[]";
    const listed = (values: readonly CellValue[]): readonly string[] => {
      const list = values[i];
      if (!Array.isArray(list)) return [];
      return set ? (list as readonly string[]).toSorted(byKey(comparison)) : (list as readonly string[]);
    };
    const bind: Binding = (values) => {
      const list = listed(values);
      if (list.length === 0) return this.#lacks(i) ? null : blank;
      if (refers !== undefined) {
        const cells = values[i] as readonly string[];
        for (const name of cells) this.#refer(short, comparisonKey(comparison, name), name, i);
      }
      return JSON.stringify(list);
    };
    const ofList = beside.map(({ column, sparse, of }): NamedBinding => {
      return { name: column, bind: (values) => of(listed(values)), sparse };
    });
    return [{ name: field, bind }, ...ofList];
  }

  /** The cell numbers of a row's set, in staging order; null if that is the file's order and none is blank. */
  #cellsBinding(i: number, { comparison = "exact" }: Column): Binding {
    return (values) => {
      const list = values[i];
      if (!Array.isArray(list) || list.length === 0) return null;
      const positions = this.#layout?.columns[i]?.positions ?? [];
      const free = new Set(positions);
      const cells = (list as readonly string[]).toSorted(byKey(comparison)).map((name) => {
        const position = positions.find((at) => free.has(at) && this.#cells[at] === name) ?? positions[0] ?? -1;
        free.delete(position);
        return position + 1;
      });
      return cells.every((cell, at) => cell === (positions[at] ?? -1) + 1) ? null : JSON.stringify(cells);
    };
  }

  /** Set where the first cell of a list is blank, and another is not. */
  #laterBinding(i: number): Binding {
    return (values) => {
      const first = this.#layout?.columns[i]?.positions[0] ?? -1;
      return isFilled(values[i]) && this.#cells[first] === "" ? "1" : null;
    };
  }

  /** The cell that names a record, which is passed on, and the record's key. */
  #referenceBindings(i: number, { field, comparison, short, beside }: ImportedField): readonly NamedBinding[] {
    const passed = new Set<string>();
    const bind: Binding = (values) => {
      const name = first(values[i]);
      if (name === null || passed.has(name)) return name;
      if (passed.size < REMEMBERED) passed.add(detached(name));
      this.#refer(short, comparisonKey(comparison, name), name, i);
      return name;
    };
    return [{ name: field, bind }, ...beside.map((one) => besideBinding(i, one))];
  }

  #refer(what: string, key: string, value: string, i: number): void {
    const known = this.#referred.get(what) ?? new Set();
    if (known.has(key)) return;
    if (known.size < REMEMBERED) this.#referred.set(what, known.add(detached(key)));
    this.#table.refer(what, key, value, { row: this.#row, col: this.#cellOf(i, value) });
  }

  /** Claims the values of a unique list except the first, whose key is staged with its row. */
  #claimFurther(list: CellValue | undefined): void {
    if (!Array.isArray(list) || list.length < 2) return;
    const comparison = this.#layout?.columns[this.#list]?.column.comparison ?? "exact";
    for (const value of (list as readonly string[]).slice(1)) {
      this.#table.claim(comparisonKey(comparison, value), this.#row, this.#cellOf(this.#list, value));
    }
  }

  /** What is mended: without its last cells a row does not say which record it means by several fields together. */
  #fixes(): readonly Fix[] {
    const { fix = [] } = this.#request;
    return this.#kind.format.fallbackKey === undefined ? fix : fix.filter((one) => one !== "short-rows");
  }

  /** Whether the row ends before a column, and is mended. */
  #lacks = (i: number): boolean => this.#checker?.lacks(this.#layout?.columns[i]?.positions[0] ?? -1) === true;

  /** The cell, counted from 1, that contains a value of a column. */
  #cellOf(i: number, value: string): number {
    const positions = this.#layout?.columns[i]?.positions ?? [];
    return (positions.find((position) => this.#cells[position] === value) ?? positions[0] ?? -1) + 1;
  }
}

const CUSTOM = "custom:";

/** Sets are staged sorted: if one has several columns, the position of a value does not tell its cell. */
const isScattered = ({ set }: Column, positions: readonly number[]): boolean => set === true && positions.length > 1;

const isOrdered = ({ repeated, set }: Column): boolean => repeated === true && set !== true;

const byKey =
  (comparison: Comparison) =>
  (a: string, b: string): number =>
    comparisonKey(comparison, a) < comparisonKey(comparison, b) ? -1 : 1;

/** Number of names remembered as already passed on; beyond it they are passed on again, which is harmless. */
const REMEMBERED = 100_000;

/** A copy of the text: a cell is a slice that keeps the whole chunk of the file it was cut from alive. */
const detached = (value: string): string => Buffer.from(value).toString();

const indexOf = (layout: Layout, field: string): number =>
  layout.columns.findIndex(({ column }) => column.field === field);

const keyBinding =
  (i: number, comparison: Comparison): Binding =>
  (values) => {
    const value = first(values[i]);
    return value === null ? null : comparisonKey(comparison, value);
  };

/** A column beside a text. */
const besideBinding = (i: number, { column, sparse, of }: DerivedColumn): NamedBinding => ({
  name: column,
  sparse,
  bind: (values) => {
    const text = first(values[i]);
    return text === null ? null : of(text);
  },
});

/** True if no cell of a row has a key that is not its value. */
const isPlain = (values: readonly CellValue[], keyed: readonly KeyedCell[]): boolean => {
  for (const { at, comparison } of keyed) {
    const value = values[at];
    if (typeof value === "string") {
      if (!isOwnKey(comparison, value)) return false;
    } else if (value !== null && value !== undefined) {
      for (const one of value) if (!isOwnKey(comparison, one)) return false;
    }
  }
  return true;
};

/** The keys that are not the values themselves. */
const keysBinding =
  (keys: readonly NamedBinding[], keyed: readonly KeyedCell[]): Binding =>
  (values) => {
    if (isPlain(values, keyed)) return null;
    const found = keys.flatMap(({ name, bind }) => {
      const key = bind(values);
      return key === null ? [] : [[name, key] as const];
    });
    return found.length === 0 ? null : JSON.stringify(Object.fromEntries(found));
  };

/** What stands in for a row's blank key, of the columns at hand. */
const standInBinding = (layout: Layout, key: number, together: readonly string[]): Binding => {
  const columns = together.map((field) => indexOf(layout, field));
  return (values) => (isFilled(values[key]) ? null : standInKey(columns.map((i) => first(values[i]))));
};

/** The names of the secrets a row sets, never their values. */
const secretBinding = (layout: Layout): Binding | undefined => {
  const secrets = layout.columns.flatMap(({ column }, i) =>
    column.secret === true ? [{ i, field: column.field }] : [],
  );
  if (secrets.length === 0) return undefined;
  return (values) => {
    const set = secrets.filter(({ i }) => isFilled(values[i])).map(({ field }) => field);
    return set.length === 0 ? null : JSON.stringify(set);
  };
};

/**
 * The row's custom fields as a JSON object keyed by the tenant's number of the field; null clears, a kept blank is left
 * out. If absent columns clear, so are the fields whose column the file lacks.
 */
const customBinding = (
  layout: Layout,
  { blank, missingColumns }: PlanRequest,
  lacks: (i: number) => boolean,
): Binding | undefined => {
  const lacking = layout.absent
    .filter(({ field }) => missingColumns === "clear" && field.startsWith(CUSTOM))
    .map(({ field }) => [field.slice(CUSTOM.length), null] as const);
  const fields = layout.columns.flatMap(({ column }, i) =>
    column.field.startsWith(CUSTOM) ? [{ i, id: column.field.slice(CUSTOM.length) }] : [],
  );
  if (fields.length === 0) return undefined;
  return (values) => {
    const entries = fields.filter(({ i }) => !lacks(i)).map(({ i, id }) => [id, first(values[i])] as const);
    const present = blank === "keep" ? entries.filter(([, value]) => value !== null) : entries;
    return JSON.stringify(Object.fromEntries([...present, ...lacking]));
  };
};
