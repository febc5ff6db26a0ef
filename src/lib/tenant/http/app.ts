import { Hono, type Context, type MiddlewareHandler } from "hono";
import { accepts } from "hono/accepts";
import { getPath } from "hono/utils/url";
import { loadRoutes, type NounName } from "../../contract/index.ts";
import { CHANGE_HEADER, isStream, MEDIA_TYPES, type Route } from "../../contract/route.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { sha256 } from "../ids.ts";
import { collectChangeNumbers } from "../made-changes.ts";
import type { Actor } from "../policy/asker.ts";
import { takesQuery, type AnyOperation } from "../operation.ts";
import type { RequestKey } from "../store/idempotency.ts";
import type { RuleRequest } from "../policy/routes.ts";
import { createRouteResponse } from "./answer.ts";
import { refuseOtherMethods, toHonoPath, finishResponse } from "./guards.ts";
import type { Handler, TenantParts } from "./handler.ts";
import { HANDLERS } from "./nouns.ts";
import { OPERATIONS, type OperationNoun } from "../operations.ts";
import { requireRights } from "../perform.ts";
import type { AppEnvironment, RequestSource } from "./request-source.ts";
import { createProblemResponse, createErrorResponse, describeFault } from "./problem.ts";
import type { Upload, UploadedParts } from "./content.ts";
import { createValidator, type RequestParts } from "./validate.ts";

const isNounName = (name: string): name is NounName => Object.hasOwn(HANDLERS, name);
const isOperationNoun = (name: string): name is OperationNoun => Object.hasOwn(OPERATIONS, name);

const wantsNdjson = (c: Context): boolean => {
  const supports = [MEDIA_TYPES.list, MEDIA_TYPES.lines];
  return accepts(c, { header: "Accept", supports, default: MEDIA_TYPES.list }) === MEDIA_TYPES.lines;
};

/**
 * Returns the file or the parts that a route accepts, or an error response if the content type is not supported.
 */
const getRequestFile = async ({ file }: Route, request: Request) => {
  const { receiveUpload, receiveParts } = await import("./content.ts");
  return file === true ? receiveUpload(request) : receiveParts(request);
};

const takesFile = ({ file, takesParts }: Route): boolean => file === true || takesParts === true;

/** Returns an ETag without the quotes that HTTP puts around it. */
const unquoteEtag = (etag: string): string => /^"(.*)"$/.exec(etag)?.[1] ?? etag;

const isDecodable = (url: string): boolean => {
  try {
    // the result is used, because the bundler removes calls of pure functions whose results are not
    return decodeURIComponent(url).length > 0;
  } catch {
    return false;
  }
};

const MALFORMED_URL_FAILURE = new Failure("usage", {
  what: text(
    "the path or the query contains a % that does not encode UTF-8",
    "パスまたはクエリに、UTF-8 として読めない % があります",
  ),
});

/**
 * Returns a function that loads a module when it is first called. An import that is repeated for each request takes as
 * long as several short statements, even if the module is loaded.
 */
export const loadOnce = <T>(load: () => Promise<T>): (() => Promise<T>) => {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= load());
};

const loadRules = loadOnce(() => Promise.all([import("../policy/check.ts"), import("../policy/routes.ts")]));
const loadTimeLimit = loadOnce(() => import("./time-limit.ts"));

/** @throws Failure `not-permitted` if the acting account is not allowed to make the request */
const requireRoutePermission = async ({ id, operation }: Route, asked: RuleRequest): Promise<void> => {
  if (operation !== undefined)
    return requireRights(operation, asked.asker, {
      given: operation.input && (takesQuery(operation) ? asked.query : asked.body),
      path: (asked.params ?? {}) as Readonly<Record<string, string>>,
    });
  if (asked.asker.account === undefined) return;
  const [{ requirePermission }, { getNeededRights }] = await loadRules();
  requirePermission(asked.asker, getNeededRights(id, asked));
};

/**
 * Returns the path under which idempotency keys are stored. It includes the account, so that no account receives the
 * response to another account's request.
 */
const getKeyPath = ({ account }: Actor, path: string): string =>
  account === undefined ? path : `${account.id} ${path}`;

/**
 * Returns the tenant as the sender of a request sees it. For an open route, which needs no credentials, the parts are
 * only for signing in.
 *
 * @throws Failure if the sender may not use the tenant
 */
export type PartsResolver = (
  request: Request,
  isOpen: boolean,
  from: RequestSource | undefined,
) => TenantParts | Promise<TenantParts>;

