/** Where a request over a socket comes from. What the app finds out about the request is written into `trace`. */
export interface RequestSource {
  readonly address: string;
  readonly id: string;
  /** maximum time for a request whose work does not grow with the number of records, in milliseconds */
  readonly limitMs: number;
  /** aborted when the sender gives up, or the time for the request is over */
  readonly until: AbortController;
  /** returns true if the whole body has arrived */
  readonly isReceived: () => boolean;
  readonly stopping: AbortSignal;
  readonly trace: { route: string | null; account: string | null; fault?: string | undefined };
  /** ends the connection of a response that has begun and cannot be completed */
  readonly breakOff: () => void;
}

/** What hono passes on with a request. */
export interface AppEnvironment {
  readonly Bindings: { readonly from: RequestSource | undefined };
  /** aborted when the work for the request should end */
  readonly Variables: { until: AbortSignal };
}
