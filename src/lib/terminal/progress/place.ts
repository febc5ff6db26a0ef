import type { Language } from "../../text/index.ts";
import type { StepState } from "./line.ts";

/** How progress is shown; `--progress` takes their names. */
export type ProgressMode = "auto" | "plain" | "json" | "none";

/** A spinner that turns by itself, as ora makes it. */
export interface Spinner {
  text: string;
  start(): unknown;
  clear(): unknown;
  stop(): unknown;
}

/** Makes a spinner that is not yet turning. */
export type LoadSpinner = () => Promise<Spinner>;

/** Shows the states of a step; each mode has one. */
export interface Reporter {
  /** least time between two updates, in milliseconds */
  readonly intervalMs: number;
  begin(state: StepState, id: string): void;
  update(state: StepState, id: string): void;
  end(state: StepState, id: string): void;
  hide(): void;
}

/** What progress needs of the outside. */
export interface ProgressPlace {
  readonly mode: ProgressMode;
  readonly language: Language;
  readonly stderrIsTerminal: boolean;
  /** writes to stderr at once */
  readonly write: (chunk: string) => void;
  /** the terminal's width in columns, at this moment */
  readonly columns: () => number;
  /** milliseconds that never go back */
  readonly clock: () => number;
  /** shows activity where the total is not known */
  readonly loadSpinner: LoadSpinner;
}
