import type { Problem } from "../../model/problem.ts";

/** `shift_jis` always means Windows-31J (CP932). */
export const ENCODINGS = ["shift_jis", "utf-8", "utf-16le", "utf-16be"] as const;

export const INPUT_ENCODINGS = [...ENCODINGS, "euc-jp"] as const;

export type Encoding = (typeof INPUT_ENCODINGS)[number];

export type FileForm = Encoding | "xlsx";

export type Newline = "crlf" | "lf" | "cr";

const BYTE_ORDER_MARKS: Readonly<Partial<Record<Encoding, Uint8Array>>> = {
  "utf-8": Uint8Array.of(0xef, 0xbb, 0xbf),
  "utf-16le": Uint8Array.of(0xff, 0xfe),
  "utf-16be": Uint8Array.of(0xfe, 0xff),
};

export const hasByteOrderMark = (bytes: Uint8Array, encoding: Encoding): boolean => {
  return BYTE_ORDER_MARKS[encoding]?.every((byte, at) => bytes[at] === byte) === true;
};

export const formatCodePoint = (codePoint: number): string =>
  `U+${codePoint.toString(16).toUpperCase().padStart(4, "0")}`;

export interface Dialect {
  readonly delimiter: string;
}

export const CONSOLE_DIALECT: Dialect = { delimiter: "," };

export type RecordProblem = Omit<Problem, "header">;

export interface RecordSink {
  /**
   * Copy the cells if you store them: the next record overwrites them, and a cell may keep its chunk in memory. @param
   * count number of cells; 0 if unknown @param row counted from 1 (the header), including empty lines @param line first
   * line of the record @param sound false if a problem of this record was reported @param units positions of the cells
   * in the text, valid until the call returns
   */
  record(cells: readonly string[], count: number, row: number, line: number, sound: boolean, units?: CellUnits): void;
  problem(problem: RecordProblem): void;
}

export const NEWLINES: Readonly<Record<Newline, string>> = { crlf: "\r\n", lf: "\n", cr: "\r" };

/** Quotes only cells with a delimiter, quote or newline. A record of one empty cell is `""`, not an empty line. */
export function formatRecord(
  cells: readonly string[],
  newline: string,
  { delimiter }: Dialect = CONSOLE_DIALECT,
): string {
  if (cells.length === 1 && cells[0] === "") return `""${newline}`;
  const unit = delimiter.charCodeAt(0);
  let record = "";
  for (let at = 0; at < cells.length; at++) {
    const cell = cells[at] ?? "";
    if (at > 0) record += delimiter;
    record += needsQuotes(cell, unit) ? `"${cell.replaceAll('"', '""')}"` : cell;
  }
  return record + newline;
}

function needsQuotes(cell: string, delimiter: number): boolean {
  for (let at = 0; at < cell.length; at++) {
    const unit = cell.charCodeAt(at);
    if (unit === delimiter || unit === 34 || unit === 10 || unit === 13) return true;
  }
  return false;
}

/** Stores a text as numbers, because loops read numbers several times faster than slices of the text. */
export class CodeUnits {
  all = new Uint16Array(0);
  #bytes = Buffer.alloc(0);

  take(text: string): void {
    if (text.length > this.all.length) {
      this.all = new Uint16Array(text.length);
      this.#bytes = Buffer.from(this.all.buffer);
    }
    this.#bytes.write(text, "utf16le");
    if (IS_BIG_ENDIAN) this.#bytes.subarray(0, text.length * 2).swap16();
  }
}

const IS_BIG_ENDIAN = new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

export class CellUnits extends CodeUnits {
  /** True if the record needs a thorough check because of a control character, a newline or a long cell. */
  isSuspect = false;
  /** Start of each cell; -1 if the cell's text does not occur unchanged in the file. */
  starts = new Int32Array(64);

  place(cell: number, start: number): void {
    if (cell >= this.starts.length) {
      const grown = new Int32Array(this.starts.length * 2);
      grown.set(this.starts);
      this.starts = grown;
    }
    this.starts[cell] = start;
  }
}
