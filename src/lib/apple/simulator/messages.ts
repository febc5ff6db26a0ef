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

/** A text with a long part that is kept as bytes: a server sends those as they are. */
export interface JoinedText {
  readonly head: string;
  readonly middle: KeptText;
  readonly tail: string;
}

/** A text in ASCII, kept as characters until its bytes are asked for, and as bytes from then on. */
export class KeptText {
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

/** The characters of a body. */
export const textOf = (body: string | JoinedText): string =>
  typeof body === "string" ? body : body.head + body.middle.text + body.tail;

/** An answer of the simulator. */
export interface SimulatorAnswer {
  readonly status: number;
  /** by their names in small letters */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | JoinedText;
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
export const written = (json: string | JoinedText, status = 200): SimulatorAnswer => ({
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
