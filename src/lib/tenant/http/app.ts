import { Hono, type Context } from "hono";
import { accepts } from "hono/accepts";
import { getPath } from "hono/utils/url";
import { loadRoutes, type NounName } from "../../contract/index.ts";
import { CHANGE_HEADER, MEDIA_TYPES, type Route } from "../../contract/route.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { sha256 } from "../ids.ts";
import { collectChangeNumbers } from "../made-changes.ts";
import type { RuleRequest } from "../policy/routes.ts";
import { createRouteResponse } from "./answer.ts";
import { refuseOtherMethods, toHonoPath, limitJsonBody, finishResponse } from "./guards.ts";
import type { Handler, TenantParts } from "./handler.ts";
import { HANDLERS } from "./nouns.ts";
import { createProblemResponse, createErrorResponse } from "./problem.ts";
import { createValidator } from "./validate.ts";

const isNounName = (name: string): name is NounName => Object.hasOwn(HANDLERS, name);

const wantsNdjson = (c: Context): boolean => {
  const supports = [MEDIA_TYPES.list, MEDIA_TYPES.lines];
  return accepts(c, { header: "Accept", supports, default: MEDIA_TYPES.list }) === MEDIA_TYPES.lines;
};

/** Returns the file or parts that a route takes; an error response for other content; undefined if it takes neither. */
const getRequestFile = async ({ file, takesParts }: Route, request: Request) => {
  if (file !== true && takesParts !== true) return undefined;
  const { receiveUpload, receiveParts } = await import("./content.ts");
  return file === true ? receiveUpload(request) : receiveParts(request);
};

/** Returns an ETag without the quotes that HTTP puts around it. */
const unquoteEtag = (etag: string): string => /^"(.*)"$/.exec(etag)?.[1] ?? etag;

/** The tenant API. The routes of each noun are loaded with the first request for the noun. */
class App {
  readonly #parts: TenantParts;
  readonly #nouns = new Map<string, Promise<Hono>>();

  constructor(parts: TenantParts) {
    this.#parts = parts;
  }

  async fetch(request: Request): Promise<Response> {
    try {
      const app = await this.#appOf(getPath(request).split("/")[2] ?? "");
      return await app.fetch(request);
    } catch (error) {
      return this.#failed(error);
    }
  }

  #appOf(name: string): Promise<Hono> {
    const known = this.#nouns.get(name);
    if (known !== undefined) return known;
    if (!isNounName(name)) return Promise.resolve(this.#emptyApp());
    const app = this.#load(name);
    this.#nouns.set(name, app);
    // if loading failed, the next request tries again
    app.catch(() => this.#nouns.delete(name));
    return app;
  }

  async #load(name: NounName): Promise<Hono> {
    const [routes, { default: handlersOf }] = await Promise.all([loadRoutes(name), HANDLERS[name]()]);
    const handlers = new Map(Object.entries<unknown>(await handlersOf(this.#parts)));
    const app = this.#emptyApp();
    for (const [method, route] of Object.entries<Route>(routes)) {
      this.#add(app, route, handlers.get(method) as Handler<Route>);
    }
    refuseOtherMethods(app, Object.values<Route>(routes));
    return app;
  }

  #emptyApp(): Hono {
    const app = new Hono();
    app.onError((error) => this.#failed(error));
    app.notFound((c) =>
      createProblemResponse(
        new Failure("not-found", {
          what: text(
            `the tenant API does not have the path ${c.req.path}`,
            `テナント API に ${c.req.path} というパスはありません`,
          ),
        }),
      ),
    );
    app.use(finishResponse);
    return app;
  }

  #failed(error: unknown): Response {
    return createErrorResponse(this.#parts.explain(error));
  }

  /** @throws Failure `not-permitted` if the acting account may not do what the request asks for */
  async #requirePermission({ id }: Route, asked: Omit<RuleRequest, "asker">): Promise<void> {
    const { asker } = this.#parts.session;
    if (asker.account === undefined) return;
    const [{ requirePermission }, { getRequiredOperations: operationsOf }] = await Promise.all([
      import("../policy/check.ts"),
      import("../policy/routes.ts"),
    ]);
    requirePermission(asker, operationsOf(id, { asker, ...asked }));
  }

  /** Returns the path for idempotency keys, with the account, so that no account gets another account's response. */
  #routeOf(path: string): string {
    const { account } = this.#parts.session.asker;
    return account === undefined ? path : `${account.id} ${path}`;
  }

  #add(app: Hono, route: Route, handle: Handler<Route>): void {
    const limits = route.body === undefined ? [] : [limitJsonBody(route)];
    const validated = createValidator(route);
    app.on([route.method.toUpperCase()], [toHonoPath(route)], ...limits, async (c) => {
      const { raw } = c.req;
      const valid = await validated(c.req);
      if (valid instanceof Response) return valid;
      const file = await getRequestFile(route, raw);
      if (file instanceof Response) return file;
      const { params, query, body, headers } = valid;
      await this.#requirePermission(route, { params, query, body });
      const { "if-match": etag = "", "idempotency-key": key } = headers ?? {};
      const content = body === undefined ? etag : JSON.stringify(body);
      const { given, changes } = await collectChangeNumbers(() =>
        handle({
          params,
          query,
          body,
          file: file as undefined,
          etag: unquoteEtag(etag),
          signal: raw.signal,
          repeatable:
            key === undefined ? undefined : { key, route: this.#routeOf(c.req.path), fingerprint: sha256(content) },
        }),
      );
      const response = await createRouteResponse(route, given, wantsNdjson(c));
      if (changes.length > 0) response.headers.set(CHANGE_HEADER, changes.join(", "));
      return response;
    });
  }
}

/** Returns the tenant API as a function that responds to requests from a socket or from the same process. */
export const createApp = (parts: TenantParts): ((request: Request) => Promise<Response>) => {
  const app = new App(parts);
  return (request) => app.fetch(request);
};
