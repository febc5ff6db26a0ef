import type { ServerResponse } from "node:http";
import { performance } from "node:perf_hooks";
import { Failure } from "../errors/index.ts";
import { text } from "../text/index.ts";
import { findClientAddress, type RequestOrigin, type RequestTrace, type ServeOptions } from "./options.ts";
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

export class Responder {
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
      return this.#answerOwn(pathname, request);
    }
    return from.stopping.aborted ? this.#options.refuse(NOT_READY_FAILURE) : this.#options.answer(request, from, trace);
  }

  async #answerOwn(path: ServerPath, { method }: Request): Promise<Response> {
    const { isReady, refuse, document } = this.#options;
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
    }
  }
}
