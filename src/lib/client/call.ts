import type { RouteConfig } from "@hono/zod-openapi";
import type { z, ZodType } from "zod";
import { same } from "../text/index.ts";
import { checkMediaType, cutOff, failureOf, contractViolation, parseLine, readJson, readLines } from "./answer.ts";
import type { LineShape } from "./line-shapes.ts";
import type { Transport } from "./transport.ts";

const LINE_FEED = 0x0a;

/** The input of a call, by the parts of a request. */
export interface CallInput {
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly json?: unknown;
  /** bytes to send unchanged */
  readonly body?: { readonly stream: ReadableStream<Uint8Array>; readonly type: string } | undefined;
  readonly ifMatch?: string | undefined;
  /** the content type wanted of those that the route answers */
  readonly accept?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The JSON body of a route's answer, by its schema. */
export type Answer<R extends RouteConfig> = {
  [S in keyof R["responses"]]: R["responses"][S] extends { content: { "application/json": { schema: infer T } } }
    ? T extends ZodType
      ? z.infer<T>
      : never
    : never;
}[keyof R["responses"] & (200 | 201)];

const address = (base: URL, route: RouteConfig, { params = {}, query = {} }: CallInput): URL => {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  // a tenant's base address may have a path
  const url = new URL(base.pathname.replace(/\/$/, "") + path, base);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  return url;
};

/** Calls routes of the tenant API over one transport and turns its problem objects back into failures. */
export class Caller {
  readonly #transport: Transport;
  readonly #base: URL;

  constructor(transport: Transport, base: URL) {
    this.#transport = transport;
    this.#base = base;
  }

  /** @throws Failure with the code of the tenant's problem object, `unavailable` when an answer breaks the contract */
  async send(route: RouteConfig, input: CallInput = {}): Promise<Response> {
    const headers = new Headers();
    if (input.ifMatch !== undefined) headers.set("if-match", `"${input.ifMatch}"`);
    if (input.accept !== undefined) headers.set("accept", input.accept);
    if (input.json !== undefined) headers.set("content-type", "application/json");
    if (input.body !== undefined) headers.set("content-type", input.body.type);
    const body = input.json === undefined ? (input.body?.stream ?? null) : JSON.stringify(input.json);
    const init: RequestInit & { duplex?: "half" } = {
      method: route.method.toUpperCase(),
      headers,
      body,
      signal: input.signal ?? null,
    };
    if (input.body !== undefined) init.duplex = "half";
    const response = await this.#transport(new Request(address(this.#base, route, input), init));
    if (!response.ok) throw await failureOf(route, response);
    checkMediaType(route, response, input.accept);
    return response;
  }

  /** @throws Failure `unavailable` when the answer does not have the contract's shape */
  async json<R extends RouteConfig>(route: R, input: CallInput = {}): Promise<Answer<R>> {
    const response = await this.send(route, input);
    return follow(route, schemaOf(route), await readJson(route, response)) as Answer<R>;
  }

  /** The lines of a streamed list as bytes to pass on, not validated. @throws Failure `unavailable` when the last one is cut off */
  async *lines(route: RouteConfig, input: CallInput = {}): AsyncGenerator<Uint8Array> {
    const { body } = await this.send(route, { ...input, accept: "application/x-ndjson" });
    let last: number | undefined;
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
      yield chunk;
      last = chunk.at(-1) ?? last;
    }
    if (last !== undefined && last !== LINE_FEED) throw cutOff(route);
  }

  /**
   * The objects of a streamed list, in order, in batches as they arrive.
   *
   * @throws Failure as {@link json}, after the objects before it
   */
  async *batches<T>(route: RouteConfig, shape: LineShape<T>, input: CallInput = {}): AsyncGenerator<readonly T[]> {
    const { body } = await this.send(route, input);
    if (body === null) return;
    for await (const lines of readLines(route, body)) {
      const batch: T[] = [];
      try {
        for (const line of lines) batch.push(itemOf(route, shape, line));
      } catch (error) {
        yield batch;
        throw error;
      }
      yield batch;
    }
  }
}

const itemOf = <T>(route: RouteConfig, { schema, isUsual }: LineShape<T>, line: string): T => {
  const value = parseLine(route, line);
  return isUsual(value) ? value : follow(route, schema, value);
};

const follow = <T>(route: RouteConfig, schema: ZodType<T>, value: unknown): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw contractViolation(route, same(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`));
};

const schemaOf = (route: RouteConfig): ZodType => {
  for (const status of ["200", "201"]) {
    const response = (route.responses as Record<string, { content?: Record<string, { schema?: unknown }> }>)[status];
    const schema = response?.content?.["application/json"]?.schema;
    if (schema !== undefined) return schema as ZodType;
  }
  throw new TypeError(`${route.path} has no JSON response`);
};
