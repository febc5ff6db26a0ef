/**
 * The part of the Fetch standard's messages that a client and a tenant in the same process exchange. Node's own
 * messages cost 30 ms at first use, because they load a complete HTTP client: more than everything else that a small
 * command loads.
 *
 * @see docs/decisions/010-light-messages.md
 */

type HeadersInput = Iterable<readonly [string, string]> | Readonly<Record<string, string>> | undefined | null;

const isIterable = (given: object): given is Iterable<readonly [string, string]> => Symbol.iterator in given;

/** Header fields. Names are case-insensitive; values with the same name are joined by a comma. */
export class LightHeaders {
  readonly #fields = new Map<string, string>();

  constructor(given?: HeadersInput) {
    if (given === undefined || given === null) return;
    for (const [name, value] of isIterable(given) ? given : Object.entries(given)) this.append(name, value);
  }

  get(name: string): string | null {
    return this.#fields.get(name.toLowerCase()) ?? null;
  }

  has(name: string): boolean {
    return this.#fields.has(name.toLowerCase());
  }

  set(name: string, value: string): void {
    this.#fields.set(name.toLowerCase(), value.trim());
  }

  append(name: string, value: string): void {
    const before = this.get(name);
    this.#fields.set(name.toLowerCase(), before === null ? value.trim() : `${before}, ${value.trim()}`);
  }

  delete(name: string): void {
    this.#fields.delete(name.toLowerCase());
  }

  forEach(body: (value: string, name: string) => void): void {
    for (const [name, value] of this) body(value, name);
  }

  *[Symbol.iterator](): Generator<[string, string]> {
    yield* [...this.#fields].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  entries(): Generator<[string, string]> {
    return this[Symbol.iterator]();
  }

  keys(): IterableIterator<string> {
    return this.#fields.keys();
  }
}

type BodyInput = string | Uint8Array | ReadableStream<Uint8Array> | null | undefined;

const createByteStream = (bytes: Uint8Array): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      if (bytes.length > 0) controller.enqueue(bytes);
      controller.close();
    },
  });

/**
 * Creates a body from bytes that are already available. A Node stream, which is slow to load, is created only if the
 * body is used for more than iterating.
 */
const createBufferedBody = (bytes: Uint8Array): ReadableStream<Uint8Array> => {
  let rest = bytes;
  let stream: ReadableStream<Uint8Array> | undefined;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    if (stream !== undefined) return yield* stream;
    const given = rest;
    rest = new Uint8Array();
    if (given.length > 0) yield given;
  }
  return new Proxy({} as ReadableStream<Uint8Array>, {
    get(_, name) {
      if (name === Symbol.asyncIterator) return chunks;
      if (name === "locked" && stream === undefined) return false;
      stream ??= createByteStream(rest);
      const held: unknown = Reflect.get(stream, name);
      return typeof held === "function" ? (held.bind(stream) as unknown) : held;
    },
  });
};

/** The common part of requests and responses: a body that can be read once. */
class LightMessage {
  readonly headers: LightHeaders;
  #given: BodyInput;
  #stream: ReadableStream<Uint8Array> | undefined;
  #read = false;

  constructor(headers: HeadersInput, body: BodyInput) {
    this.headers = new LightHeaders(headers);
    this.#given = body;
    if (typeof body === "string" && !this.headers.has("content-type")) {
      this.headers.set("content-type", "text/plain;charset=UTF-8");
    }
  }

  get body(): ReadableStream<Uint8Array> | null {
    if (this.#stream !== undefined) return this.#stream;
    if (this.#given === null || this.#given === undefined) return null;
    const given = typeof this.#given === "string" ? new TextEncoder().encode(this.#given) : this.#given;
    this.#stream = given instanceof Uint8Array ? createBufferedBody(given) : given;
    return this.#stream;
  }

  get bodyUsed(): boolean {
    return this.#read || (this.#stream?.locked ?? false);
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    if (this.bodyUsed) throw new TypeError("the body has been read already");
    this.#read = this.body !== null;
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.body ?? []) chunks.push(chunk);
    const whole = Buffer.concat(chunks);
    return whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.length);
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.arrayBuffer());
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }
}

interface RequestInput {
  readonly method?: string;
  readonly headers?: HeadersInput;
  readonly body?: BodyInput;
  readonly signal?: AbortSignal | null;
}

export class LightRequest extends LightMessage {
  readonly url: string;
  readonly method: string;
  readonly signal: AbortSignal;

  constructor(input: string | URL | LightRequest, given: RequestInput = {}) {
    const before = input instanceof LightRequest ? input : undefined;
    super(given.headers ?? before?.headers, given.body ?? before?.body);
    this.url = input instanceof LightRequest ? input.url : new URL(input).href;
    this.method = given.method ?? before?.method ?? "GET";
    this.signal = given.signal ?? before?.signal ?? new AbortController().signal;
  }
}

interface ResponseInput {
  readonly status?: number;
  readonly headers?: HeadersInput;
}

export class LightResponse extends LightMessage {
  readonly status: number;

  constructor(body?: BodyInput, { status = 200, headers }: ResponseInput = {}) {
    super(headers, body);
    this.status = status;
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }
}

/** Replaces the global Headers, Request and Response with these light classes. */
export const installLightMessages = (): void => {
  for (const [name, value] of Object.entries({
    Headers: LightHeaders,
    Request: LightRequest,
    Response: LightResponse,
  })) {
    // without the deletion, defining the property would read the old value, which loads Node's HTTP client
    Reflect.deleteProperty(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
};
