import { setImmediate as nextTurn } from "node:timers/promises";
import type { z } from "zod";
import {
  AUDIT_HEADER,
  CHANGE_HEADER,
  CHANGE_NUMBERS,
  changesTenant,
  LAST_PART,
  MEDIA_TYPES,
  NO_AUDIT_RECORD,
  XLSX_TYPE,
  type ResponseKind,
  type Route,
  type Routes,
} from "../contract/route.ts";
import { Failure } from "../errors/index.ts";
import { same, text, type Text } from "../text/index.ts";
import {
  checkMediaType,
  createContractFailure,
  createTruncationFailure,
  createResponseFailure,
  parseLine,
  readJson,
  readLines,
} from "./answer.ts";
import type { ReceivedPart } from "../contract/multipart.ts";
import type { AskedCall } from "./methods.ts";
import type { Transport } from "./transport.ts";

interface Performed {
  readonly given: unknown;
  /** numbers of the changes that were made */
  readonly changes: readonly number[];
}

const LINE_FEED = 0x0a;

/** Validates a response, or a line of a response, against its schema; `data` of the result is the value to use. */
export type SchemaCheck = (schema: z.ZodType, value: unknown) => z.ZodSafeParseResult<unknown>;

/** Accepts every value. Used for a tenant in the same process, whose responses come from our own code. */
export const skipSchemaCheck: SchemaCheck = (_, data) => ({ success: true, data });

/** How to reach a tenant. */
export interface Connection {
  readonly transport: Transport;
  /** performs an operation of a tenant in this process; without it, operations are sent through `transport` */
  readonly perform?: ((asked: AskedCall) => Promise<Performed>) | undefined;
  /** base address of the routes; any address works if the tenant is in the same process */
  readonly base?: URL | undefined;
  /** name of the tenant's context, for messages */
  readonly context?: string | undefined;
  /** default: zod's check, which removes members that are not in the contract */
  readonly check?: SchemaCheck | undefined;
  /** aborts long lists and exports, with its reason, but not short requests and changes, so that cleaning up works */
  readonly signal?: AbortSignal | undefined;
  /** called before a request that changes the tenant is sent; if it throws, the request is not sent */
  readonly beforeChange?: ((route: Pick<Route, "method">) => Promise<void>) | undefined;
  /** called if an export was not recorded in the audit log, because its tenant is read-only */
  readonly unaudited?: (() => Promise<void>) | undefined;
  /** returns a unique value for an Idempotency-Key; undefined if requests are never repeated, as in the same process */
  readonly newKey?: (() => string) | undefined;
  readonly changed?: ((numbers: readonly number[]) => void) | undefined;
  /** the file or the environment variable with the access token, for messages */
  readonly credentialSource?: string | undefined;
}

/** The bytes of an input file and their charset; the charset of a workbook is `xlsx`. */
export interface Upload {
  readonly stream: ReadableStream<Uint8Array>;
  readonly encoding: string;
}

/** Files that are sent together, in the form in which an export returns them. */
export interface MultipartUpload {
  readonly stream: ReadableStream<Uint8Array>;
  /** a text that does not occur in any of the files */
  readonly boundary: string;
}

/** The objects of a streamed list, in order; or in batches as they arrive, for lists of up to a million objects. */
export interface StreamedLines<T> extends AsyncIterable<T> {
  readonly batches: () => AsyncGenerator<readonly T[]>;
  /** yields bytes to pass on, like `ndjson` of {@link PagedList} */
  readonly ndjson: () => AsyncGenerator<Uint8Array>;
}

/** A long list's records, page by page; or NDJSON, one object per line, with a member for each column. */
export interface PagedList<T> extends AsyncIterable<T> {
  /**
   * Yields bytes to pass on. Checks only the content type and that the list is complete: the reader parses the lines
   * anyway, and faster than objects could be created here.
   */
  readonly ndjson: () => AsyncGenerator<Uint8Array>;
}

/** The files of one response, in order. Each file must be read before the next one is requested. */
export interface StreamedParts<T> extends AsyncIterable<ReceivedPart> {
  /** Returns the last part's content, which is not yielded as a file.  @throws TypeError if parts are unread */
  readonly end: () => T;
}

/** Results of a call by the kind of response. Pages, lists, lines, CSV and parts are fetched while they are read. */
export interface CallResults<S extends z.ZodType> extends Record<ResponseKind, unknown> {
  readonly json: Promise<z.output<S>>;
  readonly tagged: Promise<z.output<S>>;
  readonly items: Promise<ItemsOf<S>>;
  /** all records of the list, fetched page by page */
  readonly page: AsyncGenerator<ItemsOf<S>[number]>;
  readonly list: PagedList<ItemsOf<S>[number]>;
  readonly lines: StreamedLines<z.output<S>>;
  readonly csv: Promise<ReadableStream<Uint8Array>>;
  readonly parts: StreamedParts<z.output<S>>;
}

