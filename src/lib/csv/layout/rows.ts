import { comparisonKey, toLooseValue } from "../../model/normalise.ts";
import type { Problem, ProblemCode, ProblemParams } from "../../model/problem.ts";
import type { CellUnits } from "../records/record.ts";
import { looksLikePassword, toStoredValue, listRuleFaults, acceptsAnyText } from "../../model/rules.ts";
import { getProblemSeverity } from "../../model/problem.ts";
import { isWarningFromConsole, findValueFaults, removeHiddenCharacters } from "../../model/value.ts";
import type { Column } from "../../derived/format.ts";
import { formatOrgPath } from "../../nouns/organisation.ts";
import { DEEPEST_LEVEL, isOrgPathJoin, isOrgLevelJoin, LEVELS_ABOVE } from "./mapped-cells.ts";
import type { HeaderPlace, Layout, LayoutColumn } from "./layout.ts";
import { RowFilter, type RowFilterOptions, type RowOmission, type RowState } from "./row-filter.ts";
import { isBlankCell, isPlainAddress, CharacterScan, scanUnits, scanText } from "./character-scan.ts";
import {
  isRequiredName,
  createCorrector,
  needsCharacterScan,
  damageCheckKindOf,
  detectDamage,
} from "./value-damage.ts";
import { shortenText } from "../../text/index.ts";

/** A value is normalised text, null for a blank cell, or a list for a repeated column. */
export type CellValue = string | null | readonly string[];

export interface RowOptions extends RowFilterOptions {
  /** `keep` means that blank cells do not change stored values, so only the key is required */
  readonly blank?: "clear" | "keep" | undefined;
  readonly allowErrorValues?: boolean | undefined;
  /** true for a console export, in which no value is corrected and some errors are only warnings */
  readonly fromConsole?: boolean | undefined;
}

const NO_PARAMS: ProblemParams = {};

const BLANK_ROW: RowOmission = { code: "row-blank", column: 0, header: "", params: NO_PARAMS };

/** `unless-plain-address` accepts obviously valid addresses quickly. `by-all` also finds hidden characters. */
type CheckDepth = "never" | "unless-plain-address" | "by-rule" | "by-all";

const checkDepthOf = (column: Column): CheckDepth => {
  if (acceptsAnyText(column.value.rule)) return "never";
  return damageCheckKindOf(column) === "mail" ? "unless-plain-address" : "by-rule";
};

const createCellCheck = (
  { column, positions, joined, translations }: LayoutColumn,
  key: string,
  { blank = "clear", fromConsole }: RowOptions,
) => ({
  column,
  of: column.value,
  judged: checkDepthOf(column),
  free: acceptsAnyText(column.value.rule),
  scrutiny: damageCheckKindOf(column),
  looked: needsCharacterScan(damageCheckKindOf(column)),
  mend: fromConsole === true ? undefined : createCorrector(column, column.field === key),
  positions,
  /** position of the cell in the row; -1 if the column is repeated */
  position: column.repeated === true ? -1 : (positions[0] ?? -1),
  joined,
  translations,
  derived: joined !== undefined || translations !== undefined,
  required: column.required === "always" && blank === "clear",
  list: column.repeated === true ? new Array<string>() : undefined,
  looks: new Array<CharacterScan>(),
  /** true if the cell is asked about when it looks like a password */
  memo: fromConsole !== true && column.value.free && column.value.lines,
});

type CellCheck = Readonly<ReturnType<typeof createCellCheck>>;

/** Matches escape and text direction characters. Removing these would leave fragments or reversed text. */
const REORDERING_CHARACTERS = /[\u001b\u202d\u202e]/;

const createSuspectCellCheck = (cell: CellCheck, { fromConsole }: RowOptions): CellCheck => {
  const { of, mend } = cell;
  const mendAll = (value: string): string => {
    const seen = REORDERING_CHARACTERS.test(value) ? value : removeHiddenCharacters(of, value);
    return mend?.(seen) ?? seen;
  };
  return { ...cell, judged: "by-all", mend: of.secret || fromConsole === true ? undefined : mendAll };
};

