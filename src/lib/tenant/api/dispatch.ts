import { Hono, type Context, type MiddlewareHandler } from "hono";
import { getPath } from "hono/utils/url";
import { Failure, tryOrUndefined } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { sha256 } from "../store/ids.ts";
import type { OpenTenant } from "./index.ts";
import {
  splitRoute,
  type AnyOperation,
  type Operations,
  perform,
  requireRights,
  takesQuery,
} from "../subjects/operation.ts";
import { OPERATIONS } from "./operations.ts";
import type { RequestSource, TenantParts } from "../subjects/parts.ts";
import { createErrorResponse, createProblemResponse, describeFault } from "./problem.ts";
import { createInputReader, receiveFile, type RequestInput } from "./request-input.ts";
import type { Lines } from "../ledger/lists.ts";
import type { TenantExport } from "../ledger/list-export.ts";
import { AUDIT_HEADER, BASE_HEADER, CHANGE_HEADER, MEDIA_TYPES, NO_AUDIT_RECORD } from "./wire.ts";

const MALFORMED_URL_FAILURE = new Failure("usage", {
  what: text(
    "the path or the query contains a percent-encoding that is not valid UTF-8",
    "パスまたはクエリに、UTF-8 として正しくないパーセントエンコーディング(%)があります",
  ),
});

/**
 * Cancels the body of a HEAD response. Closes the connection after an error, so that unread bytes are not read as a
 * request.
 */
const finishResponse: MiddlewareHandler = async (c, next) => {
  await next();
  const { method } = c.req.raw;
  if (method === "HEAD") await c.res.body?.cancel();
  if (c.res.status >= 400 && method !== "GET" && method !== "HEAD") c.header("connection", "close");
};

const buildRequestKey = (
  { once }: AnyOperation,
  { session }: TenantParts,
  { key, path, given }: { readonly key: string; readonly path: string; readonly given: unknown },
) => {
  const { account } = session.actor;
  const secrets = typeof once === "object" ? once : [];
  // stored data of a request must not reveal the request's secrets
  const open = JSON.stringify(given ?? null, (name, value: unknown) => (secrets.includes(name) ? undefined : value));
  return { key, route: account === undefined ? path : `${account.id} ${path}`, fingerprint: sha256(open) };
};

const readBase = (header: string | undefined): number | undefined => {
  if (header === undefined) return undefined;
  if (/^\d{1,15}$/.test(header)) return Number(header);
  throw new Failure("usage", {
    what: text("the value of this header must be a whole number", "このヘッダーには整数を指定してください"),
    where: BASE_HEADER,
  });
};

const createResponse = ({ result: kind = "json" }: AnyOperation, result: unknown): Response => {
  const type = MEDIA_TYPES[kind];
  const headers = { "content-type": type };
  switch (kind) {
    case "csv": {
      const { content, isAudited } = result as TenantExport;
      const audit = isAudited ? {} : { [AUDIT_HEADER]: NO_AUDIT_RECORD };
      return new Response(content, { headers: { "content-type": `${type}; charset=utf-8`, ...audit } });
    }
    case "file":
      return new Response(result as ReadableStream<Uint8Array>, { headers });
    case "lines":
    case "list": {
      const lines = result as Lines<unknown>;
      return new Response("0" in lines ? Buffer.from(lines[0]) : lines, { headers });
    }
    case "json":
      // while the response is being sent, bytes need less memory than a string
      return new Response(Buffer.from(JSON.stringify(result ?? null)), { headers });
  }
};

type DispatchedTenant = Pick<OpenTenant, "partsFor" | "explain">;

class RequestDispatcher {
  readonly #tenant: DispatchedTenant;
  readonly #getPath: (request: Request) => string;
  readonly #nouns = new Map<string, Promise<Hono<DispatchEnvironment>>>();

  constructor(tenant: DispatchedTenant, toOwnPath: (path: string) => string) {
    this.#tenant = tenant;
    this.#getPath = (request) => toOwnPath(getPath(request));
  }

