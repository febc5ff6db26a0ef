/** A request to the simulator. */
export interface SimulatorRequest {
  readonly method: string;
  /** address as the client used it, such as `http://127.0.0.1:8080`; signatures cover the address */
  readonly origin: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** by header name in lower case */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** A fault in delivering a response: the connection is reset, or the response is late. */
export type DeliveryFault = { readonly kind: "reset" } | { readonly kind: "slow"; readonly seconds: number };

/** A text whose long middle part is cached as bytes, so that a server can send the bytes without converting them. */
export interface JoinedText {
  readonly head: string;
  readonly middle: CachedText;
  readonly tail: string;
}

/** An ASCII text that is kept as a string until its bytes are requested, and as bytes from then on. */
export class CachedText {
  #text: string | undefined;
  #bytes: Buffer | undefined;
  readonly length: number;

  constructor(text: string) {
    this.#text = text;
    this.length = text.length;
  }

  get text(): string {
    return this.#text ?? this.#bytes?.toString("latin1") ?? "";
  }

  get bytes(): Buffer {
    this.#bytes ??= Buffer.from(this.text, "latin1");
    this.#text = undefined;
    return this.#bytes;
  }
}

/** Returns the body of a response as a string. */
export const toBodyString = (body: string | JoinedText): string =>
  typeof body === "string" ? body : body.head + body.middle.text + body.tail;

/** A response of the simulator. */
export interface SimulatorResponse {
  readonly status: number;
  /** by header name in lower case */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | JoinedText;
  readonly mishap?: DeliveryFault | undefined;
}

/** An error that carries a response, so that code at any depth can end a request with this response. */
export class Refusal extends Error {
  readonly answer: SimulatorResponse;

  constructor(answer: SimulatorResponse) {
    super(`${answer.status}`);
    this.answer = answer;
  }
}

const JSON_TYPE = "application/json;charset=UTF8";

/** Creates a response from a text that is already JSON. */
export const createRawJsonResponse = (json: string | JoinedText, status = 200): SimulatorResponse => ({
  status,
  headers: { "content-type": JSON_TYPE },
  body: json,
});

/** Creates a JSON response from a value. */
export const createJsonResponse = (value: unknown, status = 200): SimulatorResponse =>
  createRawJsonResponse(JSON.stringify(value), status);

/** Creates a plain text response. */
export const createPlainResponse = (
  body: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): SimulatorResponse => ({
  status,
  headers: { "content-type": "text/plain;charset=UTF-8", ...headers },
  body,
});

/** Creates a response with a file to download. @param name file name, which must contain SIMULATOR */
export const createFileResponse = (name: string, type: string, body: string): SimulatorResponse => ({
  status: 200,
  headers: { "content-type": type, "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}` },
  body,
});

/** Creates a refusal of the device service: a status, with an error code as plain text. @see apple 2, 3 */
export const createRefusal = (status: number, code: string): Refusal => new Refusal(createPlainResponse(code, status));

/** Returns the members of the JSON object in a body. @throws Refusal 400 if the body is not a JSON object */
export function parseJsonMembers(body: string): ReadonlyMap<string, unknown> {
  const value = parseJsonBody(body);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw createRefusal(400, "MALFORMED_REQUEST_BODY");
  return new Map(Object.entries(value));
}

function parseJsonBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw createRefusal(400, "MALFORMED_REQUEST_BODY");
  }
}

/** Formats an instant as Apple's services do: UTC, without fractions of a second. */
export const formatAppleInstant = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
