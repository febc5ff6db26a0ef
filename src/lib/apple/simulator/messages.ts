/** A request to the simulator. */
export interface SimulatorRequest {
  readonly method: string;
  /** `http://127.0.0.1:8080`, as the client addressed it: signatures name it */
  readonly origin: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** by their names in small letters */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** What happens to an answer on its way: it is lost with the connection, or comes too late. */
export type Mishap = { readonly kind: "reset" } | { readonly kind: "slow"; readonly seconds: number };

/** An answer of the simulator. */
export interface SimulatorAnswer {
  readonly status: number;
  /** by their names in small letters */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly mishap?: Mishap | undefined;
}

/** An answer that is thrown where it is known, however deep. */
export class Refusal extends Error {
  readonly answer: SimulatorAnswer;

  constructor(answer: SimulatorAnswer) {
    super(`${answer.status}`);
    this.answer = answer;
  }
}

const JSON_TYPE = "application/json;charset=UTF8";

/** An answer of JSON that is already written. */
export const written = (json: string, status = 200): SimulatorAnswer => ({
  status,
  headers: { "content-type": JSON_TYPE },
  body: json,
});

/** An answer of JSON. */
export const json = (value: unknown, status = 200): SimulatorAnswer => written(JSON.stringify(value), status);

/** An answer of text. */
export const plain = (body: string, status = 200, headers: Readonly<Record<string, string>> = {}): SimulatorAnswer => ({
  status,
  headers: { "content-type": "text/plain;charset=UTF-8", ...headers },
  body,
});

/** An answer that is a file to keep. @param name with SIMULATOR in it */
export const file = (name: string, type: string, body: string): SimulatorAnswer => ({
  status: 200,
  headers: { "content-type": type, "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}` },
  body,
});

/** A refusal of the device service: a code as plain text. @see apple 2, 3 */
export const refuse = (status: number, code: string): Refusal => new Refusal(plain(code, status));

/** The members of a JSON object in a body. @throws Refusal 400 where it is none */
export function membersOf(body: string): ReadonlyMap<string, unknown> {
  const value = parsed(body);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw refuse(400, "MALFORMED_REQUEST_BODY");
  return new Map(Object.entries(value));
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw refuse(400, "MALFORMED_REQUEST_BODY");
  }
}

/** An instant as Apple's services write it: UTC, to the second. */
export const instant = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
