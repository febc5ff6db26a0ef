import type { Env, Hono, MiddlewareHandler } from "hono";
import type { Route } from "../../contract/route.ts";
import { text } from "../../text/index.ts";
import { createUsageResponse } from "./problem.ts";

/**
 * Responds to HEAD as to GET, but cancels the body that GET would stream. After an error response to a request that may
 * have a body, closes the connection, because unread bytes of the body would otherwise be read as the next request.
 */
export const finishResponse: MiddlewareHandler = async (c, next) => {
  await next();
  const { method } = c.req.raw;
  if (method === "HEAD") await c.res.body?.cancel();
  if (c.res.status >= 400 && method !== "GET" && method !== "HEAD") c.header("connection", "close");
};

export const toHonoPath = ({ path }: Route): string => path.replaceAll(/\{(\w+)\}/g, ":$1");

/**
 * Responds with 405 and the allowed methods if a path exists but does not support the method. Call this after adding
 * the routes.
 */
export const refuseOtherMethods = <E extends Env>(app: Hono<E>, routes: readonly Route[]): void => {
  // descending order puts a fixed path segment before a parameter in the same place
  const methods = [...Map.groupBy(routes, toHonoPath)].toSorted(([a], [b]) => (a < b ? 1 : -1));
  for (const [path, known] of methods) {
    const names = known.map(({ method }) => method.toUpperCase());
    const allow = names.flatMap((name) => (name === "GET" ? ["GET", "HEAD"] : [name])).join(", ");
    app.all(path, (c) =>
      createUsageResponse(
        {
          what: text(
            `the method ${c.req.method} is not allowed for this path`,
            `このパスでは ${c.req.method} メソッドは使えません`,
          ),
          where: c.req.path,
        },
        { status: 405, headers: { allow } },
      ),
    );
  }
};
