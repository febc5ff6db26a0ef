import type { z } from "zod";
import type { NounName, RoutesOf } from "../../contract/index.ts";
import type { RouteResponse, Route } from "../../contract/route.ts";
import type { RequestKey } from "../store/idempotency.ts";
import type { TenantExport } from "../records/exports.ts";
import type { ExportedParts } from "../handover/export.ts";
import type { Upload, UploadedParts } from "./content.ts";

export type { SpooledRequest, TenantParts } from "../parts.ts";

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
