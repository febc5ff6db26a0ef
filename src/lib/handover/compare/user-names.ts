import { pathOfResource } from "../resources.ts";
import { parseLine } from "./walk.ts";

/** Where users are read from: a state, for one. */
interface Users {
  readonly name: string;
  blocks(resource: "users"): AsyncIterable<Buffer>;
}

const NEWLINE = 0x0a;
const BEGINNING = '{"id":"';

/**
 * The names of users by id, each asked for in the order of ids: one pass over the file, begun with the first question,
 * and of its lines only those are parsed that are asked for.
 */
export class UserNames implements AsyncDisposable {
  readonly #where: string;
  readonly #blocks: AsyncIterator<Buffer>;
  #block: Buffer | undefined = Buffer.alloc(0);
  #at = 0;
  #last: { readonly id: string; readonly name: string | null } | undefined;

  constructor(users: Users) {
    this.#where = `${users.name}: ${pathOfResource("users")}`;
    this.#blocks = users.blocks("users")[Symbol.asyncIterator]();
  }

  /** @returns null for no such user, and for one whose place was passed already */
  async nameOf(id: string): Promise<string | null> {
    if (this.#last?.id !== id) this.#last = { id, name: await this.#find(id) };
    return this.#last.name;
  }

  async #find(id: string): Promise<string | null> {
    const wanted = Buffer.from(`${BEGINNING}${id}"`);
    for (;;) {
      if (this.#block === undefined) return null;
      const found = lineWith(this.#block, this.#at, wanted);
      if (found !== undefined) {
        this.#at = found.end;
        const { name } = parseLine(this.#block.subarray(found.begin, found.end), this.#where);
        return typeof name === "string" ? name : null;
      }
      if (isWithin(this.#block, wanted)) return null;
      const next = await this.#blocks.next();
      this.#block = next.done === true ? undefined : next.value;
      this.#at = 0;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#blocks.return?.();
  }
}

/** The line of a block, from a place on, that begins so. */
function lineWith(
  block: Buffer,
  from: number,
  wanted: Buffer,
): { readonly begin: number; readonly end: number } | undefined {
  for (let begin = block.indexOf(wanted, from); begin !== -1; begin = block.indexOf(wanted, begin + 1)) {
    if (begin > 0 && block[begin - 1] !== NEWLINE) continue;
    const end = block.indexOf(NEWLINE, begin);
    return { begin, end: end === -1 ? block.length : end };
  }
  return undefined;
}

/** Whether the last line of a block comes behind one that begins so: no later block has it. */
function isWithin(block: Buffer, wanted: Buffer): boolean {
  if (block.length === 0) return false;
  const last = block.lastIndexOf(NEWLINE, block.length - 2) + 1;
  return Buffer.compare(block.subarray(last, last + wanted.length), wanted) > 0;
}
