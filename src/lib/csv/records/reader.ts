import { Decoder, type TextSink } from "../encoding/decode.ts";
import { HIDDEN } from "../../model/cell-text.ts";
import { codePointName, CONSOLE_DIALECT, type Dialect, type Encoding, type RecordSink } from "./record.ts";
import { Scanner } from "./scanner.ts";
import { AnyDialectSplitter } from "./split-any.ts";
import type { NewlineCounts, Splitter } from "./split.ts";

export interface RecordReaderOptions {
  readonly encoding: Encoding;
  /** default: the console's own, comma and `"` */
  readonly dialect?: Dialect | undefined;
  /** maximum cells of a record, beyond which it is `columns-too-many`; default 10,000 */
  readonly maxCells?: number | undefined;
  /** maximum characters of a record, beyond which it is `record-too-long`; default 16 Mi */
  readonly maxRecordLength?: number | undefined;
}

/** In a CP932 file: a NUL, a control that no splitter looks for, or a character of the user-defined area. */
const SUSPECT_CP932 = /[\0\u007f-\u009f\ue000-\uf8ff]/;
/** In Unicode: a NUL, a byte order mark, a line separator, or what may not be seen, but for controls that splitters look for. */
const SUSPECT = /[\0\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;
/** What of it is noted: joiners belong to their characters. */
const NOTED = new RegExp(`[\\0\\u2028\\u2029]|${HIDDEN.source}`, "gu");
const NOTED_CP932 = new RegExp(SUSPECT_CP932, "g");

/** How the characters of {@link SUSPECT} begin in UTF-8; to look for bytes costs a fraction of what a pattern does. */
const SUSPECT_BYTES = ["00", "7f", "c2", "e280", "e281", "efbb"].map((hex) => Buffer.from(hex, "hex"));
/** The first bytes of those that have several. */
const SUSPECT_LEADS: readonly (number | undefined)[] = [0xc2, 0xe2, 0xef];
/** In bytes; fewer may be the middle of a character. */
const LONGEST_CHARACTER = 4;

/** Delimiters supported by the scanner, with `"` as quote; csv-parse handles all others. */
const SCANNED = /^[,;\t]$/;

/**
 * Reads the records of a CSV file from its bytes, given in chunks of any size, in bounded memory: a record that is
 * too long or has too many cells is reported and its text dropped. Newlines are CR, LF and CRLF, also mixed.
 *
 * A completely empty line is not a record, unless the file has only one column (there it is an empty cell) or it is the
 * first line; it still counts as a row, so that row numbers match those in a spreadsheet.
 *
 * Problems: `bytes-invalid`, `character-nul`, `character-private-use` (in CP932: the user-defined area, gaiji),
 * `character-bom` inside the file, `character-invisible` (a warning), `quote-unclosed`, `quote-stray`, `quote-trailing`, `record-too-long`, `columns-too-many`. Invalid bytes
 * are left out of the cell.
 */
export class RecordReader implements TextSink {
  readonly #encoding: Encoding;
  readonly #decoder: Decoder;
  readonly #splitter: Splitter;
  readonly #suspect: RegExp;
  /** whether the text that comes next may hold what is suspected */
  #isSuspect = true;
  #isNextSuspect = false;
  #endsWithCtrlZ = false;

  constructor(options: RecordReaderOptions, sink: RecordSink) {
    const { encoding, dialect = CONSOLE_DIALECT, maxCells = 10_000, maxRecordLength = 16 * 1024 * 1024 } = options;
    const { delimiter, quote = '"' } = dialect;
    const limits = { delimiter, quote, maxCells, maxRecordLength };
    this.#encoding = encoding;
    this.#decoder = new Decoder(encoding, this);
    this.#splitter =
      SCANNED.test(delimiter) && quote === '"' ? new Scanner(limits, sink) : new AnyDialectSplitter(limits, sink);
    this.#suspect = encoding === "shift_jis" ? SUSPECT_CP932 : SUSPECT;
  }

  /** Reads the next bytes; when this returns, the sink has been called for every record that ends in them. */
  write(bytes: Uint8Array): void {
    if (this.#encoding === "utf-8") this.#suspectBytes(bytes);
    this.#decoder.write(bytes);
  }

  #suspectBytes(bytes: Uint8Array): void {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const found = bytes.length < LONGEST_CHARACTER || SUSPECT_BYTES.some((begin) => buffer.includes(begin));
    // the end of a character, and what may be the end of the file, comes with the text of the next bytes
    this.#isSuspect = found || this.#isNextSuspect;
    this.#isNextSuspect = found || SUSPECT_LEADS.includes(bytes.at(-1));
  }

  /** Passes on the last record, if no newline ended it. */
  end(): void {
    this.#endsWithCtrlZ = this.#decoder.end();
    this.#splitter.end();
  }

  /** Newlines that end records, by kind. */
  get newlines(): NewlineCounts {
    return this.#splitter.newlines;
  }

  /** Newlines, of any kind, inside quotes. */
  get quotedNewlines(): number {
    return this.#splitter.quotedNewlines;
  }

  /** Completely empty lines. */
  get blankRows(): number {
    return this.#splitter.blankRows;
  }

  /** Valid after {@link end}: whether the file ended with the end-of-file mark of old DOS programs. */
  get endsWithCtrlZ(): boolean {
    return this.#endsWithCtrlZ;
  }

  /** Called by the decoder. */
  text(text: string): void {
    if (this.#isSuspect && this.#suspect.test(text)) this.#writeNoting(text);
    else this.#splitter.write(text);
  }

  /** Called by the decoder. */
  invalid(bytes: string): void {
    this.#splitter.note("bytes-invalid", { bytes, encoding: this.#encoding });
  }

  #writeNoting(text: string): void {
    let from = 0;
    for (const { index, 0: character } of text.matchAll(this.#encoding === "shift_jis" ? NOTED_CP932 : NOTED)) {
      if (character > "\0" && character < " ") continue;
      if (index > from) this.#splitter.write(text.slice(from, index));
      this.#note(character);
      from = index;
    }
    this.#splitter.write(text.slice(from));
  }

  #note(character: string): void {
    const codePoint = codePointName(character.charCodeAt(0));
    if (character === "\0") this.#splitter.note("character-nul", {});
    else if (character === "\ufeff") this.#splitter.note("character-bom", {});
    else if (/[\ue000-\uf8ff]/.test(character) && this.#encoding === "shift_jis")
      this.#splitter.note("character-private-use", { codePoint });
    else this.#splitter.note("character-invisible", { codePoint });
  }
}
