import { readHeader, type HeaderOptions } from "../../csv/layout/header.ts";
import { FIRST_ROW, type HeaderPlace, type Layout } from "../../csv/layout/layout.ts";
import type { StoredRequest } from "../ledger/import-request.ts";
import type { RecordProblem, RecordSink, CellUnits } from "../../csv/records/record.ts";
import type { CharacterScan } from "../../csv/layout/character-scan.ts";
import { hashValue, UniqueValues, ValueHashes } from "../../csv/layout/unique.ts";
import { isBlank, RowChecker, type CellValue } from "../../csv/layout/rows.ts";
import { comparisonKey, createKeyComparator, looseKey, type Comparison } from "../../model/normalise.ts";
import { createFileProblem, type Problem } from "../../model/problem.ts";
import type { Column } from "../../derived/format.ts";
import { ANY_NAME_HEADER } from "../../derived/naming.ts";
import {
  KEYS_COLUMN,
  resolveKindKey,
  ORIGINAL_KEY_ENTRY,
  type DerivedColumn,
  type ImportedField,
  type KindDefinition,
} from "../ledger/kinds.ts";
import type { StagedFile } from "../ledger/import-rows.ts";
import type { StagingTable } from "./staging.ts";

type ColumnBinding = (values: readonly CellValue[]) => string | null;

interface NamedBinding {
  readonly name: string;
  readonly bind: ColumnBinding;
  readonly sparse?: boolean | undefined;
}

const getFirstValue = (value: CellValue | undefined): string | null => {
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? value : (value[0] ?? null);
};

export class Stager implements RecordSink {
  readonly #kind: KindDefinition;
  readonly #request: StoredRequest;
  readonly #options: HeaderOptions;
  readonly #table: StagingTable;
  readonly #referred = new Map<string, Set<string>>();
  #hashes: readonly ValueHashes[] = [];
  #unique: UniqueValues | undefined;
  #isMended = false;
  #layout: Layout | undefined;
  #checker: RowChecker | undefined;
  #columns: readonly NamedBinding[] = [];
  #list = -1;
  #rows = 0;
  #row = 0;
  #cells: readonly string[] = [];

  constructor(kind: KindDefinition, request: StoredRequest, options: HeaderOptions, table: StagingTable) {
    this.#kind = kind;
    this.#request = request;
    this.#options = { ...options, key: resolveKindKey(kind, request.key).field, fromConsole: request.fromConsole };
    this.#table = table;
    if (request.lines === true) this.#open([ANY_NAME_HEADER], NO_HEADER_ROW);
  }

