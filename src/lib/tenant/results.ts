import type { PieceStart } from "./store/store.ts";

declare const ITEM: unique symbol;

/** NDJSON in UTF-8: one object per line, each line with its line feed. A short list is one chunk. */
export type Lines<T> = (ReadableStream<Uint8Array> | readonly [Uint8Array]) & { readonly [ITEM]?: T };

export interface TenantExport {
  readonly content: ReadableStream<Uint8Array>;
  /** false if the export should be recorded in the audit log, but the tenant is read-only */
  readonly isAudited: boolean;
}

/** The name of the last of several files. Without it, the result is incomplete. */
export const LAST_PART = "end.json";

/** An export as a stream of files. The name of each file comes before its bytes. */
export interface ExportedParts<T = unknown> {
  readonly content: ReadableStream<PieceStart | Uint8Array>;
  /** the type of the last part, which is JSON */
  readonly end?: T;
}
