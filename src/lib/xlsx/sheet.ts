import type { RecordSink } from "../csv/records/record.ts";
import type { ProblemCode, ProblemParams } from "../model/problem.ts";
import { cellName, cellPlace } from "./cell-name.ts";
import type { Merge, Merges } from "./merges.ts";
import type { CellFormat } from "./number-format.ts";
import { damaged } from "./refusals.ts";
import { cellText, TextGatherer, type SharedStrings } from "./strings.ts";
import { attribute, isTrue, type XmlHandler } from "./xml.ts";

/** Excel's own limits. */
const MAX_ROWS = 2 ** 20;
const MAX_COLUMNS = 2 ** 14;

/** What the cells of a sheet refer to. */
export interface SheetContext {
  readonly strings: Pick<SharedStrings, "at">;
  /** by the style of a cell */
  readonly formats: readonly CellFormat[];
  readonly merges: Merges;
}

const ERROR_VALUE = /^#[A-Z0-9/_]{2,20}[!?]?$/;
const ISO_DATE = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.\d+)?)?Z?$/;

const rowNumber = attribute("r");
const cellReference = rowNumber;
const cellStyle = attribute("s");
const cellType = attribute("t");
const isHidden = attribute("hidden");

/**
 * Reads the rows of a worksheet as the records of a file: each cell as Excel shows it. Rows have the numbers that they
 * have in the sheet; those without a value are left out. The first record has as many cells as its last value demands,
 * and so have the others, unless they have values beyond.
 *
 * A cell whose value is not what is shown there, or that shows none, is a problem and never a blank.
 */
export class SheetReader implements XmlHandler {
  readonly #context: SheetContext;
  readonly #sink: RecordSink;
  readonly #gatherer = new TextGatherer();
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
  /** the cells of the row, blank ones as ""; longer than it where rows before it had more */
  readonly #cells: string[] = [];
  /** the columns of the row that are not blank */
  readonly #filled: number[] = [];
  readonly #found: { readonly code: ProblemCode; readonly column: number; readonly params: ProblemParams }[] = [];
  /** the number of cells of the first record; -1 before it */
  #width = -1;
  #hidden = { count: 0, row: 0 };

  constructor(context: SheetContext, sink: RecordSink) {
    this.#context = context;
    this.#sink = sink;
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

  /** Call after the last piece of the sheet. */
  end(): void {
    const { count, row } = this.#hidden;
    if (count > 0) this.#sink.problem({ code: "rows-hidden", row: 0, line: 0, column: 0, params: { count, row } });
  }

  #openRow(attributes: string): void {
    const given = rowNumber(attributes);
    const row = given === undefined ? this.#row + 1 : Number(given);
    if (!Number.isInteger(row) || row <= this.#row || row > MAX_ROWS) throw damaged();
    this.#row = row;
    this.#hiddenRow = attributes.includes("hidden") && isTrue(isHidden(attributes));
    this.#column = 0;
  }

  #openCell(attributes: string): void {
    const reference = cellReference(attributes);
    const column = reference === undefined ? this.#column + 1 : (cellPlace(reference)?.column ?? 0);
    if (column <= this.#column || column > MAX_COLUMNS) throw damaged();
    this.#column = column;
    this.#type = cellType(attributes) ?? "n";
    this.#style = Number(cellStyle(attributes) ?? 0);
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
        if (text === undefined) throw damaged();
        return this.#shownText(text);
      }
      case "inlineStr":
        return this.#shownText(inline);
      case "str":
        // a formula may well give an empty text
        if (this.#hasFormula && !this.#hasValue) return this.#report("cell-formula", "");
        return this.#shownText(cellText(value));
      case "b":
        if (value !== "") return isTrue(value) ? "TRUE" : "FALSE";
        break;
      case "e": {
        const error = ERROR_VALUE.test(value) ? value : "#?";
        return this.#report("cell-error", error, { value: error });
      }
      case "d": {
        const [, year, month, day, time] = ISO_DATE.exec(value) ?? [];
        if (year !== undefined) return [`${year}/${month}/${day}`, ...(time === undefined ? [] : [time])].join(" ");
        break;
      }
      default:
        if (value !== "") return this.#shownNumber(value);
    }
    if (this.#hasFormula) return this.#report("cell-formula", "");
    if (value !== "") throw damaged();
    return "";
  }

  #shownText(text: string): string {
    const format = this.#context.formats[this.#style];
    return text === "" || format?.text === undefined ? text : format.text(text);
  }

  #shownNumber(raw: string): string {
    const value = Number(raw);
    const format = this.#context.formats[this.#style];
    if (!Number.isFinite(value) || format === undefined) throw damaged();
    const shown = format.number(value);
    return "code" in shown ? this.#report(shown.code, shown.text, { format: format.pattern }) : shown.text;
  }

  #report(code: ProblemCode, text: string, params: ProblemParams = {}): string {
    const column = this.#column;
    this.#found.push({ code, column, params: { cell: cellName(column, this.#row), ...params } });
    return text;
  }

  #closeRow(): void {
    const covering = this.#context.merges.covering(this.#row);
    const isBlank = this.#filled.length === 0 && this.#found.length === 0;
    // cells that only have a format are those of a CSV file's blank row
    if (!isBlank || (this.#column > 0 && this.#width >= 0)) this.#passOn(isBlank ? [] : covering);
    for (const at of this.#filled) this.#cells[at] = "";
    this.#filled.length = 0;
    this.#found.length = 0;
  }

  #passOn(covering: readonly Merge[]): void {
    const row = this.#row;
    const isHeader = this.#width < 0;
    // a CSV file begins with its header, even if its first line is blank
    if (isHeader && row > 1) this.#sink.record([""], 1, 1, 1, true);
    const filled = Math.max((this.#filled.at(-1) ?? -1) + 1, ...this.#found.map(({ column }) => column));
    if (isHeader) this.#width = filled;
    const width = Math.max(this.#width, filled);
    for (let at = this.#cells.length; at < width; at += 1) this.#cells[at] = "";
    for (const { range, from, to } of covering) {
      const params = { range };
      const first = from.row === row ? from.column + 1 : from.column;
      // of a title over a table, one cell is enough
      const last = isHeader ? Math.min(first, to.column) : Math.min(to.column, this.#width);
      for (let column = first; column <= last; column += 1) {
        this.#found.push({ code: "cell-merged", column, params: { cell: cellName(column, row), ...params } });
      }
    }
    if (this.#hiddenRow && !isHeader && filled > 0)
      this.#hidden = { count: this.#hidden.count + 1, row: this.#hidden.row || row };
    for (const { code, column, params } of this.#found) this.#sink.problem({ code, row, line: row, column, params });
    this.#sink.record(this.#cells, width, row, row, this.#found.length === 0);
  }
}
