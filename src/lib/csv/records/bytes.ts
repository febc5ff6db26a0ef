import { SEQUENCE_MEASURERS, countUnfinishedBytes } from "../encoding/decode-sequence.ts";
import { hasByteOrderMark, BYTE_ORDER_MARKS, CONSOLE_DIALECT, type Dialect, type Encoding } from "./record.ts";

/** A segment of the bytes of one record. A record that spans several chunks is yielded in several segments. */
export interface RecordSegment {
  /** number of the record, counted from 1 (the header), as in {@link RecordReader} */
  readonly row: number;
  /** all bytes of the segment, without the newline */
  readonly bytes: Uint8Array;
  /** the bytes without the dropped cell */
  readonly kept: readonly Uint8Array[];
  /** newline, if the record ends with this segment (empty at the end of a file without a final newline) */
  readonly newline: Uint8Array | undefined;
  /** the record ends inside an unclosed quote */
  readonly open: boolean;
}

export interface RecordBytesOptions {
  readonly encoding: Encoding;
  /** default: the console's dialect; delimiter and quote must be ASCII */
  readonly dialect?: Dialect | undefined;
  /** position, counted from 0, of a cell to leave out of {@link RecordSegment.kept} */
  readonly drop?: number | undefined;
}

const LF = 10;
const CR = 13;
const CTRL_Z = 26;
const NUL = 0;
/** Maximum length of the end-of-file mark that old programs write, which may fill up a disk sector or two. */
const MAX_END_MARK_BYTES = 65_536;
const NO_BYTES = new Uint8Array(0);

type ScanState = "cell-start" | "bare" | "quoted" | "quote-seen" | "trailing";

/**
 * Splits a CSV file into the bytes of its records, including undecodable bytes, so that rows can be copied byte by
 * byte. Rows are counted as in {@link RecordReader}. Ctrl-Z characters at the end of the file are dropped together with
 * the NULs after them. A byte order mark is dropped too; {@link bom} then holds it.
 */
export class RecordBytes {
  readonly #encoding: Encoding;
  readonly #delimiter: number;
  readonly #quote: number;
  readonly #drop: number;
  #tail: Uint8Array = NO_BYTES;
  #started = false;
  #mode: ScanState = "cell-start";
  #row = 1;
  #cell = 0;
  /** Byte order mark of the file, set once the first bytes have been written; empty if the file has none. */
  bom: Uint8Array = NO_BYTES;

