export type { Context } from "./context.ts";
export { Contexts, type ContextSource } from "./contexts.ts";
export { locateHome, type Home } from "./home.ts";
