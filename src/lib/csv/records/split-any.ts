import { CsvError, type InfoRecord, Parser } from "csv-parse";
import { getProblemSeverity, type ProblemCode, type ProblemParams } from "../../model/problem.ts";
import type { RecordSink } from "./record.ts";
import type { Splitter, SplitterOptions } from "./split.ts";

/** Placeholder for a problem in the text, until csv-parse returns the cell. It is a Unicode noncharacter. */
const PROBLEM_MARK = "\ufdd0";
const NEWLINE = /\r\n|\r|\n/g;

const QUOTE_PROBLEMS: ReadonlyMap<string, ProblemCode> = new Map([
  ["CSV_QUOTE_NOT_CLOSED", "quote-unclosed"],
  ["INVALID_OPENING_QUOTE", "quote-stray"],
  ["CSV_INVALID_CLOSING_QUOTE", "quote-trailing"],
]);

/** A record as csv-parse passes it with `raw: true`. csv-parse types declare this form only for parsed output. */
interface CsvParseRecord {
  readonly record: string[];
  readonly raw: string;
}

interface ProblemNote {
  readonly code: ProblemCode;
  readonly params: ProblemParams;
}

/**
 * Splits text in any dialect with csv-parse. It is also the reference against which the scanner is tested. It is
 * several times slower than the scanner, and it stops at the first problem of quoting or length: the rest is not read.
 *
 * @see https://csv.js.org/parse/
 */
export class AnyDialectSplitter implements Splitter {
  readonly #sink: RecordSink;
  readonly #options: SplitterOptions;
  readonly #parser: Parser;
  /** one entry for every {@link PROBLEM_MARK} in the text, in order; undefined for a mark that the file itself contains */
  readonly #notes: (ProblemNote | undefined)[] = [];
  #row = 1;
  #line = 1;
  #columns = 0;
  #bytes = 0;
  /** number of characters written since a record ended; characters after the end in the same piece do not count */
  #open = 0;
  #stopped = false;

  blankRows = 0;
  readonly newlines = { crlf: 0, lf: 0, cr: 0 };
  quotedNewlines = 0;

  constructor(options: SplitterOptions, sink: RecordSink) {
    this.#sink = sink;
    this.#options = options;
    this.#parser = new Parser({
      delimiter: options.delimiter,
      quote: options.quote,
      escape: options.quote,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      raw: true,
      on_record: (given: unknown, { bytes }: InfoRecord) => {
        const { record, raw } = given as CsvParseRecord;
        this.#open = 0;
        if (!this.#stopped) this.#take(record, raw, bytes);
      },
    });
  }

  write(text: string): void {
    for (let at = text.indexOf(PROBLEM_MARK); at >= 0; at = text.indexOf(PROBLEM_MARK, at + 1))
      this.#notes.push(undefined);
    this.#parse(text);
  }

  note(code: ProblemCode, params: ProblemParams): void {
    this.#notes.push({ code, params });
    this.#parse(PROBLEM_MARK);
  }

  end(): void {
    if (!this.#stopped) this.#parser._flush((error) => this.#refuse(error));
  }

  #parse(text: string): void {
    if (this.#stopped) return;
    this.#open += text.length;
    this.#parser._transform(Buffer.from(text), "utf8", (error) => this.#refuse(error));
    if (this.#open > this.#options.maxRecordLength) this.#stop("record-too-long", 0, this.#options.maxRecordLength);
  }

  /** @param raw source text of the record, including the first character of its newline, if any */
  #take(record: string[], raw: string, bytes: number): void {
    const ended = raw.endsWith("\n") || raw.endsWith("\r");
    const newlines = raw.match(NEWLINE)?.length ?? 0;
    if (raw.endsWith("\n")) this.newlines.lf++;
    else if (ended) this.newlines[bytes - this.#bytes > Buffer.byteLength(raw) ? "crlf" : "cr"]++;
    this.quotedNewlines += ended ? newlines - 1 : newlines;
    this.#bytes = bytes;
    const blank = record.length === 1 && raw.length === 1 && ended;
    if (blank) this.blankRows++;
    if (this.#row === this.#options.headerRow) this.#columns = record.length;
    if (!blank || this.#columns === 1) this.#give(record, ended ? raw.length - 1 : raw.length);
    this.#row++;
    this.#line += newlines;
  }

  #give(record: string[], length: number): void {
    const { maxCells, maxRecordLength } = this.#options;
    let sound = this.#notes.length === 0 || this.#reportNotes(record);
    let count = record.length;
    const excess =
      length > maxRecordLength
        ? (["record-too-long", maxRecordLength] as const)
        : count > maxCells
          ? (["columns-too-many", maxCells] as const)
          : undefined;
    if (excess !== undefined) {
      this.#report(excess[0], 0, { max: excess[1] });
      sound = false;
      count = 0;
    }
    this.#sink.record(record, count, this.#row, this.#line, sound);
  }

  /** Reports the notes in the cells and removes the marks. @returns false if a note was an error */
  #reportNotes(record: string[]): boolean {
    let sound = true;
    for (const [at, cell] of record.entries()) {
      if (!cell.includes(PROBLEM_MARK)) continue;
      record[at] = cell.replaceAll(PROBLEM_MARK, () => {
        const note = this.#notes.shift();
        if (note === undefined) return PROBLEM_MARK;
        if (getProblemSeverity(note.code) === "error") sound = false;
        this.#report(note.code, at + 1, note.params);
        return "";
      });
    }
    return sound;
  }

  /** Reports an error of csv-parse that is a problem of the file. @throws any other error */
  #refuse(error: Error | null | undefined): void {
    if (error === null || error === undefined) return;
    const code = error instanceof CsvError ? QUOTE_PROBLEMS.get(error.code) : undefined;
    if (code === undefined) throw error;
    const cells = error instanceof CsvError ? Number(error["index"]) : 0;
    this.#stop(code, cells + 1);
  }

  #stop(code: ProblemCode, column: number, max?: number): void {
    this.#stopped = true;
    this.#report(code, column, max === undefined ? {} : { max });
    this.#sink.record([], 0, this.#row, this.#line, false);
  }

  #report(code: ProblemCode, column: number, params: ProblemParams): void {
    this.#sink.problem({ code, row: this.#row, line: this.#line, column, params });
  }
}
