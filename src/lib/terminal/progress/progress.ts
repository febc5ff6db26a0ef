import { text, type Language, type Text } from "../../text/index.ts";
import { escapeForPeople } from "../../text/shell-word.ts";

export type ProgressMode = "auto" | "json" | "none";

export interface ProgressUnit {
  readonly id: string;
  readonly name: Text;
}

export const ROW_UNIT: ProgressUnit = { id: "rows", name: text("rows", "行") };
export const BYTE_UNIT: ProgressUnit = { id: "bytes", name: text("bytes", "バイト") };

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
  readonly unit: ProgressUnit;
  readonly total?: number | undefined;
}

export interface ProgressStep {
  advance(by?: number): void;
  reach(done: number): void;
  expect(total: number): void;
  finish(): void;
}

export interface Progress {
  start(step: StepDescription): ProgressStep;
  hide(): void;
  stop(): void;
  /** Finishes the current step. Shows no later step, because a spinner would keep the process alive. */
  close(): void;
}

interface StepProgress extends StepDescription {
  readonly done: number;
}

interface ProgressDisplay {
  show(state: StepProgress): void;
  hide(): void;
  end(state: StepProgress): void;
}

const NO_PROGRESS_DISPLAY: ProgressDisplay = { show() {}, hide() {}, end() {} };

const MIN_EVENT_INTERVAL_MS = 500;

/** In the mode `auto`, a terminal shows a spinner with a count. Elsewhere, nothing is shown. */
export function createProgress(place: ProgressEnvironment & { readonly clock: () => number }): Progress {
  let display = createDisplay(place);
  let current: ProgressStep | undefined;
  return {
    start(step) {
      current?.finish();
      return (current = startStep(step, display, place.clock));
    },
    hide: () => display.hide(),
    stop: () => current?.finish(),
    close() {
      current?.finish();
      display = NO_PROGRESS_DISPLAY;
    },
  };
}

function startStep(step: StepDescription, display: ProgressDisplay, clock: () => number): ProgressStep {
  let state: StepProgress = { ...step, done: 0 };
  let shownAt = clock();
  let isFinished = false;
  display.show(state);
  const reach = (done: number): void => {
    state = { ...state, done };
    if (isFinished || clock() - shownAt < MIN_EVENT_INTERVAL_MS) return;
    shownAt = clock();
    display.show(state);
  };
  return {
    advance: (by = 1) => reach(state.done + by),
    reach,
    expect: (total) => void (state = { ...state, total }),
    finish() {
      if (!isFinished) display.end(state);
      isFinished = true;
    },
  };
}

function createDisplay({ mode, language, stderrIsTerminal, write, loadSpinner }: ProgressEnvironment): ProgressDisplay {
  if (mode === "json") {
    const event = ({ id, done, total, unit }: StepProgress): void =>
      write(`${JSON.stringify({ step: id, done, total: total ?? null, unit: unit.id })}\n`);
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

function renderProgressLine({ name, done, total, unit }: StepProgress, language: Language): string {
  const share = total === undefined || total === 0 ? [] : [`${Math.min(100, Math.floor((done / total) * 100))} %`];
  const format = (count: number): string =>
    unit.id === BYTE_UNIT.id ? (count / 1e6).toFixed(1) : count.toLocaleString("en-US");
  const amount = total === undefined ? format(done) : `${format(done)}/${format(total)}`;
  const counted = `${amount} ${unit.id === BYTE_UNIT.id ? "MB" : unit.name[language]}`;
  return [escapeForPeople(name[language]), ...share, counted].join("  ");
}