type ItemsOf<S extends z.ZodType> =
  z.output<S> extends { readonly items: infer T extends readonly unknown[] } ? T : never;

interface CallInput {
  readonly path: string;
  readonly query: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | ReadableStream<Uint8Array> | null;
  readonly signal: AbortSignal | null;
  /** true if the request may change the tenant; a dry run does not */
  readonly changes: boolean;
}

const LONG_RESPONSE_KINDS: readonly ResponseKind[] = ["page", "list", "lines", "csv", "parts"];

/** Returns a route's path with its parameters.  @param subject value of the only parameter, or several by name */
const buildPath = ({ path }: Route, subject: unknown): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = typeof subject === "object" ? (subject as Readonly<Record<string, unknown>>)[name] : subject;
    return encodeURIComponent(String(value));
  });

/**
 * Converts the arguments of a call to the parts of its request.
 * @param given the arguments that the route takes, in this order: path parameters or plan; body or file; query; signal
 * @param ending the signal of the connection
 */
const buildCallInput = (route: Route, given: readonly unknown[], ending: AbortSignal | undefined): CallInput => {
  const hasSubject = route.params !== undefined || route.ifMatch === true;
  const [subject, ...others] = hasSubject ? given : [undefined, ...given];
  const { id, etag } = route.ifMatch === true ? (subject as { id: string; etag: string | null }) : { id: subject };
  const isFile = route.file === true || route.takesParts === true;
  const isGiven = (route.query ?? route.body) !== undefined || isFile;
  const usual = LONG_RESPONSE_KINDS.includes(route.answer.kind) ? ending : undefined;
  const [sent, ...more] = isGiven ? others : [undefined, ...others];
  const isBoth = isFile && route.query !== undefined;
  const [asked, signal = usual ?? null] = isBoth ? more : [sent, ...more];
  const { stream } = isFile ? (sent as Upload | MultipartUpload) : {};
  const type = isFile ? contentTypeOf(sent as Upload | MultipartUpload) : "application/json";
  const body = stream ?? (route.body === undefined ? null : JSON.stringify(sent));
  return {
    path: buildPath(route, id),
    query: route.query === undefined ? {} : ((asked ?? {}) as CallInput["query"]),
    headers: {
      ...(route.ifMatch === true ? { "if-match": `"${etag ?? ""}"` } : {}),
      ...(body === null ? {} : { "content-type": type }),
    },
    body,
    signal: signal as AbortSignal | null,
    changes: changesTenant(route) && !(route.body !== undefined && (sent as DryRunBody | undefined)?.dryRun === true),
  };
};

const contentTypeOf = (sent: Upload | MultipartUpload): string => {
  if ("boundary" in sent) return `${MEDIA_TYPES.parts}; boundary="${sent.boundary}"`;
  return sent.encoding === "xlsx" ? XLSX_TYPE : `text/csv; charset=${sent.encoding}`;
};

interface DryRunBody {
  readonly dryRun?: unknown;
}

interface RouteCall {
  readonly connection: Connection;
  readonly route: Route;
  readonly input: CallInput;
}

/** Sends a call and returns the response. @throws Failure with the code of the tenant's problem object */
async function sendCall(
  { connection, route, input }: RouteCall,
  { cursor, accept }: { readonly cursor?: string | undefined; readonly accept?: string } = {},
): Promise<Response> {
  const { path, query, headers, body, signal, changes } = input;
  const url = buildUrl(connection, path);
  const parameters: CallInput["query"] = { ...query, cursor };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const key = route.isRepeatable === true ? connection.newKey?.() : undefined;
  const init: RequestInit & { duplex?: "half" } = {
    method: route.method.toUpperCase(),
    headers: {
      ...headers,
      ...(accept === undefined ? {} : { accept }),
      ...(key === undefined ? {} : { "idempotency-key": key }),
    },
    body,
    signal,
  };
  if (route.file === true || route.takesParts === true) init.duplex = "half";
  // without a check, the request is sent in the same turn, before a tenant that is closing rejects it
  if (changes && connection.beforeChange !== undefined) await connection.beforeChange(route);
  const response = await connection.transport(new Request(url, init));
  if (!response.ok) throw await createCallFailure(connection, route, response);
  checkMediaType(route, response, accept ?? MEDIA_TYPES[route.answer.kind]);
  await passOnHeaders(connection, response);
  return response;
}

