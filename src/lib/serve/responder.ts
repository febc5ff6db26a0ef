import type { ServerResponse } from "node:http";
import { performance } from "node:perf_hooks";
import { Failure } from "../errors/index.ts";
import { REQUEST_ID_HEADER } from "../contract/route.ts";
import { SERVER_ROUTES, type ServerPath } from "../contract/server-routes.ts";
import { text } from "../text/index.ts";
import { findClientAddress } from "./forwarded.ts";
import { getSender, Places, RateLimiter, type RateState, type Sender, type ServerLimits } from "./limits.ts";
import type { ServerMetrics } from "./metrics.ts";
import type { RequestOrigin, RequestTrace, ServeOptions } from "./options.ts";

/** The status that the log shows for a request whose sender closed the connection before the response began. */
const CLIENT_CLOSED_STATUS = 499;

/** A longer JSON body has a place of its own while it is received. How many there are, as a share of all places. */
const SHORT_BODY_BYTES = 16 * 1024;
const MAX_LONG_BODY_SHARE = 1 / 4;

const NOT_READY_FAILURE = new Failure("unavailable", {
  what: text("the tenant cannot be used at the moment", "テナントは今は利用できません"),
  retryAfterMs: 5000,
});

const BUSY_FAILURE = new Failure("unavailable", {
  what: text(
    "too many requests are being answered; try again",
    "処理中のリクエストが多すぎます。もう一度お試しください",
  ),
  retryAfterMs: 1000,
});

const CONNECTIONS_FAILURE = new Failure("unavailable", {
  what: text("too many connections; try again", "接続が多すぎます。もう一度お試しください"),
  retryAfterMs: 1000,
});

const RATE_FAILURE = new Failure("throttled", {
  what: text("too many requests in a short time", "短時間のリクエストが多すぎます"),
  retryAfterMs: 1000,
});

const createMethodFailure = (method: string): Failure =>
  new Failure("usage", {
    what: text(`the method ${method} is not allowed for this path`, `このパスでは ${method} メソッドは使えません`),
  });

const toRateHeaders = (
  { left, resetSeconds }: RateState,
  { burst }: Pick<ServerLimits, "burst">,
): Readonly<Record<string, string>> => ({
  "ratelimit-limit": String(burst),
  "ratelimit-remaining": String(left),
  "ratelimit-reset": String(resetSeconds),
});

const isServerPath = (path: string): path is ServerPath => Object.hasOwn(SERVER_ROUTES, path);

/** The state of the connection of a request. */
export interface RequestConnection {
  readonly peer: string | undefined;
  /** true if the server has too many connections */
  readonly isRefused: boolean;
  /** returns true if the whole body has arrived */
  readonly isReceived: () => boolean;
}

/** A request that has no response yet. */
interface PendingRequest {
  readonly trace: RequestTrace;
  readonly connection: RequestConnection;
  /** whose request it is for the limits */
  sender: Sender;
}

const OK_DOCUMENT = JSON.stringify({ status: "ok" });

/** The program's own Response class has no `Response.json`. */
const createJsonResponse = (document: string): Response =>
  new Response(document, { headers: { "content-type": "application/json" } });

/** Answers the requests of one server. */
export class Responder {
  readonly #options: ServeOptions;
  readonly #rates: RateLimiter;
  readonly #metrics: ServerMetrics;
  readonly #stopping = new AbortController();
  readonly #running: Places;
  readonly #longBodies: Places;

  constructor(options: ServeOptions, metrics: ServerMetrics) {
    this.#options = options;
    this.#metrics = metrics;
    this.#rates = new RateLimiter(options.limits, () => performance.now());
    this.#running = new Places(options.limits.requests);
    this.#longBodies = new Places(options.limits.requests * MAX_LONG_BODY_SHARE);
  }

  beginStop(): void {
    this.#stopping.abort();
  }

