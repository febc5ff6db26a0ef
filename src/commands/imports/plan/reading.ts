import { guessDelimiter } from "../../../lib/csv/inspect.ts";
import type { ColumnMap } from "../../../lib/csv/layout/map.ts";
import type { Dialect, Encoding } from "../../../lib/csv/records/record.ts";
import { encodingOf } from "../../csv/file/encoding.ts";
import type { InputFile } from "../../../lib/files/index.ts";

/** How to read an input file. */
export interface Reading {
  readonly encoding: Encoding;
  readonly dialect: Dialect;
  /** the newline that ends the header row; undefined if the file has no newline */
  readonly newline: "crlf" | "lf" | "cr" | undefined;
  /** CP932 was detected, though all but a few bytes are UTF-8 */
  readonly nearlyUtf8: boolean;
}

/** Options given for reading a file. */
export interface ReadingChoice {
  readonly encoding: Encoding | "auto";
  readonly map?: ColumnMap | undefined;
  readonly signal?: AbortSignal | undefined;
}

const HEAD_BYTES = 64 * 1024;

/**
 * Determines how to read a file: its encoding from all of its bytes, its delimiter from the header.
 *
 * @throws `input-rejected` if its text could also be half-width kana
 */
export async function detectReading(
  file: InputFile,
  { encoding: asked, map, signal }: ReadingChoice,
): Promise<Reading> {
  const encoding = await encodingOf(file, asked, { signal });
  const head = await headOf(file);
  const start = new TextDecoder(encoding).decode(head, { stream: true });
  return {
    encoding,
    dialect: map?.dialect ?? { delimiter: guessDelimiter(start) },
    newline: firstNewline(start),
    nearlyUtf8: asked === "auto" && encoding === "shift_jis" && isNearlyUtf8(head),
  };
}

async function headOf(file: InputFile): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0);
  for await (const chunk of file.chunks()) {
    head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES - head.length)]);
    if (head.length >= HEAD_BYTES) break;
  }
  return head;
}

/** The newline that ends the header row, ignoring those inside quotes. */
function firstNewline(start: string): Reading["newline"] {
  const [newline] = /\r\n|\r|\n/.exec(start.replaceAll(/"[^"]*(?:"|$)/g, "")) ?? [];
  if (newline === undefined) return undefined;
  if (newline === "\r\n") return "crlf";
  return newline === "\n" ? "lf" : "cr";
}

/** Minimum number of valid non-ASCII UTF-8 characters per invalid sequence; CP932 text has hardly any. */
const NEARLY = 20;

function isNearlyUtf8(head: Uint8Array): boolean {
  const decoded = new TextDecoder("utf-8").decode(head, { stream: true });
  const invalid = decoded.match(/\ufffd/g)?.length ?? 0;
  const valid = decoded.match(/[^\0-\u007f\ufffd]/gu)?.length ?? 0;
  return valid > NEARLY * Math.max(invalid, 1);
}
