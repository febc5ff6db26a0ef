import { CsvError, type InfoRecord, Parser } from "csv-parse";
import type { ProblemCode, ProblemParams } from "../../model/problem.ts";
import { type RecordSink, formatRecord } from "./record.ts";
import { RecordScanner, type SplitterOptions } from "./scanner.ts";

/** Unicode noncharacter that marks the place of a problem until csv-parse returns the record. */
const NOTE_MARK = "\ufdd0";

/** Accepts any delimiter, but is several times slower. Stops at the first wrong quote or long record. */
export class CsvParseSplitter extends RecordScanner {
  readonly #parser: Parser;
  readonly #delimiter: string;
  readonly #broken: ReadonlyMap<string, string>;
  /** one entry for each {@link NOTE_MARK} in the text; undefined if the file itself contains the mark */
  readonly #notes: (readonly [ProblemCode, ProblemParams] | undefined)[] = [];
  #bytes = 0;
  #stopped = false;

  constructor(options: SplitterOptions, sink: RecordSink) {
    super(options, sink);
    const { delimiter, maxRecordLength } = options;
    this.#delimiter = delimiter;
    this.#broken = new Map([
      ["CSV_QUOTE_NOT_CLOSED", '"'],
      ["INVALID_OPENING_QUOTE", 'x"'],
      ["CSV_INVALID_CLOSING_QUOTE", '""x'],
      ["CSV_MAX_RECORD_SIZE", "x".repeat(maxRecordLength + 1)],
    ]);
    this.#parser = new Parser({
      delimiter,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_column_count: true,
      max_record_size: maxRecordLength,
      raw: true,
      on_record: (given: unknown, { bytes }: InfoRecord) => {
        // with `raw: true`, csv-parse passes this object, which its types do not declare
        const { record, raw } = given as { readonly record: readonly string[]; readonly raw: string };
        const isCrlf = raw.endsWith("\r") && bytes - this.#bytes > Buffer.byteLength(raw);
        const newline = isCrlf ? "\r\n" : (/[\r\n]$/.exec(raw)?.[0] ?? "");
        this.#bytes = bytes;
        if (!this.#stopped) this.#pass(raw.length === 1 && newline ? newline : formatRecord(record, newline, options));
      },
    });
  }

  override write(text: string): void {
    for (let at = text.indexOf(NOTE_MARK); at >= 0; at = text.indexOf(NOTE_MARK, at + 1)) this.#notes.push(undefined);
    this.#parse(text);
  }

  override note(code: ProblemCode, params: ProblemParams): void {
    this.#notes.push([code, params]);
    this.#parse(NOTE_MARK);
  }

  override end(): void {
    if (!this.#stopped) this.#parser._flush((error) => this.#stop(error));
    super.end();
  }

  #parse(text: string): void {
    if (!this.#stopped) this.#parser._transform(Buffer.from(text), "utf8", (error) => this.#stop(error));
  }

  #pass(record: string): void {
    const [first = "", ...pieces] = record.split(NOTE_MARK);
    super.write(first);
    for (const piece of pieces) {
      const note = this.#notes.shift();
      if (note !== undefined) super.note(...note);
      super.write(note === undefined ? NOTE_MARK + piece : piece);
    }
  }

  #stop(error: Error | null | undefined): void {
    if (!error) return;
    const text = error instanceof CsvError ? this.#broken.get(error.code) : undefined;
    if (text === undefined) throw error;
    this.#stopped = true;
    super.write(this.#delimiter.repeat(Number((error as CsvError)["index"])) + text);
  }
}
