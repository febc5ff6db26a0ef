import { getRequestListener } from "@hono/node-server";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, BlockList, Socket } from "node:net";
import { performance } from "node:perf_hooks";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { findClientAddress } from "./forwarded.ts";
import { RateLimiter, type RateState, type ServerLimits } from "./limits.ts";
import type { AnsweredRequest } from "./log.ts";

/** Where a request comes from, as the audit log and the limits know it. */
export interface RequestOrigin {
  readonly address: string;
  readonly id: string;
  /**
   * Counts the request by the id of its credential, or by its address if it has no valid credential (null). Called as
   * soon as the credential is known, and before other work.
   *
   * @throws Failure `throttled` if the credential or the address has sent too many requests
   */
  readonly admit: (credential: string | null) => void;
}

/** What the tenant says about a request that it answered, for the log. */
export interface RequestTrace {
  route: string | null;
  account: string | null;
}

/** Where a server listens: an address and a port, or the path of a Unix socket. */
export type ListenPlace = { readonly host: string; readonly port: number } | { readonly path: string };

/** What a server answers with, and how. */
export interface ServeOptions {
  readonly place: ListenPlace;
  /** certificate and key (PEM); undefined: plain HTTP */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** the proxies whose headers are trusted */
  readonly proxies?: BlockList | undefined;
  readonly limits: ServerLimits;
  /** answers a request of the tenant API */
  readonly answer: (request: Request, from: RequestOrigin, trace: RequestTrace) => Promise<Response>;
  /** returns the response to a failure */
  readonly refuse: (failure: Failure, headers?: Readonly<Record<string, string>>, status?: number) => Response;
  /** true if the tenant can be read */
  readonly isReady: () => Promise<boolean>;
  /** returns the OpenAPI document */
  readonly document: () => Promise<string>;
  readonly newId: () => string;
  readonly log: (request: AnsweredRequest) => void;
}

/** A server that listens. */
export interface RunningServer {
  /** `http://127.0.0.1:8080`, or `unix:PATH` */
  readonly url: string;
  /** Uses another certificate for new connections. */
  readonly useCertificate: (tls: { readonly cert: string; readonly key: string }) => void;
  /** Stops: `/readyz` fails, no new connections, and running requests have this long to end. */
  readonly stop: (graceMs: number) => Promise<void>;
}

const REQUEST_ID_HEADER = "x-request-id";

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

const RATE_FAILURE = new Failure("throttled", {
  what: text("too many requests in a short time", "短時間のリクエストが多すぎます"),
  retryAfterMs: 1000,
});

/** The status and the text for errors that Node finds before there is a request. */
const PROTOCOL_ERRORS: Readonly<Record<string, readonly [status: number, reason: string]>> = {
  HPE_HEADER_OVERFLOW: [431, "Request Header Fields Too Large"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "Request Timeout"],
};

const MALFORMED_FAILURE = new Failure("usage", {
  what: text("the request is not valid HTTP", "正しい HTTP のリクエストではありません"),
});

