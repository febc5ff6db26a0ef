import { barLine, finishedLine, progressLine, type StepState } from "./line.ts";
import type { LoadSpinner, ProgressPlace, Reporter, Spinner } from "./place.ts";

const CLEAR_LINE = "\r\u001b[K";

/** A step that took no longer than this leaves no line behind. */
const TOLD_MS = 2_000;

/** Draws on a terminal: a bar if the total is known, else a spinner, loaded on first use. */
export function barReporter(place: ProgressPlace): Reporter {
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
