import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import iconv from "iconv-lite";

export type Cells = readonly (readonly string[])[];

export type Charset = "cp932" | "utf-8";

/**
 * Parses a file without using the program's code.
 *
 * @throws Error if the bytes or the quotes are invalid
 */
export function readCsv(bytes: Uint8Array, charset: Charset): Cells {
  const text = iconv.decode(Buffer.from(bytes), charset);
  if (text.includes("\ufffd")) throw new Error("bytes that are no characters");
  return parse(text);
}

/**
 * Encodes records as a file with CRLF.
 *
 * @throws Error if CP932 does not have one of the characters
 */
export function writeCsv(cells: Cells, charset: Charset): Buffer {
  const text = stringify(
    cells.map((record) => [...record]),
    { record_delimiter: "\r\n", quoted_match: /[\r\n]/ },
  );
  const bytes = iconv.encode(text, charset);
  if (iconv.decode(bytes, charset) !== text) throw new Error(`${charset} cannot hold the text`);
  return bytes;
}
