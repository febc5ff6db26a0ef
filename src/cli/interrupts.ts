import { ERRORS, Failure } from "../lib/errors/index.ts";
import { CHANGED_STATE, MAYBE_CHANGED_STATE, PARTLY_CHANGED_STATE, type ChangeState } from "../lib/client/changes.ts";
import { text, type Text } from "../lib/text/index.ts";
import { renderReport, type ErrorStyle } from "../lib/terminal/failure.ts";

const SIGNAL_GRACE_MS = 900;

const OUTPUT_GRACE_MS = 50;

const HANG_UP_EXIT_CODE = 129;

/** SIGHUP ends the program even under `nohup`, because Node resets an ignored SIGHUP. */
const SIGNAL_EXIT_CODES = new Map<NodeJS.Signals, number>([
  ["SIGHUP", HANG_UP_EXIT_CODE],
  ["SIGINT", 130],
  ["SIGTERM", 143],
]);

export const UNCHANGED_STATE = text("nothing was changed", "何も変更していません");

export const UNKNOWN_STATE = text("it is unknown how much was done", "どこまで処理したかは不明です");

export interface SignalHost {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  exit(code: number): never;
}

/** Ends the process if the command does not stop in time after a signal. */
export class Interrupts {
  readonly #abort = new AbortController();
  readonly #host: SignalHost;
  readonly #style: ErrorStyle;
  readonly #say: (report: string) => void;
  #state: () => Text = () => UNCHANGED_STATE;
  #changes = 0;
  #ending: (exit: number) => string = () => "";
  #exit: number | undefined;
  #reported = false;
  #graceMs = SIGNAL_GRACE_MS;
  done: Text | undefined;
  /** what SIGHUP means to a server, which then goes on */
  reload: (() => void) | undefined;
  #endsItself = false;

  /** @param say must write to stderr synchronously, because the process may end right after the call */
  constructor(host: SignalHost, style: ErrorStyle, say: (report: string) => void) {
    this.#host = host;
    this.#style = style;
    this.#say = say;
    for (const [name, exit] of SIGNAL_EXIT_CODES) {
      host.on(name, () => {
        // the system can send SIGHUP several times when a window is closed
        if (name === "SIGHUP") this.hangUp();
        else this.#interrupted(exit);
      });
    }
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get exit(): number | undefined {
    return this.#endsItself ? undefined : this.#exit;
  }

  async untilStopped(graceMs: number): Promise<void> {
    this.#graceMs = graceMs;
    this.#endsItself = true;
    const { signal } = this;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  }

  describeChange(change: ChangeState): void {
    if (change === "made") this.#changes += 1;
    if (change === "sent") this.describe(() => MAYBE_CHANGED_STATE);
    else if (this.#changes === 0) this.describe(() => UNCHANGED_STATE);
    else this.describeDone(this.#changes === 1 ? CHANGED_STATE : PARTLY_CHANGED_STATE);
  }

  describe(state: () => Text): void {
    this.#state = state;
    this.done = undefined;
  }

  describeDone(done: Text): void {
    this.#state = () => done;
    this.done = done;
  }

  precede(ending: (exit: number) => string): void {
    this.#ending = ending;
  }

  get state(): Text {
    return this.#state();
  }

  hangUp(): void {
    if (this.reload !== undefined) this.reload();
    else if (this.#exit === undefined) this.#interrupted(HANG_UP_EXIT_CODE);
  }

  /** At a prompt, Ctrl-C is read as a key and sends no signal. */
  leave(): void {
    this.#exit ??= ERRORS.interrupted.exit;
  }

  /** Reports an interruption and returns its exit code. Returns undefined if there was no interruption. */
  over(): number | undefined {
    const exit = this.#exit;
    if (exit === undefined || this.#endsItself) return undefined;
    this.#announce(exit);
    setTimeout(() => this.#end(exit), OUTPUT_GRACE_MS).unref();
    return exit;
  }

  #announce(exit: number): void {
    if (this.#reported) return;
    this.#reported = true;
    this.#say(this.#ending(exit) + renderReport(this.#failure(), this.#style));
  }

  #failure(): Failure {
    const done = this.#state();
    return new Failure("interrupted", { what: text(`interrupted: ${done.en}`, `中断しました: ${done.ja}`) });
  }

  #interrupted(exit: number): void {
    if (this.#exit !== undefined) this.#end(this.#exit);
    this.#exit = exit;
    this.#abort.abort(this.#failure());
    setTimeout(() => this.#end(exit), this.#graceMs).unref();
  }

  #end(exit: number): never {
    this.#announce(exit);
    this.#host.exit(exit);
  }
}
