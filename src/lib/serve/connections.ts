import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { refuseSilent } from "./protocol.ts";
import type { ServeOptions } from "./options.ts";

/** How long a connection beyond the limit may take to send its request, which is refused. */
const REFUSED_IDLE_MS = 2000;

/** Connections beyond the limit that are refused with a response at the same time. Others are closed at once. */
const MAX_REFUSED = 64;

/** A request on a connection, and its response. */
interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** Limits the number of connections of a server, and closes connections on which nothing arrives. */
export class Connections {
  readonly #options: Pick<ServeOptions, "limits" | "refuse" | "newId">;
  readonly #open = new Set<Socket>();
  readonly #refused = new WeakSet<Socket>();
  readonly #exchanges = new WeakMap<Socket, Exchange>();

  constructor(options: Pick<ServeOptions, "limits" | "refuse" | "newId">) {
    this.#options = options;
  }

  /** Number of connections, with those that are being refused. */
  get count(): number {
    return this.#open.size;
  }

  /** @param event the event of a connection that can carry requests */
  watch(server: Server, event: "connection" | "secureConnection"): void {
    const { connections, idleMs } = this.#options.limits;
    server.maxConnections = connections + MAX_REFUSED;
    server.setTimeout(idleMs);
    server.on(event, (socket: Socket) => this.#opened(socket));
    server.on("timeout", (socket: Socket) => this.#timedOut(socket));
  }

  /** Returns true if a connection is beyond the limit. */
  isRefused(socket: Socket): boolean {
    return this.#refused.has(socket);
  }

  /** Notes what a connection is used for. */
  note(exchange: Exchange): void {
    this.#exchanges.set(exchange.incoming.socket, exchange);
  }

  #opened(socket: Socket): void {
    this.#open.add(socket);
    socket.once("close", () => this.#open.delete(socket));
    if (this.#open.size <= this.#options.limits.connections) return;
    this.#refused.add(socket);
    socket.setTimeout(REFUSED_IDLE_MS);
  }

  /** Decides what to do with a connection on which nothing has arrived, and nothing could be sent, for a while. */
  #timedOut(socket: Socket): void {
    const exchange = this.#exchanges.get(socket);
    if (exchange === undefined) return void refuseSilent(this.#options, socket);
    if (exchange.outgoing.writableFinished || exchange.outgoing.destroyed) return void socket.destroy();
    const { incoming, outgoing } = exchange;
    // the sender waits for the tenant, which needs longer
    if (incoming.complete && socket.writableLength === 0) return void socket.setTimeout(this.#options.limits.idleMs);
    if (!incoming.complete && !outgoing.headersSent) return void refuseSilent(this.#options, socket);
    socket.destroy();
  }
}
