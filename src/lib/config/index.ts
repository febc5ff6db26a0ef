export { contextNameKey, parseContextName } from "./context-name.ts";
export { parseTimezone, type Context, type EmbeddedContext, type NewContext, type RemoteContext } from "./context.ts";
export { Contexts, EMBEDDED, type ContextSource } from "./contexts.ts";
export { writeFileAtomically, type ContentWriter, type WriteOptions } from "./files.ts";
export { ensureFolder, locateHome, type Home, type HomePlace } from "./home.ts";
export { spoolToFile, type SpooledFile } from "./spool.ts";
export { systemProcesses, type ProcessTable } from "./processes.ts";
export { sweepTemporaryFiles, type TemporaryPlace } from "./temporary-files.ts";
