import { getCACertificates } from "node:tls";
import { Agent, request as send, type Dispatcher } from "undici";
import { ANSWER_HEADERS } from "../contract/route.ts";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { codeOf, socketFailure } from "./socket-failure.ts";
import type { Transport } from "./transport.ts";

/** Time and randomness for a socket. */
export interface SocketSurroundings {
  /** the time in milliseconds since 1970-01-01 UTC */
  readonly now: () => number;
  /** rejects as soon as the signal aborts */
  readonly wait: (delayMs: number, signal: AbortSignal) => Promise<unknown>;
  /** a unique value, for the Idempotency-Key of a POST */
  readonly newKey: () => string;
}

export interface SocketOptions {
  readonly surroundings: SocketSurroundings;
  /** certificates (PEM) of authorities to trust in addition to the platform's */
  readonly authorities?: readonly string[] | undefined;
  readonly connectTimeoutMs?: number | undefined;
  /** timeout for the start of an answer: a plan of millions of rows takes minutes */
  readonly headersTimeoutMs?: number | undefined;
  /** timeout between two pieces of an answer */
  readonly bodyTimeoutMs?: number | undefined;
}

/** A transport over sockets; closing it ends its connections. */
export interface SocketTransport {
  readonly transport: Transport;
  readonly close: () => Promise<void>;
}

const SECOND_MS = 1000;

/** Number of retries; the delay doubles each time. */
const RETRIES = 3;
const FIRST_DELAY_MS = 250;

/** Maximum Retry-After: a tenant that asks for more counts as unavailable. */
const LONGEST_DELAY_MS = 30 * SECOND_MS;

const BUSY_STATUSES: readonly number[] = [429, 502, 503, 504];

/** Error codes of connections that failed before anything was sent. */
const NEVER_SENT: readonly string[] = ["ECONNREFUSED", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"];
const BROKEN_OFF: readonly string[] = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];

type HttpResponse = Dispatcher.ResponseData<unknown>;

/** A request in undici's form; a repeatable one holds its body as bytes. */
interface OutgoingRequest {
  readonly options: Parameters<typeof send>[1];
  /** the tenant performs it once, however often it is sent */
  readonly idempotent: boolean;
  readonly signal: AbortSignal;
  readonly address: string;
  /** the tenant's origin, for messages */
  readonly origin: string;
}

const agentOf = ({ authorities = [], ...options }: SocketOptions): Agent =>
  new Agent({
    headersTimeout: options.headersTimeoutMs ?? 600 * SECOND_MS,
    bodyTimeout: options.bodyTimeoutMs ?? 60 * SECOND_MS,
    connect: {
      timeout: options.connectTimeoutMs ?? 10 * SECOND_MS,
      ca: authorities.length === 0 ? undefined : [...getCACertificates("default"), ...authorities],
    },
  });

const retryAfterMs = ({ headers }: HttpResponse, now: number): number | undefined => {
  const value = headers["retry-after"];
  if (typeof value !== "string") return undefined;
  if (/^\d{1,6}$/.test(value)) return Number(value) * SECOND_MS;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
};

/** The bytes of an answer, read on demand; cancelling ends the connection. */
const bytesOf = ({ body }: HttpResponse, { origin, signal }: OutgoingRequest): ReadableStream<Uint8Array> => {
  const bytes = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await bytes.next();
          if (next.done === true) controller.close();
          else controller.enqueue(next.value);
        } catch (error) {
          throw socketFailure(error, origin, signal);
        }
      },
      cancel() {
        discard(body);
      },
    },
    { highWaterMark: 0 },
  );
};

/** Ends a connection whose body is not needed. */
const discard = (body: HttpResponse["body"]): void => {
  // destroying it is not an error
  body.on("error", () => undefined);
  body.destroy();
};

