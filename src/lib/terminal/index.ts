export type { EnvironmentVariables } from "./output-choice.ts";
export type { Column } from "./output-choice.ts";
export type { SaveRows } from "./output.ts";
export type { ProgressStep, StepDescription } from "./progress.ts";
export { Terminal, type TerminalEnvironment } from "./terminal.ts";
