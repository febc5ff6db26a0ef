export { DEFAULT_LIMITS, type ServerLimits } from "./limits.ts";
export { formatLogLine } from "./log.ts";
export { parseProxies } from "./forwarded.ts";
export { DEFAULT_UPLOAD_LIMITS, UploadSpool } from "./spool.ts";
export { startServer, type ListenPlace, type RunningServer } from "./server.ts";
