import type { RecordSink } from "../csv/records/record.ts";
import type { ProblemCode, ProblemParams } from "../model/problem.ts";
import { toCellName, parseCellName, type CellPosition } from "./cell-name.ts";
import type { CellFormat } from "./number-format.ts";
import { createDamagedWorkbookFailure, createWorkbookTooLargeFailure } from "./workbook-failures.ts";
import { decodeCellText, TextCollector, type SharedStrings } from "./strings.ts";
import { createAttributeReader, isXmlTrue, type XmlHandler } from "./xml.ts";

const MAX_ROWS = 2 ** 20;
const MAX_COLUMNS = 2 ** 14;

export interface SheetContext {
  readonly strings: Pick<SharedStrings, "at">;
  readonly formats: readonly CellFormat[];
  readonly merges: MergedRanges;
}

const ERROR_VALUE_PATTERN = /^#[A-Z0-9/_]{2,20}[!?]?$/;
const ISO_DATE_PATTERN = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.\d+)?)?Z?$/;

const getReference = createAttributeReader("r");
const getCellStyle = createAttributeReader("s");
const getCellTypeCode = createAttributeReader("t");
const getHiddenFlag = createAttributeReader("hidden");

/** Reads each cell as Excel shows it, and reports cells that Excel can show differently. Merged cells share a value. */
export class SheetReader implements XmlHandler {
  readonly #context: SheetContext;
  readonly #sink: RecordSink & { readonly width?: number };
  readonly #headerRow: number;
  readonly #gatherer = new TextCollector();
  #inData = false;
  #row = 0;
  #hiddenRow = false;
  #column = 0;
  #type = "";
  #style = 0;
  #hasFormula = false;
  #hasValue = false;
  #takesValue = false;
  #value = "";
  readonly #cells: string[] = [];
  readonly #filled: number[] = [];
  readonly #found: { readonly code: ProblemCode; readonly column: number; readonly params: ProblemParams }[] = [];
  #width = -1;
  #hidden = { count: 0, row: 0 };

  constructor(context: SheetContext, sink: RecordSink & { readonly width?: number }, headerRow = 1) {
    this.#context = context;
    this.#sink = sink;
    this.#headerRow = headerRow;
  }

