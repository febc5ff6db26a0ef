import { getProblemSeverity, type ProblemCode, type ProblemParams } from "../../model/problem.ts";
import { MAX_UNCHECKED_UNITS } from "../../model/rules.ts";
import { type RecordSink, CellUnits } from "./record.ts";

export interface SplitterOptions {
  readonly delimiter: string;
  readonly maxCells: number;
  readonly maxRecordLength: number;
  readonly headerRow: number;
}

const LF = 10;
const CR = 13;
const QUOTE = 34;
const SPACE = 32;

type ScanState = 0 | 1 | 2 | 3 | 4;
const CELL_START = 0;
const UNQUOTED = 1;
const QUOTED = 2;
const QUOTE_SEEN = 3;
const AFTER_CLOSING_QUOTE = 4;

/** This scanner is faster than csv-parse. A quote inside an unquoted cell is text. */
export class RecordScanner {
  readonly #sink: RecordSink;
  readonly #delimiter: number;
  readonly #limit: number;
  readonly #maxCells: number;
  readonly #maxLength: number;
  readonly #headerRow: number;
  readonly #cells: string[] = [];
  readonly #units = new CellUnits();
  /** start of the cell in the current text; -1 if the cell consists of several pieces */
  #start = -1;
  #mode: ScanState = CELL_START;
  #cell = "";
  #more: string[] = [];
  #count = 0;
  #length = 0;
  #from = 0;
  #row = 1;
  #line = 1;
  #recordLine = 1;
  #columns = 0;
  #sound = true;
  #quoted = false;
  #dropping = false;
  #strayColumn = 0;
  #endedInCr = false;
  /** true if the last text ended with a CR; an LF at the start of the next text belongs to the same line ending */
  #crPending = false;

  constructor({ delimiter, maxCells, maxRecordLength, headerRow }: SplitterOptions, sink: RecordSink) {
    this.#sink = sink;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#limit = Math.max(this.#delimiter, QUOTE);
    this.#maxCells = maxCells;
    this.#maxLength = maxRecordLength;
    this.#headerRow = headerRow;
  }

  write(text: string): void {
    if (text === "") return;
    this.#units.take(text);
    this.#units.starts.fill(-1, 0, this.#count);
    let at = this.#crPending && text.charCodeAt(0) === LF ? 1 : 0;
    this.#crPending = false;
    this.#from = at;
    while (at < text.length) {
      if (this.#mode === CELL_START && text.charCodeAt(at) === QUOTE) {
        this.#mode = QUOTED;
        this.#quoted = true;
        at++;
      } else if (this.#mode === QUOTED) {
        at = this.#scanQuoted(text, at);
      } else if (this.#mode === QUOTE_SEEN) {
        at = this.#scanBehindQuote(text, at);
      } else {
        at = this.#scanBare(text, at);
      }
    }
    this.#endedInCr = text.charCodeAt(text.length - 1) === CR;
    this.#length += text.length - this.#from;
    if (this.#length > this.#maxLength) this.#drop("record-too-long", this.#maxLength);
  }

  note(code: ProblemCode, params: ProblemParams): void {
    this.#crPending = false;
    this.#endedInCr = false;
    this.#report(code, this.#count + 1, params);
  }

  end(): void {
    if (this.#mode === QUOTED) {
      this.#report("quote-unclosed", this.#count + 1, {});
      this.#dropping = true;
    }
    if (this.#mode === CELL_START && this.#count === 0 && this.#sound) return;
    this.#endCell();
    this.#endRecord();
  }

  #scanBare(text: string, from: number): number {
    const delimiter = this.#delimiter;
    const limit = this.#limit;
    const { all } = this.#units;
    const size = text.length;
    for (let at = from; at < size; at++) {
      const unit = all[at] ?? 0;
      if (unit > limit) continue;
      if (unit === delimiter || unit === LF || unit === CR) {
        if (this.#cell === "") {
          this.#cell = text.slice(from, at);
          this.#start = from;
          if (at - from > MAX_UNCHECKED_UNITS) this.#units.isSuspect = true;
        } else this.#append(text.slice(from, at));
        this.#endCell();
        return unit === delimiter ? at + 1 : this.#endLine(text, at, unit);
      }
      if (unit < SPACE) this.#units.isSuspect = true;
      else if (unit === QUOTE && this.#mode !== AFTER_CLOSING_QUOTE)
        this.#reportStray(this.#cell + text.slice(from, Math.min(at, from + 2)));
    }
    this.#append(text.slice(from));
    if (this.#mode === CELL_START) this.#mode = UNQUOTED;
    return size;
  }

  #scanQuoted(text: string, from: number): number {
    const { all } = this.#units;
    const size = text.length;
    let doubled = false;
    let at = from;
    for (; at < size; at++) {
      const unit = all[at] ?? 0;
      if (unit > QUOTE) continue;
      if (unit === QUOTE) {
        if (text.charCodeAt(at + 1) !== QUOTE) break;
        doubled = true;
        at++;
      } else if (unit < SPACE) {
        this.#units.isSuspect = true;
        const isAfterCr = at > 0 ? text.charCodeAt(at - 1) === CR : this.#endedInCr;
        if (unit === CR || (unit === LF && !isAfterCr)) this.#line++;
      }
    }
    const slice = text.slice(from, at);
    this.#append(doubled ? slice.split('""').join('"') : slice);
    if (at === size) return size;
    this.#mode = QUOTE_SEEN;
    return at + 1;
  }

  #scanBehindQuote(text: string, at: number): number {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      this.#append('"');
      this.#mode = QUOTED;
      return at + 1;
    }
    if (unit === this.#delimiter || unit === LF || unit === CR) {
      this.#endCell();
      return unit === this.#delimiter ? at + 1 : this.#endLine(text, at, unit);
    }
    this.#report("quote-trailing", this.#count + 1, {});
    this.#mode = AFTER_CLOSING_QUOTE;
    return at;
  }

