import { isLoopback } from "../model/address.ts";
import { SECOND_MS } from "../model/time.ts";
import { Agent, EnvHttpProxyAgent, request as send, type Dispatcher } from "undici";
import { RESPONSE_HEADERS } from "../tenant/api/wire.ts";
import { Failure, getErrorCode } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { BUSY_STATUSES, createSocketFailure } from "./answer.ts";
import type { Transport } from "./call.ts";

export interface SocketOptions {
  readonly surroundings: {
    readonly now: () => number;
    readonly wait: (delayMs: number, signal: AbortSignal) => Promise<unknown>;
    readonly random: () => number;
  };
  /** secret of a session or an access token, sent only to `origin` */
  readonly credential?: { readonly secret: string | (() => Promise<string>); readonly origin: string } | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
  /** maximum time without a response; long, because planning millions of rows takes minutes */
  readonly headersTimeoutMs?: number | undefined;
  readonly bodyTimeoutMs?: number | undefined;
}

export type SocketTransport = ReturnType<typeof openSocket>;

const MAX_RETRIES = 3;
const FIRST_MAX_DELAY_MS = 250;

/** A request is not repeated if the tenant requests a delay above this limit. */
const MAX_RETRY_AFTER_MS = 30 * SECOND_MS;

const NEVER_SENT_CODES: readonly string[] = ["ECONNREFUSED", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"];
const CONNECTION_LOST_CODES: readonly string[] = ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"];
const TIMEOUT_CODES: readonly string[] = ["ETIMEDOUT", "UND_ERR_HEADERS_TIMEOUT"];

/** With Retry-After, these statuses mean that no work has begun. */
const REFUSAL_STATUSES: readonly number[] = [429, 503];

const SHORT_BODY_TYPES = /^application\/(?:json$|x-www-form-urlencoded)/;

type HttpResponse = Dispatcher.ResponseData<unknown>;

type OutgoingRequest = Awaited<ReturnType<typeof prepareRequest>>;

const createAgent = ({ environment, ...options }: SocketOptions): Dispatcher => {
  const timeouts = {
    headersTimeout: options.headersTimeoutMs ?? 600 * SECOND_MS,
    bodyTimeout: options.bodyTimeoutMs ?? 60 * SECOND_MS,
  };
  const connect = { timeout: 10 * SECOND_MS };
  if (environment === undefined) return new Agent({ ...timeouts, connect });
  const valueOf = (name: string): string => environment[name] || environment[name.toUpperCase()] || "";
  try {
    return new EnvHttpProxyAgent({
      ...timeouts,
      connect,
      requestTls: connect,
      proxyTls: connect,
      httpProxy: valueOf("http_proxy"),
      httpsProxy: valueOf("https_proxy"),
      noProxy: valueOf("no_proxy"),
    });
  } catch {
    // the failure omits the proxy's address, which may contain a password
    throw new Failure("usage", {
      what: text("the address of the proxy must begin with http://", "プロキシのアドレスは http:// で始めてください"),
      where: "HTTPS_PROXY, HTTP_PROXY",
    });
  }
};

const parseRetryAfterMs = ({ headers }: HttpResponse, now: number): number | undefined => {
  const value = headers["retry-after"];
  if (typeof value !== "string") return undefined;
  if (/^\d{1,6}$/.test(value)) return Number(value) * SECOND_MS;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
};

const streamBody = ({ body }: HttpResponse, { origin, signal, isRead }: OutgoingRequest) => {
  const bytes = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await bytes.next();
          if (next.done === true) controller.close();
          else controller.enqueue(next.value);
        } catch (error) {
          throw createSocketFailure(error, origin, signal, { mayHaveEffect: !isRead });
        }
      },
      cancel() {
        discardBody(body);
      },
    },
    { highWaterMark: 0 },
  );
};

const discardBody = (body: HttpResponse["body"]): void => {
  body.on("error", () => undefined);
  body.destroy();
};

/** A redirect would send the request and its credentials to another host. */
const createRedirectFailure = (answer: HttpResponse, { origin }: OutgoingRequest): Failure => {
  const { location } = answer.headers;
  const other = typeof location === "string" ? location.slice(0, 300) : "";
  return new Failure("unavailable", {
    what: text(`the address redirects to ${other}`, `このアドレスは ${other} に転送されます`),
    where: origin,
    hint: text(
      "if the tenant has moved there, add a context with the new address",
      "テナントが転送先に移った場合は、転送先のアドレスでコンテキストを追加してください",
    ),
  });
};

const toResponse = (answer: HttpResponse, outgoing: OutgoingRequest, delayMs: number | undefined): Response => {
  const { statusCode: status } = answer;
  const headers = new Headers();
  for (const name of RESPONSE_HEADERS) {
    const value = answer.headers[name];
    if (typeof value === "string" && /^[\x20-\x7e]*$/.test(value)) headers.set(name, value);
  }
  if (delayMs === undefined) headers.delete("retry-after");
  else headers.set("retry-after", String(Math.ceil(delayMs / SECOND_MS)));
  const empty = status === 204 || status === 205;
  return new Response(empty ? null : streamBody(answer, outgoing), { status, headers });
};

