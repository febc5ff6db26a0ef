import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { ALL_ROUTES } from "../../../src/lib/contract/all.ts";
import { MEDIA_TYPES, buildRequest, type Route } from "../../../src/lib/contract/route.ts";
import { Failure } from "../../../src/lib/errors/index.ts";
import { createProblemResponse } from "../../../src/lib/tenant/http/problem.ts";
import type { Transport } from "../../../src/lib/client/index.ts";

/** A request that the tenant received. Parts that the request does not have are omitted. */
export interface ReceivedRequest {
  readonly operation: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
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
 * A tenant's response to one operation: the body (an array for a stream of lines, a string for a CSV export), a
 * failure, or a function that returns the response to a request.
 */
export type Answer = unknown;

/**
 * Responses by operationId. {@link inTurn} specifies one response per call. The test fails if a response is not
 * requested.
 */
export type Answers = Readonly<Record<string, Answer>>;

class ResponseSequence {
  readonly answers: readonly Answer[];

  constructor(answers: readonly Answer[]) {
    this.answers = answers;
  }
}

/** Returns the responses to the first, second, … call of an operation. If there is a further call, the test fails. */
export const inTurn = (...answers: readonly Answer[]): Answer => new ResponseSequence(answers);

const readLines = (name: string): readonly string[] =>
  readFileSync(new URL(name, import.meta.url), "utf8").trim().split("\n");

const EXAMPLES = new Map(
  readLines("examples.ndjson").map((line) => {
    const { operation, answer } = JSON.parse(line) as { readonly operation: string; readonly answer: unknown };
    return [operation, answer];
  }),
);

/** The names that tests have for operations, by `noun.method`. */
const TEST_NAMES = new Map(
  readLines("operation-names.txt").map((line) => {
    const [name = "", operation = ""] = line.split(" ");
    return [operation, name];
  }),
);

const nameOf = ({ id }: Route): string => TEST_NAMES.get(id) ?? id;

/** Returns a usual response to an operation, with some members replaced. */
export function example<T extends object>(operation: string, change: Partial<T> = {}): T {
  const answer = EXAMPLES.get(operation);
  if (typeof answer !== "object" || answer === null) throw new TypeError(`no example of ${operation}`);
  return { ...(answer as T), ...change };
}

const routesByOperation = new Map(ALL_ROUTES.map((route) => [nameOf(route), route]));

const buildRoutePattern = ({ path }: Route): RegExp =>
  new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `(?<${name}>[^/]+)`)}$`);

const ROUTE_PATTERNS = ALL_ROUTES.map((route) => ({ route, pattern: buildRoutePattern(route) }));

function matchRoute(method: string, path: string): { readonly route: Route; readonly params: Record<string, string> } {
  for (const { route, pattern } of ROUTE_PATTERNS) {
    const groups = route.method === method.toLowerCase() ? pattern.exec(path)?.groups : undefined;
    const isIt = groups !== undefined || (route.method === method.toLowerCase() && pattern.test(path));
    if (!isIt) continue;
    const pairs = Object.entries(groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)] as const);
    return { route, params: Object.fromEntries(pairs) };
  }
  throw new TypeError(`the tenant API has no ${method} ${path}`);
}

async function parseReceivedRequest(request: Request): Promise<ReceivedRequest & { readonly route: Route }> {
  const { pathname, searchParams } = new URL(request.url);
  const { route, params } = matchRoute(request.method, pathname);
  const query = Object.fromEntries(searchParams);
  const [type = "", charset = "utf-8"] = (request.headers.get("content-type") ?? "").split("; charset=");
  const bytes = await request.bytes();
  const [ifMatch, accept] = [request.headers.get("if-match"), request.headers.get("accept")];
  return {
    route,
    operation: nameOf(route),
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
 * Throws an error if a value does not match the contract's schema or has members that the schema does not define. The
 * test then fails.
 */
function expectSchema(schema: unknown, value: unknown, what: string): void {
  const plain = JSON.parse(JSON.stringify(value)) as unknown;
  if (isDeepStrictEqual((schema as Schema).parse(plain), plain)) return;
  throw new TypeError(`${what} has members that the contract does not know`);
}

/** @throws if the request does not match the contract */
function checkRequest({ route, query, json }: ReceivedRequest & { readonly route: Route }): void {
  buildRequest(route).query.parse(query ?? {});
  route.body?.parse(json);
}

function getLinesResponse({ id, answer }: Route): Pick<Route["answer"], "kind" | "schema"> {
  if (answer.line === undefined) throw new TypeError(`${id} is not answered by lines`);
  return { kind: "lines", schema: answer.line };
}

/** Returns the items of a list that a test wrote as `{ items }`. */
function takeItems(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null || !("items" in answer)) return answer;
  return Object.keys(answer).every((key) => key === "items" || key === "next") ? answer.items : answer;
}

function responseOf(route: Route, answer: unknown, accept?: string): Response {
  const { id, status = 200 } = route;
  const { kind, schema } = accept === MEDIA_TYPES.lines ? getLinesResponse(route) : route.answer;
  if (answer instanceof Failure) return createProblemResponse(answer);
  const what = `the answer to ${id}`;
  const headers = { "content-type": MEDIA_TYPES[kind] };
  if (kind === "csv") return new Response(answer as string | Uint8Array<ArrayBuffer>, { status, headers });
  const items = route.operation === undefined ? answer : takeItems(answer);
  if (kind !== "lines") {
    if (route.operation === undefined) expectSchema(schema, answer, what);
    return Response.json(items, { status });
  }
  const lines = items as readonly unknown[];
  if (route.operation === undefined) for (const line of lines) expectSchema(schema, line, what);
  return new Response(lines.map((line) => `${JSON.stringify(line)}\n`).join(""), { status, headers });
}

/**
 * A tenant that returns the specified responses and records the requests. Requests and responses must match the
 * contract exactly. A request without a specified response, and a response that is never requested, make the test fail.
 */
export class AnsweringTenant {
  readonly requests: ReceivedRequest[] = [];
  readonly #answers: Answers;
  readonly #calls = new Map<string, number>();
  #mistake: Error | undefined;

  constructor(answers: Answers) {
    const unknown = Object.keys(answers).filter((operation) => !routesByOperation.has(operation));
    if (unknown.length > 0) throw new TypeError(`no operations of the tenant API: ${unknown.join(", ")}`);
    this.#answers = answers;
  }

  readonly transport: Transport = async (request) => {
    const response = await this.#respond(request);
    // like any other transport, it does not deliver a response that arrives after the abort
    request.signal.throwIfAborted();
    return response;
  };

  async #respond(request: Request): Promise<Response> {
    try {
      const { route, ...asked } = await parseReceivedRequest(request);
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
    if (told instanceof ResponseSequence && call >= told.answers.length) {
      throw new TypeError(`${operation} was asked ${call + 1} times`);
    }
    const answer = told instanceof ResponseSequence ? told.answers[call] : told;
    return typeof answer === "function" ? (answer as (asked: ReceivedRequest) => unknown)(asked) : answer;
  }

  /**
   * @throws the error that made the test fail, even if the command handled it; also throws if a response was never
   * requested, except facts about the tenant, which only some plans need
   */
  check(): void {
    if (this.#mistake !== undefined) throw this.#mistake;
    const isDone = ([operation, told]: [string, Answer]): boolean =>
      (this.#calls.get(operation) ?? 0) >= (told instanceof ResponseSequence ? told.answers.length : 1);
    const left = Object.entries(this.#answers).filter((entry) => entry[0] !== "tenant" && !isDone(entry));
    if (left.length > 0) throw new TypeError(`not asked for: ${left.map(([operation]) => operation).join(", ")}`);
  }
}
