import { readHeader, type HeaderOptions } from "../csv/layout/header.ts";
import type { Layout } from "../csv/layout/layout.ts";
import type { RecordProblem, RecordSink } from "../csv/records/record.ts";
import { RowChecker, type CellValue } from "../csv/layout/rows.ts";
import { codeKey, comparisonKey, emailKey, nameKey, type Comparison } from "../model/normalise.ts";
import { fileProblem, severityOf, type Problem } from "../model/problem.ts";
import { fieldOfKey, type RecordKind } from "./kind.ts";
import type { PlanRequest, StagedFile } from "./plan.ts";

/**
 * Receives checked rows, in the file's order. A claim is a value, besides the row's key, that only one record of
 * the tenant may have. No value passed here is a secret.
 */
export interface StagingTable {
  /** called once, before the first row: the columns of `values` */
  open(columns: readonly string[]): void;
  add(row: number, line: number, values: readonly (string | null)[]): void;
  /** another mail address of a row, in the cell `col` (counted from 1) */
  claim(key: string, row: number, col: number): void;
  /** an organisation's code, or a group's name, at its first occurrence */
  refer(what: "org" | "group", key: string, value: string, at: { readonly row: number; readonly col: number }): void;
  problem(problem: Problem, severity: "error" | "warning"): void;
}

/** Derives the value of one staged column from a checked row. */
type Binding = (values: readonly CellValue[]) => string | null;

const isFilled = (value: CellValue | undefined): boolean => value !== undefined && value !== null && value.length > 0;

const first = (value: CellValue | undefined): string | null => {
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? value : (value[0] ?? null);
};

/** Receives the records of an input file: reads the header, checks each row, and stages what is to be compared. */
export class Stager implements RecordSink {
  readonly #kind: RecordKind;
  readonly #request: PlanRequest;
  readonly #options: HeaderOptions;
  readonly #table: StagingTable;
  readonly #referred = { org: new Set<string>(), group: new Set<string>() };
  #layout: Layout | undefined;
  #checker: RowChecker | undefined;
  #columns: readonly { readonly name: string; readonly bind: Binding }[] = [];
  #emails = -1;
  #rows = 0;
  /** the record being staged */
  #row = 0;
  #cells: readonly string[] = [];

  constructor(kind: RecordKind, request: PlanRequest, options: HeaderOptions, table: StagingTable) {
    this.#kind = kind;
    this.#request = request;
    this.#options = { ...options, key: fieldOfKey(kind, request.key) };
    this.#table = table;
  }

  record(cells: readonly string[], count: number, row: number, line: number): void {
    if (this.#checker === undefined) {
      this.#open(cells.slice(0, count));
      return;
    }
    this.#rows += 1;
    if (this.#layout?.headers.length === 0) return;
    // the reader has already reported why a record has no cells
    if (count > 0) this.#checker.check(cells, count, row, line);
    this.#row = row;
    this.#cells = cells;
    const complete = count === this.#layout?.headers.length;
    const { values } = this.#checker;
    this.#table.add(
      row,
      line,
      this.#columns.map(({ bind }) => (complete ? bind(values) : null)),
    );
    if (complete && this.#emails >= 0) this.#claimEmails(values[this.#emails]);
  }

  problem(problem: RecordProblem): void {
    // without a readable header nothing can be checked
    if (this.#layout?.headers.length === 0) return;
    const header = this.#layout?.headers[problem.column - 1] ?? "";
    this.#report({ ...problem, header });
    this.#checker?.noteDamage(problem.column);
  }

  /** Call after the last record: the description of the file, except for its bytes. */
  end(): Omit<StagedFile, "encoding" | "sha256" | "bytes"> {
    if (this.#layout === undefined) this.#report(fileProblem("file-empty"));
    else if (this.#rows === 0 && this.#layout.headers.length > 0) this.#report(fileProblem("file-no-rows"));
    if (this.#layout === undefined) this.#open([]);
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
        ...(isScattered(column.field, positions) ? { cells: positions.map((position) => position + 1) } : {}),
      })),
      absentColumns: (layout?.absent ?? []).map(({ header }) => header),
      unknownColumns: (layout?.unknown ?? []).map((position) => layout?.headers[position] ?? ""),
    };
  }

  #report = (problem: Problem): void => {
    this.#table.problem(problem, severityOf(problem.code));
  };

