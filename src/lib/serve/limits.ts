export interface ServerLimits {
  /** maximum size of an upload, after decompression */
  readonly bytes: number;
  readonly headersMs: number;
  /** time in which no byte of a request arrives, and no byte of a response is accepted */
  readonly idleMs: number;
  /** time for a request that is neither an import nor a stream */
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
