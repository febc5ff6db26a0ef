import { comparisonKey } from "../../model/normalise.ts";
import type { Problem, ProblemCode, ProblemParams } from "../../model/problem.ts";
import type { CellUnits } from "../records/units.ts";
import { severityOf } from "../../model/problem.ts";
import { canonicalValue, faultsOf, isUnlimited } from "../../model/rules.ts";
import type { ValueRule } from "../../model/value-rule.ts";
import { isKeptOfConsole, valueFaults, withoutHidden } from "../../model/value.ts";
import type { Column } from "../../model/format.ts";
import type { Layout, LayoutColumn } from "./layout.ts";
import type { Fix } from "../../model/import.ts";
import { isPlainAddress, CharacterScan, lookAt, lookAtText } from "./look.ts";
import { blanksIn, mendOf, scrutinyOf, suspicionOf, type Scrutiny } from "./suspect.ts";
import { Tally } from "./tally.ts";
import { shownValue } from "../../model/cell-text.ts";

/** A column's value in one row: canonical text, null for blank, a list for a repeated column. */
export type CellValue = string | null | readonly string[];

/** Options for checking the rows of a file. */
export interface RowOptions {
  /** `keep`: a blank cell leaves the stored value as it is, so only the key of a row is required */
  readonly blank?: "clear" | "keep" | undefined;
  /** what is mended before it is checked; each change is a warning */
  readonly fix?: readonly Fix[] | undefined;
  /** `#N/A` and the like are text */
  readonly allowErrorValues?: boolean | undefined;
  /** the file is the console's own export: what no other file may have stays as it is */
  readonly fromConsole?: boolean | undefined;
}

const NO_PARAMS: ProblemParams = {};

/** One column with everything the check of a cell needs, looked up in advance. */
interface CellCheck {
  readonly column: Column;
  readonly of: ValueRule;
  /** how its values are judged in a record that the reader found nothing in, or of which it may not know */
  readonly judged: CheckDepth;
  /** no value can violate its rule, but for what it is held to besides */
  readonly free: boolean;
  readonly scrutiny: Scrutiny;
  /** it holds codes or mail addresses: their characters are looked at */
  readonly looked: boolean;
  readonly mend: ((value: string) => string) | undefined;
  readonly positions: readonly number[];
  /** the only position; -1 if the value comes from the map or the column is repeated */
  readonly position: number;
  readonly fallback: string | null;
  readonly required: boolean;
  /** the values of a repeated column, refilled by each row */
  readonly list: string[] | undefined;
  /** looks at its values, if it is a code or mail address; refilled like them */
  readonly looks: CharacterScan[];
}

/**
 * Which values of a column are held to what: none to anything, where its rule allows all; those to the rule that are not
 * plainly mail addresses; all to the rule; or all to everything that a value is held to.
 */
type CheckDepth = "never" | "unless-plain-address" | "by-rule" | "by-all";

const UNLOOKED: ReadonlySet<Scrutiny> = new Set(["text", "none"]);

const judgedOf = (column: Column): CheckDepth => {
  if (isUnlimited(column.value.rule)) return "never";
  return scrutinyOf(column) === "mail" ? "unless-plain-address" : "by-rule";
};

const cellOf = (
  { column, positions, fallback }: LayoutColumn,
  { blank = "clear", fix = [] }: RowOptions,
): CellCheck => ({
  column,
  of: column.value,
  judged: judgedOf(column),
  free: isUnlimited(column.value.rule),
  scrutiny: scrutinyOf(column),
  looked: !UNLOOKED.has(scrutinyOf(column)),
  mend: mendOf(column, fix),
  positions,
  position: column.repeated === true ? -1 : (positions[0] ?? -1),
  fallback: fallback === null ? null : canonicalValue(column.value.rule, fallback),
  required: column.required === "always" && blank === "clear",
  list: column.repeated === true ? [] : undefined,
  looks: [],
});

/** How a cell is checked in a record that may have characters nobody sees, several lines, or more than is allowed. */
const suspectOf = (cell: CellCheck, { fix = [] }: RowOptions): CellCheck => {
  const { of, mend } = cell;
  const removes = fix.includes("invisible") && !of.secret;
  const mendAll = (value: string): string => {
    const seen = withoutHidden(of, value);
    return mend?.(seen) ?? seen;
  };
  return { ...cell, judged: "by-all", mend: removes ? mendAll : mend };
};

/**
 * Checks the rows of a file cell by cell and gives their values in canonical form. Checks that need other rows or the
 * tenant are made elsewhere.
 */
