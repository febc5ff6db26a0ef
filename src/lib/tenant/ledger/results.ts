declare const ITEM: unique symbol;

/** NDJSON in UTF-8; each line ends with a line feed. A short list is a single chunk. */
export type Lines<T> = (ReadableStream<Uint8Array> | readonly [Uint8Array]) & { readonly [ITEM]?: T };

export interface TenantExport {
  readonly content: ReadableStream<Uint8Array>;
  /** false if a read-only tenant could not record the export in the audit log */
  readonly isAudited: boolean;
}
