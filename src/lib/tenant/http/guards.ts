import { bodyLimit } from "hono/body-limit";
import type { Hono, MiddlewareHandler } from "hono";
import type { Route } from "../../contract/route.ts";
import { text } from "../../text/index.ts";
import { wrongRequest } from "./problem.ts";

/** Maximum size of a JSON body in bytes. */
const JSON_LIMIT_BYTES = 1024 * 1024;

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

/** Limits JSON bodies. */
export const shortJson: MiddlewareHandler = bodyLimit({
  maxSize: JSON_LIMIT_BYTES,
  onError: () => {
    const what = text("the JSON body is longer than 1 MiB", "JSON の本文が 1 MiB を超えています");
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