export class RowChecker {
  /** The values of the row checked last, parallel to {@link Layout.columns}; overwritten by the next row. */
  readonly values: CellValue[];
  /** Looks at those that are codes or mail addresses, a list for each column; valid as long as they are. */
  readonly looks: readonly (readonly CharacterScan[])[];
  /** number of cells a record must have */
  readonly width: number;
  /** what is told once at the end of the file */
  readonly tally: Tally;
  /** Whether the cells of the row checked last could be assigned to columns: if not, {@link values} are not its own. */
  complete = false;
  /** number of cells of the row checked last, if it is short and that is mended: those it lacks count as absent */
  shortAt: number | undefined;
  /** the key of the row checked last as it is in the file, if it was mended */
  unmendedKey: string | undefined;
  readonly #layout: Layout;
  readonly #cells: readonly CellCheck[];
  /** the same for records that the reader suspects */
  readonly #suspects: readonly CellCheck[];
  readonly #report: (problem: Problem) => void;
  readonly #unnamed: readonly number[];
  readonly #fillsShort: boolean;
  readonly #allowsErrorValues: boolean;
  readonly #isOfConsole: boolean;
  readonly #key: number;
  /** the column that is required when the key is blank; -1 if nothing else can identify a record */
  readonly #fallbackKey: number;
  #row = 0;
  #line = 0;
  #units: CellUnits | undefined;
  #good = true;
  /** the reader has seen characters in the next record that nobody sees */
  #hasHidden = false;
  /** cells of the next record, counted from 1, with invalid bytes or quotes: further problems in them are noise */
  readonly #damaged: number[] = [];

  constructor(layout: Layout, report: (problem: Problem) => void, options: RowOptions = {}) {
    const { columns, format, key } = layout;
    this.#layout = layout;
    this.width = layout.headers.length;
    this.#unnamed = layout.unnamed;
    this.tally = new Tally(layout.unnamed.length);
    this.#fillsShort = options.fix?.includes("short-rows") === true;
    this.#allowsErrorValues = options.allowErrorValues === true;
    this.#isOfConsole = options.fromConsole === true;
    this.#report = report;
    this.#cells = columns.map((column) => cellOf(column, options));
    this.#suspects = this.#cells.map((cell) => suspectOf(cell, options));
    this.looks = this.#cells.map(({ looks }) => looks);
    this.#key = columns.findIndex(({ column }) => column.field === key);
    this.#fallbackKey =
      key === format.key
        ? columns.findIndex(({ column }) => column.required === "always" && format.fallbackKey?.includes(column.field))
        : -1;
    this.values = columns.map(({ column, positions, constant, fallback }, i) => {
      const value = constant ?? fallback;
      const canonical = value === null ? null : canonicalValue(column.value.rule, value);
      const list = this.#cells[i]?.list;
      if (list === undefined) return canonical;
      return canonical === null || positions.length > 0 ? list : [canonical];
    });
  }

  /**
   * Notes a problem that the reader has found in the next record: the content of its cell is not checked. A warning is
   * told at the end; characters that nobody sees are looked for in the cells.
   *
   * @returns true if it is to be reported now
   */
  noteFound(problem: Problem): boolean {
    if (problem.code === "character-invisible") {
      this.#hasHidden = true;
      return false;
    }
    if (severityOf(problem.code) === "warning") {
      this.tally.note(problem);
      return false;
    }
    this.#damaged.push(problem.column);
    return true;
  }

