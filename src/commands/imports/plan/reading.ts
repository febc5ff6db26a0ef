import { guessDelimiter } from "../../../lib/csv/inspect.ts";
import type { ColumnMap } from "../../../lib/csv/layout/map.ts";
import type { Dialect, Encoding } from "../../../lib/csv/records/record.ts";
import { encodingOf, headOf } from "../../csv/file/encoding.ts";
import type { InputFile } from "../../../lib/files/index.ts";

/** How to read an input file. */
export interface Reading {
  readonly encoding: Encoding;
  readonly dialect: Dialect;
  /** the newline that ends the header row; undefined if the file has no newline */
  readonly newline: "crlf" | "lf" | "cr" | undefined;
}

/** Options given for reading a file. */
export interface ReadingChoice {
  readonly encoding: Encoding | "auto";
  readonly map?: ColumnMap | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Determines how to read a file: its encoding from all of its bytes, its delimiter from the header.
 *
 * @throws `input-rejected` if it is no table, or its encoding cannot be told
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
  };
}

/** The newline that ends the header row, ignoring those inside quotes. */
function firstNewline(start: string): Reading["newline"] {
  const [newline] = /\r\n|\r|\n/.exec(start.replaceAll(/"[^"]*(?:"|$)/g, "")) ?? [];
  if (newline === undefined) return undefined;
  if (newline === "\r\n") return "crlf";
  return newline === "\n" ? "lf" : "cr";
}
