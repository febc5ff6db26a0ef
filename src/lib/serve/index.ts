import { getRequestListener } from "@hono/node-server";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { RunningServer, ServeOptions, ListenAddress } from "./options.ts";
import { Responder } from "./responder.ts";
import { removeSocket, shareSocketWithGroup } from "../files/index.ts";
import { Failure, getErrorCode } from "../errors/index.ts";
import { text } from "../text/index.ts";

export { DEFAULT_LIMITS, formatLogLine, type ListenAddress, type RunningServer } from "./options.ts";
export { parseProxies } from "./options.ts";
export { receiveUpload } from "./options.ts";

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
