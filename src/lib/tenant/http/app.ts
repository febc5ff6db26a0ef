import { Hono, type Context } from "hono";
import { accepts } from "hono/accepts";
import { getPath } from "hono/utils/url";
import { routesOf, type NounName } from "../../contract/index.ts";
import { CHANGE_HEADER, MEDIA_TYPES, type Route } from "../../contract/route.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { sha256 } from "../ids.ts";
import { notingChanges } from "../made-changes.ts";
import type { RuleRequest } from "../policy/routes.ts";
import { responseOf } from "./answer.ts";
import { refuseOtherMethods, routingPath, shortJson, tidy } from "./guards.ts";
import type { Handler, TenantParts } from "./handler.ts";
import { HANDLERS } from "./nouns.ts";
import { problemOf, thrown } from "./problem.ts";
import { validatorOf } from "./validate.ts";

const isNoun = (name: string): name is NounName => Object.hasOwn(HANDLERS, name);

const wantsLines = (c: Context): boolean => {
  const supports = [MEDIA_TYPES.list, MEDIA_TYPES.lines];
  return accepts(c, { header: "Accept", supports, default: MEDIA_TYPES.list }) === MEDIA_TYPES.lines;
};

/** The file or the parts that a route takes, or the response to a request that sends something else. */
const fileOf = async ({ file, takesParts }: Route, request: Request) => {
  if (file !== true && takesParts !== true) return undefined;
  const { contentOf, partsOf } = await import("./content.ts");
  return file === true ? contentOf(request) : partsOf(request);
};

/** The ETag without the quotes HTTP puts around it. */
const bare = (etag: string): string => /^"(.*)"$/.exec(etag)?.[1] ?? etag;

/** The tenant API, noun by noun. */
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
    if (!isNoun(name)) return Promise.resolve(this.#emptyApp());
    const app = this.#load(name);
    this.#nouns.set(name, app);
    // the next request tries again
    app.catch(() => this.#nouns.delete(name));
    return app;
  }

  async #load(name: NounName): Promise<Hono> {
    const [routes, { default: handlersOf }] = await Promise.all([routesOf(name), HANDLERS[name]()]);
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
      problemOf(
        new Failure("not-found", {
          what: text(`no such address: ${c.req.path}`, `${c.req.path} というアドレスはありません`),
        }),
      ),
    );
    app.use(tidy);
    return app;
  }

  #failed(error: unknown): Response {
    return thrown(this.#parts.explain(error));
  }

  /** @throws Failure `not-permitted` where an account may not do what a request asks for */
  async #permit({ id }: Route, asked: Omit<RuleRequest, "asker">): Promise<void> {
    const { asker } = this.#parts.session;
    if (asker.account === undefined) return;
    const [{ permit }, { operationsOf }] = await Promise.all([
      import("../policy/check.ts"),
      import("../policy/routes.ts"),
    ]);
    permit(asker, operationsOf(id, { asker, ...asked }));
  }

  /** Where the key of a request counts: nobody is answered by what another one asked. */
  #routeOf(path: string): string {
    const { account } = this.#parts.session.asker;
    return account === undefined ? path : `${account.id} ${path}`;
  }

  #add(app: Hono, route: Route, handle: Handler<Route>): void {
    const limits = route.body === undefined ? [] : [shortJson(route)];
    const validated = validatorOf(route);
    app.on([route.method.toUpperCase()], [routingPath(route)], ...limits, async (c) => {
      const { raw } = c.req;
      const valid = await validated(c.req);
      if (valid instanceof Response) return valid;
      const file = await fileOf(route, raw);
      if (file instanceof Response) return file;
      const { params, query, body, headers } = valid;
      await this.#permit(route, { params, query, body });
      const { "if-match": etag = "", "idempotency-key": key } = headers ?? {};
      const content = body === undefined ? etag : JSON.stringify(body);
      const { given, changes } = await notingChanges(() =>
        handle({
          params,
          query,
          body,
          file: file as undefined,
          etag: bare(etag),
          signal: raw.signal,
          repeatable:
            key === undefined ? undefined : { key, route: this.#routeOf(c.req.path), fingerprint: sha256(content) },
        }),
      );
      const response = await responseOf(route, given, wantsLines(c));
      if (changes.length > 0) response.headers.set(CHANGE_HEADER, changes.join(", "));
      return response;
    });
  }
}

/** The tenant API as a function that answers requests, over a socket or in process. */
export const createApp = (parts: TenantParts): ((request: Request) => Promise<Response>) => {
  const app = new App(parts);
  return (request) => app.fetch(request);
};
