/** One answered request. It contains no query, no body, no header, and no name of a person. */
export interface AnsweredRequest {
  readonly id: string;
  readonly method: string;
  /** pattern of the route, such as `/v1/users/{id}`; null if no route matches */
  readonly route: string | null;
  readonly status: number;
  readonly ms: number;
  /** bytes of the response body */
  readonly bytes: number;
  /** id of the account's user; null without credentials */
  readonly account: string | null;
  /** for a fault of the server: the file and what is wrong with it, or the code of an unexpected error */
  readonly fault?: string | undefined;
}

/** Returns a log line: one JSON object. @param at a UTC instant */
export const formatLogLine = (at: string, request: AnsweredRequest): string =>
  `${JSON.stringify({ at, ...request })}\n`;
