import type { Language, Text } from "../../text/index.ts";
import { renderBarLine, renderFinishedLine, renderProgressLine, type StepState, type ProgressUnit } from "./line.ts";

/** How progress is shown: the values of `--progress`. */
export type ProgressMode = "auto" | "plain" | "json" | "none";

interface Spinner {
  text: string;
  start(): unknown;
  clear(): unknown;
  stop(): unknown;
}

/** Loads a spinner that has not been started yet. */
export type LoadSpinner = () => Promise<Spinner>;

interface ProgressReporter {
  /** minimum time between two updates, in milliseconds */
  readonly intervalMs: number;
  begin(state: StepState, id: string): void;
  update(state: StepState, id: string): void;
  end(state: StepState, id: string): void;
  hide(): void;
}

/** What the progress display needs from its environment. */
export interface ProgressEnvironment {
  readonly mode: ProgressMode;
  readonly language: Language;
  readonly stderrIsTerminal: boolean;
  /** writes to stderr immediately */
  readonly write: (chunk: string) => void;
  readonly columns: () => number;
  /** a monotonic clock in milliseconds */
  readonly clock: () => number;
  /** loads the spinner, which shows activity if the total is not known */
  readonly loadSpinner: LoadSpinner;
}

/** A step of long-running work. */
export interface StepDescription {
  /** stable id for programs */
  readonly id: string;
  readonly name: Text;
  readonly unit: ProgressUnit;
  /** the amount of work, if known */
  readonly total?: number | undefined;
}

export interface ProgressStep {
  /** adds to the amount done; 1 by default */
  advance(by?: number): void;
  /** sets the total amount done */
  reach(done: number): void;
  /** sets the total, once it is known */
  expect(total: number): void;
  /** ends the step; safe to call twice */
  finish(): void;
}

/** Shows the progress of long-running work, one step at a time. */
export interface Progress {
  /** starts a step and finishes the previous step; JSON mode always writes an event for the start */
  start(step: StepDescription): ProgressStep;
  /** clears the progress display so that a line can be written; the next advance draws it again */
  hide(): void;
  /** finishes the current step */
  stop(): void;
  /** finishes the current step; later steps are not shown, so that no spinner keeps the program running */
  close(): void;
}

/** Creates the display for `--progress`. `auto` draws on a terminal, and writes a line every few seconds elsewhere. */
export function createProgress(place: ProgressEnvironment): Progress {
  let reporter = createReporter(place);
  let current: RunningStep | undefined;
  return {
    start(step) {
      current?.finish();
      current = new RunningStep(step, reporter, place.clock);
      return current;
    },
    hide: () => reporter.hide(),
    stop: () => current?.finish(),
    close() {
      current?.finish();
      reporter = SILENT_REPORTER;
    },
  };
}

const SILENT_REPORTER: ProgressReporter = { intervalMs: Infinity, begin() {}, update() {}, end() {}, hide() {} };

function createReporter(place: ProgressEnvironment): ProgressReporter {
  switch (place.mode) {
    case "none":
      return SILENT_REPORTER;
    case "json":
      return createJsonReporter(place);
    case "plain":
      return createLineReporter(place);
    case "auto":
      return place.stderrIsTerminal ? createBarReporter(place) : createLineReporter(place);
  }
}

function createJsonReporter({ write }: ProgressEnvironment): ProgressReporter {
  const event = ({ done, total, unit }: StepState, step: string): void =>
    write(`${JSON.stringify({ step, done, total: total ?? null, unit: unit.id })}\n`);
  return { intervalMs: 500, begin: event, update: event, end: event, hide() {} };
}

function createLineReporter({ write, language }: ProgressEnvironment): ProgressReporter {
  const line = (state: StepState): void => {
    // the work is done, so no progress is left to report
    if (state.total !== undefined && state.done >= state.total) return;
    write(`${renderProgressLine(state, language).replaceAll(/ {3,}/g, "  ")}\n`);
  };
  return { intervalMs: 3_000, begin() {}, update: line, end() {}, hide() {} };
}

const CLEAR_LINE = "\r\u001b[K";

/** Minimum duration, in milliseconds, of a step that leaves a line on the screen when it ends. */
const MIN_REPORTED_STEP_MS = 2_000;

/** Creates the terminal reporter: a bar if the total is known, otherwise a spinner, which is loaded on first use. */
function createBarReporter(place: ProgressEnvironment): ProgressReporter {
  const { write, columns, language } = place;
  let spinning: SpinningStep | undefined;
  let drawn = false;
  const hide = (): void => {
    spinning?.hide();
    if (drawn) {
      drawn = false;
      write(CLEAR_LINE);
    }
  };
  const draw = (state: StepState): void => {
    if (state.total !== undefined) {
      spinning?.stop();
      spinning = undefined;
      drawn = true;
      write(CLEAR_LINE + renderBarLine(state, language, columns()));
      return;
    }
    spinning ??= new SpinningStep(place.loadSpinner);
    spinning.say(renderProgressLine(state, language));
  };
  return {
    intervalMs: 100,
    begin: draw,
    update: draw,
    end(state) {
      hide();
      spinning?.stop();
      spinning = undefined;
      if (state.elapsedMs >= MIN_REPORTED_STEP_MS) write(`${renderFinishedLine(state, language)}\n`);
    },
    hide,
  };
}

class SpinningStep {
  #spinner: Spinner | undefined;
  #line = "";
  #stopped = false;

  constructor(load: LoadSpinner) {
    void this.#start(load);
  }

  async #start(load: LoadSpinner): Promise<void> {
    const spinner = await load();
    if (!this.#stopped) {
      this.#spinner = spinner;
      spinner.text = this.#line;
      spinner.start();
    }
  }

  say(line: string): void {
    this.#line = line;
    if (this.#spinner !== undefined) {
      this.#spinner.text = line;
    }
  }

  hide(): void {
    this.#spinner?.clear();
  }

  stop(): void {
    this.#stopped = true;
    this.#spinner?.stop();
  }
}

class RunningStep implements ProgressStep {
  readonly #step: StepDescription;
  readonly #reporter: ProgressReporter;
  readonly #clock: () => number;
  readonly #startedAt: number;
  #shownAt: number;
  #done = 0;
  #total: number | undefined;
  #finished = false;

  constructor(step: StepDescription, reporter: ProgressReporter, clock: () => number) {
    this.#step = step;
    this.#total = step.total;
    this.#reporter = reporter;
    this.#clock = clock;
    this.#startedAt = this.#shownAt = clock();
    reporter.begin(this.#state(this.#startedAt), step.id);
  }

  advance(by = 1): void {
    this.reach(this.#done + by);
  }

  reach(done: number): void {
    this.#done = done;
    const now = this.#clock();
    if (!this.#finished && now - this.#shownAt >= this.#reporter.intervalMs) {
      this.#shownAt = now;
      this.#reporter.update(this.#state(now), this.#step.id);
    }
  }

  expect(total: number): void {
    this.#total = total;
  }

  finish(): void {
    if (!this.#finished) {
      this.#finished = true;
      this.#reporter.end(this.#state(this.#clock()), this.#step.id);
    }
  }

  #state(now: number): StepState {
    const { name, unit } = this.#step;
    return { name, unit, done: this.#done, total: this.#total, elapsedMs: now - this.#startedAt };
  }
}
