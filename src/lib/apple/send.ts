/** One HTTP request to Apple, or to what stands in for it. */
export interface AppleRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Its answer, whatever its status. */
export interface AppleAnswer {
  readonly status: number;
  /** by their names in small letters */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/**
 * Sends a request once, without following redirects.
 *
 * @throws Failure `unavailable` where no answer came: refused, reset, cut off or too late; `interrupted` by its signal
 */
export type Send = (request: AppleRequest) => Promise<AppleAnswer>;
