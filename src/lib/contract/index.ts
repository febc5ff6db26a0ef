import type { RouteConfig } from "@hono/zod-openapi";
import { directoryRoutes } from "./directory.ts";
import { importRoutes } from "./import.ts";
import { renewalRoutes } from "./renewals.ts";

export * from "./directory.ts";
export * from "./import.ts";
export * from "./renewals.ts";
export { ProblemObject } from "./shapes.ts";

/** The tenant API: every route, by noun. */
export const routes = { ...directoryRoutes, imports: importRoutes, renewals: renewalRoutes } as const;

/** Any route of the tenant API. */
export type Route = RouteConfig & { readonly getRoutingPath: () => string };

/** The routes one after another. */
export const ALL_ROUTES: readonly Route[] = [
  ...Object.values(directoryRoutes),
  ...Object.values(importRoutes),
  ...Object.values(renewalRoutes),
];