  /** Joins many pieces at once, because V8 allocates a node for every `+`. */
  #append(piece: string): void {
    if (this.#dropping || piece === "") return;
    if (this.#cell === "") {
      this.#cell = piece;
      if (piece.length > MAX_UNCHECKED_UNITS) this.#units.isSuspect = true;
      return;
    }
    const more = this.#more.push(piece);
    if (more > 1 || this.#cell.length + piece.length > MAX_UNCHECKED_UNITS) this.#units.isSuspect = true;
    if (more >= 1024 && more >= this.#cell.length / 64) this.#cell = this.#wholeCell();
  }

  #wholeCell(): string {
    if (this.#more.length === 0) return this.#cell;
    const cell = this.#cell + this.#more.join("");
    this.#more = [];
    return cell;
  }

  #endCell(): void {
    if (this.#dropping) this.#count++;
    else if (this.#count === this.#maxCells) {
      this.#drop("columns-too-many", this.#maxCells);
      this.#count++;
    } else {
      this.#units.place(this.#count, this.#start);
      this.#cells[this.#count++] = this.#more.length === 0 ? this.#cell : this.#wholeCell();
    }
    this.#cell = "";
    this.#start = -1;
    this.#mode = CELL_START;
  }

  #endLine(text: string, at: number, unit: number): number {
    this.#length += at - this.#from;
    this.#endRecord();
    let next = at + 1;
    if (unit === CR && next === text.length) this.#crPending = true;
    else if (unit === CR && text.charCodeAt(next) === LF) next += 1;
    this.#from = next;
    this.#recordLine = ++this.#line;
    return next;
  }

  #endRecord(): void {
    if (this.#length > this.#maxLength) this.#drop("record-too-long", this.#maxLength);
    const blank = this.#count === 1 && this.#sound && !this.#quoted && this.#cells[0] === "";
    if (this.#row === this.#headerRow) this.#columns = this.#count;
    if (!blank || this.#columns === 1) {
      const count = this.#dropping ? 0 : this.#count;
      this.#cells.length = count;
      this.#sink.record(this.#cells, count, this.#row, this.#recordLine, this.#sound, this.#units);
    }
    this.#units.isSuspect = false;
    this.#row++;
    this.#count = 0;
    this.#length = 0;
    this.#sound = true;
    this.#quoted = false;
    this.#dropping = false;
    this.#strayColumn = 0;
  }

  #drop(code: "record-too-long" | "columns-too-many", max: number): void {
    if (this.#dropping) return;
    this.#dropping = true;
    this.#cells.length = 0;
    this.#cell = "";
    this.#more = [];
    this.#report(code, 0, { max });
  }

  #reportStray(before: string): void {
    const column = this.#count + 1;
    if (this.#strayColumn === column) return;
    this.#strayColumn = column;
    this.#report("quote-stray", column, before === "=" ? { before } : {});
  }

  #report(code: ProblemCode, column: number, params: ProblemParams): void {
    if (getProblemSeverity(code) === "error") this.#sound = false;
    this.#sink.problem({ code, row: this.#row, line: this.#recordLine, column, params });
  }
}