export const buildUrl = ({ base = new URL("http://tenant.invalid") }: Connection, path: string): URL =>
  new URL(base.pathname.replace(/\/$/, "") + path, base);

const passOnHeaders = async (connection: Connection, response: Response): Promise<void> => {
  if (response.headers.get(AUDIT_HEADER) === NO_AUDIT_RECORD) await connection.unaudited?.();
  const numbers = response.headers.get(CHANGE_HEADER) ?? "";
  if (CHANGE_NUMBERS.test(numbers)) connection.changed?.(numbers.split(", ").map(Number));
};

export const createCallFailure = async (
  { credentialSource: where, base, context }: Connection,
  { method, path }: Pick<Route, "method" | "path">,
  response: Response,
): Promise<Failure> => {
  const failure = await createResponseFailure({ method, path, base, context }, response);
  if (failure.code !== "not-signed-in") return failure;
  const { line, step } = await import("../advice/index.ts");
  const usual =
    where === undefined
      ? step("to sign in", "サインインするには", line("login", []))
      : step(
          "to create another token, after signing in with login",
          "login でサインインして、別のトークンを作るには",
          line("access-tokens create", ["NAME"]),
        );
  return failure.with({ hint: failure.hint ?? usual, ...(where !== undefined && { where }) });
};

/** A request of the tenant API as a person composes it. */
export interface PlainRequest {
  readonly method: Route["method"];
  /** a path such as `/v1/orgs?limit=1`, or the complete address */
  readonly path: string;
  /** JSON */
  readonly body?: string | undefined;
}

/** The response to a {@link PlainRequest}, whatever its status. */
export interface PlainResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: ReadableStream<Uint8Array> | null;
  /** the failure that an error response describes; its body is then read */
  readonly failure?: Failure | undefined;
}

/**
 * Sends a request that a person composed. Any other method than GET counts as a change.
 *
 * @throws Failure `usage` if the address is not below the tenant's address, `unavailable`, and as `beforeChange`
 */
export const sendRequest = async (
  connection: Connection,
  { method, path, body }: PlainRequest,
): Promise<PlainResponse> => {
  const url = /^[a-z][a-z\d+.-]*:/i.test(path) ? URL.parse(path) : buildUrl(connection, path.replace(/^(?!\/)/, "/"));
  const { origin, pathname } = buildUrl(connection, "/");
  if (url === null || url.origin !== origin || !url.pathname.startsWith(pathname))
    throw createOtherAddressFailure(path);
  if (method !== "get") await connection.beforeChange?.({ method });
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  const signal = connection.signal ?? null;
  const init = { method: method.toUpperCase(), headers, body: body ?? null, signal };
  const response = await connection.transport(new Request(url, init));
  const { status, body: content } = response;
  const received = { status, headers: [...response.headers] };
  if (!response.ok) {
    const failure = await createCallFailure(
      connection,
      { method, path: url.pathname.slice(pathname.length - 1) },
      response,
    );
    return { ...received, body: null, failure };
  }
  await passOnHeaders(connection, response);
  return { ...received, body: content };
};

const createOtherAddressFailure = (path: string): Failure =>
  new Failure("usage", {
    what: text(
      "the address is not an address of this tenant, and credentials are sent nowhere else",
      "このテナントのアドレスではありません。サインイン情報をほかのサーバーに送ることはありません",
    ),
    where: path,
    hint: text("for example: /v1/orgs", "例: /v1/orgs"),
  });

const checkWithZod: SchemaCheck = (schema, value) => schema.safeParse(value);

