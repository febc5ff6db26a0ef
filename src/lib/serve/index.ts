import { getRequestListener } from "@hono/node-server";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import {
  type RunningServer,
  type ServeOptions,
  type ListenAddress,
  findClientAddress,
  type RequestOrigin,
  type RequestTrace,
} from "./options.ts";
import { removeSocket, shareSocketWithGroup } from "../files/index.ts";
import { Failure, getErrorCode } from "../errors/index.ts";
import { NO_PROVIDER_FAILURE } from "./tenants.ts";
import { text } from "../text/index.ts";
import { performance } from "node:perf_hooks";
import { REQUEST_ID_HEADER, SERVER_PATHS } from "../tenant/api/wire.ts";

/** Logged if the sender closed the connection before the response began. */
const CLIENT_CLOSED_STATUS = 499;

const NOT_READY_FAILURE = new Failure("unavailable", {
  what: text("the tenant cannot be used at the moment", "現在、テナントを利用できません"),
  retryAfterMs: 5000,
});

const createMethodFailure = (method: string): Failure =>
  new Failure("usage", {
    what: text(`the method ${method} is not allowed for this path`, `このパスでは ${method} メソッドは使えません`),
  });

type ServerPath = (typeof SERVER_PATHS)[number];

const isServerPath = (path: string): path is ServerPath => (SERVER_PATHS as readonly string[]).includes(path);

export interface RequestConnection {
  readonly peer: string | undefined;
  readonly isReceived: () => boolean;
}

const OK_DOCUMENT = JSON.stringify({ status: "ok" });

const createJsonResponse = (document: string): Response =>
  new Response(document, { headers: { "content-type": "application/json" } });

class Responder {
  readonly #options: ServeOptions;
  readonly #stopping = new AbortController();

  constructor(options: ServeOptions) {
    this.#options = options;
  }

  beginStop(): void {
    this.#stopping.abort();
  }

  async handle(request: Request, { peer, isReceived }: RequestConnection, outgoing: ServerResponse): Promise<Response> {
    const { newId, log, proxies, explain } = this.#options;
    const id = newId();
    const begun = performance.now();
    const trace: RequestTrace = { route: null, account: null };
    // the socket is read now, because a closed response has no socket
    const { socket } = outgoing;
    const before = socket?.bytesWritten ?? 0;
    // Node's own signal is not used, because its creation takes longer than a whole request
    const until = new AbortController();
    outgoing.once("close", () => {
      if (!outgoing.writableFinished) until.abort();
      const bytes = (socket?.bytesWritten ?? before) - before;
      const ms = Math.round(performance.now() - begun);
      const status = outgoing.headersSent ? outgoing.statusCode : CLIENT_CLOSED_STATUS;
      log({ id, method: request.method, status, ms, bytes, ...trace });
    });
    const address = findClientAddress(peer, request.headers, proxies);
    const breakOff = (): void => void outgoing.destroy();
    const from = { address, id, until, isReceived, breakOff, stopping: this.#stopping.signal };
    const response = await this.#respond(request, from, trace).catch(explain);
    response.headers.set(REQUEST_ID_HEADER, id);
    if (this.#stopping.signal.aborted) response.headers.set("connection", "close");
    return response;
  }

  async #respond(request: Request, from: RequestOrigin, trace: RequestTrace): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (isServerPath(pathname)) {
      trace.route = pathname;
      return this.#answerOwn(pathname, request, trace);
    }
    return from.stopping.aborted ? this.#options.refuse(NOT_READY_FAILURE) : this.#options.answer(request, from, trace);
  }

  async #answerOwn(path: ServerPath, request: Request, trace: RequestTrace): Promise<Response> {
    const { isReady, refuse, document, access } = this.#options;
    const { method } = request;
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
      case "/oidc.json":
      case "/tenants.json":
        return access === undefined
          ? refuse(NO_PROVIDER_FAILURE)
          : createJsonResponse(JSON.stringify(await access(path, request, trace)));
    }
  }
}

export {
  DEFAULT_LIMITS,
  formatLogLine,
  type ListenAddress,
  type RunningServer,
  parseProxies,
  receiveUpload,
} from "./options.ts";
export type { ChangeLog } from "../tenant/store/change-log.ts";
export { RequestCounts } from "./metrics.ts";
export { removeTenant, TenantRouter, type TenantSearch } from "./tenants.ts";