export class RowChecker {
  /** Values of the row checked last, parallel to {@link Layout.columns}. The next row overwrites them. */
  readonly values: CellValue[];
  readonly looks: readonly (readonly CharacterScan[])[];
  readonly width: number;
  readonly tally: ProblemTally;
  complete = false;
  /** Key of the last row before its correction; undefined if the key needed no correction. */
  uncorrectedKey: string | undefined;
  readonly #layout: Layout;
  readonly #cells: readonly CellCheck[];
  readonly #suspects: readonly CellCheck[];
  readonly #report: (problem: Problem) => void;
  readonly #options: RowOptions;
  readonly #key: number;
  readonly #selection: RowFilter;
  readonly #fallbackKey: number;
  readonly #tree: CellCheck | undefined;
  #levels: readonly string[] = [];
  #levelsAbove: readonly string[] = [];
  #row = 0;
  #line = 0;
  #units: CellUnits | undefined;
  #good = true;
  #hasHidden = false;
  readonly #damage: Problem[] = [];

  constructor(layout: Layout, report: (problem: Problem) => void, options: RowOptions) {
    const { columns, format, key } = layout;
    this.#layout = layout;
    this.width = layout.headers.length;
    this.tally = new ProblemTally(layout.place);
    this.#selection = new RowFilter(layout, options);
    this.#options = options;
    this.#report = report;
    this.#cells = columns.map((column) => createCellCheck(column, key, options));
    this.#suspects = this.#cells.map((cell) => createSuspectCellCheck(cell, options));
    this.#tree = this.#cells.find(({ joined }) => isOrgLevelJoin(joined));
    this.looks = this.#cells.map(({ looks }) => looks);
    this.#key = columns.findIndex(({ column }) => column.field === key);
    this.#fallbackKey =
      key === format.key
        ? columns.findIndex(({ column }) => column.required === "always" && format.fallbackKey?.includes(column.field))
        : -1;
    this.values = this.#cells.map(({ list }) => list ?? null);
  }

