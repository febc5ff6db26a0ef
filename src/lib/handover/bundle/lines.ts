import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";

const NEWLINE = 0x0a;
const LONGEST = 16 * 1024 * 1024;

/**
 * Chunks cut anew, so that each has whole lines; only the last line of all may lack its end. A chunk need hold only
 * until the next one is asked for, and so does a block.
 *
 * @param where the file's name in messages
 * @throws Failure `input-rejected` for a line of more than 16 MiB
 */
export async function* blocksOf(chunks: AsyncIterable<Buffer>, where: string): AsyncGenerator<Buffer> {
  let begun: Buffer[] = [];
  let waiting = 0;
  for await (const chunk of chunks) {
    const first = chunk.indexOf(NEWLINE) + 1;
    waiting += first === 0 ? chunk.length : first;
    if (waiting > LONGEST) throw tooLong(where);
    if (first === 0) {
      begun.push(Buffer.from(chunk));
      continue;
    }
    const last = chunk.lastIndexOf(NEWLINE) + 1;
    // lines that lie in two chunks are short beside the rest, which is not copied
    const from = begun.length === 0 ? 0 : first;
    if (from > 0) yield Buffer.concat([...begun, chunk.subarray(0, from)]);
    if (last > from) yield chunk.subarray(from, last);
    begun = last < chunk.length ? [Buffer.from(chunk.subarray(last))] : [];
    waiting = chunk.length - last;
  }
  if (waiting > 0) yield Buffer.concat(begun);
}

const tooLong = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text("a line is longer than 16 MiB", "16 MiB を超える行があります"),
    where,
    hint: text(
      "no export writes such a line: take another copy",
      "書き出しでできる行ではありません。別のコピーを使ってください",
    ),
  });
