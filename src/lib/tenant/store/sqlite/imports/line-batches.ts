import type { Row } from "../database.ts";

/** Bytes of lines that are given at a time. */
export const BATCH_BYTES = 65_536;

/** Rows whose column `line` is a line of text, as the bytes of many at a time. */
export function* batched(rows: Iterable<Row>): Generator<Uint8Array> {
  let text = "";
  for (const { line } of rows) {
    text += String(line);
    if (text.length < BATCH_BYTES) continue;
    yield Buffer.from(text);
    text = "";
  }
  if (text !== "") yield Buffer.from(text);
}
