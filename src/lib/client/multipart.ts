import type { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";

const MAX_HEADERS_BYTES = 4 * 1024;
const MAX_PARTS = 1000;

const CR = 0x0d;

/** One file of a multipart body. */
export interface ReceivedPart {
  /** path of the file: letters, digits and hyphens, in at most one folder, such as `resources/users.ndjson` */
  readonly name: string;
  /** content of the file; read it before the next part, because unread content is skipped then */
  readonly content: AsyncIterable<Uint8Array>;
}

/** Matches the boundary parameter of a content type. @see RFC 2046 5.1.1 */
const BOUNDARY_PARAMETER = /;\s*boundary=(?:"([\w'()+,./:=?-]{1,70})"|([\w'+.-]{1,70})(?=\s*(?:;|$)))/i;

const DISPOSITION_HEADER = /^attachment; filename="([a-z0-9-]{1,60}(?:\/[a-z0-9-]{1,60})?\.[a-z0-9]{1,10})"$/;

/** Reads the parts of a `multipart/mixed` body as they arrive, in bounded memory. */
class PartReader {
  readonly #violation: (reason: Text) => Failure;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #delimiter: Buffer;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterator<Uint8Array>, boundary: string, violation: (reason: Text) => Failure) {
    this.#violation = violation;
    this.#chunks = chunks;
    this.#delimiter = Buffer.from(`\r\n--${boundary}`);
    // no line break precedes the first delimiter, so this supplies it
    this.#rest = Buffer.from("\r\n");
  }

  #cutOff() {
    return this.#violation(text("the data ends too early", "データが途中で切れています"));
  }

  /** Appends the next chunk to the unread data. Returns false at the end of the body. */
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

  /** Yields the content up to the next delimiter, and consumes the delimiter. */
  async *#content(): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const end = this.#rest.indexOf(this.#delimiter);
      if (end >= 0) {
        if (end > 0) yield this.#take(end);
        this.#take(this.#delimiter.length);
        return;
      }
      // a delimiter may begin at the end of this chunk
      const begun = this.#rest.indexOf(CR, Math.max(0, this.#rest.length - this.#delimiter.length + 1));
      const sure = begun < 0 ? this.#rest.length : begun;
      if (sure > 0) yield this.#take(sure);
      if (!(await this.#more())) throw this.#cutOff();
    }
  }

  async #headers(): Promise<string> {
    let end = this.#rest.indexOf("\r\n\r\n");
    while (end < 0 && this.#rest.length <= MAX_HEADERS_BYTES) {
      if (!(await this.#more())) throw this.#cutOff();
      end = this.#rest.indexOf("\r\n\r\n");
    }
    const lines = end < 0 || end > MAX_HEADERS_BYTES ? [] : this.#take(end).toString("latin1").split("\r\n");
    this.#take(4);
    const headers = new Map(
      lines.map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, Math.max(0, colon)).toLowerCase(), line.slice(colon + 1).trim()] as const;
      }),
    );
    const [, name] = DISPOSITION_HEADER.exec(headers.get("content-disposition") ?? "") ?? [];
    if (name === undefined) throw this.#violation(text("a part has no name", "名前のないパートがあります"));
    return name;
  }

  async *parts(): AsyncGenerator<ReceivedPart, void> {
    await this.#atLeast(this.#delimiter.length);
    const names = new Set<string>();
    if (!this.#take(this.#delimiter.length).equals(this.#delimiter)) {
      throw this.#violation(text("the data does not begin with a part", "データの先頭にパートがありません"));
    }
    for (;;) {
      await this.#atLeast(2);
      const next = this.#take(2).toString("latin1");
      if (next === "--") return await this.#end();
      if (next !== "\r\n") throw this.#violation(text("a part is malformed", "パートが壊れています"));
      const name = await this.#headers();
      if (names.has(name) || names.size === MAX_PARTS) {
        throw this.#violation(text(`unexpected part: ${name}`, `余分なパート: ${name}`));
      }
      names.add(name);
      const content = this.#content();
      // expose only next(): leaving a for-await loop must not end the generator, because the rest of the part is read
      // below
      yield { name, content: { [Symbol.asyncIterator]: () => ({ next: () => content.next() }) } };
      while ((await content.next()).done !== true);
    }
  }

  /** Checks that at most a line break follows the last delimiter. */
  async #end(): Promise<void> {
    while (this.#rest.length <= 2 && (await this.#more()));
    if (this.#rest.length > 0 && !this.#rest.equals(Buffer.from("\r\n"))) {
      throw this.#violation(
        text("there is unexpected data after the last part", "最後のパートの後に余分なデータがあります"),
      );
    }
  }
}

/** Returns the boundary of the parts from the content type of a body; undefined if it contains none. */
export const parseBoundary = (contentType: string): string | undefined => {
  const [, quoted, plain] = BOUNDARY_PARAMETER.exec(contentType) ?? [];
  return quoted ?? plain;
};

/**
 * Yields the parts of a body, in order.
 *
 * @param violation creates the failure to throw if the body is malformed or ends before its last delimiter
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
