import type { Problem } from "../../model/problem.ts";
import type { CellUnits } from "./code-units.ts";

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