  /** Counts a record whose every cell is blank. @returns false if it has to be checked */
  skips(cells: readonly string[], count: number, row: number, line: number): boolean {
    if (this.#damaged.length > 0 || !isBlankRecord(cells, 0, count)) return false;
    this.#hasHidden = false;
    this.tally.note({ code: "row-blank", row, line, column: 0, header: "", params: NO_PARAMS });
    return true;
  }

  /**
   * Checks one record and refills {@link values}. A record with too few cells, or more that are not blank, gets no
   * values, because its cells cannot be assigned to columns; nor does the header where it stands again.
   *
   * @param row the record's number, counted from 1 (the header)
   * @param line the physical line it begins on
   * @param units where the cells are in the text, if there is one
   * @returns false if the row has a problem of severity error
   */
  check(cells: readonly string[], count: number, row: number, line: number, units?: CellUnits): boolean {
    const isSuspect = units === undefined || units.isSuspect || this.#hasHidden;
    this.#units = units;
    this.#hasHidden = false;
    this.#row = row;
    this.#line = line;
    this.#good = this.#damaged.length === 0;
    this.unmendedKey = undefined;
    this.shortAt = undefined;
    this.complete = this.#isComplete(cells, count);
    if (this.complete) {
      // what stands behind the end of a short record is an earlier one's
      const own = this.shortAt === undefined ? cells : cells.slice(0, count);
      this.#checkCells(isSuspect ? this.#suspects : this.#cells, own);
    }
    this.#damaged.length = 0;
    return this.#good;
  }

  /** Whether the row checked last ends before a cell, counted from 0, and is mended. */
  lacks(position: number): boolean {
    return this.shortAt !== undefined && position >= this.shortAt;
  }

  #isComplete(cells: readonly string[], count: number): boolean {
    const { headers } = this.#layout;
    const want = headers.length;
    if (count < want && !this.#fillsShort) this.#fault("cells-too-few", -1, { got: count, want });
    else if (count > want && !isBlankRecord(cells, want, count))
      this.#fault("cells-too-many", -1, { got: count, want });
    else if (isHeader(cells, headers)) this.#fault("header-again", -1, NO_PARAMS);
    else {
      if (count > want) this.#note("cells-surplus", -1);
      if (count < want) {
        this.#note("cells-lacking", -1);
        this.shortAt = count;
      }
      return true;
    }
    return false;
  }

  /** Returns whether the problem's cell is damaged, so that the problem means nothing. Position -1 stands for the whole row. */
  #isDamaged = (position: number): boolean => position >= 0 && this.#damaged.includes(position + 1);

  #note(code: ProblemCode, position: number, value?: string): void {
    if (this.#isDamaged(position)) return;
    this.tally.note(this.#noted(code, position, value));
  }

  #noted(code: ProblemCode, position: number, value?: string): Problem {
    const header = this.#layout.headers[position] ?? "";
    // copied: a cell is a slice that keeps the chunk of the file alive
    const params = value === undefined ? NO_PARAMS : { value: Buffer.from(shownValue(value)).toString() };
    return { code, row: this.#row, line: this.#line, column: position + 1, header, params };
  }

  #checkCells(columns: readonly CellCheck[], cells: readonly string[]): void {
    for (let i = 0; i < columns.length; i += 1) {
      const cell = columns[i];
      if (cell === undefined) break;
      if (cell.position >= 0) this.values[i] = this.#single(cell, cells[cell.position] ?? "");
      else if (cell.list !== undefined && cell.positions.length > 0)
        this.values[i] = this.#list(cell, cell.list, cells);
    }
    if (this.#unnamed.length > 0) this.#checkUnnamed(cells);
    this.#checkKey();
  }

  #checkUnnamed(cells: readonly string[]): void {
    for (const position of this.#unnamed) {
      if (!isBlankCell(cells[position] ?? "")) this.#note("header-blank", position);
    }
  }

  /** A cell's value as it is checked. */
  #mended(cell: CellCheck, value: string, position: number): string {
    const mended = cell.mend?.(value) ?? value;
    if (mended === value) return value;
    const [from, to] = [shownValue(value), shownValue(mended)];
    this.#fault("value-mended", position, { value: from, mended: to });
    if (cell.column === this.#cells[this.#key]?.column) this.unmendedKey ??= value;
    return mended;
  }

  #single(cell: CellCheck, written: string): string | null {
    const value = cell.mend === undefined ? written : this.#mended(cell, written, cell.position);
    if (value === "") {
      if (cell.fallback === null && cell.required && !this.lacks(cell.position))
        this.#fault("required", cell.position, NO_PARAMS);
      if (cell.fallback !== null && cell.looked) this.#look(cell, cell.fallback, -1, 0);
      return cell.fallback;
    }
    if (cell.required && isBlankCell(value)) {
      this.#fault("required", cell.position, NO_PARAMS);
      return null;
    }
    this.#judge(cell, value, cell.position, 0);
    return cell.free ? value : canonicalValue(cell.of.rule, value);
  }

  /** Reports what a value breaks, or else what has probably been done to it. */
  #judge(cell: CellCheck, value: string, position: number, at: number): void {
    const { judged, scrutiny } = cell;
    const seen = cell.looked ? this.#look(cell, value, position, at) : NO_LOOK;
    const isSure = judged === "never" || (judged === "unless-plain-address" && isPlainAddress(value, seen));
    if (!isSure && this.#isFaulty(cell, value, position)) return;
    const suspicion = suspicionOf(value, scrutiny, seen);
    if (suspicion !== undefined) this.#suspect(suspicion, cell.column, value, position);
  }

