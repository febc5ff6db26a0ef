import type { z } from "zod";
import type { NounName, RoutesOf } from "../../contract/index.ts";
import type { RouteAnswer, Route } from "../../contract/route.ts";
import type { Session } from "../session.ts";
import type { KeptRequest } from "../store/idempotency.ts";
import type { AuditVerifier } from "../audit/findings.ts";
import type { Store } from "../store/store.ts";
import type { ImportEngine } from "../plans/engine.ts";
import type { Processes } from "../store/processes.ts";
import type { Jobs } from "../jobs.ts";
import type { OpenMail } from "../accounts/reset.ts";
import type { AppleAccess } from "../ade/guard.ts";
import type { TenantExport } from "../records/exports.ts";
import type { ExportedParts } from "../handover/export.ts";
import type { Upload, UploadedParts } from "./content.ts";

/** The parts of a tenant that its handlers use. */
export interface TenantParts {
  readonly store: Store;
  /** of who makes the request; in an embedded tenant, of its owner */
  readonly session: Session;
  /** of the tenant's owner, who sees all of it: for housekeeping that nobody asks for */
  readonly owner: Session;
  /** loaded when imports are asked for */
  readonly engine: () => Promise<ImportEngine>;
  readonly processes: Processes;
  readonly verifyAudit: AuditVerifier;
  /** how the tenant reaches Apple's services */
  readonly apple: AppleAccess;
  /** long work of this process; loaded when there is some */
  readonly jobs: () => Promise<Jobs>;
  /** how the tenant sends mail */
  readonly mail: OpenMail;
  /** What an error of the store means. */
  readonly explain: (error: unknown) => unknown;
}

type Shape<S> = S extends z.ZodRawShape ? z.output<z.ZodObject<S>> : unknown;

/** What a handler gives, by the kind of its route's answer. */
export interface HandlerResults<S extends z.ZodType> {
  readonly json: z.output<S>;
  readonly tagged: z.output<S>;
  readonly items: z.output<S> extends { readonly items: readonly (infer T)[] } ? readonly T[] : never;
  /** or the JSON of it */
  readonly page: z.output<S> | string;
  readonly list: {
    /** the JSON of it */
    readonly page: () => Promise<string>;
    readonly lines: () => Promise<ReadableStream<Uint8Array>>;
  };
  /** bytes of whole lines */
  readonly lines: Iterable<Uint8Array> | TenantExport;
  readonly csv: TenantExport;
  readonly parts: ExportedParts;
}

type HandlerResult<R extends Route> = R["answer"] extends RouteAnswer<infer K, infer S> ? HandlerResults<S>[K] : never;

/** A valid request. */
interface ValidRequest<R extends Route> {
  readonly params: Shape<R["params"]>;
  readonly query: Shape<R["query"]>;
  readonly body: R["body"] extends z.ZodType ? z.output<R["body"]> : unknown;
  readonly file: R["file"] extends true ? Upload : R["takesParts"] extends true ? UploadedParts : undefined;
  /** the ETag of If-Match, without quotes */
  readonly etag: string;
  readonly signal: AbortSignal;
  /** what identifies a POST that has an Idempotency-Key */
  readonly repeatable: KeptRequest | undefined;
}

export type Handler<R extends Route> = (asked: ValidRequest<R>) => HandlerResult<R> | Promise<HandlerResult<R>>;

/** The handlers of a noun, by the names of its routes. */
export type Handlers<N extends NounName> = {
  readonly [M in keyof RoutesOf<N>]: RoutesOf<N>[M] extends Route ? Handler<RoutesOf<N>[M]> : never;
};
