export interface SimulatorRequest {
  readonly method: string;
  /** address that the client used, such as `http://127.0.0.1:8080`; signatures include the address */
  readonly origin: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** A response of the simulator. If `isLost` is true, the connection is reset instead. */
export interface SimulatorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isLost?: boolean;
}

/** An error with a response, so that nested code can end a request with this response. */
export class Refusal extends Error {
  readonly answer: SimulatorResponse;

  /** @param code error code as plain text. @see apple 2, 3 */
  constructor(status: number, code: string, headers: Readonly<Record<string, string>> = {}) {
    super(`${status} ${code}`);
    this.answer = { status, headers: { "content-type": "text/plain;charset=UTF-8", ...headers }, body: code };
  }
}

export const createJsonResponse = (value: unknown): SimulatorResponse => ({
  status: 200,
  headers: { "content-type": "application/json;charset=UTF8" },
  body: typeof value === "string" ? value : JSON.stringify(value),
});

export function parseMembers(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body === "" ? "{}" : body);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // the request is refused below
  }
  throw new Refusal(400, "MALFORMED_REQUEST_BODY");
}