/** What the app needs: who sends a request, and how errors of the store are explained. */
export interface AppOptions {
  readonly partsFor: PartsResolver;
  readonly explain: TenantParts["explain"];
}

type HandlersFor = (parts: TenantParts) => Promise<Readonly<Record<string, Handler<Route>>>>;

interface MatchedRoute {
  readonly route: Route;
  readonly validated: ReturnType<typeof createValidator>;
  readonly handlerFor: (parts: TenantParts) => Promise<Handler<Route>>;
}

/** Prepares the work for a request: what ends it, and for a request over a socket, its limits. */
const prepare =
  (route: Route): MiddlewareHandler<AppEnvironment> =>
  async (c, next) => {
    const { from } = c.env;
    if (from === undefined) {
      c.set("until", c.req.raw.signal);
      return next();
    }
    from.trace.route = route.path;
    return (await loadTimeLimit()).limitTime(route, from, c, next);
  };

const handlerOf = ({ operation }: Route, parts: TenantParts): Handler<Route> => {
  if (operation === undefined) throw new TypeError("the route has no operation");
  return ((asked: RouteRequest) =>
    operation.run(parts, operation.input && (takesQuery(operation) ? asked.query : asked.body), {
      ...asked.params,
      signal: asked.signal,
      repeatable: asked.repeatable,
      file: asked.file,
    })) as Handler<Route>;
};

interface RouteRequest {
  readonly params: object;
  readonly query: object;
  readonly body: object;
  readonly signal: AbortSignal;
  readonly repeatable: RequestKey | undefined;
  readonly file: Upload | undefined;
}

class App {
  readonly #partsFor: PartsResolver;
  readonly #explain: AppOptions["explain"];
  readonly #nouns = new Map<string, Promise<Hono<AppEnvironment>>>();

  constructor({ partsFor, explain }: AppOptions) {
    this.#partsFor = partsFor;
    this.#explain = explain;
  }

  async fetch(request: Request, from?: RequestSource): Promise<Response> {
    try {
      if (!isDecodable(request.url)) throw MALFORMED_URL_FAILURE;
      const app = await this.#appOf(getPath(request).split("/")[2] ?? "");
      return await app.fetch(request, { from });
    } catch (error) {
      return this.#failed(error, from);
    }
  }

  #appOf(name: string): Promise<Hono<AppEnvironment>> {
    const known = this.#nouns.get(name);
    if (known !== undefined) return known;
    if (!isNounName(name) && !isOperationNoun(name)) return Promise.resolve(this.#emptyApp().use(this.#signInFirst));
    const app = this.#load(name);
    this.#nouns.set(name, app);
    // if loading failed, the next request tries again
    app.catch(() => this.#nouns.delete(name));
    return app;
  }

  async #load(name: NounName | OperationNoun): Promise<Hono<AppEnvironment>> {
    if (isOperationNoun(name)) return this.#loadOperations(name);
    const [routes, { default: handlersOf }] = await Promise.all([loadRoutes(name), HANDLERS[name]()]);
    const app = this.#emptyApp();
    const handlersFor = handlersOf as unknown as HandlersFor;
    for (const [method, route] of Object.entries<Route>(routes)) {
      this.#add(app, route, async (parts) => (await handlersFor(parts))[method] as Handler<Route>);
    }
    app.use(this.#signInFirst);
    refuseOtherMethods(app, Object.values<Route>(routes));
    return app;
  }

  async #loadOperations(noun: OperationNoun): Promise<Hono<AppEnvironment>> {
    const [{ buildRoute }, operations] = await Promise.all([
      import("../../contract/operation-routes.ts"),
      OPERATIONS[noun](),
    ]);
    const app = this.#emptyApp();
    const routes = Object.entries<AnyOperation>(operations).map(([name, one]) => buildRoute(noun, name, one));
    for (const route of routes) this.#add(app, route, (parts) => Promise.resolve(handlerOf(route, parts)));
    app.use(this.#signInFirst);
    refuseOtherMethods(app, routes);
    return app;
  }

  #emptyApp(): Hono<AppEnvironment> {
    const app = new Hono<AppEnvironment>();
    app.onError((error, c) => this.#failed(error, c.env.from));
    app.notFound((c) =>
      createProblemResponse(
        new Failure("not-found", {
          what: text(
            `the tenant API does not have the path "${c.req.path}"`,
            `テナント API に「${c.req.path}」というパスはありません`,
          ),
        }),
      ),
    );
    app.use(finishResponse);
    return app;
  }

  #failed(error: unknown, from: RequestSource | undefined): Response {
    const failure = this.#explain(error);
    const response = createErrorResponse(failure);
    if (from !== undefined && response.status >= 500) from.trace.fault = describeFault(failure);
    return response;
  }

