import { ERRORS, Failure } from "../lib/errors/index.ts";
import { text, type Text } from "../lib/text/index.ts";
import { reportOf } from "./report.ts";
import type { ErrorStyle } from "./error-style.ts";

/** Time a command has to stop by itself after the first signal. */
const GRACE_MS = 900;

/** Time who reads the output has to take the rest of it, after an interrupted command has ended. */
const LAST_MS = 50;

const HANG_UP_EXIT = 129;

/**
 * SIGHUP comes when the window is closed or the ssh session drops. It also ends the program under `nohup`, as it ends
 * any program on Node: Node sets an ignored SIGHUP back to its default before it runs any of our code, so that
 * `/proc/self/status` does not show it any more. `setsid` and `systemd-run` do outlive the session.
 */
const EXITS = new Map<NodeJS.Signals, number>([
  ["SIGHUP", HANG_UP_EXIT],
  ["SIGINT", 130],
  ["SIGTERM", 143],
]);

/** For commands that only read. */
const UNCHANGED = text("nothing was changed", "何も変更していません");

/** For commands that change something and have not yet described their state. */
export const UNKNOWN = text("what was done so far is not known", "どこまで処理したかは不明です");

/** The part of the process that receives signals and ends it. */
export interface SignalHost {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  exit(code: number): never;
}

/** Turns SIGINT, SIGTERM and SIGHUP into an abort of the command, and ends the process if the command does not stop. */
export class Interrupts {
  readonly #abort = new AbortController();
  readonly #host: SignalHost;
  readonly #style: ErrorStyle;
  readonly #say: (report: string) => void;
  #state: () => Text = () => UNCHANGED;
  #done: Text | undefined;
  #exit: number | undefined;
  #reported = false;

  /** @param say writes to stderr synchronously: nothing written later would be seen */
  constructor(host: SignalHost, style: ErrorStyle, say: (report: string) => void) {
    this.#host = host;
    this.#style = style;
    this.#say = say;
    for (const [name, exit] of EXITS) {
      host.on(name, () => {
        // a window is closed once, however often the system says so
        if (name === "SIGHUP") this.hangUp();
        else this.#interrupted(exit);
      });
    }
  }

  /** Aborted by the first signal; its reason is a Failure `interrupted`. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** The exit code of the interruption, if there was one. */
  get exit(): number | undefined {
    return this.#exit;
  }

  /** Sets the description, used when a signal comes, of what was and was not done; the latest call counts. */
  describe(state: () => Text): void {
    this.#state = state;
    this.#done = undefined;
  }

  /** Sets the description of what was changed for good; the latest call counts, of {@link describe} too. */
  describeDone(done: Text): void {
    this.#state = () => done;
    this.#done = done;
  }

  /** What was changed for good, where the command has said so. */
  get done(): Text | undefined {
    return this.#done;
  }

  /** Aborts the command because its window was closed, unless it has been interrupted already. */
  hangUp(): void {
    if (this.#exit === undefined) this.#interrupted(HANG_UP_EXIT);
  }

  /** Treats Ctrl-C in a question, which causes no signal, like SIGINT. The command has already ended. */
  leave(): void {
    this.#exit ??= ERRORS.interrupted.exit;
  }

  /**
   * Call when the command has ended: reports the interruption, if there was one, and does not wait for a slow reader.
   *
   * @returns the exit code of the interruption
   */
  over(): number | undefined {
    const exit = this.#exit;
    if (exit === undefined) return undefined;
    this.#announce();
    setTimeout(() => this.#end(exit), LAST_MS).unref();
    return exit;
  }

  #announce(): void {
    if (this.#reported) return;
    this.#reported = true;
    this.#say(this.report());
  }

  /** The report of the interruption, for stderr. */
  report(): string {
    return reportOf(this.#failure(), this.#style);
  }

  #failure(): Failure {
    const done = this.#state();
    return new Failure("interrupted", { what: text(`interrupted: ${done.en}`, `中断しました: ${done.ja}`) });
  }

  #interrupted(exit: number): void {
    if (this.#exit !== undefined) this.#end(this.#exit);
    this.#exit = exit;
    this.#abort.abort(this.#failure());
    setTimeout(() => this.#end(exit), GRACE_MS).unref();
  }

  #end(exit: number): never {
    this.#announce();
    this.#host.exit(exit);
  }
}
