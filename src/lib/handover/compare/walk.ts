import { commandName } from "../../advice/index.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** How every line begins: `id` is the first member of all. */
const BEGINNING = Buffer.from('{"id":"');

/** Lines that stand in one file, or in both with the same id and other bytes; without their ends. They hold until the next pair is asked for. */
export type LinePair =
  | { readonly before: Buffer; readonly after: undefined }
  | { readonly before: undefined; readonly after: Buffer }
  | { readonly before: Buffer; readonly after: Buffer };

/** A place in a file of lines. */
class Cursor {
  /** as in messages */
  readonly where: string;
  block: Buffer = Buffer.alloc(0);
  at = 0;
  #last: Buffer | undefined;
  readonly #blocks: AsyncIterator<Buffer>;

  constructor(where: string, blocks: AsyncIterable<Buffer>) {
    this.where = where;
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  /** Whether there is a line still; reads the next block where one is at its end. */
  async hasLine(): Promise<boolean> {
    while (this.at >= this.block.length) {
      const next = await this.#blocks.next();
      if (next.done === true) return false;
      this.block = next.value;
      this.at = 0;
    }
    return true;
  }

  /** Where the line at this place ends. */
  get lineEnd(): number {
    const end = this.block.indexOf(NEWLINE, this.at);
    return end === -1 ? this.block.length : end;
  }

  /** The id of the line at this place, as bytes. @throws Failure `input-rejected` where it has none, or is out of order */
  id(): Buffer {
    const from = this.at + BEGINNING.length;
    const begins = this.block.subarray(this.at, from).equals(BEGINNING);
    const to = this.block.indexOf(QUOTE, from);
    if (!begins || to === -1 || to > this.lineEnd) throw noRecord(this.where);
    const raw = this.block.subarray(from, to);
    const id = raw.includes(BACKSLASH) ? this.#escapedId() : raw;
    if (this.#last !== undefined && Buffer.compare(this.#last, id) > 0) throw noRecord(this.where);
    // its block may be overwritten
    this.#last = Buffer.from(id);
    return id;
  }

  /** The line at this place; the next one is taken then. */
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
    const { id } = parseLine(this.block.subarray(this.at, this.lineEnd), this.where);
    return Buffer.from(String(id));
  }
}

/** A line's record. @throws Failure `input-rejected` where it is none */
export function parseLine(line: Buffer, where: string): Readonly<Record<string, unknown>> {
  try {
    const record: unknown = JSON.parse(line.toString("utf8"));
    if (typeof record === "object" && record !== null) return record as Readonly<Record<string, unknown>>;
  } catch {
    // told below
  }
  throw noRecord(where);
}

const noRecord = (where: string): Failure =>
  new Failure("input-rejected", {
    what: text("the records are not as an export writes them", "記録が書き出したままの形ではありません"),
    where,
    hint: text(
      `see what is wrong: ${commandName("handover verify")}`,
      `${commandName("handover verify")} で問題を確認してください`,
    ),
  });

/**
 * Walks through two files of records side by side, both in the order of their ids. What is equal is passed over as bytes,
 * many lines at once, and never parsed; memory holds a block of each.
 *
 * @throws Failure `input-rejected` where a file is not in that order
 */
export async function* walk(before: WalkedFile, after: WalkedFile): AsyncGenerator<LinePair> {
  const [one, other] = [new Cursor(before.where, before.blocks), new Cursor(after.where, after.blocks)];
  try {
    for (;;) {
      const [isOne, isOther] = [await one.hasLine(), await other.hasLine()];
      if (isOne && isOther) {
        if (!passEqual(one, other)) yield* nextPair(one, other);
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

/** One of the files that are walked through. */
export interface WalkedFile {
  /** as in messages */
  readonly where: string;
  /** blocks of whole lines, which need hold only until the next is asked for */
  readonly blocks: AsyncIterable<Buffer>;
}

function* nextPair(one: Cursor, other: Cursor): Generator<LinePair> {
  const order = Buffer.compare(one.id(), other.id());
  if (order < 0) yield { before: one.take(), after: undefined };
  else if (order > 0) yield { before: undefined, after: other.take() };
  else {
    const [before, after] = [one.take(), other.take()];
    if (!before.equals(after)) yield { before, after };
  }
}

/** Passes over the lines that are the same in both. @returns whether there were any */
function passEqual(one: Cursor, other: Cursor): boolean {
  const most = Math.min(one.block.length - one.at, other.block.length - other.at);
  const same = commonBytes(one, other, most);
  const end = same === 0 ? -1 : one.block.lastIndexOf(NEWLINE, one.at + same - 1);
  if (end < one.at) return false;
  const passed = end + 1 - one.at;
  one.at += passed;
  other.at += passed;
  return true;
}

/** How many bytes from here on are the same: in steps that double, and by halves where they part. */
function commonBytes(one: Cursor, other: Cursor, most: number): number {
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