  get #selects(): boolean {
    return this.#request.selects === true;
  }

  record(cells: readonly string[], count: number, row: number, line: number, _sound = true, units?: CellUnits): void {
    if (this.#checker === undefined) {
      this.#open(cells.slice(0, count), { row, line });
      return;
    }
    const isOmitted = this.#checker.skips(cells, count, row, line);
    const { state } = this.#checker;
    if (isOmitted && this.#request.mode === "replace") this.#keepSkipped(cells);
    if (isOmitted && !(this.#selects && state === "second")) return;
    this.#rows += 1;
    if (this.#layout?.headers.length === 0) return;
    // if there are no cells, the reader has already reported the reason
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
    this.#unique?.forEach(this.#checker, this.#hash);
    if (this.#list >= 0) this.#claimFurther(values[this.#list]);
  }

  problem(problem: RecordProblem): void {
    if (this.#layout?.headers.length === 0) return;
    const header = this.#layout?.headers[problem.column - 1] ?? "";
    const found = { ...problem, header };
    if (this.#checker === undefined) this.#report(found);
    else this.#checker.noteReaderProblem(found);
  }

  /** Must be called after the last record. Returns the description of the file, without encoding and hash. */
  end(): Omit<StagedFile, "encoding" | "inputSha256"> {
    const isEmpty = this.#layout === undefined;
    if (isEmpty) {
      this.#report(createFileProblem("file-empty"));
      this.#open([], FIRST_ROW);
    }
    for (const [at, hashes] of this.#hashes.entries())
      if (hashes.countRepeated() > 0) this.#table.note(this.#nameUnique(at));
    if (this.#isMended) this.#table.note(ORIGINAL_KEY_ENTRY);
    const problems = this.#checker?.tally.problems() ?? [];
    const skipped = problems.filter(({ code }) => code === "row-skipped");
    const left = problems.find(({ code }) => code === "row-left");
    for (const problem of problems) {
      // a selection finds the records also without zeros
      const isSettled = problem === left || (this.#selects && problem.code === "value-short");
      if (!isSettled && !skipped.includes(problem)) this.#report(problem);
    }
    const layout = this.#layout;
    const hasRows = this.#rows > 0 || skipped.length > 0 || left !== undefined;
    // an export has no rows if the console has no records
    if (!hasRows && !isEmpty && layout?.headers.length !== 0 && this.#request.fromConsole !== true)
      this.#report(createFileProblem("file-no-rows"));
    const columns = layout?.columns ?? [];
    return {
      headerRow: layout?.place.row ?? 1,
      rows: this.#rows,
      skipped: skipped.map(({ params: { header, value, count } }) => ({
        header: String(header),
        value: String(value),
        count: Number(count),
      })),
      left: Number(left?.params["count"] ?? 0),
      header: layout?.headers ?? [],
      staged: this.#stagedFields(),
      places: columns.map(({ column, header, positions }) => ({
        field: column.field,
        column: (positions[0] ?? -1) + 1,
        header,
        ...(column.set === true && positions.length > 1 ? { cells: positions.map((position) => position + 1) } : {}),
        ...(column.repeated === true && column.set !== true ? { times: Math.max(positions.length, 1) } : {}),
      })),
      absentColumns: (layout?.absent ?? []).map(({ header }) => header),
      unknownColumns: (layout?.unknown ?? []).map((position) => layout?.headers[position] ?? ""),
    };
  }

  #keepSkipped(cells: readonly string[]): void {
    const { keys, fields } = this.#kind;
    for (const { column, positions } of this.#layout?.columns ?? []) {
      const isKey =
        keys.some(({ field }) => field === column.field) ||
        fields.some((one) => one.field === column.field && one.unique);
      for (const position of isKey ? positions : []) {
        const { [position]: cell = "" } = cells;
        if (cell.trim() !== "") this.#table.skip(column.field, looseKey(cell));
      }
    }
  }

  #report = (problem: Problem): void => {
    this.#table.problem(problem);
  };

  #open(headers: readonly string[], place: HeaderPlace): void {
    const { layout, problems } = readHeader(headers, this.#kind.format, this.#options, place);
    if (headers.length > 0) for (const problem of problems) this.#report(problem);
    this.#layout = layout;
    const { blank, fromConsole, allow, today = "", on } = this.#request;
    // in a selection, cells of a row that is not selected need not be valid, but for those that decide about it
    const report = (problem: Problem): void => {
      const isSelected = !this.#selects || this.#checker?.state === "left";
      if (isSelected || problem.code === "leaving-unknown") this.#report(problem);
    };
    this.#checker = new RowChecker(layout, report, {
      blank,
      days: { today, on },
      selects: this.#selects,
      // the console exports error values as text
      allowErrorValues: fromConsole === true || allow?.includes("error-values") === true,
      fromConsole,
    });
    this.#columns = this.#bindings(layout);
    this.#table.open(this.#columns.map(({ name }) => name));
    if (this.#selects) {
      if (layout.columns.length === 0)
        this.#report(createFileProblem("header-missing", { header: layout.format.columns[0]?.header ?? "" }));
      return;
    }
    this.#unique = new UniqueValues(layout);
    this.#hashes = this.#unique.all.map(() => new ValueHashes());
    const list = this.#kind.fields.find(({ unique, merge }) => unique && merge === "list");
    if (list !== undefined) this.#list = findColumnIndex(layout, list.field);
  }

  #stagedFields(): readonly string[] {
    const fields = (this.#layout?.columns ?? []).map(({ column }) => column.field);
    const own = fields.filter((field) => !field.startsWith(CUSTOM_PREFIX));
    const { fields: ofThing } = this.#kind.format.thing;
    const isSet = ({ short }: ImportedField): boolean =>
      this.#layout?.columns.some(({ column }) => ofThing[column.sets]?.short === short) === true;
    const resolved = this.#kind.fields.filter((field) => field.resolved && isSet(field)).map(({ field }) => field);
    return [...own, ...resolved, ...(own.length === fields.length ? [] : ["custom"])];
  }

  #bindings(layout: Layout): readonly NamedBinding[] {
    const bindings = new Map<string, ColumnBinding>();
    const keys: NamedBinding[] = [];
    const key = findColumnIndex(layout, layout.key);
    const comparison = layout.columns[key]?.column.comparison ?? "exact";
    bindings.set(
      "key",
      createFirstBinding(key, (value) => comparisonKey(comparison, value)),
    );
    for (const [i, { column }] of layout.columns.entries()) {
      if (column.secret === true || column.field.startsWith(CUSTOM_PREFIX)) continue;
      const field = this.#kind.fields.find((imported) => imported.field === column.field);
      for (const { name, bind, sparse } of this.#valueBindings(i, column, field)) {
        if (sparse === true) keys.push({ name, bind });
        else bindings.set(name, bind);
      }
    }
    for (const { field, resolved } of this.#kind.fields) if (resolved) bindings.set(field, () => null);
    const bindKeys = createKeysBinding(keys);
    bindings.set(KEYS_COLUMN, (values) => this.#withMended(bindKeys(values), comparison));
    const secrets = createSecretBinding(layout, this.#request.generatePasswords === true);
    if (secrets !== undefined) bindings.set("secrets", secrets);
    if (this.#selects) bindings.set("state", () => this.#checker?.state ?? null);
    const custom = createCustomBinding(layout, this.#request);
    if (custom !== undefined) bindings.set("custom", custom);
    return [...bindings].map(([name, bind]) => ({ name, bind }));
  }

  #hash = (at: number, value: string, look: CharacterScan | undefined): void => {
    this.#hashes[at]?.add(hashValue(value, this.#unique?.all[at]?.comparison ?? "exact", look));
  };

  #nameUnique(at: number): string {
    const { column = -1, others, isKey } = this.#unique?.all[at] ?? {};
    if (others !== undefined) return "standIn";
    return isKey === true ? "key" : (this.#layout?.columns[column]?.column.field ?? "");
  }

  #withMended(keys: string | null, comparison: Comparison): string | null {
    const { uncorrectedKey } = this.#checker ?? {};
    if (uncorrectedKey === undefined) return keys;
    this.#isMended = true;
    return JSON.stringify({
      ...JSON.parse(keys ?? "{}"),
      [ORIGINAL_KEY_ENTRY]: comparisonKey(comparison, uncorrectedKey),
    });
  }

  #valueBindings(i: number, column: Column, field: ImportedField | undefined): readonly NamedBinding[] {
    const value = (values: readonly CellValue[]): string | null => getFirstValue(values[i]);
    const own = { name: column.field, bind: value };
    if (field === undefined) return [own];
    if (field.merge === "list") return this.#listBindings(i, field);
    if (field.merge === "reference") return this.#referenceBindings(i, field);
    return [own, ...field.beside.map((one) => createDerivedBinding(i, one))];
  }

  #listBindings(i: number, { field, comparison, set, refers, short, beside }: ImportedField): readonly NamedBinding[] {
    const blank = this.#request.blank === "keep" ? null : "[]";
    const listed = (values: readonly CellValue[]): readonly string[] => {
      const list = values[i];
      if (!Array.isArray(list)) return [];
      return set ? (list as readonly string[]).toSorted(createKeyComparator(comparison)) : (list as readonly string[]);
    };
    const bind: ColumnBinding = (values) => {
      const list = listed(values);
      if (list.length === 0) return blank;
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

  #referenceBindings(i: number, { field, comparison, short, beside }: ImportedField): readonly NamedBinding[] {
    const bind: ColumnBinding = (values) => {
      const name = getFirstValue(values[i]);
      if (name !== null) this.#refer(short, comparisonKey(comparison, name), name, i);
      return name;
    };
    return [{ name: field, bind }, ...beside.map((one) => createDerivedBinding(i, one))];
  }

  #refer(what: string, key: string, value: string, i: number): void {
    const known = this.#referred.get(what) ?? new Set();
    if (known.has(key)) return;
    if (known.size < MAX_REMEMBERED_NAMES) this.#referred.set(what, known.add(Buffer.from(key).toString()));
    this.#table.refer(what, key, value, { row: this.#row, col: this.#cellOf(i, value) });
  }

  #claimFurther(list: CellValue | undefined): void {
    if (!Array.isArray(list) || list.length < 2) return;
    const comparison = this.#layout?.columns[this.#list]?.column.comparison ?? "exact";
    for (const value of (list as readonly string[]).slice(1))
      this.#table.claim(comparisonKey(comparison, value), this.#row, this.#cellOf(this.#list, value));
  }

  #cellOf(i: number, value: string): number {
    const positions = this.#layout?.columns[i]?.positions ?? [];
    return (positions.find((position) => this.#cells[position] === value) ?? positions[0] ?? -1) + 1;
  }
}

const NO_HEADER_ROW: HeaderPlace = { row: 0, line: 0 };

const CUSTOM_PREFIX = "custom:";

/** Maximum number of names or keys of other records to remember. A remembered one is not passed on again. */
const MAX_REMEMBERED_NAMES = 100_000;

const findColumnIndex = (layout: Layout, field: string): number =>
  layout.columns.findIndex(({ column }) => column.field === field);

const createFirstBinding =
  (i: number, of: (value: string) => string | null): ColumnBinding =>
  (values) => {
    const value = getFirstValue(values[i]);
    return value === null ? null : of(value);
  };

const createDerivedBinding = (i: number, { column, sparse, of }: DerivedColumn): NamedBinding => ({
  name: column,
  sparse,
  bind: createFirstBinding(i, of),
});

const createKeysBinding =
  (keys: readonly NamedBinding[]): ColumnBinding =>
  (values) => {
    const found = keys.flatMap(({ name, bind }) => {
      const key = bind(values);
      return key === null ? [] : [[name, key] as const];
    });
    return found.length === 0 ? null : JSON.stringify(Object.fromEntries(found));
  };

const createSecretBinding = (layout: Layout, isGenerated: boolean): ColumnBinding | undefined => {
  const secrets = layout.columns.flatMap(({ column }, i) =>
    column.secret === true ? [{ i, field: column.field }] : [],
  );
  if (secrets.length === 0 && !isGenerated) return undefined;
  return (values) => {
    const set = secrets.filter(({ i }) => !isBlank(values[i])).map(({ field }) => field);
    return set.length === 0 ? null : JSON.stringify(set);
  };
};

/** Binds custom fields to JSON by number. Null clears a field; a cell that keeps the value is left out. */
const createCustomBinding = (layout: Layout, { blank }: StoredRequest): ColumnBinding | undefined => {
  const fields = layout.columns.flatMap(({ column }, i) =>
    column.field.startsWith(CUSTOM_PREFIX) ? [{ i, id: column.field.slice(CUSTOM_PREFIX.length) }] : [],
  );
  if (fields.length === 0) return undefined;
  return (values) => {
    const entries = fields.map(({ i, id }) => [id, getFirstValue(values[i])] as const);
    const present = blank === "keep" ? entries.filter(([, value]) => value !== null) : entries;
    return JSON.stringify(Object.fromEntries(present));
  };
};
