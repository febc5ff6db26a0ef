import { directoryRoutes } from "./directory.ts";
import { importRoutes } from "./import.ts";

export * from "./directory.ts";
export * from "./import.ts";
export { ProblemObject } from "./shapes.ts";

/** The tenant API: every route, by noun. */
export const routes = { ...directoryRoutes, imports: importRoutes } as const;