  async fetch(request: Request, from?: RequestSource): Promise<Response> {
    try {
      if (tryOrUndefined(() => decodeURIComponent(request.url)) === undefined) throw MALFORMED_URL_FAILURE;
      const app = await this.#appOf(this.#getPath(request).split("/")[2] ?? "");
      return await app.fetch(request, { from });
    } catch (error) {
      return this.#failed(error, from);
    }
  }

  #appOf(noun: string): Promise<Hono<DispatchEnvironment>> {
    const known = this.#nouns.get(noun);
    if (known !== undefined) return known;
    if (!Object.hasOwn(OPERATIONS, noun)) return Promise.resolve(this.#emptyApp().use(this.#signInFirst));
    const app = this.#load(OPERATIONS[noun as keyof typeof OPERATIONS]);
    this.#nouns.set(noun, app);
    // if loading failed, the next request tries again
    app.catch(() => this.#nouns.delete(noun));
    return app;
  }

  async #load(load: () => Promise<Operations>): Promise<Hono<DispatchEnvironment>> {
    const operations = await load();
    const app = this.#emptyApp();
    for (const one of Object.values(operations)) {
      const { method, path } = splitRoute(one);
      const route = path.replaceAll(/\{(\w+)\}/g, ":$1");
      const read = createInputReader(one);
      app.on([method.toUpperCase()], [route], limitTime(one), (c: Context<DispatchEnvironment, "/">) =>
        this.#answer(c, one, read),
      );
    }
    app.use(this.#signInFirst);
    return app;
  }

  #emptyApp(): Hono<DispatchEnvironment> {
    const app = new Hono<DispatchEnvironment>({ getPath: this.#getPath });
    app.onError((error, c) => this.#failed(error, c.env.from));
    app.notFound(({ req: { method, path } }) => {
      const what = text(`the tenant API has no ${method} ${path}`, `テナント API に ${method} ${path} はありません`);
      return createProblemResponse(new Failure("not-found", { what }));
    });
    app.use(finishResponse);
    return app;
  }

  #failed(error: unknown, from: RequestSource | undefined): Response {
    const failure = this.#tenant.explain(error);
    const response = createErrorResponse(failure);
    if (from !== undefined && response.status >= 500) from.trace.fault = describeFault(failure);
    return response;
  }

  /** Logs why a response breaks off, because the client sees only a lost connection. */
  #watch({ body, status, headers }: Response, { trace, breakOff }: RequestSource): Response {
    const reader = (body as ReadableStream<Uint8Array> | null)?.getReader();
    const watched = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          try {
            const chunk = await reader?.read();
            if (chunk?.value === undefined) controller.close();
            else controller.enqueue(chunk.value);
          } catch (error) {
            trace.fault = describeFault(this.#tenant.explain(error));
            breakOff();
          }
        },
        cancel: (reason) => reader?.cancel(reason),
      },
      { highWaterMark: 0 },
    );
    return new Response(watched, { status, headers });
  }

  /** Requires signing in before a response reveals that a route does not exist. */
  readonly #signInFirst: MiddlewareHandler<DispatchEnvironment> = async (c, next) => {
    await this.#resolveParts(c, false);
    return next();
  };

  async #resolveParts({ req, env: { from } }: Context<DispatchEnvironment>, isOpen: boolean): Promise<TenantParts> {
    const parts = await this.#tenant.partsFor(req.raw.headers.get("authorization"), isOpen, from);
    if (from !== undefined) from.trace.account = parts.session.actor.account?.id ?? null;
    return parts;
  }

  async #answer(
    c: Context<DispatchEnvironment, "/">,
    one: AnyOperation,
    read: (request: Context["req"]) => Promise<RequestInput | Response>,
  ): Promise<Response> {
    const { raw } = c.req;
    const { from } = c.env;
    const isOpen = one.needs === "open";
    const found = await this.#resolveParts(c, isOpen);
    const input = await read(c.req);
    if (input instanceof Response) return input;
    // the sender may have lost rights while the body was being received
    const isLate = from !== undefined && !isOpen && raw.method !== "GET" && raw.body !== null;
    const parts = isLate ? await this.#tenant.partsFor(raw.headers.get("authorization"), false, from) : found;
    if (one.file !== true) return this.#perform(c, one, parts, input);
    await requireRights(one, parts.session.actor, input);
    const { until } = c.var;
    await using spooled = from === undefined ? undefined : await parts.spool?.(raw, until);
    const file = receiveFile(spooled?.request ?? raw);
    return file instanceof Response ? file : await this.#perform(c, one, parts, input, file);
  }

  async #perform(
    c: Context<DispatchEnvironment, "/">,
    one: AnyOperation,
    parts: TenantParts,
    { path, given }: RequestInput,
    file?: Exclude<ReturnType<typeof receiveFile>, Response>,
  ): Promise<Response> {
    const header = one.once === undefined ? undefined : c.req.header("idempotency-key");
    const key =
      header === undefined ? undefined : buildRequestKey(one, parts, { key: header, path: c.req.path, given });
    const { given: result, changes } = await perform(one, parts, {
      path,
      given,
      base: readBase(c.req.header(BASE_HEADER)),
      signal: c.var.until,
      key,
      file,
    });
    const made = createResponse(one, result);
    const { from } = c.env;
    const isStream = (one.result ?? "json") !== "json" && !Array.isArray(result);
    const response = from !== undefined && isStream ? this.#watch(made, from) : made;
    if (changes.length > 0) response.headers.set(CHANGE_HEADER, changes.join(", "));
    return response;
  }
}

