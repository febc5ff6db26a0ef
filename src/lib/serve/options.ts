import type { BlockList } from "node:net";
import type { Failure } from "../errors/index.ts";
import type { ServerLimits } from "./limits.ts";
import type { AnsweredRequest } from "./log.ts";
import type { MetricsSources } from "./metrics.ts";

/** Where a request comes from, as the audit log and the limits know it. */
export interface RequestOrigin {
  readonly address: string;
  readonly id: string;
  /**
   * Counts the request by the id of its credential, or by its address if it has no valid credential (null). Called as
   * soon as the credential is known, and before other work.
   *
   * @throws Failure `throttled` if the credential or the address has sent too many requests
   */
  readonly admit: (credential: string | null) => void;
  /**
   * Receives a JSON body. So that slow senders hold neither the places of others nor much memory, few long bodies are
   * received at the same time, and a place is taken only when the body has arrived.
   *
   * @param bytes how long it can be
   * @throws Failure `unavailable` if too many long bodies are being received, or too many of the sender
   */
  readonly receive: <T>(bytes: number, body: () => Promise<T>) => Promise<T>;
  /**
   * Takes one of the places for requests that are answered at the same time, until the response is sent.
   *
   * @throws Failure `unavailable` if no place is free, or the sender has used up its share
   */
  readonly takePlace: () => void;
  /** aborted when the sender gives up, or the time for the request is over */
  readonly until: AbortController;
  /** returns true if the whole body has arrived */
  readonly isReceived: () => boolean;
  /** aborted when the server stops */
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

/** Where a server listens: an address and a port, or the path of a Unix socket. */
export type ListenPlace = { readonly host: string; readonly port: number } | { readonly path: string };

/** A certificate and its key (PEM). */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

/** What a server answers with, and how. */
export interface ServeOptions extends Pick<MetricsSources, "countImports" | "countQueued"> {
  readonly place: ListenPlace;
  /** undefined: plain HTTP */
  readonly tls?: ServerCertificate | undefined;
  /** the proxies whose headers are trusted */
  readonly proxies?: BlockList | undefined;
  /** where the metrics are available without a token, in addition to `/metrics` */
  readonly metricsPlace?: ListenPlace | undefined;
  readonly limits: ServerLimits;
  /** answers a request of the tenant API */
  readonly answer: (request: Request, from: RequestOrigin, trace: RequestTrace) => Promise<Response>;
  /** returns the response to a failure */
  readonly refuse: (failure: Failure, headers?: Readonly<Record<string, string>>, status?: number) => Response;
  /** returns the response to any error */
  readonly explain: (error: unknown) => Response;
  /** true if the tenant can be read */
  readonly isReady: () => Promise<boolean>;
  /** throws Failure `not-signed-in` or `not-permitted` if the request's credential does not permit reading metrics */
  readonly requireMetricsRight: (request: Request) => Promise<void>;
  /** returns the OpenAPI document */
  readonly document: () => Promise<string>;
  readonly newId: () => string;
  readonly log: (request: AnsweredRequest) => void;
}

/** A server that listens. */
export interface RunningServer {
  /** `http://127.0.0.1:8080`, or `unix:PATH` */
  readonly url: string;
  /** Uses another certificate for new connections. */
  readonly useCertificate: (tls: ServerCertificate) => void;
  /**
   * Stops: `/readyz` fails, no new connections, imports are interrupted, and other running requests have this long to
   * end.
   */
  readonly stop: (graceMs: number) => Promise<void>;
}
