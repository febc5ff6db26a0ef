export { escapeForPeople } from "./escape.ts";
export { failureLines, problemLine } from "./failure.ts";
export { chooseLanguage, type Environment } from "./language.ts";
export { nearest } from "./nearest.ts";
export {
  FORMATS,
  selectColumns,
  type Column,
  type Format,
  type OutputChoice,
  type OutputOptions,
} from "./output-choice.ts";
export type { OutputPlace, Records } from "./output.ts";
export { BYTES, ROWS, type Unit } from "./progress-line.ts";
export { PROGRESS_MODES } from "./progress-place.ts";
export type { Progress, Step, StepDescription } from "./progress.ts";
export type { Choice, Prompts, Question } from "./prompt.ts";
export type { Styles } from "./styles.ts";
export { Terminal, type TerminalOptions, type TerminalPlace } from "./terminal.ts";
export { drawTree, type TreeNode } from "./tree.ts";
export { StreamWriter, type TextWriter } from "./writer.ts";
