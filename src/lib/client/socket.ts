import { getCACertificates } from "node:tls";
import { Agent, request as send, type Dispatcher } from "undici";
import { RESPONSE_HEADERS } from "../contract/route.ts";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { getErrorCode, createSocketFailure } from "./socket-failure.ts";
import type { Transport } from "./transport.ts";

/** The clock, the timer and the key generator that a socket uses. */
export interface SocketEnvironment {
  /** the time in milliseconds since 1970-01-01 UTC */
  readonly now: () => number;
  /** waits for the delay; rejects as soon as the signal aborts */
  readonly wait: (delayMs: number, signal: AbortSignal) => Promise<unknown>;
  /** returns a unique value for the Idempotency-Key of a POST */
  readonly newKey: () => string;
}

export interface SocketOptions {
  readonly surroundings: SocketEnvironment;
  /** secret of a session or an access token, which is sent only to the tenant's own origin */
  readonly credential?: { readonly secret: string; readonly origin: string } | undefined;
  /** certificates (PEM) of authorities to trust in addition to those of the platform */
  readonly authorities?: readonly string[] | undefined;
  readonly connectTimeoutMs?: number | undefined;
  /** timeout for the start of a response: planning millions of rows takes minutes */
  readonly headersTimeoutMs?: number | undefined;
  /** timeout between two chunks of a response */
  readonly bodyTimeoutMs?: number | undefined;
}

/** A transport over sockets; `close` ends its connections. */
export interface SocketTransport {
  readonly transport: Transport;
  readonly close: () => Promise<void>;
}

const SECOND_MS = 1000;

/** Maximum number of retries; the delay doubles each time. */
const MAX_RETRIES = 3;
const FIRST_RETRY_DELAY_MS = 250;

/** Maximum delay that Retry-After can request. A tenant that requests a longer delay counts as unavailable. */
const MAX_RETRY_AFTER_MS = 30 * SECOND_MS;

const BUSY_STATUSES: readonly number[] = [429, 502, 503, 504];

/** Error codes of connections that failed before anything was sent. */
const NEVER_SENT_CODES: readonly string[] = ["ECONNREFUSED", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"];
const CONNECTION_LOST_CODES: readonly string[] = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];

type HttpResponse = Dispatcher.ResponseData<unknown>;

/** A request in undici's form. If the request may be repeated, its body is kept as bytes. */
interface OutgoingRequest {
  readonly options: Parameters<typeof send>[1];
  /** true if the tenant performs the request only once, however often it is sent */
  readonly idempotent: boolean;
  readonly signal: AbortSignal;
  readonly address: string;
  /** origin of the tenant, for messages */
  readonly origin: string;
}

const createAgent = ({ authorities = [], ...options }: SocketOptions): Agent =>
  new Agent({
    headersTimeout: options.headersTimeoutMs ?? 600 * SECOND_MS,
    bodyTimeout: options.bodyTimeoutMs ?? 60 * SECOND_MS,
    connect: {
      timeout: options.connectTimeoutMs ?? 10 * SECOND_MS,
      ca: authorities.length === 0 ? undefined : [...getCACertificates("default"), ...authorities],
    },
  });

const parseRetryAfterMs = ({ headers }: HttpResponse, now: number): number | undefined => {
  const value = headers["retry-after"];
  if (typeof value !== "string") return undefined;
  if (/^\d{1,6}$/.test(value)) return Number(value) * SECOND_MS;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
};

/** Returns the bytes of a response as a stream that is read on demand; cancelling the stream ends the connection. */
const streamBody = ({ body }: HttpResponse, { origin, signal }: OutgoingRequest): ReadableStream<Uint8Array> => {
  const bytes = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await bytes.next();
          if (next.done === true) controller.close();
          else controller.enqueue(next.value);
        } catch (error) {
          throw createSocketFailure(error, origin, signal);
        }
      },
      cancel() {
        discardBody(body);
      },
    },
    { highWaterMark: 0 },
  );
};

/** Ends the connection of a response whose body is not needed. */
const discardBody = (body: HttpResponse["body"]): void => {
  // destroying the body may emit an error, which is expected here
  body.on("error", () => undefined);
  body.destroy();
};

/**
 * Creates the failure for a redirect. Redirects are not followed, because the request and its credentials would be sent
 * to another host.
 */
