import { setImmediate as nextTurn } from "node:timers/promises";
import type { z } from "zod";
import {
  AUDIT_HEADER,
  CHANGE_HEADER,
  CHANGES,
  changesTenant,
  LAST_PART,
  MEDIA_TYPES,
  UNAUDITED,
  XLSX_TYPE,
  type AnswerKind,
  type Route,
  type Routes,
} from "../contract/route.ts";
import { Failure } from "../errors/index.ts";
import { same, text, type Text } from "../text/index.ts";
import { checkMediaType, contractViolation, cutOff, failureOf, parseLine, readJson, readLines } from "./answer.ts";
import type { ReceivedPart } from "../contract/multipart.ts";
import type { Transport } from "./transport.ts";

const LINE_FEED = 0x0a;

/** Holds an answer, or a line of it, to its schema; `data` is what is used of it. */
export type SchemaCheck = (schema: z.ZodType, value: unknown) => z.ZodSafeParseResult<unknown>;

/** For a tenant in the same process: its answers are our own. */
export const unchecked: SchemaCheck = (_, data) => ({ success: true, data });

/** How to reach a tenant. */
export interface Connection {
  readonly transport: Transport;
  /** the base address of the routes; in process, any address will do */
  readonly base?: URL | undefined;
  /** by default zod's, which leaves out what the contract does not know */
  readonly check?: SchemaCheck | undefined;
  /** ends long lists and exports, with its reason; not what is short, nor changes: who was interrupted may clear up */
  readonly signal?: AbortSignal | undefined;
  /** called before a request that changes the tenant is sent; what it throws keeps it from being sent */
  readonly beforeChange?: ((route: Route) => Promise<void>) | undefined;
  /** called where an export left no record in the audit, as its tenant is read-only */
  readonly unaudited?: (() => Promise<void>) | undefined;
  /** called with the numbers of the changes that an answer is of */
  readonly changed?: ((numbers: readonly number[]) => void) | undefined;
}

/** The bytes of an input file and their charset; `xlsx`: a workbook. */
export interface Upload {
  readonly stream: ReadableStream<Uint8Array>;
  readonly encoding: string;
}

/** Files that are sent together, as an export answers them. */
export interface SentParts {
  readonly stream: ReadableStream<Uint8Array>;
  /** a text that is in none of them */
  readonly boundary: string;
}

/** The objects of a streamed list, in order; or in batches as they arrive, where there may be a million. */
export interface Lines<T> extends AsyncIterable<T> {
  readonly batches: () => AsyncGenerator<readonly T[]>;
  /** bytes to pass on, as of a {@link List} */
  readonly ndjson: () => AsyncGenerator<Uint8Array>;
}

/** The records of a long list, page after page; or as NDJSON, an object a line with a member for each column of the list. */
export interface List<T> extends AsyncIterable<T> {
  /**
   * Bytes to pass on. Only the content type and the end are checked: who reads the lines parses them anyway, and faster
   * than objects could be made of them here.
   */
  readonly ndjson: () => AsyncGenerator<Uint8Array>;
}

/** Files of one answer, in order; each is read before the next one is asked for. */
export interface Parts<T> extends AsyncIterable<ReceivedPart> {
  /** What the last one says, which is not among them. @throws TypeError before all were read */
  readonly end: () => T;
}

/** What a call gives, by the kind of its route's answer. Everything but one object is fetched as it is read. */
export interface Results<S extends z.ZodType> extends Record<AnswerKind, unknown> {
  readonly json: Promise<z.output<S>>;
  readonly tagged: Promise<z.output<S>>;
  readonly items: Promise<ItemsOf<S>>;
  /** the whole list, page after page */
  readonly page: AsyncGenerator<ItemsOf<S>[number]>;
  readonly list: List<ItemsOf<S>[number]>;
  readonly lines: Lines<z.output<S>>;
  readonly csv: Promise<ReadableStream<Uint8Array>>;
  readonly parts: Parts<z.output<S>>;
}

type ItemsOf<S extends z.ZodType> =
  z.output<S> extends { readonly items: infer T extends readonly unknown[] } ? T : never;

/** What one call sends, by the parts of its request. */
interface Input {
  readonly path: string;
  readonly query: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | ReadableStream<Uint8Array> | null;
  readonly signal: AbortSignal | null;
  /** it may change the tenant: what is only tried does not */
  readonly changes: boolean;
}

