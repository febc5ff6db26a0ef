export type { Context } from "./context.ts";
export { Contexts, type ContextSource } from "./contexts.ts";
export { isReplaced, writeFileAtomically, type ContentWriter } from "../files/atomic.ts";
export { ensureFolder, locateHome, type Home } from "./home.ts";
export { unreadable } from "../files/unreadable.ts";
export { readOwnFile } from "../files/own.ts";
export { spoolToFile } from "../files/spool.ts";
export { systemProcesses, type ProcessTable } from "../files/processes.ts";
export { removeUnfinished, sweepTemporaryFiles, type TemporaryPlace } from "../files/temporary.ts";