/** Validates a value against a route's response schema.  @throws Failure `unavailable` if the value is invalid */
function validateValue({ connection: { check = checkWithZod }, route }: RouteCall, value: unknown): unknown {
  const result = check(route.answer.schema, value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw createContractFailure(route, same(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`));
}

const fetchJson = async (call: RouteCall, cursor?: string): Promise<unknown> =>
  validateValue(call, await readJson(call.route, await sendCall(call, { cursor })));

const fetchItems = async (call: RouteCall): Promise<unknown> =>
  ((await fetchJson(call)) as { readonly items: unknown }).items;

/**
 * Lets pending signals arrive, and throws if the call is aborted. Called after each part of a list: within one process,
 * a signal would otherwise wait until the whole list is shown.
 */
const yieldToSignals = async ({ input: { signal } }: RouteCall): Promise<void> => {
  await nextTurn();
  signal?.throwIfAborted();
};

async function* iteratePages(call: RouteCall): AsyncGenerator<unknown> {
  let cursor: string | undefined;
  do {
    const page = (await fetchJson(call, cursor)) as { readonly items: unknown[]; readonly next: string | null };
    await yieldToSignals(call);
    // yield* would await each item three times
    for (const item of page.items) yield item;
    if (page.next !== null && page.next === cursor) {
      throw new Failure("unavailable", {
        what: text("the tenant returned the same page twice", "テナントが同じページを 2 回返しました"),
      });
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

/** Yields the objects of a streamed list in batches. If a line fails, the objects before it are yielded first. */
async function* iterateBatches(call: RouteCall): AsyncGenerator<readonly unknown[]> {
  const { body } = await sendCall(call);
  if (body === null) return;
  for await (const lines of readLines(call.route, body)) {
    await yieldToSignals(call);
    const batch: unknown[] = [];
    try {
      for (const line of lines) batch.push(validateValue(call, parseLine(call.route, line)));
    } catch (error) {
      yield batch;
      throw error;
    }
    yield batch;
  }
}

const openStreamedLines = (call: RouteCall): StreamedLines<unknown> => ({
  batches: () => iterateBatches(call),
  ndjson: () => iterateNdjson(call),
  async *[Symbol.asyncIterator]() {
    for await (const batch of iterateBatches(call)) {
      for (const line of batch) yield line;
    }
  },
});

/** Yields an NDJSON response.  @param asked media type to request, if the route also supports another format */
async function* iterateNdjson(call: RouteCall, asked: { readonly accept?: string } = {}): AsyncGenerator<Uint8Array> {
  const { body } = await sendCall(call, asked);
  let last: number | undefined;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    await yieldToSignals(call);
    yield chunk;
    last = chunk.at(-1) ?? last;
  }
  if (last !== undefined && last !== LINE_FEED) throw createTruncationFailure(call.route);
}

const openPagedList = (call: RouteCall): PagedList<unknown> => ({
  ndjson: () => iterateNdjson(call, { accept: MEDIA_TYPES.lines }),
  [Symbol.asyncIterator]: () => iteratePages(call),
});

const fetchByteStream = async (call: RouteCall): Promise<ReadableStream<Uint8Array>> =>
  (await sendCall(call)).body ?? new Blob([]).stream();

async function* iterateChunks(call: RouteCall, body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    await yieldToSignals(call);
    yield chunk;
  }
}

const openStreamedParts = (call: RouteCall): StreamedParts<unknown> => {
  let end: { readonly value: unknown } | undefined;
  return {
    end: () => {
      if (end === undefined) throw new TypeError("the parts were not all read");
      return end.value;
    },
    async *[Symbol.asyncIterator]() {
      const [response, { parseBoundary, readParts }] = await Promise.all([
        sendCall(call),
        import("../contract/multipart.ts"),
      ]);
      const violation = (reason: Text) => createContractFailure(call.route, reason);
      const boundary = parseBoundary(response.headers.get("content-type") ?? "");
      if (boundary === undefined)
        throw violation(
          text("the content type has no multipart boundary", "Content-Type にパートの区切り(boundary)がありません"),
        );
      for await (const part of readParts(iterateChunks(call, response.body), boundary, violation)) {
        if (end !== undefined) throw createTruncationFailure(call.route);
        if (part.name !== LAST_PART) {
          yield part;
          continue;
        }
        const last = new Response(ReadableStream.from(part.content as AsyncIterable<Uint8Array<ArrayBuffer>>));
        end = { value: validateValue(call, await readJson(call.route, last)) };
      }
      if (end === undefined) throw createTruncationFailure(call.route);
    },
  };
};

const RESPONSE_READERS: Readonly<Record<ResponseKind, (call: RouteCall) => unknown>> = {
  json: (call) => fetchJson(call),
  tagged: (call) => fetchJson(call),
  items: fetchItems,
  page: iteratePages,
  list: openPagedList,
  lines: openStreamedLines,
  csv: fetchByteStream,
  parts: openStreamedParts,
};

/**
 * Builds the methods of a noun, named like its routes. Each method makes one request, or one request for each page of a
 * list.
 *
 * @throws Failure with the code of the tenant's problem object, `unavailable` if a response breaks the contract
 */
export const buildMethods = (connection: Connection, routes: Routes) =>
  Object.fromEntries(
    Object.entries(routes).map(([name, route]) => [
      name,
      (...given: readonly unknown[]) =>
        RESPONSE_READERS[route.answer.kind]({
          connection,
          route,
          input: buildCallInput(route, given, connection.signal),
        }),
    ]),
  );
