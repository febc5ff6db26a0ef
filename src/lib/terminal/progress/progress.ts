import type { Language, Text } from "../../text/index.ts";
import { barLine, finishedLine, progressLine, type StepState, type Unit } from "./line.ts";

/** How progress is shown, by the names that `--progress` takes. */
export type ProgressMode = "auto" | "plain" | "json" | "none";

/** A self-animating spinner, as made by ora. */
interface Spinner {
  text: string;
  start(): unknown;
  clear(): unknown;
  stop(): unknown;
}

/** Creates a stopped spinner. */
export type LoadSpinner = () => Promise<Spinner>;

/** Shows the states of a step; one per mode. */
interface Reporter {
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

/** A part of long-running work. */
export interface StepDescription {
  /** for programs; stable */
  readonly id: string;
  readonly name: Text;
  readonly unit: Unit;
  /** the amount of work, if known */
  readonly total?: number | undefined;
}

/** A running step. */
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
  /** starts a step and finishes the one before; JSON mode always writes an event for it */
  start(step: StepDescription): ProgressStep;
  /** clears what is drawn, so that a line can be written; the next advance draws it again */
  hide(): void;
  /** finishes the current step when the program ends or fails */
  stop(): void;
}

/** Progress by `--progress`: `auto` draws on a terminal, and writes a line every few seconds elsewhere. */
export function createProgress(place: ProgressPlace): Progress {
  const reporter = chooseReporter(place);
  let current: RunningStep | undefined;
  return {
    start(step) {
      current?.finish();
      current = new RunningStep(step, reporter, place.clock);
      return current;
    },
    hide: () => reporter.hide(),
    stop: () => current?.finish(),
  };
}

function chooseReporter(place: ProgressPlace): Reporter {
  switch (place.mode) {
    case "none":
      return { intervalMs: Infinity, begin() {}, update() {}, end() {}, hide() {} };
    case "json":
      return jsonReporter(place);
    case "plain":
      return lineReporter(place);
    case "auto":
      return place.stderrIsTerminal ? barReporter(place) : lineReporter(place);
  }
}

function jsonReporter({ write }: ProgressPlace): Reporter {
  const event = ({ done, total, unit }: StepState, step: string): void =>
    write(`${JSON.stringify({ step, done, total: total ?? null, unit: unit.id })}\n`);
  return { intervalMs: 500, begin: event, update: event, end: event, hide() {} };
}

function lineReporter({ write, language }: ProgressPlace): Reporter {
  const line = (state: StepState): void => {
    // nothing is left to wait for
    if (state.total !== undefined && state.done >= state.total) return;
    write(`${progressLine(state, language).replaceAll(/ {3,}/g, "  ")}\n`);
  };
  return { intervalMs: 3_000, begin() {}, update: line, end() {}, hide() {} };
}

const CLEAR_LINE = "\r\u001b[K";

/** A step that took no longer than this leaves no line behind. */
const TOLD_MS = 2_000;

/** Draws on a terminal: a bar if the total is known, else a spinner, loaded on first use. */
function barReporter(place: ProgressPlace): Reporter {
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
      write(CLEAR_LINE + barLine(state, language, columns()));
      return;
    }
    spinning ??= new SpinningStep(place.loadSpinner);
    spinning.say(progressLine(state, language));
  };
  return {
    intervalMs: 100,
    begin: draw,
    update: draw,
    end(state) {
      hide();
      spinning?.stop();
      spinning = undefined;
      if (state.elapsedMs >= TOLD_MS) write(`${finishedLine(state, language)}\n`);
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
  readonly #reporter: Reporter;
  readonly #clock: () => number;
  readonly #startedAt: number;
  #shownAt: number;
  #done = 0;
  #total: number | undefined;
  #finished = false;

  constructor(step: StepDescription, reporter: Reporter, clock: () => number) {
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
