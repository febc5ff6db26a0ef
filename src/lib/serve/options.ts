import type { BlockList } from "node:net";
import type { Failure } from "../errors/index.ts";

export interface ServerLimits {
  /** maximum size of an upload */
  readonly bytes: number;
  readonly headersMs: number;
  /** maximum time in which a connection neither sends nor receives a byte */
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
  /** pattern of the route, such as `/v1/users/{id}`; null if no route matches */
  readonly route: string | null;
  readonly status: number;
  readonly ms: number;
  readonly bytes: number;
  /** ID of the account's user; null for a request without credentials */
  readonly account: string | null;
  /** for a fault of the server: the faulty file and the reason, or the code of an unexpected error */
  readonly fault?: string | undefined;
}

/** @param at a UTC instant */
export const formatLogLine = (at: string, request: AnsweredRequest): string =>
  `${JSON.stringify({ at, ...request })}\n`;

/** Also has the signals of the request. */
export interface RequestOrigin {
  readonly address: string;
  readonly id: string;
  /** aborted when the sender closes the connection, or when the time for the request is over */
  readonly until: AbortController;
  readonly isReceived: () => boolean;
  readonly stopping: AbortSignal;
  /** ends the connection if a response has begun but cannot be completed */
  readonly breakOff: () => void;
}

export interface RequestTrace {
  route: string | null;
  account: string | null;
  fault?: string | undefined;
}

export type ListenPlace = { readonly host: string; readonly port: number } | { readonly path: string };

export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface ServeOptions {
  readonly place: ListenPlace;
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
  /** address of the server, such as `http://127.0.0.1:8080` or `unix:PATH` */
  readonly url: string;
  readonly useCertificate: (tls: ServerCertificate) => void;
  /** `/readyz` fails, imports are interrupted, and all other requests get `graceMs` to finish. */
  readonly stop: (graceMs: number) => Promise<void>;
}
