import { isDeepStrictEqual } from "node:util";
import { ALL_ROUTES } from "../../../src/lib/contract/all.ts";
import { EXAMPLES } from "../../../src/lib/contract/examples.ts";
import { MEDIA_TYPES, buildRequest, type Route } from "../../../src/lib/contract/route.ts";
import { Failure } from "../../../src/lib/errors/index.ts";
import { createProblemResponse } from "../../../src/lib/tenant/http/problem.ts";
import type { Transport } from "../../../src/lib/client/index.ts";

/** A request that the tenant received. Parts that the request does not have are omitted. */
export interface ReceivedRequest {
  /** the route's operationId */
  readonly operation: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** body, if it is JSON */
  readonly json?: unknown;
  /** decoded body, if it is a file */
  readonly file?: string;
  /** charset in the content type of the file, if it is not utf-8 */
  readonly charset?: string;
  readonly ifMatch?: string;
  /** requested content type, if it is not JSON */
  readonly accept?: string;
}

/**
 * A tenant's answer to one operation: the body (an array for a stream of lines, a string for a CSV export), a failure,
 * or a function that returns the answer to a request.
 */
export type Answer = unknown;

/** Answers by operationId. {@link inTurn} specifies one answer per call. Each answer must be requested. */
export type Answers = Readonly<Record<string, Answer>>;

class InTurn {
  readonly answers: readonly Answer[];

  constructor(answers: readonly Answer[]) {
    this.answers = answers;
  }
}

/** Returns answers to the first, second, … call of an operation. A further call is an error in the test. */
export const inTurn = (...answers: readonly Answer[]): Answer => new InTurn(answers);

/** Returns the answer that the API document shows for an operation, with some members replaced. */
export function example<T extends object>(operation: string, change: Partial<T> = {}): T {
  const { answer } = EXAMPLES.get(operation) ?? {};
  if (typeof answer !== "object" || answer === null) throw new TypeError(`no example of ${operation}`);
  return { ...(answer as T), ...change };
}

const byOperation = new Map(ALL_ROUTES.map((route) => [route.id, route]));

const patternOf = ({ path }: Route): RegExp =>
  new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>[^/]+)`)}$`);

const PATTERNS = ALL_ROUTES.map((route) => ({ route, pattern: patternOf(route) }));

function match(method: string, path: string): { readonly route: Route; readonly params: Record<string, string> } {
  for (const { route, pattern } of PATTERNS) {
    const groups = route.method === method.toLowerCase() ? pattern.exec(path)?.groups : undefined;
    const isIt = groups !== undefined || (route.method === method.toLowerCase() && pattern.test(path));
    if (!isIt) continue;
    const pairs = Object.entries(groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)] as const);
    return { route, params: Object.fromEntries(pairs) };
  }
  throw new TypeError(`the tenant API has no ${method} ${path}`);
}

async function seen(request: Request): Promise<ReceivedRequest & { readonly route: Route }> {
  const { pathname, searchParams } = new URL(request.url);
  const { route, params } = match(request.method, pathname);
  const query = Object.fromEntries(searchParams);
  const [type = "", charset = "utf-8"] = (request.headers.get("content-type") ?? "").split("; charset=");
  const bytes = await request.bytes();
  const [ifMatch, accept] = [request.headers.get("if-match"), request.headers.get("accept")];
  return {
    route,
    operation: route.id,
    ...(Object.keys(params).length === 0 ? {} : { params }),
    ...(Object.keys(query).length === 0 ? {} : { query }),
    ...(type === "application/json" ? { json: JSON.parse(Buffer.from(bytes).toString("utf8")) as unknown } : {}),
    ...(type === "text/csv" ? { file: new TextDecoder(charset).decode(bytes) } : {}),
    ...(charset === "utf-8" ? {} : { charset }),
    ...(ifMatch === null ? {} : { ifMatch }),
    ...(accept === null ? {} : { accept }),
  };
}

interface Schema {
  readonly parse: (value: unknown) => unknown;
}

/**
 * Throws if a value does not conform to the contract or has members that the schema does not define. This is an error
 * in the test.
 */
