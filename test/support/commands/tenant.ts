import { readFileSync } from "node:fs";
import { Failure } from "../../../src/lib/errors/index.ts";
import { buildInputSchemas } from "../../../src/lib/tenant/api/request-input.ts";
import { createProblemResponse } from "../../../src/lib/tenant/api/problem.ts";
import { BASE_HEADER, MEDIA_TYPES } from "../../../src/lib/tenant/api/wire.ts";
import { splitRoute, type AnyOperation } from "../../../src/lib/tenant/subjects/operation.ts";
import { ALL_OPERATIONS } from "../client/whole-client.ts";
import type { Transport } from "../../../src/lib/client/index.ts";

/** A request that the tenant received. Missing parts are omitted. */
export interface ReceivedRequest {
  readonly operation: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  /** decoded body, if it is a file */
  readonly file?: string;
  /** charset in the content type of the file, if it is not utf-8 */
  readonly charset?: string;
  /** the tenant's revision on which a change is based */
  readonly base?: string;
}

/**
 * A tenant's response to an operation: the body (an array for a stream of lines, a string for a CSV export), a failure,
 * or a function that returns the response to a request.
 */
export type Answer = unknown;

/** Responses by operationId. {@link inTurn} specifies one response per call. Unused responses make the test fail. */
export type Answers = Readonly<Record<string, Answer>>;

class ResponseSequence {
  readonly answers: readonly Answer[];

  constructor(answers: readonly Answer[]) {
    this.answers = answers;
  }
}

/** Returns the responses to successive calls of an operation. A further call makes the test fail. */
export const inTurn = (...answers: readonly Answer[]): Answer => new ResponseSequence(answers);

const readLines = (name: string): readonly string[] =>
  readFileSync(new URL(name, import.meta.url), "utf8")
    .trim()
    .split("\n");

const EXAMPLES = new Map(
  readLines("examples.ndjson").map((line) => {
    const { operation, answer } = JSON.parse(line) as { readonly operation: string; readonly answer: unknown };
    return [operation, answer];
  }),
);

/** The names of operations in tests, by `noun.method`. */
const TEST_NAMES = new Map(
  readLines("operation-names.txt").map((line) => {
    const [name = "", operation = ""] = line.split(" ");
    return [operation, name];
  }),
);

/** Returns a typical response to an operation, with some members replaced. */
export function example<T extends object>(operation: string, change: Partial<T> = {}): T {
  const answer = EXAMPLES.get(operation);
  if (typeof answer !== "object" || answer === null) throw new TypeError(`no example of ${operation}`);
  return { ...(answer as T), ...change };
}

interface TestRoute extends ReturnType<typeof splitRoute> {
  readonly one: AnyOperation;
  readonly name: string;
  readonly pattern: RegExp;
}