const createRedirectFailure = (answer: HttpResponse, { origin }: OutgoingRequest): Failure => {
  const { location } = answer.headers;
  const other = typeof location === "string" ? location.slice(0, 300) : "";
  return new Failure("unavailable", {
    what: text(`the address redirects to ${other}`, `このアドレスは ${other} に転送されます`),
    where: origin,
    hint: text(
      "if the new address is the tenant, add a context with that address",
      "転送先がテナントなら、そのアドレスでコンテキストを追加してください",
    ),
  });
};

const toResponse = (answer: HttpResponse, outgoing: OutgoingRequest): Response => {
  const { statusCode: status } = answer;
  const headers = new Headers();
  for (const name of RESPONSE_HEADERS) {
    const value = answer.headers[name];
    if (typeof value === "string" && /^[\x20-\x7e]*$/.test(value)) headers.set(name, value);
  }
  const empty = status === 204 || status === 205;
  return new Response(empty ? null : streamBody(answer, outgoing), { status, headers });
};

/** Sends requests through one agent, and repeats requests that may be repeated. */
class Socket {
  readonly #agent: Agent;
  readonly #surroundings: SocketEnvironment;
  readonly #credential: SocketOptions["credential"];

  constructor(options: SocketOptions) {
    this.#agent = createAgent(options);
    this.#surroundings = options.surroundings;
    this.#credential = options.credential;
  }

  /** Sends a request and returns its response. @throws Failure `unavailable`, `interrupted` */
  async send(request: Request): Promise<Response> {
    const outgoing = await this.#outgoing(request);
    try {
      const answer = await this.#untilAnswered(outgoing);
      const { statusCode } = answer;
      if (statusCode >= 200 && statusCode < 300) return toResponse(answer, outgoing);
      if (statusCode >= 400 && statusCode < 600) return toResponse(answer, outgoing);
      discardBody(answer.body);
      throw createRedirectFailure(answer, outgoing);
    } catch (error) {
      throw createSocketFailure(error, outgoing.origin, outgoing.signal);
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
    const { origin } = new URL(url);
    const credential = this.#credential;
    if (credential?.origin === origin) headers.set("authorization", `Bearer ${credential.secret}`);
    const isFile = request.body !== null && headers.get("content-type") !== "application/json";
    const body = request.body === null ? null : isFile ? request.body : await request.bytes();
    return {
      options: { dispatcher: this.#agent, method, headers, body: body as never, signal },
      idempotent: !isFile && (method === "GET" || method === "HEAD" || method === "POST"),
      signal,
      address: url,
      origin,
    };
  }

  async #untilAnswered(outgoing: OutgoingRequest): Promise<HttpResponse> {
    for (let repetition = 0; ; repetition += 1) {
      const last = repetition === MAX_RETRIES || !outgoing.idempotent;
      const usualMs = FIRST_RETRY_DELAY_MS * 2 ** repetition;
      const answer = await this.#once(outgoing, last);
      const askedMs = answer === undefined ? undefined : parseRetryAfterMs(answer, this.#surroundings.now());
      const delayMs = askedMs ?? usualMs;
      if (answer !== undefined) {
        if (last || delayMs > MAX_RETRY_AFTER_MS || !BUSY_STATUSES.includes(answer.statusCode)) return answer;
        discardBody(answer.body);
      }
      await this.#surroundings.wait(delayMs, outgoing.signal);
    }
  }

  /** Sends a request once. @returns undefined if the connection failed and the request may be sent again */
  async #once({ address, options, signal }: OutgoingRequest, last: boolean): Promise<HttpResponse | undefined> {
    try {
      return await send(address, options);
    } catch (error) {
      const code = getErrorCode(error);
      if (last || signal.aborted || !(NEVER_SENT_CODES.includes(code) || CONNECTION_LOST_CODES.includes(code)))
        throw error;
      return undefined;
    }
  }
}

/**
 * Opens a transport over sockets. Idempotent requests (GET, HEAD, and POST because of its Idempotency-Key) are repeated
 * if the connection fails or the server is busy, after the delay that Retry-After requests. Uploads are never repeated.
 * Redirects are refused. If a body breaks off, its reader gets a Failure `unavailable`.
 */
export const openSocket = (options: SocketOptions): SocketTransport => {
  const socket = new Socket(options);
  return { transport: (request) => socket.send(request), close: () => socket.close() };
};
