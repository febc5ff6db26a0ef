import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { Failure } from "../errors/index.ts";
import { text, type Text } from "../text/index.ts";
import type { ServeOptions } from "./options.ts";
import { REQUEST_ID_HEADER } from "../contract/route.ts";

/** A refusal of a request that has no request object: its status, and why. */
interface ProtocolRefusal {
  readonly status: number;
  readonly reason: string;
  readonly what: Text;
}

const TIMEOUT_REFUSAL: ProtocolRefusal = {
  status: 408,
  reason: "Request Timeout",
  what: text("the request did not arrive in time", "リクエストが時間内に届きませんでした"),
};

const MALFORMED_REFUSAL: ProtocolRefusal = {
  status: 400,
  reason: "Bad Request",
  what: text("the request is not valid HTTP", "正しい HTTP のリクエストではありません"),
};

const LARGE_HEADERS_REFUSAL: ProtocolRefusal = {
  status: 431,
  reason: "Request Header Fields Too Large",
  what: text("the headers of the request are too large", "リクエストのヘッダーが大きすぎます"),
};

const METHOD_REFUSAL: ProtocolRefusal = {
  status: 405,
  reason: "Method Not Allowed",
  what: text("this server is not a proxy", "このサーバーはプロキシではありません"),
};

/** The errors that Node finds before there is a request. */
const REFUSALS: Readonly<Record<string, ProtocolRefusal>> = {
  HPE_HEADER_OVERFLOW: LARGE_HEADERS_REFUSAL,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { ...MALFORMED_REFUSAL, status: 413, reason: "Content Too Large" },
  ERR_HTTP_REQUEST_TIMEOUT: TIMEOUT_REFUSAL,
};

type Refuser = Pick<ServeOptions, "refuse" | "newId">;

/** Writes a problem object to a connection, and closes it. */
const refuseOnSocket = async (
  { refuse, newId }: Refuser,
  { status, reason, what }: ProtocolRefusal,
  socket: Socket,
): Promise<void> => {
  if (!socket.writable) return void socket.destroy();
  const body = await refuse(new Failure("usage", { what }), {}, status).text();
  const head = [
    `HTTP/1.1 ${status} ${reason}`,
    "connection: close",
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(body)}`,
    `${REQUEST_ID_HEADER}: ${newId()}`,
    ...(status === METHOD_REFUSAL.status ? ["allow: GET, HEAD, POST, PUT, PATCH, DELETE"] : []),
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  socket.destroySoon();
};

/** The errors after which nothing can be written: the other end is gone, or has not agreed on a key in time. */
const UNANSWERABLE: readonly (string | undefined)[] = ["ECONNRESET", "ERR_TLS_HANDSHAKE_TIMEOUT"];

/** Responds to a malformed request with a problem object, and closes the connection. */
export const refuseMalformed = async (
  refuser: Refuser,
  error: Error & { readonly code?: string },
  socket: Socket,
): Promise<void> => {
  if (UNANSWERABLE.includes(error.code)) return void socket.destroy();
  await refuseOnSocket(refuser, REFUSALS[error.code ?? ""] ?? MALFORMED_REFUSAL, socket);
};

/** Responds to a request whose body does not arrive, and closes the connection. */
export const refuseSilent = (refuser: Refuser, socket: Socket): Promise<void> =>
  refuseOnSocket(refuser, TIMEOUT_REFUSAL, socket);

/** Responds to CONNECT, which asks for a connection to another server. */
export const refuseConnect = (refuser: Refuser, socket: Socket): Promise<void> =>
  refuseOnSocket(refuser, METHOD_REFUSAL, socket);

/** @throws TypeError if a request does not have exactly one host, which HTTP/1.0 may omit. @see RFC 9112 3.2 */
export const requireOneHost = ({ headersDistinct: { host: hosts = [] }, httpVersion }: IncomingMessage): void => {
  if (hosts.length > 1 || (hosts.length === 0 && httpVersion !== "1.0"))
    throw new TypeError("the request does not have exactly one host");
};

/** The response to a request whose target or host is not valid. */
export const createMalformedResponse = ({ refuse, newId }: Refuser): Response => {
  const response = refuse(new Failure("usage", { what: MALFORMED_REFUSAL.what }), { connection: "close" });
  response.headers.set(REQUEST_ID_HEADER, newId());
  return response;
};