const LONG: readonly AnswerKind[] = ["page", "list", "lines", "csv", "parts"];

/** @param subject the parameter of a path; several by their names */
const pathOf = ({ path }: Route, subject: unknown): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = typeof subject === "object" ? (subject as Readonly<Record<string, unknown>>)[name] : subject;
    return encodeURIComponent(String(value));
  });

/**
 * @param given what the route has of these, in this order: path parameters or plan; body or file; query; then a signal
 * @param ending the signal of the connection
 */
const inputOf = (route: Route, given: readonly unknown[], ending: AbortSignal | undefined): Input => {
  const hasSubject = route.params !== undefined || route.ifMatch === true;
  const [subject, ...others] = hasSubject ? given : [undefined, ...given];
  const { id, etag } = route.ifMatch === true ? (subject as { id: string; etag: string | null }) : { id: subject };
  const isFile = route.file === true || route.takesParts === true;
  const isGiven = (route.query ?? route.body) !== undefined || isFile;
  const usual = LONG.includes(route.answer.kind) ? ending : undefined;
  const [sent, ...more] = isGiven ? others : [undefined, ...others];
  const isBoth = isFile && route.query !== undefined;
  const [asked, signal = usual ?? null] = isBoth ? more : [sent, ...more];
  const { stream } = isFile ? (sent as Upload | SentParts) : {};
  const type = isFile ? fileTypeOf(sent as Upload | SentParts) : "application/json";
  const body = stream ?? (route.body === undefined ? null : JSON.stringify(sent));
  return {
    path: pathOf(route, id),
    query: route.query === undefined ? {} : ((asked ?? {}) as Input["query"]),
    headers: {
      ...(route.ifMatch === true ? { "if-match": `"${etag ?? ""}"` } : {}),
      ...(body === null ? {} : { "content-type": type }),
    },
    body,
    signal: signal as AbortSignal | null,
    changes: changesTenant(route) && !(route.body !== undefined && (sent as Rehearsable | undefined)?.dryRun === true),
  };
};

const fileTypeOf = (sent: Upload | SentParts): string => {
  if ("boundary" in sent) return `${MEDIA_TYPES.parts}; boundary="${sent.boundary}"`;
  return sent.encoding === "xlsx" ? XLSX_TYPE : `text/csv; charset=${sent.encoding}`;
};

interface Rehearsable {
  readonly dryRun?: unknown;
}

/** A call of a route, ready to be sent. */
interface RouteCall {
  readonly connection: Connection;
  readonly route: Route;
  readonly input: Input;
}

/** @throws Failure with the code of the tenant's problem object */
async function send(
  { connection, route, input }: RouteCall,
  { cursor, accept }: { readonly cursor?: string | undefined; readonly accept?: string } = {},
): Promise<Response> {
  const { transport, base = new URL("http://tenant.invalid") } = connection;
  const { path, query, headers, body, signal, changes } = input;
  // a tenant's base address may have a path
  const url = new URL(base.pathname.replace(/\/$/, "") + path, base);
  const parameters: Input["query"] = { ...query, cursor };
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const init: RequestInit & { duplex?: "half" } = {
    method: route.method.toUpperCase(),
    headers: accept === undefined ? headers : { ...headers, accept },
    body,
    signal,
  };
  if (route.file === true || route.takesParts === true) init.duplex = "half";
  if (changes && connection.beforeChange !== undefined) await connection.beforeChange(route);
  const response = await transport(new Request(url, init));
  if (!response.ok) throw await failureOf(route, response);
  checkMediaType(route, response, accept);
  if (response.headers.get(AUDIT_HEADER) === UNAUDITED) await connection.unaudited?.();
  const numbers = response.headers.get(CHANGE_HEADER) ?? "";
  if (CHANGES.test(numbers)) connection.changed?.(numbers.split(", ").map(Number));
  return response;
}

const byZod: SchemaCheck = (schema, value) => schema.safeParse(value);

