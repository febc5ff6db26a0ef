import { OpenAPIHono } from "@hono/zod-openapi";
import { ALL_ROUTES } from "../../contract/index.ts";
import { Failure } from "../../errors/index.ts";
import { text } from "../../text/index.ts";
import { addOrgRoutes, addSecuredRoutes, addUserRoutes } from "./directory-routes.ts";
import { guardBodies, refuseOtherMethods } from "./guards.ts";
import { addImportRoutes, addPlanRoutes } from "./import-routes.ts";
import type { TenantParts } from "./parts.ts";
import { storageFailure } from "../store/sqlite/storage-failure.ts";
import { malformed, problemOf, thrown } from "./problem.ts";
import { addRenewalRoutes } from "./renewal-routes.ts";
import { IdempotencyKeys } from "./idempotency.ts";

/** The tenant API: `fetch` of the result answers requests, over a socket or in process. */
export const createApp = (parts: TenantParts): OpenAPIHono => {
  const app = new OpenAPIHono({
    defaultHook: (result) => (result.success ? undefined : malformed(result.target, result.error.issues)),
  });
  const idempotency = new IdempotencyKeys(parts.database, parts.surroundings);
  app.onError((error) => thrown(storageFailure(parts.imports.explain(error), parts.database.path)));
  app.notFound((c) =>
    problemOf(
      new Failure("not-found", {
        what: text(`no such address: ${c.req.path}`, `${c.req.path} というアドレスはありません`),
      }),
    ),
  );
  guardBodies(app, ALL_ROUTES);
  app.use(async (c, next) => {
    if (c.req.method !== "GET") await parts.database.freed(c.req.raw.signal);
    await next();
  });
  addOrgRoutes(app, parts);
  addUserRoutes(app, parts, idempotency);
  addSecuredRoutes(app, parts);
  addImportRoutes(app, parts, idempotency);
  addPlanRoutes(app, parts, idempotency);
  addRenewalRoutes(app, parts, idempotency);
  refuseOtherMethods(app, ALL_ROUTES);
  return app;
};
