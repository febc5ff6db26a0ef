import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import iconv from "iconv-lite";

/** The records of a file, including the header. */
export type Cells = readonly (readonly string[])[];

export type Charset = "cp932" | "utf-8";

/** Parses a file without any code of the program. @throws Error if bytes or quotes are not well formed */
export function readCsv(bytes: Uint8Array, charset: Charset): Cells {
  const text = iconv.decode(Buffer.from(bytes), charset);
  if (text.includes("\ufffd")) throw new Error("bytes that are no characters");
  return parse(text);
}

/** Returns the bytes of a file with CRLF. @throws Error if CP932 lacks a character */
export function writeCsv(cells: Cells, charset: Charset): Buffer {
  const text = stringify(
    cells.map((record) => [...record]),
    { record_delimiter: "\r\n", quoted_match: /[\r\n]/ },
  );
  const bytes = iconv.encode(text, charset);
  if (iconv.decode(bytes, charset) !== text) throw new Error(`${charset} cannot hold the text`);
  return bytes;
}