const createNodeServer = ({ tls, limits }: ServeOptions): Server => {
  const timeouts = {
    headersTimeout: limits.headersMs,
    // no limit, because a large upload takes long; `idleMs` limits the pauses
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(1000, limits.headersMs),
  };
  return tls === undefined
    ? createServer(timeouts)
    : createTlsServer({ ...timeouts, ...tls, minVersion: "TLSv1.2", handshakeTimeout: limits.headersMs });
};

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** While the sender waits, the idle timeout must not close the connection. */
const isAwaitingResponse = (exchange: Exchange | undefined, { writableLength }: Socket): boolean =>
  exchange !== undefined && exchange.incoming.complete && !exchange.outgoing.writableFinished && writableLength === 0;

export const startServer = async (options: ServeOptions): Promise<RunningServer> => {
  const { place, tls, limits } = options;
  const responder = new Responder(options);
  const exchanges = new WeakMap<Socket, Exchange>();
  const respond = getRequestListener(
    (request, { incoming, outgoing }) => {
      const connection = {
        peer: incoming.socket.remoteAddress,
        isReceived: () => (incoming as IncomingMessage).complete,
      };
      return responder.handle(request, connection, outgoing as ServerResponse);
    },
    { hostname: "localhost", errorHandler: () => new Response(null, { status: 400 }) },
  );
  const server = createNodeServer(options);
  server.maxConnections = limits.connections;
  server.setTimeout(limits.idleMs, (socket: Socket) => {
    if (isAwaitingResponse(exchanges.get(socket), socket)) socket.setTimeout(limits.idleMs);
    else socket.destroy();
  });
  server.on("request", (incoming, outgoing) => {
    exchanges.set(incoming.socket, { incoming, outgoing });
    void respond(incoming, outgoing);
  });
  await startListening(server, place);
  return {
    url: getServerUrl(server, place, tls === undefined ? "http" : "https"),
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

const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Serves metrics on an address of their own, because they name all tenants and need no credential. */
export const startMetrics = async (
  place: ListenAddress,
  read: () => Promise<string>,
  explain: ServeOptions["explain"],
) => {
  const answer = async ({ url }: Request): Promise<Response> =>
    new URL(url).pathname === "/metrics"
      ? new Response(await read(), { headers: { "content-type": METRICS_TYPE } })
      : new Response(null, { status: 404 });
  const respond = getRequestListener((request) => answer(request).catch(explain), { hostname: "localhost" });
  const server = createServer((incoming, outgoing) => void respond(incoming, outgoing));
  await startListening(server, place);
  return {
    url: `${getServerUrl(server, place, "http")}/metrics`,
    close: async (): Promise<void> => {
      server.close().closeAllConnections();
    },
  };
};

const describePlace = (place: ListenAddress): string =>
  "path" in place ? place.path : `${place.host.includes(":") ? `[${place.host}]` : place.host}:${place.port}`;

const tryToListen = (server: Server, place: ListenAddress): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen("path" in place ? { path: place.path } : place, () => {
      server.off("error", reject);
      resolve();
    });
  });

const isAbandoned = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error) => resolve(getErrorCode(error) === "ECONNREFUSED"));
  });

const startListening = async (server: Server, place: ListenAddress): Promise<void> => {
  try {
    await tryToListen(server, place).catch(async (error: unknown) => {
      if (!("path" in place) || getErrorCode(error) !== "EADDRINUSE" || !(await isAbandoned(place.path))) throw error;
      if (!removeSocket(place.path))
        throw new Failure("usage", {
          what: text("this path exists, but it is not a socket", "このパスには、ソケット以外のファイルがあります"),
          where: place.path,
        });
      await tryToListen(server, place);
    });
    if ("path" in place) shareSocketWithGroup(place.path);
  } catch (error) {
    throw error instanceof Failure ? error : createListenFailure(describePlace(place), error);
  }
};

const createListenFailure = (where: string, cause: unknown): Failure => {
  const code = getErrorCode(cause);
  const what =
    code === "EADDRINUSE"
      ? text("another program already uses this address", "このアドレスはほかのプログラムが使用中です")
      : text(`cannot listen on this address (${code})`, `このアドレスでは待ち受けできません(${code})`);
  return new Failure("unavailable", { what, where, cause });
};

const getServerUrl = (server: Server, place: ListenAddress, scheme: string): string => {
  if ("path" in place) return `unix:${place.path}`;
  const { port } = server.address() as AddressInfo;
  return `${scheme}://${describePlace({ host: place.host, port })}`;
};
