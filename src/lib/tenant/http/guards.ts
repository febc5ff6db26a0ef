import { bodyLimit } from "hono/body-limit";
import type { Hono, MiddlewareHandler } from "hono";
import { BODY_MIB, type Route } from "../../contract/route.ts";
import { text } from "../../text/index.ts";
import { wrongRequest } from "./problem.ts";

/**
 * A HEAD is answered like its GET, and the body the GET would have streamed is cancelled. A rejected, unread body would
 * precede the connection's next request: such a connection is closed after the answer.
 */
export const tidy: MiddlewareHandler = async (c, next) => {
  await next();
  const { method } = c.req.raw;
  if (method === "HEAD") await c.res.body?.cancel();
  if (c.res.status >= 400 && method !== "GET" && method !== "HEAD") c.header("connection", "close");
};

/** Limits the JSON bodies of a route. */
export const shortJson = ({ bodyMib = BODY_MIB }: Route): MiddlewareHandler =>
  bodyLimit({
    maxSize: bodyMib * 1024 * 1024,
    onError: () => {
      const what = text(`the JSON body is longer than ${bodyMib} MiB`, `JSON の本文が ${bodyMib} MiB を超えています`);
      return wrongRequest({ what, where: "json" }, { status: 413 });
    },
  });

/** A route's path as hono writes it. */
export const routingPath = ({ path }: Route): string => path.replaceAll(/\{(\w+)\}/g, ":$1");

/** Answers 405 with the allowed methods for a known path; call after the routes are added. */
export const refuseOtherMethods = (app: Hono, routes: readonly Route[]): void => {
  // a word of an address before a parameter in its place
  const methods = [...Map.groupBy(routes, routingPath)].toSorted(([a], [b]) => (a < b ? 1 : -1));
  for (const [path, known] of methods) {
    const names = known.map(({ method }) => method.toUpperCase());
    const allow = names.flatMap((name) => (name === "GET" ? ["GET", "HEAD"] : [name])).join(", ");
    app.all(path, (c) =>
      wrongRequest(
        {
          what: text(`method ${c.req.method} not allowed here`, `ここでは ${c.req.method} は使えません`),
          where: c.req.path,
        },
        { status: 405, headers: { allow } },
      ),
    );
  }
};
