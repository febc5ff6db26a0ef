import type { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";

/** Maximum length of a part's headers, and number of parts: ours have two headers, and far fewer parts. */
const HEADERS_LIMIT_BYTES = 4 * 1024;
const MAX_PARTS = 1000;

const CR = 0x0d;

/** A file of a body that has several. */
export interface ReceivedPart {
  /** its path, of letters, digits and hyphens, in at most one folder: `resources/users.ndjson` */
  readonly name: string;
  readonly type: string;
  /** to be read before the next part, which passes by what is left of it */
  readonly content: AsyncIterable<Uint8Array>;
}

/** @see RFC 2046 5.1.1 */
const BOUNDARY = /;\s*boundary=(?:"([\w'()+,./:=?-]{1,70})"|([\w'+.-]{1,70})(?=\s*(?:;|$)))/i;

const DISPOSITION = /^attachment; filename="([a-z0-9-]{1,60}(?:\/[a-z0-9-]{1,60})?\.[a-z0-9]{1,10})"$/;

/** The parts of a `multipart/mixed` body as they come, in bounded memory. */
class PartReader {
  readonly #violation: (reason: Text) => Failure;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #delimiter: Buffer;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterator<Uint8Array>, boundary: string, violation: (reason: Text) => Failure) {
    this.#violation = violation;
    this.#chunks = chunks;
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
    // the first delimiter has no line before it
    this.#rest = Buffer.from("\r\n");
  }

  #cutOff() {
    return this.#violation(text("it ends early", "途中で切れています"));
  }

  /** Adds the next chunk to what is there; false at the end. */
  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done === true) return false;
    const { buffer, byteOffset, length } = next.value;
    const chunk = Buffer.from(buffer, byteOffset, length);
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    return true;
  }

  async #atLeast(bytes: number): Promise<void> {
    while (this.#rest.length < bytes) if (!(await this.#more())) throw this.#cutOff();
  }

  #take(bytes: number): Buffer {
    const taken = this.#rest.subarray(0, bytes);
    this.#rest = this.#rest.subarray(bytes);
    return taken;
  }

  /** Up to the delimiter behind it, which is taken too. */
  async *#content(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const end = this.#rest.indexOf(this.#delimiter);
      if (end >= 0) {
        if (end > 0) yield this.#take(end);
        this.#take(this.#delimiter.length);
        return;
      }
      // the delimiter may have begun
      const begun = this.#rest.indexOf(CR, Math.max(0, this.#rest.length - this.#delimiter.length + 1));
      const sure = begun < 0 ? this.#rest.length : begun;
      if (sure > 0) yield this.#take(sure);
      if (!(await this.#more())) throw this.#cutOff();
    }
  }

  async #headers(): Promise<Pick<ReceivedPart, "name" | "type">> {
    let end = this.#rest.indexOf("\r\n\r\n");
    while (end < 0 && this.#rest.length <= HEADERS_LIMIT_BYTES) {
      if (!(await this.#more())) throw this.#cutOff();
      end = this.#rest.indexOf("\r\n\r\n");
    }
    const lines = end < 0 || end > HEADERS_LIMIT_BYTES ? [] : this.#take(end).toString("latin1").split("\r\n");
    this.#take(4);
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, Math.max(0, colon)).toLowerCase(), line.slice(colon + 1).trim()] as const;
      }),
    );
    const [, name] = DISPOSITION.exec(headers.get("content-disposition") ?? "") ?? [];
    if (name === undefined) throw this.#violation(text("a part without a name", "名前のないパートがあります"));
    return { name, type: headers.get("content-type") ?? "text/plain" };
  }

  async *parts(): AsyncGenerator<ReceivedPart, void> {
    await this.#atLeast(this.#delimiter.length);
    const names = new Set<string>();
    if (!this.#take(this.#delimiter.length).equals(this.#delimiter)) {
      throw this.#violation(text("it does not begin with a part", "先頭にパートがありません"));
    }
    for (;;) {
      await this.#atLeast(2);
      const next = this.#take(2).toString("latin1");
      if (next === "--") return await this.#end();
      if (next !== "\r\n") throw this.#violation(text("a part is malformed", "パートが壊れています"));
      const { name, type } = await this.#headers();
      if (names.has(name) || names.size === MAX_PARTS) {
        throw this.#violation(text(`a part too many: ${name}`, `余分なパート: ${name}`));
      }
      names.add(name);
      const content = this.#content();
      // a generator that is left ends: what it leaves is passed by
      yield { name, type, content: { [Symbol.asyncIterator]: () => ({ next: () => content.next() }) } };
      while ((await content.next()).done !== true);
    }
  }

  /** Nothing but a line break follows the last delimiter. */
  async #end(): Promise<void> {
    while (this.#rest.length <= 2 && (await this.#more()));
    if (this.#rest.length > 0 && !this.#rest.equals(Buffer.from("\r\n"))) {
      throw this.#violation(text("something follows the last part", "最後のパートの後に余分なデータがあります"));
    }
  }
}

/** What the parts of a body are kept apart by, from its content type; undefined where that names nothing. */
export const boundaryOf = (contentType: string): string | undefined => {
  const [, quoted, plain] = BOUNDARY.exec(contentType) ?? [];
  return quoted ?? plain;
};

/**
 * The parts of a body, in order.
 *
 * @param violation makes the failure that is thrown where the body is malformed, or ends before its last delimiter
 */
export async function* readParts(
  chunks: AsyncIterable<Uint8Array>,
  boundary: string,
  violation: (reason: Text) => Failure,
): AsyncGenerator<ReceivedPart, void> {
  const body = chunks[Symbol.asyncIterator]();
  try {
    yield* new PartReader(body, boundary, violation).parts();
  } finally {
    await body.return?.();
  }
}
