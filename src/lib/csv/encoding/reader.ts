import { Decoder, type TextSink } from "./decode.ts";
import { HIDDEN_CHARACTER_PATTERN } from "../../model/cell-text.ts";
import { HeaderLineJoiner } from "../records/header-lines.ts";
import { formatCodePoint, CONSOLE_DIALECT, type Dialect, type Encoding, type RecordSink } from "../records/record.ts";
import { RecordScanner } from "../records/scanner.ts";
import { CsvParseSplitter } from "../records/csv-parse-splitter.ts";

export interface RecordReaderOptions {
  readonly encoding: Encoding;
  readonly dialect?: Dialect | undefined;
  /** maximum number of cells in a record, by default 10,000 */
  readonly maxCells?: number | undefined;
  /** maximum number of characters in a record, by default 16 Mi */
  readonly maxRecordLength?: number | undefined;
  /** row of the header, by default 1; if the row is specified, the header may have two lines */
  readonly headerRow?: number | undefined;
}

const SUSPECT_CP932 = /[\0\u007f-\u009f\ue000-\uf8ff]/;
const SUSPECT_UNICODE = /[\0\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;
/** Matches the suspect characters that are reported. Zero-width joiners in emoji and Indic words are not reported. */
const REPORTED_UNICODE_PATTERN = new RegExp(`[\\0\\u2028\\u2029]|${HIDDEN_CHARACTER_PATTERN.source}`, "gu");
const REPORTED_CP932_PATTERN = new RegExp(SUSPECT_CP932, "g");

/** UTF-8 prefixes of {@link SUSPECT_UNICODE}. Searching for the prefixes is several times faster than the pattern. */
const SUSPECT_BYTES = ["00", "7f", "c2", "e280", "e281", "efbb"].map((hex) => Buffer.from(hex, "hex"));
const SUSPECT_LEAD_BYTES: readonly (number | undefined)[] = [0xc2, 0xe2, 0xef];
/** Maximum length of a UTF-8 character in bytes. A shorter chunk may be the middle of a character. */
const MAX_CHARACTER_BYTES = 4;

const SCANNER_DELIMITERS = /^[,;\t]$/;

/**
 * Drops and reports records above the limits. Empty lines count as rows, but are records only in a file of one column
 * or as the header.
 */
export class RecordReader implements TextSink {
  readonly #encoding: Encoding;
  readonly #decoder: Decoder;
  readonly #splitter: RecordScanner;
  readonly #lines: HeaderLineJoiner | undefined;
  readonly #suspect: RegExp;
  #isSuspect = true;
  #isNextSuspect = false;

  constructor(options: RecordReaderOptions, sink: RecordSink) {
    const {
      encoding,
      dialect = CONSOLE_DIALECT,
      maxCells = 10_000,
      maxRecordLength = 16 * 1024 * 1024,
      headerRow,
    } = options;
    const limits = { ...dialect, maxCells, maxRecordLength, headerRow: headerRow ?? 1 };
    this.#lines = headerRow === undefined ? undefined : new HeaderLineJoiner(sink, headerRow);
    this.#encoding = encoding;
    this.#decoder = new Decoder(encoding, this);
    const isCommon = SCANNER_DELIMITERS.test(dialect.delimiter);
    this.#splitter = new (isCommon ? RecordScanner : CsvParseSplitter)(limits, this.#lines ?? sink);
    this.#suspect = encoding === "shift_jis" ? SUSPECT_CP932 : SUSPECT_UNICODE;
  }

  /** Before it returns, passes every record that ends in these bytes to the sink. */
  write(bytes: Uint8Array): void {
    if (this.#encoding === "utf-8") this.#suspectBytes(bytes);
    this.#decoder.write(bytes);
  }

  #suspectBytes(bytes: Uint8Array): void {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const found = bytes.length < MAX_CHARACTER_BYTES || SUSPECT_BYTES.some((begin) => buffer.includes(begin));
    // A character that is split between chunks is decoded with the next chunk.
    this.#isSuspect = found || this.#isNextSuspect;
    this.#isNextSuspect = found || SUSPECT_LEAD_BYTES.includes(bytes.at(-1));
  }

  end(): void {
    this.#decoder.end();
    this.#splitter.end();
    this.#lines?.end();
  }

  text(text: string): void {
    if (this.#isSuspect && this.#suspect.test(text)) this.#writeNoting(text);
    else this.#splitter.write(text);
  }

  invalid(bytes: string): void {
    this.#splitter.note("bytes-invalid", { bytes, encoding: this.#encoding });
    this.#splitter.write("\ufffd");
  }

  #writeNoting(text: string): void {
    let from = 0;
    for (const { index, 0: character } of text.matchAll(
      this.#encoding === "shift_jis" ? REPORTED_CP932_PATTERN : REPORTED_UNICODE_PATTERN,
    )) {
      if (character > "\0" && character < " ") continue;
      if (index > from) this.#splitter.write(text.slice(from, index));
      this.#note(character);
      from = index;
    }
    this.#splitter.write(text.slice(from));
  }

  #note(character: string): void {
    const codePoint = formatCodePoint(character.charCodeAt(0));
    if (character === "\0") this.#splitter.note("character-nul", {});
    else if (character === "\ufeff") this.#splitter.note("character-bom", {});
    else if (/[\ue000-\uf8ff]/.test(character) && this.#encoding === "shift_jis")
      this.#splitter.note("character-private-use", { codePoint });
    else this.#splitter.note("character-invisible", { codePoint });
  }
}
