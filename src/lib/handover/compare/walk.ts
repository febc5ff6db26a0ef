import { commandName } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** The beginning of every line: `id` is always the first member. */
const LINE_START = Buffer.from('{"id":"');

/**
 * A line that only one of two files has, or two lines with the same id and different content. The lines do not include
 * their line endings. They are valid only until the next pair is requested.
 */
export type LinePair =
  | { readonly before: Buffer; readonly after: undefined }
  | { readonly before: undefined; readonly after: Buffer }
  | { readonly before: Buffer; readonly after: Buffer };

class LineCursor {
  /** file name, for messages */
  readonly where: string;
  block: Buffer = Buffer.alloc(0);
  at = 0;
  #last: Buffer | undefined;
  readonly #blocks: AsyncIterator<Buffer>;

  constructor(where: string, blocks: AsyncIterable<Buffer>) {
    this.where = where;
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  /** Returns true if there is another line. Reads the next block if the current block has no more lines. */
  async hasLine(): Promise<boolean> {
    while (this.at >= this.block.length) {
      const next = await this.#blocks.next();
      if (next.done === true) return false;
      this.block = next.value;
      this.at = 0;
    }
    return true;
  }

  get lineEnd(): number {
    const end = this.block.indexOf(NEWLINE, this.at);
    return end === -1 ? this.block.length : end;
  }

  /** Returns the current line's id, as bytes.  @throws Failure `input-rejected` if it is missing or out of order */
  id(): Buffer {
    const from = this.at + LINE_START.length;
    const begins = this.block.subarray(this.at, from).equals(LINE_START);
    const to = this.block.indexOf(QUOTE, from);
    if (!begins || to === -1 || to > this.lineEnd) throw createInvalidRecordsFailure(this.where);
    const raw = this.block.subarray(from, to);
    const id = raw.includes(BACKSLASH) ? this.#escapedId() : raw;
    if (this.#last !== undefined && Buffer.compare(this.#last, id) > 0) throw createInvalidRecordsFailure(this.where);
    // a copy, because the block may be overwritten
    this.#last = Buffer.from(id);
    return id;
  }

  /** Returns the current line and moves to the next line. */
  take(): Buffer {
    const end = this.lineEnd;
    const line = this.block.subarray(this.at, end);
    this.at = end + 1;
    return line;
  }

  async close(): Promise<void> {
    await this.#blocks.return?.();
  }

  #escapedId(): Buffer {
    const { id } = parseRecordLine(this.block.subarray(this.at, this.lineEnd), this.where);
    return Buffer.from(String(id));
  }
}

/** Parses the record in a line. @throws Failure `input-rejected` if the line is not a record */
export function parseRecordLine(line: Buffer, where: string): Readonly<Record<string, unknown>> {
  try {
    const record: unknown = JSON.parse(line.toString("utf8"));
    if (typeof record === "object" && record !== null) return record as Readonly<Record<string, unknown>>;
  } catch {
    // reported below
  }
  throw createInvalidRecordsFailure(where);
}

const createInvalidRecordsFailure = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text(
      "the records are not in the format of an exported file",
      "データが書き出したファイルの形式ではありません",
    ),
    where,
    hint: text(
      `to see what is wrong, run: ${commandName("handover verify")}`,
      `${commandName("handover verify")} で問題を確認してください`,
    ),
  });

/**
 * Compares two files of records, both sorted by id, and yields the lines that differ. Equal parts are skipped as bytes,
 * many lines at a time, and never parsed. Memory holds one block of each file.
 *
 * @throws Failure `input-rejected` if a file is not sorted by id
 */
export async function* walkDifferences(before: ComparedFile, after: ComparedFile): AsyncGenerator<LinePair> {
  const [one, other] = [new LineCursor(before.where, before.blocks), new LineCursor(after.where, after.blocks)];
  try {
    for (;;) {
      const [isOne, isOther] = [await one.hasLine(), await other.hasLine()];
      if (isOne && isOther) {
        if (!skipEqualLines(one, other)) yield* comparePair(one, other);
      } else if (isOne) {
        one.id();
        yield { before: one.take(), after: undefined };
      } else if (isOther) {
        other.id();
        yield { before: undefined, after: other.take() };
      } else return;
    }
  } finally {
    await one.close();
    await other.close();
  }
}

/** One of the two files that {@link walkDifferences} compares. */
export interface ComparedFile {
  /** file name, for messages */
  readonly where: string;
  /** blocks of whole lines; a block needs to stay valid only until the next block is requested */
  readonly blocks: AsyncIterable<Buffer>;
}

function* comparePair(one: LineCursor, other: LineCursor): Generator<LinePair> {
  const order = Buffer.compare(one.id(), other.id());
  if (order < 0) yield { before: one.take(), after: undefined };
  else if (order > 0) yield { before: undefined, after: other.take() };
  else {
    const [before, after] = [one.take(), other.take()];
    if (!before.equals(after)) yield { before, after };
  }
}

function skipEqualLines(one: LineCursor, other: LineCursor): boolean {
  const most = Math.min(one.block.length - one.at, other.block.length - other.at);
  const same = countEqualBytes(one, other, most);
  const end = same === 0 ? -1 : one.block.lastIndexOf(NEWLINE, one.at + same - 1);
  if (end < one.at) return false;
  const passed = end + 1 - one.at;
  one.at += passed;
  other.at += passed;
  return true;
}

/**
 * Returns the number of equal bytes from the current positions on. Doubles the step until a difference is found, then
 * bisects.
 */
function countEqualBytes(one: LineCursor, other: LineCursor, most: number): number {
  const isSame = (from: number, to: number): boolean =>
    one.block.compare(other.block, other.at + from, other.at + to, one.at + from, one.at + to) === 0;
  let same = 0;
  for (let step = 256; same < most; step *= 2) {
    const to = Math.min(most, same + step);
    if (isSame(same, to)) {
      same = to;
      continue;
    }
    let differs = to;
    while (differs - same > 1) {
      const middle = (same + differs) >>> 1;
      if (isSame(same, middle)) same = middle;
      else differs = middle;
    }
    return same;
  }
  return same;
}
