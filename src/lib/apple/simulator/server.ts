import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "../../text/index.ts";
import type { SimulatorResponse, SimulatorRequest } from "./messages.ts";
import type { Simulator } from "./simulator.ts";
import { createListenFailure } from "../../errors/index.ts";

/** A simulator that listens for HTTP requests. */
export interface ListeningSimulator {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** Stops listening and closes the open connections. */
  readonly close: () => Promise<void>;
}

/** Limit of a request body: 1,000 serial numbers take about 20 kB; 100,000, the control interface's limit, 2 MB. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

const PAYLOAD_TOO_LARGE: SimulatorResponse = { status: 413, headers: {}, body: "Payload Too Large" };
const BAD_REQUEST: SimulatorResponse = { status: 400, headers: {}, body: "Bad Request" };
const INTERNAL_SERVER_ERROR: SimulatorResponse = { status: 500, headers: {}, body: "Internal Server Error" };

/** Reads the body of a request. Returns undefined if the body is larger than the limit. */
const readRequestBody = (request: IncomingMessage): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    const pieces: Uint8Array[] = [];
    let length = 0;
    request.on("data", (piece: Uint8Array) => {
      length += piece.length;
      if (length <= MAX_BODY_BYTES) pieces.push(piece);
      else resolve(undefined);
    });
    request.on("end", () => resolve(Buffer.concat(pieces).toString("utf8")));
    request.on("error", reject);
  });

const readRequestHeaders = ({ headers }: IncomingMessage): SimulatorRequest["headers"] =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : value]),
  );

async function handleHttpRequest(
  { handle }: Pick<Simulator, "handle">,
  request: IncomingMessage,
): Promise<SimulatorResponse> {
  const origin = `http://${request.headers.host ?? "127.0.0.1"}`;
  const url = URL.parse(request.url ?? "/", origin);
  if (url === null) return BAD_REQUEST;
  const body = await readRequestBody(request);
  if (body === undefined) return PAYLOAD_TOO_LARGE;
  const { pathname: path, searchParams: query } = url;
  return handle({ method: request.method ?? "GET", origin, path, query, headers: readRequestHeaders(request), body });
}

function writeResponse(response: ServerResponse, { status, headers, body, mishap }: SimulatorResponse): void {
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
    // sends all pieces in one write to the socket, without copying them
    response.cork();
    for (const piece of pieces) response.write(piece);
    response.end();
    response.uncork();
  };
  if (mishap === undefined) return end();
  const timer = setTimeout(end, mishap.seconds * 1000);
  response.on("close", () => clearTimeout(timer));
}

const startListening = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });

const OTHER_PORT_HINT = text(
  "specify another port, or 0 for any free port",
  "別のポートを指定してください。0 を指定すると空きポートが選ばれます",
);

/**
 * Serves a simulator over HTTP.
 *
 * @param port 0 for any free port
 * @throws Failure `unavailable` if it cannot listen on the address
 */
export async function startSimulatorServer(
  simulator: Pick<Simulator, "handle">,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<ListeningSimulator> {
  const server = createServer((request, response) => {
    handleHttpRequest(simulator, request)
      .catch(() => INTERNAL_SERVER_ERROR)
      .then((answer) => writeResponse(response, answer))
      .catch(() => response.destroy());
  });
  const shown = host.includes(":") ? `[${host}]` : host;
  try {
    await startListening(server, host, port);
  } catch (error) {
    throw createListenFailure(`${shown}:${port}`, error, OTHER_PORT_HINT);
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