  /** Stores an error until the record is read, because no errors are reported for skipped records. */
  noteReaderProblem(problem: Problem): void {
    if (problem.code === "character-invisible" || problem.code === "character-lost") this.#hasHidden = true;
    else if (getProblemSeverity(problem.code) === "warning") this.tally.note(problem);
    else if (problem.code !== "cell-merged" || !this.#mayBeMerged(problem.column - 1)) this.#damage.push(problem);
  }

  #mayBeMerged(position: number): boolean {
    return (
      this.#layout.unnamed.includes(position) ||
      this.#cells.some(
        ({ joined, positions }) =>
          isOrgPathJoin(joined) && positions.includes(position) && positions.includes(position - 1),
      )
    );
  }

  get state(): RowState {
    return this.#selection.state;
  }

  /** Returns true if the row is not a record, such as a blank row. @param count number of cells; 0 if unknown */
  skips(cells: readonly string[], count: number, row: number, line: number): boolean {
    if (this.#tree !== undefined) this.#takeLevels(this.#tree, cells);
    const omission = this.#findOmission(cells, count, (position) => {
      const params = { value: shortenText(cells[position] ?? "") };
      const header = this.#layout.headers[position] ?? "";
      this.#damage.push({ code: "leaving-unknown", row, line, column: position + 1, header, params });
    });
    if (omission === undefined) {
      for (const problem of this.#damage) this.#report(problem);
      if (count === 0) this.#damage.length = 0;
      return false;
    }
    this.tally.note({ row, line, ...omission });
    this.#damage.length = 0;
    this.#hasHidden = false;
    return true;
  }

  #findOmission(cells: readonly string[], count: number, report: (position: number) => void): RowOmission | undefined {
    if (count === 0) return undefined;
    return this.#damage.length === 0 && isBlankRecord(cells, 0, count)
      ? BLANK_ROW
      : this.#selection.find(cells, count, this.#damage, report);
  }

  /**
   * Checks the cells and fills {@link values}. @param row counted from 1 (the header) @param line first line of the
   * record @param units positions of the cells in the text @returns false if the row has an error
   */
  check(cells: readonly string[], count: number, row: number, line: number, units?: CellUnits): boolean {
    const isSuspect = units === undefined || units.isSuspect || this.#hasHidden;
    this.#units = units;
    this.#hasHidden = false;
    this.#row = row;
    this.#line = line;
    this.#good = this.#damage.length === 0;
    this.uncorrectedKey = undefined;
    this.complete = this.#isComplete(cells, count);
    if (this.complete) this.#checkCells(isSuspect ? this.#suspects : this.#cells, cells);
    this.#damage.length = 0;
    return this.#good;
  }

  #isComplete(cells: readonly string[], count: number): boolean {
    const want = this.width;
    if (count < want) this.#fault("cells-too-few", -1, { got: count, want });
    else if (count > want && !isBlankRecord(cells, want, count))
      this.#fault("cells-too-many", -1, { got: count, want });
    else if (isHeader(cells, this.#layout.headers)) this.#fault("header-again", -1, NO_PARAMS);
    else return true;
    return false;
  }

  /** Returns true for a cell in which the reader found an error. Position -1 is the whole row. */
  #isDamaged = (position: number): boolean =>
    position >= 0 && this.#damage.some(({ column }) => column === position + 1);

  #note(code: ProblemCode, position: number, value?: string): void {
    if (!this.#isDamaged(position)) this.tally.note(this.#noted(code, position, value));
  }

  // The value is copied, because V8 would otherwise keep a whole chunk of the file in memory.
  #noted(code: ProblemCode, position: number, value?: string): Problem {
    const params = value === undefined ? NO_PARAMS : { value: Buffer.from(shortenText(value)).toString() };
    return this.#place(code, position, params);
  }

  #place(code: ProblemCode, position: number, params: ProblemParams): Problem {
    const header = this.#layout.headers[position] ?? "";
    return { code, row: this.#row, line: this.#line, column: position + 1, header, params };
  }

  #checkCells(columns: readonly CellCheck[], cells: readonly string[]): void {
    for (let i = 0; i < columns.length; i += 1) {
      const cell = columns[i];
      if (cell === undefined) break;
      if (cell.position >= 0) {
        const value = cell.derived ? this.#deriveValue(cell, cell.position, cells) : (cells[cell.position] ?? "");
        this.values[i] = this.#single(cell, value);
      } else if (cell.list !== undefined && cell.positions.length > 0)
        this.values[i] = this.#list(cell, cell.list, cells);
    }
    for (const position of this.#layout.unnamed)
      if (!isBlankCell(cells[position] ?? "")) this.#note("header-blank", position);
    if (this.#options.selects !== true) this.#checkKey();
  }

  #deriveValue({ joined, positions, translations }: CellCheck, position: number, cells: readonly string[]): string {
    const cell = cells[position] ?? "";
    const written = isOrgLevelJoin(joined) ? this.#levels : positions.map((at) => (cells[at] ?? "").trim());
    const parts = written.filter((part) => part !== "");
    if (joined === LEVELS_ABOVE) parts.pop();
    const path = joined === DEEPEST_LEVEL ? (parts.at(-1) ?? "") : formatOrgPath(parts);
    const value = joined === undefined ? cell : isOrgPathJoin(joined) ? path : parts.join(joined);
    return translations?.get(toLooseValue(value)) ?? value;
  }

  /** Fills blank cells before the first filled level with the values of the row above. */
  #takeLevels({ positions }: CellCheck, cells: readonly string[]): void {
    const own = positions.map((at) => (cells[at] ?? "").trim());
    const first = own.findIndex((part) => part !== "");
    this.#levels = first < 0 ? own : own.map((part, at) => (at < first ? (this.#levelsAbove[at] ?? "") : part));
    if (first >= 0) this.#levelsAbove = this.#levels;
  }

  #single(cell: CellCheck, written: string): string | null {
    const isMissing = cell.required && isBlankCell(written);
    const value = written === "" || isMissing ? "" : this.#judge(cell, written, cell.position, 0, this.#units);
    if (isMissing) this.#fault("required", cell.position, NO_PARAMS);
    if (value === "") return null;
    if (cell.memo && looksLikePassword(value)) this.#note("value-password", cell.position);
    return cell.free ? value : toStoredValue(cell.of.rule, value);
  }

  #judge(cell: CellCheck, written: string, position: number, at: number, units?: CellUnits): string {
    const { judged, scrutiny, mend } = cell;
    const seen = cell.looked ? this.#look(cell, written, at, units?.starts[position], units) : EMPTY_SCAN;
    const isSure = judged === "never" || (judged === "unless-plain-address" && isPlainAddress(written, seen));
    const faults = isSure ? NO_FAULTS : this.#findFaults(cell, written);
    const suspicion = faults.length > 0 ? undefined : detectDamage(written, scrutiny, seen);
    if (faults.length === 0 && suspicion === undefined) return written;
    const value = suspicion === "value-short" ? written : (mend?.(written) ?? written);
    if (value !== written && (value === "" || this.#findFaults(cell, value).length === 0)) {
      const params = { value: shortenText(written), mended: shortenText(value) };
      if (!this.#isDamaged(position)) this.tally.note(this.#place("value-mended", position, params));
      if (cell.column === this.#cells[this.#key]?.column) this.uncorrectedKey ??= written;
      return value === "" ? "" : this.#judge({ ...cell, mend: undefined }, value, position, at);
    }
    for (const { code, params } of faults) this.#reportFault(cell, code, position, params, written);
    if (suspicion !== undefined) this.#suspect(suspicion, cell.column, written, position);
    return written;
  }

  #suspect(suspicion: ProblemCode, column: Column, value: string, position: number): void {
    if (suspicion === "value-error") {
      if (this.#options.allowErrorValues !== true) this.#fault(suspicion, position, { value: shortenText(value) });
    } else if (suspicion === "value-mended") {
      if (isRequiredName(column)) this.#note("name-blanks", position, value);
    } else if (suspicion !== "value-short") this.#note(suspicion, position, value);
    else if (!this.tally.countsCode(position + 1, value))
      this.tally.noteCode(this.#noted(suspicion, position, value), value);
  }

  #findFaults({ of, judged }: CellCheck, value: string): ReturnType<typeof findValueFaults> {
    return judged === "by-all" ? findValueFaults(of, value) : listRuleFaults(of.rule, value);
  }

  #reportFault({ of }: CellCheck, code: ProblemCode, position: number, params: ProblemParams, value: string): void {
    const shownParams = of.secret ? params : { ...params, value: shortenText(value) };
    if (this.#options.fromConsole === true && isWarningFromConsole(code))
      this.tally.note(this.#place("value-kept", position, { ...shownParams, of: code }));
    else this.#fault(code, position, shownParams);
  }

  #look({ looks, derived }: CellCheck, value: string, at: number, start = -1, units?: CellUnits): CharacterScan {
    const seen = (looks[at] ??= new CharacterScan());
    if (units === undefined || derived || start < 0) scanText(value, seen);
    else scanUnits(units.all, start, start + value.length, seen);
    return seen;
  }

  #list(cell: CellCheck, list: string[], cells: readonly string[]): readonly string[] {
    list.length = 0;
    const { positions } = cell;
    for (let i = 0; i < positions.length; i += 1) {
      const position = positions[i] ?? -1;
      const written = cell.derived ? this.#deriveValue(cell, position, cells) : (cells[position] ?? "");
      const value = written === "" ? "" : this.#judge(cell, written, position, list.length, this.#units);
      if (value === "") continue;
      if (list.length === 0 || !includesEqualValue(list, cell.column, value)) list.push(value);
    }
    const first = positions[0] ?? -1;
    const { most = Infinity } = cell.column;
    if (list.length > most && this.#options.fromConsole !== true)
      this.#fault("values-too-many", first, { count: list.length, max: most });
    if (list.length === 0 && cell.required) this.#fault("required", first, NO_PARAMS);
    return list;
  }

  #checkKey(): void {
    const key = this.#cells[this.#key];
    if (key === undefined || key.required || !isBlank(this.values[this.#key])) return;
    const standIn = this.#cells[this.#fallbackKey];
    if (standIn !== undefined && (standIn.required || !isBlank(this.values[this.#fallbackKey]))) return;
    this.#fault("required", key.positions[0] ?? -1, NO_PARAMS);
  }

  #fault(code: ProblemCode, position: number, params: ProblemParams): void {
    if (getProblemSeverity(code) === "error") this.#good = false;
    if (!this.#isDamaged(position)) this.#report(this.#place(code, position, params));
  }
}

const EMPTY_SCAN = new CharacterScan();
const NO_FAULTS: ReturnType<typeof findValueFaults> = [];

const isBlankRecord = (cells: readonly string[], from: number, count: number): boolean => {
  for (let i = from; i < count; i += 1) if (!isBlankCell(cells[i] ?? "")) return false;
  return true;
};

const isHeader = (cells: readonly string[], headers: readonly string[]): boolean =>
  cells[0]?.charCodeAt(0) === headers[0]?.charCodeAt(0) &&
  headers.every((header, at) => header === (cells[at] ?? "").trim());

export const isBlank = (value: CellValue | undefined): boolean =>
  value === undefined || value === null || value.length === 0;

const includesEqualValue = (list: readonly string[], { comparison = "exact" }: Column, value: string): boolean => {
  const key = comparisonKey(comparison, value);
  return list.some((other) => comparisonKey(comparison, other) === key);
};

interface ProblemCount {
  readonly first: Problem;
  count: number;
}

const toCodeForm = (column: number, code: string): number =>
  (column * 0x1_0000 + code.length) * 2 + (code.startsWith("0") ? 1 : 0);

class ProblemTally {
  readonly #found = new Map<string, ProblemCount>();
  readonly #codes = new Map<number, ProblemCount & { readonly length: number; readonly padded: boolean }>();
  readonly #place: HeaderPlace;

  constructor({ row, line }: HeaderPlace) {
    this.#place = { row, line };
  }

  note(problem: Problem, count = 1): void {
    const value = problem.code === "row-skipped" ? String(problem.params["value"]) : "";
    const key = problem.code === "value-mended" ? problem.code : `${problem.code} ${problem.column} ${value}`;
    const counted = this.#found.get(key);
    if (counted === undefined) this.#found.set(key, { first: problem, count });
    else counted.count += count;
  }

  countsCode(column: number, code: string): boolean {
    const known = this.#codes.get(toCodeForm(column, code));
    if (known !== undefined) known.count += 1;
    return known !== undefined;
  }

  /** @param problem reported only if other codes show that leading zeros were lost */
  noteCode(problem: Problem, code: string): void {
    const form = { length: code.length, padded: code.startsWith("0") };
    this.#codes.set(toCodeForm(problem.column, code), { first: problem, count: 1, ...form });
  }

  problems(): readonly Problem[] {
    return [...this.#found.values(), ...this.#shortCodes()].map(({ first, count }) => {
      const params = { ...first.params, count };
      // The header is reported instead of a row, because the problem concerns the whole column.
      return first.code === "header-blank"
        ? { ...first, ...this.#place, params: { ...params, row: first.row } }
        : { ...first, params };
    });
  }

  #shortCodes(): readonly ProblemCount[] {
    return [...Map.groupBy(this.#codes.values(), ({ first }) => first.column).values()].flatMap((column) => {
      const longest = Math.max(...column.map(({ padded, length }) => (padded ? length : 0)));
      const short = column.filter(({ padded, length }) => !padded && length < longest);
      const [first] = short.toSorted((a, b) => a.first.row - b.first.row);
      return first === undefined ? [] : [{ ...first, count: short.reduce((sum, { count }) => sum + count, 0) }];
    });
  }
}
