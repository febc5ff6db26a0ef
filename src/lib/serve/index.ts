export { DEFAULT_LIMITS, formatLogLine, type ListenAddress, type RunningServer } from "./options.ts";
export { parseProxies } from "./options.ts";
export { receiveUpload } from "./spool.ts";
export { startServer } from "./server.ts";