const ROUTES: readonly TestRoute[] = ALL_OPERATIONS.flatMap(([noun, operations]) =>
  Object.entries(operations).map(([name, one]) => {
    const { method, path } = splitRoute(one);
    const pattern = new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, (_, value: string) => `(?<${value}>[^/]+)`)}$`);
    return { one, method, path, pattern, name: TEST_NAMES.get(`${noun}.${name}`) ?? `${noun}.${name}` };
  }),
);

const KNOWN_NAMES = new Set(ROUTES.map(({ name }) => name));

function matchRoute(
  method: string,
  path: string,
): { readonly route: TestRoute; readonly params: Record<string, string> } {
  const route = ROUTES.find((one) => one.method === method.toLowerCase() && one.pattern.test(path));
  if (route === undefined) throw new TypeError(`the tenant API has no ${method} ${path}`);
  const pairs = Object.entries(route.pattern.exec(path)?.groups ?? {});
  return { route, params: Object.fromEntries(pairs.map(([name, value]) => [name, decodeURIComponent(value)])) };
}

async function parseReceivedRequest(request: Request): Promise<ReceivedRequest & { readonly route: TestRoute }> {
  const { pathname, searchParams } = new URL(request.url);
  const { route, params } = matchRoute(request.method, pathname);
  const query = Object.fromEntries(searchParams);
  const [type = "", charset = "utf-8"] = (request.headers.get("content-type") ?? "").split("; charset=");
  const bytes = await request.bytes();
  const base = request.headers.get(BASE_HEADER);
  return {
    route,
    operation: route.name,
    ...(Object.keys(params).length === 0 ? {} : { params }),
    ...(Object.keys(query).length === 0 ? {} : { query }),
    ...(type === "application/json" ? { json: JSON.parse(Buffer.from(bytes).toString("utf8")) as unknown } : {}),
    ...(type === "text/csv" ? { file: new TextDecoder(charset).decode(bytes) } : {}),
    ...(charset === "utf-8" ? {} : { charset }),
    ...(base === null ? {} : { base }),
  };
}

/** @throws if the request is not valid */
async function checkRequest({ route, query, json }: ReceivedRequest & { readonly route: TestRoute }): Promise<void> {
  const schemas = await buildInputSchemas(route.one);
  schemas.query.parse(query ?? {});
  schemas.body?.parse(json);
}

/** Returns the items of a list that a test specified as `{ items }`. */
function unwrapItems(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null || !("items" in answer)) return answer;
  return Object.keys(answer).every((key) => key === "items" || key === "next") ? answer.items : answer;
}

function responseOf({ one: { result: kind = "json" } }: TestRoute, answer: unknown): Response {
  if (answer instanceof Failure) return createProblemResponse(answer);
  const headers = { "content-type": MEDIA_TYPES[kind] };
  if (kind === "csv") return new Response(answer as string | Uint8Array<ArrayBuffer>, { headers });
  const items = unwrapItems(answer);
  if (kind === "json") return Response.json(items ?? null);
  return new Response((items as readonly unknown[]).map((line) => `${JSON.stringify(line)}\n`).join(""), { headers });
}

/** Responses that no test needs to specify, because they are only asked beside others. */
const DEFAULTS: Answers = {
  tenantRevision: { revision: 7 },
  "layouts.list": [],
  "jobs.list": [],
  "jobs.add": {},
  claimNotice: example("claimNotice"),
  settleNotice: example("settleNotice"),
  devices: { items: [], next: null },
};

/**
 * A tenant that returns the specified responses and records the requests. Requests and responses must match the
 * contract exactly. A request without a specified response, and an unused response, make the test fail.
 */
export class AnsweringTenant {
  readonly requests: ReceivedRequest[] = [];
  readonly #answers: Answers;
  readonly #calls = new Map<string, number>();
  #mistake: Error | undefined;

  constructor(answers: Answers) {
    const unknown = Object.keys(answers).filter((operation) => !KNOWN_NAMES.has(operation));
    if (unknown.length > 0) throw new TypeError(`no operations of the tenant API: ${unknown.join(", ")}`);
    this.#answers = answers;
  }

  readonly transport: Transport = async (request) => {
    const response = await this.#respond(request);
    // like other transports, this does not deliver a response after the abort
    request.signal.throwIfAborted();
    return response;
  };

  async #respond(request: Request): Promise<Response> {
    try {
      const { route, ...asked } = await parseReceivedRequest(request);
      const { operation } = asked;
      if (operation in DEFAULTS && !(operation in this.#answers)) return responseOf(route, DEFAULTS[operation]);
      this.requests.push(asked);
      await checkRequest({ ...asked, route });
      return responseOf(route, this.#answer(asked));
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
   * @throws the error that made the test fail, even if the command handled the error; also throws for unused responses,
   * except for facts that only some plans need
   */
  check(): void {
    if (this.#mistake !== undefined) throw this.#mistake;
    const isDone = ([operation, told]: [string, Answer]): boolean =>
      (this.#calls.get(operation) ?? 0) >= (told instanceof ResponseSequence ? told.answers.length : 1);
    const left = Object.entries(this.#answers).filter((entry) => entry[0] !== "tenant" && !isDone(entry));
    if (left.length > 0) throw new TypeError(`not asked for: ${left.map(([operation]) => operation).join(", ")}`);
  }
}

interface Written<R> {
  readonly before: R | null;
  readonly after: R;
  readonly consoleTask: number | null;
  readonly dryRun: boolean;
}

/** Returns the tenant's response to a change of a record. */
export const toWritten = <R>(before: R | null, after: R, change: Partial<Written<R>> = {}): Written<R> => ({
  before,
  after,
  consoleTask: null,
  dryRun: false,
  ...change,
});