  /** Reports what has probably been done to a value. */
  #suspect(suspicion: ProblemCode, column: Column, value: string, position: number): void {
    if (suspicion === "value-error") {
      if (!this.#allowsErrorValues) this.#fault(suspicion, position, { value: shownValue(value) });
    } else if (suspicion === "value-blanks") this.#note(blanksIn(column), position, value);
    else if (suspicion !== "value-short") this.#note(suspicion, position, value);
    else if (!this.tally.countsDigits(position + 1, value))
      this.tally.noteDigits(this.#noted("value-short", position, value), value);
  }

  /** Reports what a value breaks. @returns whether it breaks something */
  #isFaulty({ of, judged }: CellCheck, value: string, position: number): boolean {
    const faults = judged === "by-all" ? valueFaults(of, value) : faultsOf(of.rule, value);
    for (const { code, params } of faults) {
      const told = of.secret ? params : { ...params, value: shownValue(value) };
      if (this.#isOfConsole && isKeptOfConsole(code))
        this.tally.note({ ...this.#noted("value-kept", position), params: { ...told, of: code } });
      else this.#fault(code, position, told);
    }
    return faults.length > 0;
  }

  /** Looks at a value of a code or mail address; `at` counts the column's values. @param position -1 if it is in no cell */
  #look({ looks, mend }: CellCheck, value: string, position: number, at: number): CharacterScan {
    const seen = (looks[at] ??= new CharacterScan());
    const units = mend === undefined ? this.#units : undefined;
    const start = units?.starts[position] ?? -1;
    if (units === undefined || start < 0) lookAtText(value, seen);
    else lookAt(units.all, start, start + value.length, seen);
    return seen;
  }

  #list(cell: CellCheck, list: string[], cells: readonly string[]): readonly string[] {
    list.length = 0;
    const { positions } = cell;
    for (let i = 0; i < positions.length; i += 1) {
      const position = positions[i] ?? -1;
      const value = this.#mended(cell, cells[position] ?? "", position);
      if (value === "") continue;
      this.#judge(cell, value, position, list.length);
      if (list.length === 0 || !holds(list, cell.column, value)) list.push(value);
    }
    if (list.length === 0 && cell.fallback !== null) {
      if (cell.looked) this.#look(cell, cell.fallback, -1, 0);
      list.push(cell.fallback);
    }
    const first = positions[0] ?? -1;
    if (list.length === 0 && cell.required && !this.lacks(first)) this.#fault("required", first, NO_PARAMS);
    return list;
  }

  /** Requires a key, or the fallback for a blank key. A required column has already reported its own absence. */
  #checkKey(): void {
    const key = this.#cells[this.#key];
    if (key === undefined || !isBlank(this.values[this.#key])) return;
    if (key.required && !this.lacks(key.positions[0] ?? -1)) return;
    const standIn = this.#cells[this.#fallbackKey];
    if (standIn !== undefined && (standIn.required || !isBlank(this.values[this.#fallbackKey]))) return;
    this.#fault("required", key.positions[0] ?? -1, NO_PARAMS);
  }

  #fault(code: ProblemCode, position: number, params: ProblemParams): void {
    if (severityOf(code) === "error") this.#good = false;
    if (this.#isDamaged(position)) return;
    const header = this.#layout.headers[position] ?? "";
    this.#report({ code, row: this.#row, line: this.#line, column: position + 1, header, params });
  }
}

const NO_LOOK = new CharacterScan();

/** True of nothing but white space, full-width blanks included. */
const isBlankCell = (value: string): boolean => {
  const first = value.charCodeAt(0);
  // most values are decided by their first character
  return !((first > 0x20 && first < 0x80) || (first > 0x3000 && first < 0xfeff)) && value.trim() === "";
};

const isBlankRecord = (cells: readonly string[], from: number, count: number): boolean => {
  for (let i = from; i < count; i += 1) if (!isBlankCell(cells[i] ?? "")) return false;
  return true;
};

/** True if a row has the header's cells. */
const isHeader = (cells: readonly string[], headers: readonly string[]): boolean =>
  cells[0]?.charCodeAt(0) === headers[0]?.charCodeAt(0) &&
  headers.every((header, at) => header === (cells[at] ?? "").trim());

const isBlank = (value: CellValue | undefined): boolean => value === undefined || value === null || value.length === 0;

const holds = (list: readonly string[], { comparison = "exact" }: Column, value: string): boolean => {
  const key = comparisonKey(comparison, value);
  return list.some((other) => comparisonKey(comparison, other) === key);
};