/** Responds to a malformed request with a problem object, and closes the connection. */
const refuseMalformed = async (
  { refuse, newId }: Pick<ServeOptions, "refuse" | "newId">,
  error: Error & { readonly code?: string },
  socket: Socket,
): Promise<void> => {
  if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
  const [status, reason] = PROTOCOL_ERRORS[error.code ?? ""] ?? [400, "Bad Request"];
  const id = newId();
  const body = await refuse(MALFORMED_FAILURE, {}, status).text();
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    "connection: close",
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
    `${REQUEST_ID_HEADER}: ${id}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
};

const toRateHeaders = (
  { left, resetSeconds }: RateState,
  { burst }: Pick<ServerLimits, "burst">,
): Readonly<Record<string, string>> => ({
  "ratelimit-limit": String(burst),
  "ratelimit-remaining": String(left),
  "ratelimit-reset": String(resetSeconds),
});

/** Answers the requests of one server. */
class Responder {
  readonly #options: ServeOptions;
  readonly #rates: RateLimiter;
  #running = 0;
  #isStopping = false;

  constructor(options: ServeOptions) {
    this.#options = options;
    this.#rates = new RateLimiter(options.limits, () => performance.now());
  }

  beginStop(): void {
    this.#isStopping = true;
  }

  /** Answers a request and logs it when its response has been sent or given up. */
  async handle(request: Request, peer: string | undefined, outgoing: ServerResponse): Promise<Response> {
    const { newId, log, proxies } = this.#options;
    const id = newId();
    const begun = performance.now();
    const trace: RequestTrace = { route: null, account: null };
    // the response no longer has its socket when it is closed
    const { socket } = outgoing;
    const before = socket?.bytesWritten ?? 0;
    this.#running += 1;
    outgoing.once("close", () => {
      this.#running -= 1;
      const bytes = (socket?.bytesWritten ?? before) - before;
      const ms = Math.round(performance.now() - begun);
      log({ id, method: request.method, status: outgoing.statusCode, ms, bytes, ...trace });
    });
    const address = findClientAddress(peer, request.headers, proxies);
    const response = await this.#respond(request, { address, id }, trace);
    response.headers.set(REQUEST_ID_HEADER, id);
    return response;
  }

  async #respond(request: Request, from: Omit<RequestOrigin, "admit">, trace: RequestTrace): Promise<Response> {
    const { limits, refuse, answer } = this.#options;
    const { pathname } = new URL(request.url);
    const open = await this.#answerOpen(pathname, trace);
    if (open !== undefined) return open;
    if (this.#isStopping) return refuse(NOT_READY_FAILURE);
    if (this.#running > limits.requests) return refuse(BUSY_FAILURE);
    const counted: (RateState | undefined)[] = [];
    const count = (credential: string | null): boolean => {
      const rate = this.#rates.count(credential === null ? `address ${from.address}` : `credential ${credential}`);
      counted.push(rate);
      return rate?.isRefused !== true;
    };
    const admit = (credential: string | null): void => {
      if (!count(credential)) throw RATE_FAILURE;
    };
    const answered = await answer(request, { ...from, admit }, trace);
    // a request that no route takes does not get as far as its credential
    const response = counted.length > 0 || count(null) ? answered : refuse(RATE_FAILURE);
    const [rate] = counted;
    if (rate === undefined) return response;
    for (const [name, value] of Object.entries(toRateHeaders(rate, limits))) response.headers.set(name, value);
    return response;
  }

  /** Answers the routes of the server itself, which need no credentials; undefined for other paths. */
  async #answerOpen(path: string, trace: RequestTrace): Promise<Response | undefined> {
    const { isReady, refuse, document } = this.#options;
    if (!["/healthz", "/readyz", "/openapi.json"].includes(path)) return undefined;
    trace.route = path;
    if (path === "/healthz") return Response.json({ status: "ok" });
    if (path === "/openapi.json")
      return new Response(await document(), { headers: { "content-type": "application/json" } });
    return !this.#isStopping && (await isReady()) ? Response.json({ status: "ok" }) : refuse(NOT_READY_FAILURE);
  }
}

const describePlace = (place: ListenPlace): string =>
  "path" in place ? place.path : `${place.host.includes(":") ? `[${place.host}]` : place.host}:${place.port}`;

const createListenFailure = (place: ListenPlace, error: unknown): Failure => {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return new Failure("unavailable", {
    what:
      code === "EADDRINUSE"
        ? text("another program already uses this address", "このアドレスはほかのプログラムが使用中です")
        : text(`cannot listen on this address (${code})`, `このアドレスでは待ち受けできません(${code})`),
    where: describePlace(place),
    cause: error,
  });
};

const startListening = (server: Server, place: ListenPlace): Promise<void> =>
  new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(createListenFailure(place, error));
    server.once("error", fail);
    server.listen("path" in place ? { path: place.path } : place, () => {
      server.off("error", fail);
      resolve();
    });
  });

/**
 * Serves the tenant API over sockets.
 *
 * @throws Failure `unavailable` if it cannot listen on the address
 */
export const startServer = async (options: ServeOptions): Promise<RunningServer> => {
  const { place, tls, limits } = options;
  const responder = new Responder(options);
  const respond = getRequestListener(
    (request, { incoming, outgoing }) =>
      responder.handle(request, incoming.socket.remoteAddress, outgoing as ServerResponse),
    { overrideGlobalObjects: false },
  );
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => void respond(incoming, outgoing);
  // the whole of an upload is not limited in time, only how long nothing of it arrives
  const timeouts = { headersTimeout: limits.headersMs, requestTimeout: 0, connectionsCheckingInterval: 1000 };
  const server: Server =
    tls === undefined
      ? createServer(timeouts, listener)
      : createTlsServer({ ...timeouts, ...tls, minVersion: "TLSv1.2" }, listener);
  server.maxConnections = limits.connections;
  server.setTimeout(limits.idleMs);
  server.on("clientError", (error: Error & { code?: string }, socket: Socket) => {
    void refuseMalformed(options, error, socket);
  });
  await startListening(server, place);
  const bound = server.address();
  return {
    url:
      "path" in place
        ? `unix:${place.path}`
        : `${tls === undefined ? "http" : "https"}://${describePlace({ host: place.host, port: (bound as AddressInfo).port })}`,
    useCertificate(next) {
      if ("setSecureContext" in server) (server as ReturnType<typeof createTlsServer>).setSecureContext(next);
    },
    async stop(graceMs) {
      responder.beginStop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
};