  #open(headers: readonly string[]): void {
    const { layout, problems } = readHeader(headers, this.#kind.format, this.#options);
    if (headers.length > 0) for (const problem of problems) this.#report(problem);
    this.#layout = layout;
    this.#checker = new RowChecker(layout, this.#report, { blank: this.#request.blank });
    this.#columns = this.#bindings(layout);
    if (this.#kind.format.name === "users") this.#emails = indexOf(layout, "emails");
    this.#table.open(this.#columns.map(({ name }) => name));
  }

  #stagedFields(): readonly string[] {
    const fields = (this.#layout?.columns ?? []).map(({ column }) => column.field);
    const own = fields.filter((field) => !field.startsWith(CUSTOM));
    return own.length === fields.length ? own : [...own, "custom"];
  }

  #bindings(layout: Layout): readonly { readonly name: string; readonly bind: Binding }[] {
    const bindings = new Map<string, Binding>();
    const key = indexOf(layout, layout.key);
    const comparison = layout.columns[key]?.column.comparison ?? "exact";
    bindings.set("key", keyBinding(key, comparison));
    const { format } = this.#kind;
    if (format.name === "users" && layout.key !== "emails" && indexOf(layout, "emails") >= 0) {
      bindings.set("emailKey", keyBinding(indexOf(layout, "emails"), "mail-address"));
    }
    for (const [i, { column, positions }] of layout.columns.entries()) {
      if (column.secret === true || column.field.startsWith(CUSTOM)) continue;
      if (column.field === "accountName") bindings.set("accountKey", keyBinding(i, "code"));
      if (isScattered(column.field, positions)) bindings.set("groupCells", this.#cellsBinding(i));
      if (column.field === "orgCode") bindings.set("orgKey", this.#orgBinding(i));
      bindings.set(column.field, column.repeated === true ? this.#listBinding(i, column.field) : (v) => first(v[i]));
    }
    const secrets = secretBinding(layout);
    if (secrets !== undefined) bindings.set("secrets", secrets);
    const custom = customBinding(layout, this.#request);
    if (custom !== undefined) bindings.set("custom", custom);
    return [...bindings].map(([name, bind]) => ({ name, bind }));
  }

  /** A list as JSON; a blank one is null if blanks keep what is stored. Groups are a set, sorted by folded name. */
  #listBinding(i: number, field: string): Binding {
    const keeps = this.#request.blank === "keep";
    return (values) => {
      const list = values[i];
      if (!Array.isArray(list) || list.length === 0) return keeps ? null : "[]";
      if (field !== "groups") return JSON.stringify(list);
      for (const name of list as readonly string[]) this.#refer("group", nameKey(name), name, i);
      return JSON.stringify((list as readonly string[]).toSorted(byNameKey));
    };
  }

  /** The cell numbers of a row's groups, in staging order; null if that is the file's order and none is blank. */
  #cellsBinding(i: number): Binding {
    return (values) => {
      const list = values[i];
      if (!Array.isArray(list) || list.length === 0) return null;
      const positions = this.#layout?.columns[i]?.positions ?? [];
      const free = new Set(positions);
      const cells = (list as readonly string[]).toSorted(byNameKey).map((name) => {
        const position = positions.find((at) => free.has(at) && this.#cells[at] === name) ?? positions[0] ?? -1;
        free.delete(position);
        return position + 1;
      });
      return cells.every((cell, at) => cell === (positions[at] ?? -1) + 1) ? null : JSON.stringify(cells);
    };
  }

  #orgBinding(i: number): Binding {
    const keys = new Map<string, string>();
    return (values) => {
      const code = first(values[i]);
      if (code === null) return null;
      const known = keys.get(code);
      if (known !== undefined) return known;
      const key = codeKey(code);
      if (keys.size < REMEMBERED) keys.set(detached(code), detached(key));
      this.#refer("org", key, code, i);
      return key;
    };
  }

  #refer(what: "org" | "group", key: string, value: string, i: number): void {
    const known = this.#referred[what];
    if (known.has(key)) return;
    if (known.size < REMEMBERED) known.add(detached(key));
    this.#table.refer(what, key, value, { row: this.#row, col: this.#cellOf(i, value) });
  }

  #claimEmails(value: CellValue | undefined): void {
    if (!Array.isArray(value) || value.length < 2) return;
    for (const email of (value as readonly string[]).slice(1)) {
      this.#table.claim(emailKey(email), this.#row, this.#cellOf(this.#emails, email));
    }
  }

  /** The cell, counted from 1, that contains a value of a column. */
  #cellOf(i: number, value: string): number {
    const positions = this.#layout?.columns[i]?.positions ?? [];
    return (positions.find((position) => this.#cells[position] === value) ?? positions[0] ?? -1) + 1;
  }
}

const CUSTOM = "custom:";

/** Groups are staged sorted: if they have several columns, a group's position does not tell its cell. */
const isScattered = (field: string, positions: readonly number[]): boolean =>
  field === "groups" && positions.length > 1;

const byNameKey = (a: string, b: string): number => (nameKey(a) < nameKey(b) ? -1 : 1);

/** Number of codes and names remembered as already passed on; beyond it they are passed on again, which is harmless. */
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
const customBinding = (layout: Layout, { blank, absent }: PlanRequest): Binding | undefined => {
  const lacking = layout.absent
    .filter(({ field }) => absent === "clear" && field.startsWith(CUSTOM))
    .map(({ field }) => [field.slice(CUSTOM.length), null] as const);
  const fields = layout.columns.flatMap(({ column }, i) =>
    column.field.startsWith(CUSTOM) ? [{ i, id: column.field.slice(CUSTOM.length) }] : [],
  );
  if (fields.length === 0) return undefined;
  return (values) => {
    const entries = fields.map(({ i, id }) => [id, first(values[i])] as const);
    const present = blank === "keep" ? entries.filter(([, value]) => value !== null) : entries;
    return JSON.stringify(Object.fromEntries([...present, ...lacking]));
  };
};
