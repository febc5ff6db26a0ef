export type { EnvironmentVariables } from "./output-choice.ts";
export type { Column } from "./output-choice.ts";
export type { SaveRows } from "./output.ts";
export { BYTE_UNIT, ROW_UNIT } from "./progress/progress.ts";
export { Terminal, type TerminalEnvironment } from "./terminal.ts";
