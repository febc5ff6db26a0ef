import type { Text } from "../text/index.ts";

/**
 * Every kind of failure, once: the exit code a script sees, the HTTP status a client of the tenant API sees, and the
 * title of its RFC 9457 problem object. The key is the problem's `type`.
 */
export const ERRORS = {
  unexpected: { exit: 1, status: 500, title: "Unexpected failure" },
  usage: { exit: 2, status: 400, title: "The command or request is not well formed" },
  "input-rejected": { exit: 3, status: 422, title: "The input was rejected; nothing was changed" },
  "not-signed-in": { exit: 4, status: 401, title: "Not signed in" },
  "not-permitted": { exit: 4, status: 403, title: "Not permitted" },
  conflict: { exit: 5, status: 409, title: "The tenant changed meanwhile" },
  locked: { exit: 5, status: 423, title: "The tenant is locked by another process" },
  "not-found": { exit: 6, status: 404, title: "Not found" },
  unavailable: { exit: 7, status: 503, title: "The other side is unavailable" },
  partial: { exit: 8, status: 200, title: "Done in part, as asked" },
  differs: { exit: 9, status: 200, title: "Differs" },
  interrupted: { exit: 130, status: 499, title: "Interrupted" },
} as const satisfies Record<string, { exit: number; status: number; title: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** What a {@link Failure} says: three lines at most reach the user. */
export interface FailureDetail {
  /** what is wrong */
  readonly what: Text;
  /** where: a file with row and column, an option, an address */
  readonly where?: string;
  /** what to do next */
  readonly hint?: Text;
  readonly cause?: unknown;
}

/** The one error class that is shown to users; anything else that is thrown is `unexpected`. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: ErrorCode;
  readonly what: Text;
  readonly where: string | undefined;
  readonly hint: Text | undefined;

  constructor(code: ErrorCode, { what, where, hint, cause }: FailureDetail) {
    super(what.en, { cause });
    this.code = code;
    this.what = what;
    this.where = where;
    this.hint = hint;
  }
}
