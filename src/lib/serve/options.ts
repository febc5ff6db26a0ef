import type { BlockList } from "node:net";
import type { Failure } from "../errors/index.ts";
import type { RequestSource } from "../tenant/subjects/parts.ts";

export interface ServerLimits {
  readonly bytes: number;
  readonly headersMs: number;
  /** maximum time without data from or to a connection */
  readonly idleMs: number;
  /** maximum time for a request, except for imports and streams */
  readonly requestMs: number;
  readonly connections: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
  bytes: 2 * 1024 ** 3,
  headersMs: 10_000,
  idleMs: 60_000,
  requestMs: 30_000,
  connections: 256,
};

/** Contains no query, body or headers, and no names of people. */
export interface AnsweredRequest {
  readonly id: string;
  readonly method: string;
  readonly route: string | null;
  readonly status: number;
  readonly ms: number;
  readonly bytes: number;
  readonly account: string | null;
  readonly fault?: string | undefined;
}

/** @param at a UTC instant */
export const formatLogLine = (at: string, request: AnsweredRequest): string =>
  `${JSON.stringify({ at, ...request })}\n`;

export type RequestOrigin = Omit<RequestSource, "limitMs" | "trace">;

export type RequestTrace = RequestSource["trace"];

export type ListenAddress = { readonly host: string; readonly port: number } | { readonly path: string };

export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface ServeOptions {
  readonly place: ListenAddress;
  readonly tls?: ServerCertificate | undefined;
  readonly proxies?: BlockList | undefined;
  readonly limits: ServerLimits;
  readonly answer: (request: Request, from: RequestOrigin, trace: RequestTrace) => Promise<Response>;
  readonly refuse: (failure: Failure, headers?: Readonly<Record<string, string>>, status?: number) => Response;
  readonly explain: (error: unknown) => Response;
  readonly isReady: () => Promise<boolean>;
  readonly document: () => Promise<string>;
  readonly newId: () => string;
  readonly log: (request: AnsweredRequest) => void;
}

export interface RunningServer {
  readonly url: string;
  /** Interrupts imports. Other requests get `graceMs` to finish. */
  readonly stop: (graceMs: number) => Promise<void>;
}
