import { pathOfResource } from "../resources.ts";
import { parseRecordLine } from "./walk.ts";

interface UserSource {
  readonly name: string;
  blocks(resource: "users"): AsyncIterable<Buffer>;
}

const NEWLINE = 0x0a;
const LINE_START = '{"id":"';

/**
 * Finds the names of users by id in one pass over the file. Ids must be requested in ascending order. The pass begins
 * with the first request, and only the lines of requested ids are parsed.
 */
export class UserNameReader implements AsyncDisposable {
  readonly #where: string;
  readonly #blocks: AsyncIterator<Buffer>;
  #block: Buffer | undefined = Buffer.alloc(0);
  #at = 0;
  #last: { readonly id: string; readonly name: string | null } | undefined;

  constructor(users: UserSource) {
    this.#where = `${users.name}: ${pathOfResource("users")}`;
    this.#blocks = users.blocks("users")[Symbol.asyncIterator]();
  }

  /** @returns null if there is no such user, or if the pass has already gone beyond this id */
  async nameOf(id: string): Promise<string | null> {
    if (this.#last?.id !== id) this.#last = { id, name: await this.#find(id) };
    return this.#last.name;
  }

  async #find(id: string): Promise<string | null> {
    const wanted = Buffer.from(`${LINE_START}${id}"`);
    for (;;) {
      if (this.#block === undefined) return null;
      const found = findLineStartingWith(this.#block, this.#at, wanted);
      if (found !== undefined) {
        this.#at = found.end;
        const { name } = parseRecordLine(this.#block.subarray(found.begin, found.end), this.#where);
        return typeof name === "string" ? name : null;
      }
      if (isLastLineAfter(this.#block, wanted)) return null;
      const next = await this.#blocks.next();
      this.#block = next.done === true ? undefined : next.value;
      this.#at = 0;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#blocks.return?.();
  }
}

function findLineStartingWith(
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

/** Returns true if a block's last line sorts after the wanted bytes, so that no later block has the wanted line. */
function isLastLineAfter(block: Buffer, wanted: Buffer): boolean {
  if (block.length === 0) return false;
  const last = block.lastIndexOf(NEWLINE, block.length - 2) + 1;
  return Buffer.compare(block.subarray(last, last + wanted.length), wanted) > 0;
}