/** Refuses redirects: following one would send the request, and later its credentials, to another host. */
const redirection = (answer: HttpResponse, { origin }: OutgoingRequest): Failure => {
  const { location } = answer.headers;
  const other = typeof location === "string" ? location.slice(0, 300) : "";
  return new Failure("unavailable", {
    what: text(`the address redirects to ${other}`, `アドレスが ${other} に転送されます`),
    where: origin,
    hint: text(
      "if that is the tenant, add a context with that address",
      "転送先がテナントなら、そのアドレスでコンテキストを追加してください",
    ),
  });
};

const responseOf = (answer: HttpResponse, outgoing: OutgoingRequest): Response => {
  const { statusCode: status } = answer;
  const headers = new Headers();
  for (const name of ANSWER_HEADERS) {
    const value = answer.headers[name];
    if (typeof value === "string" && /^[\x20-\x7e]*$/.test(value)) headers.set(name, value);
  }
  const empty = status === 204 || status === 205;
  return new Response(empty ? null : bytesOf(answer, outgoing), { status, headers });
};

/** Sends requests through one agent, and retries those that may be repeated. */
class Socket {
  readonly #agent: Agent;
  readonly #surroundings: SocketSurroundings;

  constructor(options: SocketOptions) {
    this.#agent = agentOf(options);
    this.#surroundings = options.surroundings;
  }

  /** @throws Failure `unavailable`, `interrupted` */
  async send(request: Request): Promise<Response> {
    const outgoing = await this.#outgoing(request);
    try {
      const answer = await this.#untilAnswered(outgoing);
      const { statusCode } = answer;
      if (statusCode >= 200 && statusCode < 300) return responseOf(answer, outgoing);
      if (statusCode >= 400 && statusCode < 600) return responseOf(answer, outgoing);
      discard(answer.body);
      throw redirection(answer, outgoing);
    } catch (error) {
      throw socketFailure(error, outgoing.origin, outgoing.signal);
    }
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  async #outgoing(request: Request): Promise<OutgoingRequest> {
    const { method, url, signal } = request;
    const headers = new Headers(request.headers);
    if (method === "POST" && !headers.has("idempotency-key"))
      headers.set("idempotency-key", this.#surroundings.newKey());
    const isFile = request.body !== null && headers.get("content-type") !== "application/json";
    const body = request.body === null ? null : isFile ? request.body : await request.bytes();
    return {
      options: { dispatcher: this.#agent, method, headers, body: body as never, signal },
      idempotent: !isFile && (method === "GET" || method === "HEAD" || method === "POST"),
      signal,
      address: url,
      origin: new URL(url).origin,
    };
  }

  async #untilAnswered(outgoing: OutgoingRequest): Promise<HttpResponse> {
    for (let repetition = 0; ; repetition += 1) {
      const last = repetition === RETRIES || !outgoing.idempotent;
      const usualMs = FIRST_DELAY_MS * 2 ** repetition;
      const answer = await this.#once(outgoing, last);
      const askedMs = answer === undefined ? undefined : retryAfterMs(answer, this.#surroundings.now());
      const delayMs = askedMs ?? usualMs;
      if (answer !== undefined) {
        if (last || delayMs > LONGEST_DELAY_MS || !BUSY_STATUSES.includes(answer.statusCode)) return answer;
        discard(answer.body);
      }
      await this.#surroundings.wait(delayMs, outgoing.signal);
    }
  }

  /** @returns undefined if the connection failed and the request may be sent again */
  async #once({ address, options, signal }: OutgoingRequest, last: boolean): Promise<HttpResponse | undefined> {
    try {
      return await send(address, options);
    } catch (error) {
      const code = codeOf(error);
      if (last || signal.aborted || !(NEVER_SENT.includes(code) || BROKEN_OFF.includes(code))) throw error;
      return undefined;
    }
  }
}

/**
 * A transport over sockets. Idempotent requests (GET, HEAD, and POST by its Idempotency-Key) are repeated if
 * the connection fails or the server is busy, after the pause its Retry-After asks for; an upload never is.
 * Redirects are refused. A body that breaks off throws Failure `unavailable` to its reader.
 */
export const openSocket = (options: SocketOptions): SocketTransport => {
  const socket = new Socket(options);
  return { transport: (request) => socket.send(request), close: () => socket.close() };
};
