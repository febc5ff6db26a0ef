import { BlockList, isIP } from "node:net";
import { Failure, createInterruptedFailure } from "../errors/index.ts";
import type { RequestSource } from "../tenant/subjects/parts.ts";
import { Readable } from "node:stream";
import { spoolToFile, type TemporaryStorage } from "../files/index.ts";
import { text } from "../text/index.ts";

export type ServerLimits = Readonly<typeof DEFAULT_LIMITS>;

export const DEFAULT_LIMITS = {
  bytes: 2 * 1024 ** 3,
  headersMs: 10_000,
  /** maximum time without data from or to a connection */
  idleMs: 60_000,
  /** maximum time for a request, except for imports and streams */
  requestMs: 30_000,
  connections: 256,
};

/** Contains no query, body or headers, and no names of people. */
export interface AnsweredRequest {
  readonly id: string;
  readonly method: string;
  /** if the server has several tenants: the name of the context */
  readonly tenant?: string | undefined;
  readonly route: string | null;
  readonly status: number;
  readonly ms: number;
  readonly bytes: number;
  readonly account: string | null;
  readonly fault?: string | undefined;
}

export const formatLogLine = (at: string, request: AnsweredRequest): string =>
  `${JSON.stringify({ at, ...request })}\n`;

export type RequestOrigin = Omit<RequestSource, "limitMs" | "trace">;

export type RequestTrace = RequestSource["trace"];

export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string };

export interface ServeOptions {
  readonly place: ListenAddress;
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  readonly proxies?: BlockList | undefined;
  readonly limits: ServerLimits;
  readonly answer: (request: Request, from: RequestOrigin, trace: RequestTrace) => Promise<Response>;
  readonly refuse: (failure: Failure, headers?: Readonly<Record<string, string>>, status?: number) => Response;
  readonly explain: (error: unknown) => Response;
  readonly isReady: () => Promise<boolean>;
  readonly access?:
    | ((path: "/oidc.json" | "/tenants.json", request: Request, trace: RequestTrace) => Promise<object>)
    | undefined;
  readonly document: () => Promise<string>;
  readonly newId: () => string;
  readonly log: (request: AnsweredRequest) => void;
}

export interface RunningServer {
  readonly url: string;
  /** Interrupts imports. Other requests get `graceMs` to finish. */
  readonly stop: (graceMs: number) => Promise<void>;
}

/** Sockets put the prefix `::ffff:` before an IPv4 address. */
const removeIpv6Prefix = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, "");

export const parseProxies = (list: readonly string[]): BlockList | undefined => {
  const trusted = new BlockList();
  for (const entry of list) {
    const [address = "", bits] = entry.split("/");
    const version = isIP(address);
    if (version === 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined;
    const family = version === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) trusted.addAddress(address, family);
    else if (Number(bits) > (version === 6 ? 128 : 32)) return undefined;
    else trusted.addSubnet(address, Number(bits), family);
  }
  return trusted;
};

const isTrusted = (proxies: BlockList, address: string): boolean => {
  const version = isIP(address);
  return version !== 0 && proxies.check(address, version === 6 ? "ipv6" : "ipv4");
};

const toAddress = (entry: string): string =>
  removeIpv6Prefix(entry.trim().replace(/^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/, "$1$2"));

/** Returns the last address in X-Forwarded-For that is not a trusted proxy. @param peer undefined for a Unix socket */
export const findClientAddress = (
  peer: string | undefined,
  headers: Headers,
  proxies: BlockList | undefined,
): string => {
  const own = removeIpv6Prefix(peer ?? "unix");
  const isProxy = (address: string): boolean => proxies !== undefined && isTrusted(proxies, address);
  if (peer !== undefined && !isProxy(own)) return own;
  const addresses = headers.get("x-forwarded-for")?.split(",").map(toAddress) ?? [];
  const last = addresses.findLast((one) => !isProxy(one));
  return last === undefined || isIP(last) === 0 ? own : last;
};

const TOO_LARGE_FAILURE = new Failure("usage", {
  what: text("the upload is larger than this server accepts", "アップロードがサーバーの上限を超えています"),
  status: 413,
});

const ENCODED_UPLOAD_FAILURE = new Failure("usage", {
  what: text("uploads must not be compressed", "アップロードは圧縮できません"),
  where: "content-encoding",
  status: 415,
});

export const receiveUpload = async (
  request: Request,
  { place, limit, signal }: { readonly place: TemporaryStorage; readonly limit: number; readonly signal: AbortSignal },
) => {
  const { body, method, url, headers } = request;
  if (body === null) return undefined;
  if (!/^identity$/i.test(headers.get("content-encoding") ?? "identity")) throw ENCODED_UPLOAD_FAILURE;
  const spooled = await spoolToFile(limitBytes(body, limit, signal), place);
  const content = Readable.from(spooled.chunks());
  const init: RequestInit & { duplex: "half" } = {
    method,
    headers,
    signal,
    body: Readable.toWeb(content) as ReadableStream<Uint8Array>,
    duplex: "half",
  };
  const remove = (): Promise<void> => {
    // it is open until somebody has read all of it
    content.destroy();
    return spooled[Symbol.asyncDispose]();
  };
  return { request: new Request(url, init), [Symbol.asyncDispose]: remove };
};

/** Opens the body only on first use, because errors of a body opened earlier would be lost. */
async function* limitBytes(body: ReadableStream<Uint8Array>, limit: number, signal: AbortSignal) {
  let bytes = 0;
  try {
    for await (const chunk of Readable.fromWeb(body, { signal }) as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > limit) throw TOO_LARGE_FAILURE;
      yield chunk;
    }
  } catch (error) {
    throw error instanceof Failure ? error : createInterruptedFailure(error);
  }
}