  /** Records why a response breaks off: its status has been sent, so that only the end of the connection shows it. */
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
            trace.fault = describeFault(this.#explain(error));
            breakOff();
          }
        },
        cancel: (reason) => reader?.cancel(reason),
      },
      { highWaterMark: 0 },
    );
    return new Response(watched, { status, headers });
  }

  #add(app: Hono<AppEnvironment>, route: Route, handlerFor: (parts: TenantParts) => Promise<Handler<Route>>): void {
    const validated = createValidator(route);
    const at = [toHonoPath(route)];
    app.on([route.method.toUpperCase()], at, prepare(route), (c: Context<AppEnvironment, "/">) =>
      this.#answer(c, { route, validated, handlerFor }),
    );
  }

  /** Reveals only to those who may use the tenant that no route takes their request. */
  readonly #signInFirst: MiddlewareHandler<AppEnvironment> = async (c, next) => {
    await this.#resolveParts(c, false);
    return next();
  };

  async #resolveParts({ req, env: { from } }: Context<AppEnvironment>, isOpen: boolean): Promise<TenantParts> {
    const parts = await this.#partsFor(req.raw, isOpen, from);
    if (from !== undefined) from.trace.account = parts.session.asker.account?.id ?? null;
    return parts;
  }

  async #answer(c: Context<AppEnvironment, "/">, { route, validated, handlerFor }: MatchedRoute): Promise<Response> {
    const { raw } = c.req;
    const { from } = c.env;
    const { until } = c.var;
    const isOpen = route.isOpen === true;
    const found = await this.#resolveParts(c, isOpen);
    const valid = await validated(c.req);
    if (valid instanceof Response) return valid;
    // a body may arrive long after its headers, and its sender may have lost rights in the meantime
    const mayHaveLostRights = from !== undefined && !isOpen && route.body !== undefined;
    const parts = mayHaveLostRights ? await this.#partsFor(raw, false, from) : found;
    const { asker } = parts.session;
    const { params, query, body } = valid;
    await requireRoutePermission(route, { asker, params, query, body });
    const handle = await handlerFor(parts);
    if (!takesFile(route)) return this.#handle(c, { route, asker, handle }, valid);
    await using spooled = from === undefined ? undefined : await parts.spool?.(route, raw, until);
    const file = await getRequestFile(route, spooled?.request ?? raw);
    return file instanceof Response ? file : await this.#handle(c, { route, asker, handle }, valid, file);
  }

  async #handle(
    c: Context<AppEnvironment, "/">,
    { route, asker, handle }: { readonly route: Route; readonly asker: Actor; readonly handle: Handler<Route> },
    { params, query, body, headers }: RequestParts,
    file?: Upload | UploadedParts,
  ): Promise<Response> {
    const { "if-match": etag = "", "idempotency-key": key } = headers ?? {};
    const secrets = typeof route.operation?.once === "object" ? route.operation.once : [];
    const content =
      body === undefined
        ? etag
        : JSON.stringify(body, (name, value: unknown) => (secrets.includes(name) ? undefined : value));
    const { given, changes } = await collectChangeNumbers(() =>
      handle({
        params,
        query,
        body,
        file: file as undefined,
        etag: unquoteEtag(etag),
        signal: c.var.until,
        repeatable:
          key === undefined ? undefined : { key, route: getKeyPath(asker, c.req.path), fingerprint: sha256(content) },
      }),
    );
    const isNdjson = wantsNdjson(c);
    const made = await createRouteResponse(route, given, isNdjson);
    const { from } = c.env;
    const isStreamed = isStream(route) || (isNdjson && route.answer.kind === "list");
    const response = from !== undefined && isStreamed ? this.#watch(made, from) : made;
    if (changes.length > 0) response.headers.set(CHANGE_HEADER, changes.join(", "));
    return response;
  }
}

/** Returns the tenant API as a function that responds to requests from a socket or from this process. */
export const createApp = (options: AppOptions): ((request: Request, from?: RequestSource) => Promise<Response>) => {
  const app = new App(options);
  return (request, from) => app.fetch(request, from);
};
