import { text, type Language, type Text } from "../text/index.ts";
import { escapeForPeople } from "../text/shell-word.ts";

export type ProgressMode = "auto" | "json" | "none";

interface Spinner {
  text: string;
  start(): unknown;
  clear(): unknown;
  stop(): unknown;
}

export type SpinnerLoader = () => Promise<Spinner>;

export interface ProgressEnvironment {
  readonly mode: ProgressMode;
  readonly language: Language;
  readonly stderrIsTerminal: boolean;
  readonly write: (chunk: string) => void;
  readonly loadSpinner: SpinnerLoader;
}

export interface StepDescription {
  readonly id: string;
  readonly name: Text;
}

export interface ProgressStep {
  /** @param share the part of the step that is done, from 0 to 1 */
  reach(share: number): void;
  finish(): void;
}

export interface Progress {
  during<T>(step: StepDescription, work: (step: ProgressStep) => Promise<T>): Promise<T>;
  hide(): void;
  stop(): void;
  /** Finishes the current step. Shows no later step, because a spinner would keep the process alive. */
  close(): void;
}

interface StepProgress extends StepDescription {
  /** whole per cent; undefined until some are known to be done */
  readonly percent: number | undefined;
  readonly secondsLeft: number | undefined;
}

interface ProgressDisplay {
  show(state: StepProgress): void;
  hide(): void;
  end(state: StepProgress): void;
}

const NO_PROGRESS_DISPLAY: ProgressDisplay = { show() {}, hide() {}, end() {} };

/** In the mode `auto`, a terminal shows a bar with the per cent and the time left. Elsewhere, nothing is shown. */
export function createProgress(place: ProgressEnvironment & { readonly clock: () => number }): Progress {
  let display = createDisplay(place);
  let current: ProgressStep | undefined;
  return {
    async during(description, work) {
      current?.finish();
      const step = (current = startStep(description, display, place.clock));
      try {
        return await work(step);
      } finally {
        step.finish();
      }
    },
    hide: () => display.hide(),
    stop: () => current?.finish(),
    close() {
      current?.finish();
      display = NO_PROGRESS_DISPLAY;
    },
  };
}

/** The time left is not shown earlier, because it would be a guess. */
const MIN_ELAPSED_MS = 1000;

function startStep(step: StepDescription, display: ProgressDisplay, clock: () => number): ProgressStep {
  const startedAt = clock();
  let state: StepProgress = { ...step, percent: undefined, secondsLeft: undefined };
  let isFinished = false;
  display.show(state);
  return {
    reach(share) {
      const percent = Math.min(99, Math.floor(share * 100));
      if (isFinished || percent <= (state.percent ?? 0)) return;
      const elapsed = clock() - startedAt;
      const left = elapsed < MIN_ELAPSED_MS ? undefined : Math.ceil((elapsed * (1 - share)) / share / 1000);
      state = { ...state, percent, secondsLeft: left };
      display.show(state);
    },
    finish() {
      if (!isFinished) display.end({ ...state, percent: 100, secondsLeft: 0 });
      isFinished = true;
    },
  };
}

function createDisplay({ mode, language, stderrIsTerminal, write, loadSpinner }: ProgressEnvironment): ProgressDisplay {
  if (mode === "json") {
    const event = ({ id, percent = 0, secondsLeft }: StepProgress): void =>
      write(`${JSON.stringify({ step: id, percent, secondsLeft: secondsLeft ?? null })}\n`);
    return { show: event, hide() {}, end: event };
  }
  return mode === "none" || !stderrIsTerminal ? NO_PROGRESS_DISPLAY : createSpinnerDisplay(language, loadSpinner);
}

/** Loads the spinner in the background. A step may end before the spinner is loaded. */
function createSpinnerDisplay(language: Language, load: SpinnerLoader): ProgressDisplay {
  let line = "";
  let step = 0;
  let running: Spinner | undefined;
  const start = async (of: number): Promise<void> => {
    const spinner = await load();
    if (of !== step) return;
    running = spinner;
    spinner.text = line;
    spinner.start();
  };
  return {
    show(state) {
      const isNew = line === "";
      line = renderProgressLine(state, language);
      if (isNew) void start(step);
      else if (running !== undefined) running.text = line;
    },
    hide: () => running?.clear(),
    end() {
      running?.stop();
      running = undefined;
      line = "";
      step += 1;
    },
  };
}

const BAR_WIDTH = 20;

function renderProgressLine({ name, percent, secondsLeft }: StepProgress, language: Language): string {
  const shown = escapeForPeople(name[language]);
  if (percent === undefined) return shown;
  const done = Math.floor((percent / 100) * BAR_WIDTH);
  const bar = `[${"#".repeat(done)}${".".repeat(BAR_WIDTH - done)}]`;
  if (secondsLeft === undefined) return `${shown}  ${bar}  ${percent} %`;
  const time = `${Math.floor(secondsLeft / 60)}:${String(secondsLeft % 60).padStart(2, "0")}`;
  return `${shown}  ${bar}  ${percent} %  ${text(`${time} left`, `残り ${time}`)[language]}`;
}