/** After `lost` or `timed-out`, the tenant may have performed the request. */
const classifyConnectionError = (error: unknown): "never-sent" | "lost" | "timed-out" | "other" => {
  const code = getErrorCode(error);
  if (NEVER_SENT_CODES.includes(code)) return "never-sent";
  if (CONNECTION_LOST_CODES.includes(code)) return "lost";
  return TIMEOUT_CODES.includes(code) ? "timed-out" : "other";
};

const prepareRequest = async (request: Request, dispatcher: Dispatcher, { credential }: SocketOptions) => {
  const { method, url, signal } = request;
  const headers = new Headers(request.headers);
  const { origin } = new URL(url);
  headers.delete("authorization");
  if (credential?.origin === origin) {
    const { secret } = credential;
    headers.set("authorization", `Bearer ${typeof secret === "string" ? secret : await secret()}`);
  }
  const isRead = method === "GET" || method === "HEAD";
  const isFile = request.body !== null && !SHORT_BODY_TYPES.test(headers.get("content-type") ?? "");
  const body = isFile || request.body === null ? request.body : await request.bytes();
  return {
    options: { dispatcher, method, headers, body: body as never, signal },
    isRepeatable: !isFile && (isRead || method === "POST"),
    isIdempotent: isRead || headers.has("idempotency-key"),
    isRead,
    signal,
    address: url,
    origin,
  };
};

async function sendUntilAnswered(outgoing: OutgoingRequest, options: SocketOptions): Promise<HttpResponse> {
  const { surroundings } = options;
  const { signal, isIdempotent, isRead } = outgoing;
  let isOutcomeUnknown = false;
  let refusal: HttpResponse | undefined;
  for (let repetition = 0; ; repetition += 1) {
    const last = repetition === MAX_RETRIES || !outgoing.isRepeatable;
    // random, so that clients do not all retry at the same time
    let delayMs = surroundings.random() * FIRST_MAX_DELAY_MS * 2 ** repetition;
    try {
      const answer = await send(outgoing.address, outgoing.options);
      if (refusal !== undefined) discardBody(refusal.body);
      const retryAfterMs = parseRetryAfterMs(answer, surroundings.now());
      delayMs = retryAfterMs ?? delayMs;
      const statuses = isIdempotent ? BUSY_STATUSES : retryAfterMs === undefined ? [] : REFUSAL_STATUSES;
      if (last || delayMs > MAX_RETRY_AFTER_MS || !statuses.includes(answer.statusCode)) return answer;
      refusal = answer;
    } catch (error) {
      const fate = classifyConnectionError(error);
      if (fate !== "never-sent") refusal = undefined;
      isOutcomeUnknown ||= fate === "lost" || fate === "timed-out";
      const canRepeat = fate === "never-sent" || (fate === "lost" && isIdempotent);
      if (last || !canRepeat || signal.aborted) {
        // a stopping server refuses requests and then closes its port; the refusal is the clearer error
        if (refusal !== undefined && !signal.aborted) return refusal;
        const { environment } = options;
        const mayHaveEffect = isOutcomeUnknown && !isRead;
        throw createSocketFailure(error, outgoing.origin, signal, { environment, mayHaveEffect });
      }
    }
    await surroundings.wait(delayMs, signal);
  }
}

/** The time and the proxies with which a program reaches servers. */
export interface SocketTools extends Pick<SocketOptions, "environment"> {
  readonly clock: { readonly now: () => Date; readonly wait: SocketOptions["surroundings"]["wait"] };
}

export const openServerSocket = (
  { clock, environment }: SocketTools,
  url: string,
  more: Pick<SocketOptions, "credential" | "headersTimeoutMs"> = {},
) =>
  openSocket({
    ...more,
    // ignore proxy settings for requests to this computer, because a proxy could read the requests
    environment: isLoopback(new URL(url).hostname) ? undefined : environment,
    surroundings: {
      now: () => clock.now().getTime(),
      wait: clock.wait,
      random: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) / 2 ** 32,
    },
  });

/**
 * Uploads are never repeated. A POST request without an Idempotency-Key is repeated only if the tenant has not
 * performed it.
 */
export const openSocket = (options: SocketOptions) => {
  const agent = createAgent(options);
  const transport: Transport = async (request) => {
    const outgoing = await prepareRequest(request, agent, options);
    try {
      const answer = await sendUntilAnswered(outgoing, options);
      const { statusCode } = answer;
      const isAnswer = (statusCode >= 200 && statusCode < 300) || (statusCode >= 400 && statusCode < 600);
      if (isAnswer) return toResponse(answer, outgoing, parseRetryAfterMs(answer, options.surroundings.now()));
      discardBody(answer.body);
      throw createRedirectFailure(answer, outgoing);
    } catch (error) {
      throw createSocketFailure(error, outgoing.origin, outgoing.signal, options);
    }
  };
  return { transport, close: () => agent.destroy() };
};
