export { findHomeFault, createUnsafeHomeFailure } from "./home.ts";
export type { Context } from "./context.ts";
export { Contexts, isSameContext, type ChosenContext } from "./contexts.ts";
export { LOCAL_CONTEXT_NAME } from "./settings-file.ts";
export { listProgramPaths, locateHome, type Home } from "./home.ts";
