import { getRequestListener } from "@hono/node-server";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { getServerUrl, startListening } from "./listen.ts";
import type { RunningServer, ServeOptions } from "./options.ts";
import { Responder } from "./responder.ts";

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
