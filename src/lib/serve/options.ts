import type { BlockList } from "node:net";
import type { Failure } from "../errors/index.ts";
import type { ServerLimits } from "./limits.ts";
import type { AnsweredRequest } from "./log.ts";

/** Where a request comes from, as the audit log knows it. */
export interface RequestOrigin {
  readonly address: string;
  readonly id: string;
  /** aborted when the sender gives up, or the time for the request is over */
  readonly until: AbortController;
  readonly isReceived: () => boolean;
  readonly stopping: AbortSignal;
  /** ends the connection of a response that has begun and cannot be completed */
  readonly breakOff: () => void;
}

/** What the tenant says about a request that it answered, for the log. */
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
  /** undefined: plain HTTP */
  readonly tls?: ServerCertificate | undefined;
  /** the proxies whose headers are trusted */
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
  /** `http://127.0.0.1:8080`, or `unix:PATH` */
  readonly url: string;
  readonly useCertificate: (tls: ServerCertificate) => void;
  /** Stops: `/readyz` fails, imports are interrupted, and other running requests have this long to end. */
  readonly stop: (graceMs: number) => Promise<void>;
}
