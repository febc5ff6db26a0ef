export { DEFAULT_LIMITS, type ServerLimits } from "./limits.ts";
export { formatLogLine } from "./log.ts";
export type { ListenPlace, RunningServer } from "./options.ts";
export { parseProxies } from "./forwarded.ts";
export { receiveUpload } from "./spool.ts";
export { startServer } from "./server.ts";