/** @param toOwnPath removes what a server with several tenants puts before a path */
export const createDispatch = (
  tenant: DispatchedTenant & Pick<OpenTenant, "track">,
  toOwnPath: (path: string) => string = (path) => path,
): ((request: Request, from?: RequestSource) => Promise<Response>) => {
  const dispatch = new RequestDispatcher(tenant, toOwnPath);
  return (request, from) => tenant.track(() => dispatch.fetch(request, from));
};

export interface DispatchEnvironment {
  readonly Bindings: { readonly from: RequestSource | undefined };
  readonly Variables: { until: AbortSignal };
}

const createTimeLimitFailure = (limitMs: number): Failure => {
  const seconds = limitMs / 1000;
  return new Failure("unavailable", {
    what: text(
      `the request took longer than ${seconds} seconds; its changes may still take effect`,
      `リクエストが ${seconds} 秒以内に終わりませんでした。変更はこのあと反映されることがあります`,
    ),
  });
};

const BODY_TIMEOUT_FAILURE = new Failure("usage", {
  what: text("the request body did not arrive in time", "リクエストの本文が時間内に届きませんでした"),
  status: 408,
});

const explainStop = (error: unknown, { stopping }: Pick<RequestSource, "stopping">): unknown =>
  stopping.aborted && error instanceof Failure && error.code === "interrupted"
    ? new Failure("unavailable", {
        what: text(`the server is stopping: ${error.what.en}`, `サーバーを停止しています: ${error.what.ja}`),
        retryAfterMs: 5000,
        cause: error,
      })
    : error;

const limitTime = (one: AnyOperation): MiddlewareHandler<DispatchEnvironment> => {
  const isStream = (one.result ?? "json") !== "json";
  const isLong = one.isLong === true || one.file === true;
  const isInterrupted = isLong && !isStream;
  const hasBody = one.input !== undefined && !takesQuery(one);
  return async (c, next) => {
    const { from } = c.env;
    if (from === undefined) {
      c.set("until", c.req.raw.signal);
      return next();
    }
    const { until, stopping, isReceived, limitMs } = from;
    from.trace.route = splitRoute(one).path;
    c.set("until", isInterrupted ? AbortSignal.any([until.signal, stopping]) : until.signal);
    const work = async (): Promise<void> => {
      await next();
      if (isInterrupted && c.error !== undefined) throw explainStop(c.error, from);
    };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        if ((isLong || isStream) && (!hasBody || isReceived())) return;
        reject(isReceived() ? createTimeLimitFailure(limitMs) : BODY_TIMEOUT_FAILURE);
        until.abort();
      }, limitMs);
      work()
        .finally(() => clearTimeout(timer))
        .then(resolve, reject);
    });
  };
};
