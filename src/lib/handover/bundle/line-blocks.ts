import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";

const NEWLINE = 0x0a;
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/**
 * Regroups chunks into blocks of whole lines. Only the very last line may lack a line feed. A chunk needs to stay valid
 * only until the next chunk is requested, and a block stays valid only until the next block is requested.
 *
 * @param where the file name, for messages
 * @throws Failure `input-rejected` for a line of more than 16 MiB
 */
export async function* splitIntoLineBlocks(chunks: AsyncIterable<Buffer>, where: string): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  let waiting = 0;
  for await (const chunk of chunks) {
    const first = chunk.indexOf(NEWLINE) + 1;
    waiting += first === 0 ? chunk.length : first;
    if (waiting > MAX_LINE_BYTES) throw createTooLongLineFailure(where);
    if (first === 0) {
      begun.push(Buffer.from(chunk));
      continue;
    }
    const last = chunk.lastIndexOf(NEWLINE) + 1;
    // only lines that span two chunks are copied, which are a small part of the content
    const from = begun.length === 0 ? 0 : first;
    if (from > 0) yield Buffer.concat([...begun, chunk.subarray(0, from)]);
    if (last > from) yield chunk.subarray(from, last);
    begun = last < chunk.length ? [Buffer.from(chunk.subarray(last))] : [];
    waiting = chunk.length - last;
  }
  if (waiting > 0) yield Buffer.concat(begun);
}

const createTooLongLineFailure = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text("a line is longer than 16 MiB", "16 MiB を超える行があります"),
    where,
    hint: text(
      "an export never writes such a line: use another copy",
      "書き出しでこのような行ができることはありません。別のコピーを使ってください",
    ),
  });
