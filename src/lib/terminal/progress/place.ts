import type { Language } from "../../text/index.ts";
import type { StepState } from "./line.ts";

/** How progress is shown, by the names that `--progress` takes. */
export type ProgressMode = "auto" | "plain" | "json" | "none";

/** A self-animating spinner, as made by ora. */
export interface Spinner {
  text: string;
  start(): unknown;
  clear(): unknown;
  stop(): unknown;
}

/** Creates a stopped spinner. */
export type LoadSpinner = () => Promise<Spinner>;

/** Shows the states of a step; one per mode. */
export interface Reporter {
  /** minimum time between two updates, in milliseconds */
  readonly intervalMs: number;
  begin(state: StepState, id: string): void;
  update(state: StepState, id: string): void;
  end(state: StepState, id: string): void;
  hide(): void;
}

/** What progress needs of its environment. */
export interface ProgressPlace {
  readonly mode: ProgressMode;
  readonly language: Language;
  readonly stderrIsTerminal: boolean;
  /** writes to stderr immediately */
  readonly write: (chunk: string) => void;
  /** the terminal's current width in columns */
  readonly columns: () => number;
  /** a monotonic clock in milliseconds */
  readonly clock: () => number;
  /** shows activity if the total is not known */
  readonly loadSpinner: LoadSpinner;
}