  /** @throws RangeError if delimiter or quote is not ASCII */
  constructor({ encoding, dialect = CONSOLE_DIALECT, drop }: RecordBytesOptions) {
    const { delimiter, quote = '"' } = dialect;
    this.#encoding = encoding;
    this.#delimiter = delimiter.charCodeAt(0);
    this.#quote = quote.charCodeAt(0);
    this.#drop = drop ?? -1;
    if (Math.max(this.#delimiter, this.#quote) > 0x7f) throw new RangeError("delimiter and quote must be ASCII");
  }

  /** Splits the next bytes. The yielded segments are views of the bytes. */
  *write(chunk: Uint8Array): Generator<RecordSegment> {
    const joined = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    const isTooShort = !this.#started && joined.length < BYTE_ORDER_MARKS[this.#encoding].length;
    const bytes = isTooShort ? joined : this.#withoutBom(joined);
    const size = isTooShort ? 0 : bytes.length - this.#heldBack(bytes);
    this.#tail = Uint8Array.prototype.slice.call(bytes, size);
    yield* this.#cut(bytes.subarray(0, size));
  }

  *end(): Generator<RecordSegment> {
    if (!this.#started) {
      // the file is shorter than a byte order mark
      this.#started = true;
      yield* this.write(NO_BYTES);
    }
    const isMark = this.#unit(this.#tail, 0) === CTRL_Z && countUnfinishedBytes(this.#encoding, this.#tail) === 0;
    yield* this.#cut(isMark ? NO_BYTES : this.#tail);
    if (this.#mode === "cell-start" && this.#cell === 0) return;
    yield this.#stretch(NO_BYTES, [], NO_BYTES);
  }

  #withoutBom(bytes: Uint8Array): Uint8Array {
    if (this.#started) return bytes;
    this.#started = true;
    if (!hasByteOrderMark(bytes, this.#encoding)) return bytes;
    this.bom = BYTE_ORDER_MARKS[this.#encoding];
    return bytes.subarray(this.bom.length);
  }

  #heldBack(bytes: Uint8Array): number {
    const unfinished = countUnfinishedBytes(this.#encoding, bytes);
    const end = bytes.length - unfinished;
    const width = this.#width;
    const last = end >= width ? this.#unit(bytes, end - width) : 0;
    if (last === CR) return unfinished + width;
    const nulsAt = this.#startOfTail(bytes, NUL, end);
    const marksAt = this.#startOfTail(bytes, CTRL_Z, nulsAt);
    return marksAt === nulsAt ? unfinished : bytes.length - marksAt;
  }

  /** Returns the start of the run of `character` that ends at `end`. */
  #startOfTail(bytes: Uint8Array, character: number, end: number): number {
    const width = this.#width;
    let at = end;
    while (at >= width && end - at < MAX_END_MARK_BYTES && this.#unit(bytes, at - width) === character) at -= width;
    return at;
  }

  get #width(): number {
    return this.#encoding.startsWith("utf-16") ? 2 : 1;
  }

  #unit(bytes: Uint8Array, at: number): number {
    if (this.#encoding === "utf-16le") return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    if (this.#encoding === "utf-16be") return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    return bytes[at] ?? 0;
  }

  *#cut(bytes: Uint8Array): Generator<RecordSegment> {
    const lengthAt = SEQUENCE_MEASURERS[this.#encoding];
    let from = 0;
    let kept = new KeptParts(this.#cell === this.#drop);
    for (let at = 0; at < bytes.length;) {
      const unit = this.#unit(bytes, at);
      const next = unit < 0x80 ? at + this.#width : at + Math.abs(lengthAt(bytes, at));
      const ends = this.#step(unit);
      if (ends === "cell") {
        this.#cell += 1;
        kept.cellEnds(bytes, at, next, { cell: this.#cell, drop: this.#drop });
      } else if (ends === "record") {
        const isCrLf = unit === CR && this.#unit(bytes, next) === LF && next < bytes.length;
        const behind = isCrLf ? next + this.#width : next;
        yield this.#stretch(bytes.subarray(from, at), kept.until(bytes, at), bytes.subarray(at, behind));
        this.#row += 1;
        this.#cell = 0;
        this.#mode = "cell-start";
        from = behind;
        kept = new KeptParts(this.#drop === 0, behind);
        at = behind;
        continue;
      }
      at = next;
    }
    if (from < bytes.length) yield this.#stretch(bytes.subarray(from), kept.until(bytes, bytes.length), undefined);
  }

  #stretch(bytes: Uint8Array, kept: readonly Uint8Array[], newline: Uint8Array | undefined): RecordSegment {
    return { row: this.#row, bytes, kept, newline, open: newline !== undefined && this.#mode === "quoted" };
  }

  /** Advances by one character. @returns what the character ends, if anything */
  #step(unit: number): "cell" | "record" | undefined {
    const isQuote = unit === this.#quote;
    if (this.#mode === "quoted") {
      if (isQuote) this.#mode = "quote-seen";
      return undefined;
    }
    if (isQuote && this.#mode === "cell-start") this.#mode = "quoted";
    else if (isQuote && this.#mode === "quote-seen") this.#mode = "quoted";
    else if (unit === this.#delimiter) {
      this.#mode = "cell-start";
      return "cell";
    } else if (unit === LF || unit === CR) return "record";
    else if (this.#mode === "quote-seen") this.#mode = "trailing";
    else if (this.#mode === "cell-start") this.#mode = "bare";
    return undefined;
  }
}

class KeptParts {
  readonly #parts: Uint8Array[] = [];
  #from: number;
  #dropping: boolean;

  constructor(dropping: boolean, from = 0) {
    this.#dropping = dropping;
    this.#from = from;
  }

  cellEnds(
    bytes: Uint8Array,
    at: number,
    next: number,
    { cell, drop }: { readonly cell: number; readonly drop: number },
  ) {
    if (this.#dropping) {
      this.#dropping = false;
      this.#from = drop === 0 ? next : at;
    } else if (cell === drop) {
      this.#parts.push(bytes.subarray(this.#from, at));
      this.#dropping = true;
    }
  }

  until(bytes: Uint8Array, at: number): readonly Uint8Array[] {
    if (!this.#dropping) this.#parts.push(bytes.subarray(this.#from, at));
    return this.#parts;
  }
}