  /** Answers a request and logs it when its response has been sent or given up. */
  async handle(request: Request, connection: RequestConnection, outgoing: ServerResponse): Promise<Response> {
    const { newId, log, proxies, explain } = this.#options;
    const id = newId();
    const begun = performance.now();
    const trace: RequestTrace = { route: null, account: null };
    // the response no longer has its socket when it is closed
    const { socket } = outgoing;
    const before = socket?.bytesWritten ?? 0;
    // Node's signal of the request would take longer to create than the request takes to answer
    const until = new AbortController();
    outgoing.once("close", () => {
      if (!outgoing.writableFinished) until.abort();
      for (const places of [this.#running, this.#longBodies]) places.free(outgoing);
      const bytes = (socket?.bytesWritten ?? before) - before;
      const ms = Math.round(performance.now() - begun);
      const status = outgoing.headersSent ? outgoing.statusCode : CLIENT_CLOSED_STATUS;
      const answered = { id, method: request.method, status, ms, bytes, ...trace };
      log(answered);
      this.#metrics.count(answered);
    });
    const address = findClientAddress(connection.peer, request.headers, proxies);
    const { isReceived } = connection;
    // a request is its address's until its credential is known
    const asked: PendingRequest = { trace, connection, sender: getSender(null, address) };
    const take = (places: Places): void => {
      // its response has been sent or given up, so nothing would free the place
      until.signal.throwIfAborted();
      // the credentials of an account share its places, because anybody can create more of them
      const name = trace.account === null ? asked.sender.name : `account ${trace.account}`;
      if (!places.take(outgoing, { ...asked.sender, name })) throw BUSY_FAILURE;
    };
    const takePlace = (): void => take(this.#running);
    const receive: RequestOrigin["receive"] = async (bytes, body) => {
      if (bytes <= SHORT_BODY_BYTES) return body();
      take(this.#longBodies);
      return body().finally(() => this.#longBodies.free(outgoing));
    };
    const breakOff = (): void => void outgoing.destroy();
    const from = { address, id, until, isReceived, receive, takePlace, breakOff, stopping: this.#stopping.signal };
    const response = await this.#respond(request, from, asked).catch(explain);
    response.headers.set(REQUEST_ID_HEADER, id);
    // RFC 9110 12.5.3: compressed uploads are accepted
    response.headers.set("accept-encoding", "gzip");
    if (this.#stopping.signal.aborted || connection.isRefused) response.headers.set("connection", "close");
    return response;
  }

  async #respond(request: Request, from: Omit<RequestOrigin, "admit">, asked: PendingRequest): Promise<Response> {
    const { trace, connection } = asked;
    const { limits, refuse, answer } = this.#options;
    if (connection.isRefused) return refuse(CONNECTIONS_FAILURE);
    const { pathname } = new URL(request.url);
    if (isServerPath(pathname)) {
      trace.route = pathname;
      return this.#answerOwn(pathname, request);
    }
    if (from.stopping.aborted) return refuse(NOT_READY_FAILURE);
    const counted: (RateState | undefined)[] = [];
    const count = (credential: string | null): boolean => {
      asked.sender = getSender(credential, from.address);
      const rate = this.#rates.count(asked.sender.name);
      counted.push(rate);
      return rate?.isRefused !== true;
    };
    const admit = (credential: string | null): void => {
      if (!count(credential)) throw RATE_FAILURE;
    };
    const answered = await answer(request, { ...from, admit }, trace);
    // a request with a malformed path does not get as far as its credential
    const response = counted.length > 0 || count(null) ? answered : refuse(RATE_FAILURE);
    const [rate] = counted;
    if (rate === undefined) return response;
    for (const [name, value] of Object.entries(toRateHeaders(rate, limits))) response.headers.set(name, value);
    return response;
  }

  /** Answers the routes of the server itself. */
  async #answerOwn(path: ServerPath, request: Request): Promise<Response> {
    const { isReady, refuse, document, requireMetricsRight } = this.#options;
    const { method } = request;
    if (!SERVER_ROUTES[path].isOpen) await requireMetricsRight(request);
    if (method !== "GET" && method !== "HEAD")
      return refuse(createMethodFailure(method), { allow: "GET, HEAD", connection: "close" }, 405);
    switch (path) {
      case "/healthz":
        return createJsonResponse(OK_DOCUMENT);
      case "/readyz":
        return !this.#stopping.signal.aborted && (await isReady())
          ? createJsonResponse(OK_DOCUMENT)
          : refuse(NOT_READY_FAILURE);
      case "/openapi.json":
        return createJsonResponse(await document());
      case "/metrics":
        return this.#metrics.respond();
    }
  }
}
