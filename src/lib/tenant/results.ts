declare const ITEM: unique symbol;

/** NDJSON in UTF-8: one object per line, each line with its line feed. A short list is one chunk. */
export type Lines<T> = (ReadableStream<Uint8Array> | readonly [Uint8Array]) & { readonly [ITEM]?: T };

export interface TenantExport {
  readonly content: ReadableStream<Uint8Array>;
  /** false if the export should be in the audit log but could not be recorded, because the tenant is read-only */
  readonly isAudited: boolean;
}