/** @throws Failure `unavailable` when it does not follow the contract */
function checked({ connection: { check = byZod }, route }: RouteCall, value: unknown): unknown {
  const result = check(route.answer.schema, value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw contractViolation(route, same(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`));
}

const json = async (call: RouteCall, cursor?: string): Promise<unknown> =>
  checked(call, await readJson(call.route, await send(call, { cursor })));

const items = async (call: RouteCall): Promise<unknown> => ((await json(call)) as { readonly items: unknown }).items;

/** After each part of a list: in one process, signals would wait until all of it is shown. */
const heard = async ({ input: { signal } }: RouteCall): Promise<void> => {
  await nextTurn();
  signal?.throwIfAborted();
};

async function* pages(call: RouteCall): AsyncGenerator<unknown> {
  let cursor: string | undefined;
  do {
    const page = (await json(call, cursor)) as { readonly items: unknown[]; readonly next: string | null };
    await heard(call);
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

/** A failure comes after the objects before it. */
async function* batches(call: RouteCall): AsyncGenerator<readonly unknown[]> {
  const { body } = await send(call);
  if (body === null) return;
  for await (const lines of readLines(call.route, body)) {
    await heard(call);
    const batch: unknown[] = [];
    try {
      for (const line of lines) batch.push(checked(call, parseLine(call.route, line)));
    } catch (error) {
      yield batch;
      throw error;
    }
    yield batch;
  }
}

const lines = (call: RouteCall): Lines<unknown> => ({
  batches: () => batches(call),
  ndjson: () => ndjson(call),
  async *[Symbol.asyncIterator]() {
    for await (const batch of batches(call)) {
      for (const line of batch) yield line;
    }
  },
});

/** @param asked by what its route is made to answer with lines, if it may answer otherwise */
async function* ndjson(call: RouteCall, asked: { readonly accept?: string } = {}): AsyncGenerator<Uint8Array> {
  const { body } = await send(call, asked);
  let last: number | undefined;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    await heard(call);
    yield chunk;
    last = chunk.at(-1) ?? last;
  }
  if (last !== undefined && last !== LINE_FEED) throw cutOff(call.route);
}

const list = (call: RouteCall): List<unknown> => ({
  ndjson: () => ndjson(call, { accept: MEDIA_TYPES.lines }),
  [Symbol.asyncIterator]: () => pages(call),
});

const bytes = async (call: RouteCall): Promise<ReadableStream<Uint8Array>> =>
  (await send(call)).body ?? new Blob([]).stream();

/** Chunks of a body, until a signal comes. */
async function* heardChunks(call: RouteCall, body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    await heard(call);
    yield chunk;
  }
}

const parts = (call: RouteCall): Parts<unknown> => {
  let end: { readonly value: unknown } | undefined;
  return {
    end: () => {
      if (end === undefined) throw new TypeError("the parts were not all read");
      return end.value;
    },
    async *[Symbol.asyncIterator]() {
      const [response, { boundaryOf, readParts }] = await Promise.all([send(call), import("../contract/multipart.ts")]);
      const violation = (reason: Text) => contractViolation(call.route, reason);
      const boundary = boundaryOf(response.headers.get("content-type") ?? "");
      if (boundary === undefined) throw violation(text("no boundary of parts", "パートの区切りがありません"));
      for await (const part of readParts(heardChunks(call, response.body), boundary, violation)) {
        if (end !== undefined) throw cutOff(call.route);
        if (part.name !== LAST_PART) {
          yield part;
          continue;
        }
        const last = new Response(ReadableStream.from(part.content as AsyncIterable<Uint8Array<ArrayBuffer>>));
        end = { value: checked(call, await readJson(call.route, last)) };
      }
      if (end === undefined) throw cutOff(call.route);
    },
  };
};

/** How an answer is read, by its kind. */
const READERS: Readonly<Record<AnswerKind, (call: RouteCall) => unknown>> = {
  json: (call) => json(call),
  tagged: (call) => json(call),
  items,
  page: pages,
  list,
  lines,
  csv: bytes,
  parts,
};

/**
 * The methods of a noun, by the names of its routes. Each makes one request, or one for each page of a list.
 *
 * @throws Failure with the code of the tenant's problem object, `unavailable` when an answer breaks the contract
 */
export const methodsOf = (connection: Connection, routes: Routes) =>
  Object.fromEntries(
    Object.entries(routes).map(([name, route]) => [
      name,
      (...given: readonly unknown[]) =>
        READERS[route.answer.kind]({ connection, route, input: inputOf(route, given, connection.signal) }),
    ]),
  );