  open(name: string, attributes: string): void {
    if (name === "sheetData") this.#inData = true;
    else if (!this.#inData) return;
    else if (name === "c") this.#openCell(attributes);
    else if (name === "row") this.#openRow(attributes);
    else if (name === "f") this.#hasFormula = true;
    else if (name === "v") {
      this.#hasValue = true;
      this.#takesValue = true;
    } else this.#gatherer.open(name);
  }

  close(name: string): void {
    if (!this.#inData) return;
    if (name === "c") this.#closeCell();
    else if (name === "row") this.#closeRow();
    else if (name === "v") this.#takesValue = false;
    else if (name === "sheetData") this.#inData = false;
    else this.#gatherer.close(name);
  }

  text(raw: string): void {
    if (this.#takesValue) this.#value += raw;
    else if (this.#inData) this.#gatherer.text(raw);
  }

  end(): void {
    const { count, row } = this.#hidden;
    if (count > 0) this.#sink.problem({ code: "rows-hidden", row: 0, line: 0, column: 0, params: { count, row } });
  }

  #openRow(attributes: string): void {
    const given = getReference(attributes);
    const row = given === undefined ? this.#row + 1 : Number(given);
    if (!Number.isInteger(row) || row <= this.#row || row > MAX_ROWS) throw createDamagedWorkbookFailure();
    this.#row = row;
    this.#hiddenRow = attributes.includes("hidden") && isXmlTrue(getHiddenFlag(attributes));
    this.#column = 0;
  }

  #openCell(attributes: string): void {
    const reference = getReference(attributes);
    const column = reference === undefined ? this.#column + 1 : (parseCellName(reference)?.column ?? 0);
    if (column <= this.#column || column > MAX_COLUMNS) throw createDamagedWorkbookFailure();
    this.#column = column;
    this.#type = getCellTypeCode(attributes) ?? "n";
    this.#style = Number(getCellStyle(attributes) ?? 0);
    this.#hasFormula = false;
    this.#hasValue = false;
    this.#value = "";
  }

  #closeCell(): void {
    const text = this.#cellText();
    if (text === "") return;
    const at = this.#column - 1;
    for (let before = this.#cells.length; before < at; before += 1) this.#cells[before] = "";
    this.#cells[at] = text;
    this.#filled.push(at);
  }

  #cellText(): string {
    const inline = this.#gatherer.take();
    const value = this.#value;
    switch (this.#type) {
      case "s": {
        const text = value === "" ? "" : this.#context.strings.at(Number(value));
        if (text === undefined) throw createDamagedWorkbookFailure();
        return this.#shownText(text);
      }
      case "inlineStr":
        return this.#shownText(inline);
      case "str":
        if (this.#hasFormula && !this.#hasValue) return this.#report("cell-formula", "");
        return this.#shownText(decodeCellText(value));
      case "b":
        if (value !== "") return isXmlTrue(value) ? "TRUE" : "FALSE";
        break;
      case "e": {
        const error = ERROR_VALUE_PATTERN.test(value) ? value : "#?";
        return this.#report("cell-error", error, { value: error });
      }
      case "d": {
        const [, year, month, day, time] = ISO_DATE_PATTERN.exec(value) ?? [];
        if (year !== undefined) return [`${year}/${month}/${day}`, ...(time === undefined ? [] : [time])].join(" ");
        break;
      }
      default:
        if (value !== "") return this.#shownNumber(value);
    }
    if (this.#hasFormula) return this.#report("cell-formula", "");
    if (value !== "") throw createDamagedWorkbookFailure();
    return "";
  }

  #shownText(text: string): string {
    const format = this.#context.formats[this.#style];
    return text === "" || format?.text === undefined ? text : format.text(text);
  }

  #shownNumber(raw: string): string {
    const value = Number(raw);
    const format = this.#context.formats[this.#style];
    if (!Number.isFinite(value) || format === undefined) throw createDamagedWorkbookFailure();
    const shown = format.number(value);
    return "code" in shown ? this.#report(shown.code, shown.text, { format: format.pattern }) : shown.text;
  }

  #report(code: ProblemCode, text: string, params: ProblemParams = {}): string {
    const column = this.#column;
    this.#found.push({ code, column, params: { cell: toCellName(column, this.#row), ...params } });
    return text;
  }

  #closeRow(): void {
    const covering = this.#context.merges.covering(this.#row);
    const isBlank = this.#filled.length === 0 && this.#found.length === 0;
    if (!isBlank) for (const range of covering) if (isVertical(range)) this.#shareValue(range);
    // Below the header, a row of formatted cells without values corresponds to a blank row in a CSV file.
    const isAbove = this.#row < this.#headerRow;
    if (!isAbove && (!isBlank || (this.#column > 0 && this.#width >= 0))) this.#passOn(isBlank ? [] : covering);
    for (const at of this.#filled) this.#cells[at] = "";
    this.#filled.length = 0;
    this.#found.length = 0;
  }

  #shareValue(range: MergedRange): void {
    const { column, row } = range.from;
    const at = column - 1;
    if (row === this.#row) {
      if (!this.#found.some((problem) => problem.column === column)) range.value = this.#cells[at] ?? "";
    } else if (range.value !== undefined && range.value !== "") {
      for (let before = this.#cells.length; before < at; before += 1) this.#cells[before] = "";
      this.#cells[at] = range.value;
      if (!this.#filled.includes(at)) this.#filled.splice(this.#filled.filter((other) => other < at).length, 0, at);
    }
  }

  #passOn(covering: readonly MergedRange[]): void {
    const row = this.#row;
    const isHeader = this.#width < 0;
    const headerRow = this.#headerRow;
    if (isHeader && row > headerRow) this.#sink.record([""], 1, headerRow, headerRow, true);
    const filled = Math.max((this.#filled.at(-1) ?? -1) + 1, ...this.#found.map(({ column }) => column));
    if (isHeader) this.#width = filled;
    const width = Math.max(this.#width, filled, this.#sink.width ?? 0);
    for (let at = this.#cells.length; at < width; at += 1) this.#cells[at] = "";
    for (const merged of covering) {
      const { range, from, to } = merged;
      if (isVertical(merged) && merged.value !== undefined) continue;
      const params = { range };
      const first = from.row === row ? from.column + 1 : from.column;
      const last = Math.min(to.column, this.#width);
      for (let column = first; column <= last; column += 1) {
        if (isHeader && from.row === to.row && this.#cells[column - 1] === "") continue;
        this.#found.push({ code: "cell-merged", column, params: { cell: toCellName(column, row), ...params } });
      }
    }
    if (this.#hiddenRow && !isHeader && filled > 0)
      this.#hidden = { count: this.#hidden.count + 1, row: this.#hidden.row || row };
    for (const { code, column, params } of this.#found) this.#sink.problem({ code, row, line: row, column, params });
    this.#sink.record(this.#cells, width, row, row, this.#found.length === 0);
  }
}

export interface MergedRange {
  readonly range: string;
  readonly from: CellPosition;
  readonly to: CellPosition;
  /** value of the first cell, which all merged cells share; undefined until that cell is read */
  value?: string | undefined;
}

const isVertical = ({ from, to }: MergedRange): boolean => from.column === to.column;

const MAX_MERGED_RANGES = 100_000;
const MAX_RANGES_PER_ROW = 2 ** 14 / 2;

const getRangeReference = createAttributeReader("ref");

export class MergedRanges implements Pick<XmlHandler, "open"> {
  readonly #all: MergedRange[] = [];
  #isSorted = true;
  #next = 0;
  #open: MergedRange[] = [];

  open(name: string, attributes: string): void {
    if (name !== "mergeCell") return;
    const range = getRangeReference(attributes) ?? "";
    const [first = "", last = first] = range.split(":");
    const [from, to] = [parseCellName(first), parseCellName(last)];
    if (from === undefined || to === undefined || to.row < from.row || to.column < from.column)
      throw createDamagedWorkbookFailure();
    this.#all.push({ range, from, to });
    this.#isSorted = false;
    if (this.#all.length > MAX_MERGED_RANGES) throw createWorkbookTooLargeFailure();
  }

  /** @param row must not be above the row of the previous call */
  covering(row: number): readonly MergedRange[] {
    if (!this.#isSorted) this.#all.sort((a, b) => a.from.row - b.from.row);
    this.#isSorted = true;
    if (this.#open.some(({ to }) => to.row < row)) this.#open = this.#open.filter(({ to }) => to.row >= row);
    for (let next = this.#all[this.#next]; next !== undefined && next.from.row <= row; next = this.#all[this.#next]) {
      if (next.to.row >= row) this.#open.push(next);
      this.#next += 1;
    }
    if (this.#open.length > MAX_RANGES_PER_ROW) throw createDamagedWorkbookFailure();
    return this.#open;
  }
}
