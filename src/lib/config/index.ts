export type { Context } from "./context.ts";
export { Contexts, type ContextSource } from "./contexts.ts";
export { isReplaced, writeFileAtomically, type ContentWriter } from "./files.ts";
export { ensureFolder, locateHome, type Home } from "./home.ts";
export { unreadable } from "./named-file.ts";
export { readOwnFile } from "./own-file.ts";
export { spoolToFile } from "./spool.ts";
export { systemProcesses, type ProcessTable } from "./processes.ts";
export { removeUnfinished, sweepTemporaryFiles, type TemporaryPlace } from "./temporary-files.ts";