function mustFollow(schema: unknown, value: unknown, what: string): void {
  const plain = JSON.parse(JSON.stringify(value)) as unknown;
  if (isDeepStrictEqual((schema as Schema).parse(plain), plain)) return;
  throw new TypeError(`${what} has members that the contract does not know`);
}

/** @throws if the request does not conform to the contract */
function checkRequest({ route, query, json }: ReceivedRequest & { readonly route: Route }): void {
  buildRequest(route).query.parse(query ?? {});
  route.body?.parse(json);
}

/** Returns the kind and schema of a response to a request that accepts NDJSON. */
function linesOf({ id, answer }: Route): Pick<Route["answer"], "kind" | "schema"> {
  if (answer.line === undefined) throw new TypeError(`${id} is not answered by lines`);
  return { kind: "lines", schema: answer.line };
}

function responseOf(route: Route, answer: unknown, accept?: string): Response {
  const { id, status = 200 } = route;
  const { kind, schema } = accept === MEDIA_TYPES.lines ? linesOf(route) : route.answer;
  if (answer instanceof Failure) return createProblemResponse(answer);
  const what = `the answer to ${id}`;
  const headers = { "content-type": MEDIA_TYPES[kind] };
  if (kind === "csv") return new Response(answer as string | Uint8Array<ArrayBuffer>, { status, headers });
  if (kind !== "lines") {
    mustFollow(schema, answer, what);
    return Response.json(answer, { status });
  }
  const lines = answer as readonly unknown[];
  for (const line of lines) mustFollow(schema, line, what);
  return new Response(lines.map((line) => `${JSON.stringify(line)}\n`).join(""), { status, headers });
}

/**
 * A tenant that returns the specified answers and records the requests. Requests and answers must conform strictly to
 * the contract. A request without a specified answer, and an answer that is never requested, are errors in the test.
 */
export class AnsweringTenant {
  readonly requests: ReceivedRequest[] = [];
  readonly #answers: Answers;
  readonly #calls = new Map<string, number>();
  #mistake: Error | undefined;

  constructor(answers: Answers) {
    const unknown = Object.keys(answers).filter((operation) => !byOperation.has(operation));
    if (unknown.length > 0) throw new TypeError(`no operations of the tenant API: ${unknown.join(", ")}`);
    this.#answers = answers;
  }

  readonly transport: Transport = async (request) => {
    const response = await this.#respond(request);
    // as with any other transport, a response that arrives after the abort is not delivered
    request.signal.throwIfAborted();
    return response;
  };

  async #respond(request: Request): Promise<Response> {
    try {
      const { route, ...asked } = await seen(request);
      this.requests.push(asked);
      checkRequest({ ...asked, route });
      return responseOf(route, this.#answer(asked), asked.accept);
    } catch (error) {
      this.#mistake ??= error instanceof Error ? error : new TypeError(String(error));
      throw error;
    }
  }

  #answer(asked: ReceivedRequest): unknown {
    const { operation } = asked;
    const call = this.#calls.get(operation) ?? 0;
    this.#calls.set(operation, call + 1);
    if (!Object.hasOwn(this.#answers, operation)) throw new TypeError(`nothing is told of ${operation}`);
    const told = this.#answers[operation];
    if (told instanceof InTurn && call >= told.answers.length) {
      throw new TypeError(`${operation} was asked ${call + 1} times`);
    }
    const answer = told instanceof InTurn ? told.answers[call] : told;
    return typeof answer === "function" ? (answer as (asked: ReceivedRequest) => unknown)(asked) : answer;
  }

  /** @throws the error in the test itself, even if the command handled it; also if an answer was never requested */
  check(): void {
    if (this.#mistake !== undefined) throw this.#mistake;
    const isDone = ([operation, told]: [string, Answer]): boolean =>
      (this.#calls.get(operation) ?? 0) >= (told instanceof InTurn ? told.answers.length : 1);
    const left = Object.entries(this.#answers).filter((entry) => !isDone(entry));
    if (left.length > 0) throw new TypeError(`not asked for: ${left.map(([operation]) => operation).join(", ")}`);
  }
}
