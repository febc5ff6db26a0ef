import { getRequestListener } from "@hono/node-server";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type Server as TlsServer } from "node:https";
import type { Socket } from "node:net";
import { Connections } from "./connections.ts";
import { getServerUrl, startListening } from "./listen.ts";
import { ServerMetrics } from "./metrics.ts";
import type { RunningServer, ServeOptions } from "./options.ts";
import { createMalformedResponse, refuseConnect, refuseMalformed, requireOneHost } from "./protocol.ts";
import { Responder } from "./responder.ts";

const createNodeServer = ({ tls, limits }: ServeOptions): Server => {
  const timeouts = {
    headersTimeout: limits.headersMs,
    // the whole of an upload is not limited in time, only how long nothing of it arrives
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(1000, limits.headersMs),
    // refused with a problem object instead of Node's empty response
    requireHostHeader: false,
  };
  return tls === undefined
    ? createServer(timeouts)
    : createTlsServer({ ...timeouts, ...tls, minVersion: "TLSv1.2", handshakeTimeout: limits.headersMs });
};

/**
 * Serves the tenant API over sockets.
 *
 * @throws Failure `unavailable` if it cannot listen on the address
 */
export const startServer = async (options: ServeOptions): Promise<RunningServer> => {
  const { place, tls, metricsPlace } = options;
  const connections = new Connections(options);
  const metrics = new ServerMetrics({ ...options, countConnections: () => connections.count });
  const responder = new Responder(options, metrics);
  const respond = getRequestListener(
    (request, { incoming, outgoing }) => {
      requireOneHost(incoming as IncomingMessage);
      const { socket } = incoming;
      const connection = {
        peer: socket.remoteAddress,
        isRefused: connections.isRefused(socket),
        isReceived: () => (incoming as IncomingMessage).complete,
      };
      return responder.handle(request, connection, outgoing as ServerResponse);
    },
    // the host of a request of HTTP/1.0 that has none
    { overrideGlobalObjects: false, hostname: "localhost", errorHandler: () => createMalformedResponse(options) },
  );
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    connections.note({ incoming, outgoing });
    void respond(incoming, outgoing);
  };
  const server = createNodeServer(options);
  connections.watch(server, tls === undefined ? "connection" : "secureConnection");
  server.on("request", listener);
  // an expectation that Node does not know is ignored, as RFC 9110 10.1.1 permits
  server.on("checkExpectation", listener);
  server.on("connect", (_incoming: IncomingMessage, socket: Socket) => void refuseConnect(options, socket));
  server.on("clientError", (error: Error & { code?: string }, socket: Socket) => {
    void refuseMalformed(options, error, socket);
  });
  await startListening(server, place);
  const metricsServer = metricsPlace === undefined ? undefined : createServer(metrics.listener);
  if (metricsServer !== undefined && metricsPlace !== undefined)
    await startListening(metricsServer, metricsPlace).catch((error: unknown) => {
      server.close();
      throw error;
    });
  return {
    url: getServerUrl(server, place, tls === undefined ? "http" : "https"),
    useCertificate(next) {
      if (tls !== undefined) (server as TlsServer).setSecureContext(next);
    },
    async stop(graceMs) {
      responder.beginStop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(timer);
      metricsServer?.close();
      metricsServer?.closeAllConnections();
    },
  };
};
