import { tryOrUndefined } from "../../errors/index.ts";
import { HIDDEN_CHARACTER_PATTERN } from "../../model/cell-text.ts";
import { HeaderLineJoiner } from "../records/header-lines.ts";
import { formatCodePoint, CONSOLE_DIALECT, type Dialect, type Encoding, type RecordSink } from "../records/record.ts";
import { RecordScanner } from "../records/scanner.ts";
import { CsvParseSplitter } from "../records/csv-parse-splitter.ts";
import { SEQUENCE_MEASURERS, countUnfinishedBytes, decodeEucJp } from "./decode-sequence.ts";

export interface RecordReaderOptions {
  readonly encoding: Encoding;
  readonly dialect?: Dialect | undefined;
  /** maximum number of characters in a record, by default 16 Mi */
  readonly maxRecordLength?: number | undefined;
  /** row of the header, by default 1; if the row is specified, the header may have two lines */
  readonly headerRow?: number | undefined;
}

const MAX_CELLS = 10_000;

const SUSPECT_CP932 = /[\0\u007f-\u009f\ue000-\uf8ff]/;
const SUSPECT_UNICODE = /[\0\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffd]/;
/** Matches the suspect characters that are reported. Zero-width joiners in emoji and Indic words are not reported. */
const REPORTED_UNICODE_PATTERN = new RegExp(`[\\0\\u2028\\u2029\\ufffd]|${HIDDEN_CHARACTER_PATTERN.source}`, "gu");
const REPORTED_CP932_PATTERN = new RegExp(SUSPECT_CP932, "g");

/** UTF-8 prefixes of {@link SUSPECT_UNICODE}. Searching for the prefixes is several times faster than the pattern. */
const SUSPECT_BYTES = ["00", "7f", "c2", "e280", "e281", "efbb", "efbf"].map((hex) => Buffer.from(hex, "hex"));
const SUSPECT_LEAD_BYTES: readonly (number | undefined)[] = [0xc2, 0xe2, 0xef];
/** Maximum length of a UTF-8 character in bytes. A shorter chunk may be the middle of a character. */
const MAX_CHARACTER_BYTES = 4;

/** Empty lines count as rows, but are records only in a file of one column or as the header. */
export class RecordReader implements TextSink {
  readonly #encoding: Encoding;
  readonly #decoder: Decoder;
  readonly #splitter: RecordScanner;
  readonly #lines: HeaderLineJoiner | undefined;
  readonly #suspect: RegExp;
  #isSuspect = true;
  #isNextSuspect = false;

  constructor(options: RecordReaderOptions, sink: RecordSink) {
    const { encoding, dialect = CONSOLE_DIALECT, maxRecordLength = 16 * 1024 * 1024, headerRow } = options;
    const limits = { ...dialect, maxCells: MAX_CELLS, maxRecordLength, headerRow: headerRow ?? 1 };
    this.#lines = headerRow === undefined ? undefined : new HeaderLineJoiner(sink, headerRow);
    this.#encoding = encoding;
    this.#decoder = new Decoder(encoding, this);
    const isCommon = /^[,;\t]$/.test(dialect.delimiter);
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
    else if (character === "\ufffd") this.#splitter.note("character-lost", {});
    else if (/[\ue000-\uf8ff]/.test(character) && this.#encoding === "shift_jis")
      this.#splitter.note("character-private-use", { codePoint });
    else this.#splitter.note("character-invisible", { codePoint });
  }
}

export interface TextSink {
  /** Receives at least one character. A surrogate pair is never split between two calls. */
  text(text: string): void;
  /** Receives invalid bytes as hexadecimal text such as `81 FF`. */
  invalid(bytes: string): void;
}

const MAX_PIECE_BYTES = 32 * 1024;

/** Restores U+001A, U+001C and U+007F, which the decoder of Node.js interchanges. @see icu's ibm-943_P15A-2003 */
const restoreControlCharacters = (text: string): string =>
  text.includes("\u001a") || text.includes("\u001c") || text.includes("\u007f")
    ? text.replace(/[\u001a\u001c\u007f]/g, (control) =>
        control === "\u001c" ? "\u001a" : control === "\u007f" ? "\u001c" : "\u007f",
      )
    : text;

const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(" ");

export class Decoder {
  readonly #encoding: Encoding;
  readonly #decode: (bytes: Uint8Array) => string;
  readonly #sink: TextSink;
  #tail: Uint8Array = new Uint8Array(0);
  #atStart = true;

  constructor(encoding: Encoding, sink: TextSink) {
    this.#encoding = encoding;
    const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    this.#decode = encoding === "euc-jp" ? decodeEucJp : (bytes) => decoder.decode(bytes);
    this.#sink = sink;
  }

  write(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length; from += MAX_PIECE_BYTES) {
      this.#writePiece(bytes.subarray(from, from + MAX_PIECE_BYTES));
    }
  }

  end(): void {
    if (this.#tail.length > 0) this.#decodeAround(this.#tail);
  }

  #writePiece(piece: Uint8Array): void {
    const bytes = this.#tail.length === 0 ? piece : Buffer.concat([this.#tail, piece]);
    const tail = countUnfinishedBytes(this.#encoding, bytes);
    // The bytes are copied, because the caller may reuse its buffer. Buffer.slice() would not copy them.
    this.#tail = Uint8Array.prototype.slice.call(bytes, bytes.length - tail);
    const whole = tail === 0 ? bytes : bytes.subarray(0, bytes.length - tail);
    const text = tryOrUndefined(() => this.#decode(whole));
    if (text === undefined) this.#decodeAround(whole);
    else this.#give(text);
  }

  #decodeAround(bytes: Uint8Array): void {
    const lengthAt = SEQUENCE_MEASURERS[this.#encoding];
    let from = 0;
    let at = 0;
    while (at < bytes.length) {
      const length = lengthAt(bytes, at);
      if (length > 0) {
        at += length;
        continue;
      }
      if (at > from) this.#give(this.#decode(bytes.subarray(from, at)));
      from = at - length;
      this.#atStart = false;
      this.#sink.invalid(toHex(bytes.subarray(at, from)));
      at = from;
    }
    if (at > from) this.#give(this.#decode(bytes.subarray(from, at)));
  }

  #give(decoded: string): void {
    if (decoded === "") return;
    let text = this.#encoding === "shift_jis" ? restoreControlCharacters(decoded) : decoded;
    if (this.#atStart && text.startsWith("\ufeff")) text = text.slice(1);
    this.#atStart = false;
    if (text !== "") this.#sink.text(text);
  }
}
