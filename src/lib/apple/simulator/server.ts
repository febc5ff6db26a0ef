import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import type { SimulatorAnswer, SimulatorRequest } from "./messages.ts";
import type { Simulator } from "./simulator.ts";

/** A simulator that listens. */
export interface ListeningSimulator {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** Ends it, with the connections that are open. */
  readonly close: () => Promise<void>;
}

/** A thousand serial numbers take some 20 kB; a hundred thousand, as the control takes them, some 2 MB. */
const MAX_BYTES = 16 * 1024 * 1024;

const TOO_LARGE: SimulatorAnswer = { status: 413, headers: {}, body: "Payload Too Large" };
const BAD_REQUEST: SimulatorAnswer = { status: 400, headers: {}, body: "Bad Request" };
const BROKEN: SimulatorAnswer = { status: 500, headers: {}, body: "Internal Server Error" };

/** @returns undefined where it is longer than any of ours */
const bodyOf = (request: IncomingMessage): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    const pieces: Uint8Array[] = [];
    let length = 0;
    request.on("data", (piece: Uint8Array) => {
      length += piece.length;
      if (length <= MAX_BYTES) pieces.push(piece);
      else resolve(undefined);
    });
    request.on("end", () => resolve(Buffer.concat(pieces).toString("utf8")));
    request.on("error", reject);
  });

const headersOf = ({ headers }: IncomingMessage): SimulatorRequest["headers"] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );

async function answerTo({ handle }: Pick<Simulator, "handle">, request: IncomingMessage): Promise<SimulatorAnswer> {
  const origin = `http://${request.headers.host ?? "127.0.0.1"}`;
  const url = URL.parse(request.url ?? "/", origin);
  if (url === null) return BAD_REQUEST;
  const body = await bodyOf(request);
  if (body === undefined) return TOO_LARGE;
  const { pathname: path, searchParams: query } = url;
  return handle({ method: request.method ?? "GET", origin, path, query, headers: headersOf(request), body });
}

function write(response: ServerResponse, { status, headers, body, mishap }: SimulatorAnswer): void {
  if (mishap?.kind === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  const pieces =
    typeof body === "string"
      ? [Buffer.from(body)]
      : [Buffer.from(body.head), body.middle.bytes, Buffer.from(body.tail)];
  const end = (): void => {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    response.writeHead(status, { ...headers, "content-length": length });
    // one write to the socket, without a copy
    response.cork();
    for (const piece of pieces) response.write(piece);
    response.end();
    response.uncork();
  };
  if (mishap === undefined) return end();
  const timer = setTimeout(end, mishap.seconds * 1000);
  response.on("close", () => clearTimeout(timer));
}

const listening = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });

const notListening = (address: string, error: unknown): Failure => {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return new Failure("unavailable", {
    what:
      code === "EADDRINUSE"
        ? text("another program listens there", "ほかのプログラムが使用中です")
        : text(`cannot listen there (${code})`, `待ち受けできません(${code})`),
    where: address,
    hint: text("name another port, or 0 for any free one", "別のポートか、空きポートを選ぶ 0 を指定してください"),
    cause: error,
  });
};

/**
 * Serves a simulator over HTTP.
 *
 * @param port 0 for any that is free
 * @throws Failure `unavailable` where it cannot listen there
 */
export async function listen(
  simulator: Pick<Simulator, "handle">,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<ListeningSimulator> {
  const server = createServer((request, response) => {
    answerTo(simulator, request)
      .catch(() => BROKEN)
      .then((answer) => write(response, answer))
      .catch(() => response.destroy());
  });
  const shown = host.includes(":") ? `[${host}]` : host;
  try {
    await listening(server, host, port);
  } catch (error) {
    throw notListening(`${shown}:${port}`, error);
  }
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${shown}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
