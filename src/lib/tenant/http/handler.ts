import type { z } from "zod";
import type { NounName, RoutesOf } from "../../contract/index.ts";
import type { RouteResponse, Route } from "../../contract/route.ts";
import type { Session } from "../session.ts";
import type { RequestKey } from "../store/idempotency.ts";
import type { AuditVerifier } from "../audit/findings.ts";
import type { Store } from "../store/store.ts";
import type { ImportEngine } from "../plans/engine.ts";
import type { Processes } from "../store/processes.ts";
import type { Jobs } from "../jobs.ts";
import type { OpenMail } from "../accounts/reset.ts";
import type { AppleAccess } from "../ade/server.ts";
import type { TenantExport } from "../records/exports.ts";
import type { ExportedParts } from "../handover/export.ts";
import type { Upload, UploadedParts } from "./content.ts";

/** A request whose body was received completely. Disposing of it removes what was stored. */
export interface SpooledRequest extends AsyncDisposable {
  readonly request: Request;
}

export interface TenantParts {
  readonly store: Store;
  /** session of the acting account, or of the tenant's owner if no account is used */
  readonly session: Session;
  /**
   * session of the tenant's owner, which covers the whole tenant; used for housekeeping that is independent of requests
   */
  readonly owner: Session;
  /** returns the import engine, which is loaded when it is first needed */
  readonly engine: () => Promise<ImportEngine>;
  /** where the request comes from: a network address, or `embedded` for the same process */
  readonly address: string;
  /** stores what a sender over a socket uploads, so that a slow sender does not hold up the import thread */
  readonly spool?:
    | ((route: Route, request: Request, signal: AbortSignal) => Promise<SpooledRequest | undefined>)
    | undefined;
  readonly processes: Processes;
  readonly verifyAudit: AuditVerifier;
  readonly apple: AppleAccess;
  /** returns the background jobs of this process, which are loaded when they are first needed */
  readonly jobs: () => Promise<Jobs>;
  readonly mail: OpenMail;
  /** converts an error of the store into the failure to report */
  readonly explain: (error: unknown) => unknown;
}

type ShapeOutput<S> = S extends z.ZodRawShape ? z.output<z.ZodObject<S>> : unknown;

export interface HandlerResults<S extends z.ZodType> {
  readonly json: z.output<S>;
  readonly tagged: z.output<S>;
  readonly items: z.output<S> extends { readonly items: readonly (infer T)[] } ? readonly T[] : never;
  readonly page: z.output<S> | string;
  readonly list: {
    readonly page: () => Promise<string>;
    readonly lines: () => Promise<ReadableStream<Uint8Array>>;
  };
  /** bytes of complete lines */
  readonly lines: ReadableStream<Uint8Array> | TenantExport;
  readonly csv: TenantExport;
  readonly parts: ExportedParts;
}

type HandlerResult<R extends Route> =
  R["answer"] extends RouteResponse<infer K, infer S> ? HandlerResults<S>[K] : never;

type ValidRequest<R extends Route> = RequestValues<R> &
  (unknown extends R["isRepeatable"] ? unknown : true extends R["isRepeatable"] ? RepeatableRequest : unknown);

interface RepeatableRequest {
  readonly repeatable: RequestKey | undefined;
}

interface RequestValues<R extends Route> {
  readonly params: ShapeOutput<R["params"]>;
  readonly query: ShapeOutput<R["query"]>;
  readonly body: R["body"] extends z.ZodType ? z.output<R["body"]> : unknown;
  readonly file: R["file"] extends true ? Upload : R["takesParts"] extends true ? UploadedParts : undefined;
  /** the ETag in the If-Match header, without quotes */
  readonly etag: string;
  readonly signal: AbortSignal;
}

export type Handler<R extends Route> = (asked: ValidRequest<R>) => HandlerResult<R> | Promise<HandlerResult<R>>;

export type Handlers<N extends NounName> = {
  readonly [M in keyof RoutesOf<N>]: RoutesOf<N>[M] extends Route ? Handler<RoutesOf<N>[M]> : never;
};
