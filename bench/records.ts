import { createReadStream } from "node:fs";

const QUOTE = 0x22;
const LINE_FEED = 0x0a;

/** Returns the number of lines in a file. Lines end with LF. */
export async function countLines(path: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) lines += 1;
  }
  return lines;
}

/**
 * Returns the number of records in a CSV file, including the header. Line ends may be LF or CRLF. Counts bytes and does
 * not use the program's code: neither UTF-8 nor CP932 has a quote or a line feed inside a multibyte character.
 */
export async function countRecords(path: string): Promise<number> {
  let records = 0;
  let quoted = false;
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    for (const byte of chunk) {
      if (byte === QUOTE) quoted = !quoted;
      else if (byte === LINE_FEED && !quoted) records += 1;
    }
  }
  return records;
}
