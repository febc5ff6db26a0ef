export { accessFault, homeFault, unsafeHome } from "./access.ts";
export type { Context } from "./context.ts";
export { Contexts, sameContext, type ChosenContext } from "./contexts.ts";
export { LOCAL } from "./settings-file.ts";
export { keptIn, locateHome, type Home } from "./home.ts";
