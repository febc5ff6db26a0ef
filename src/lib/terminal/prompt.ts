import { PassThrough, Transform } from "node:stream";
import { Failure } from "../errors/index.ts";
import { text, type Language, type Text } from "../text/index.ts";
import { escapeForPeople } from "./escape.ts";

/** The common parts of every question. */
export interface Question {
  readonly message: Text;
  /** the option that answers it in a script, named when it is not possible to ask: `--yes` */
  readonly flag: string;
}

/** One of several answers. */
export interface Choice<T> {
  readonly value: T;
  readonly name: Text;
}

/** Where prompts are shown and answered. */
export interface PromptPlace {
  /** Whether stdin is a terminal, and asking is allowed. */
  readonly interactive: () => boolean;
  readonly language: Language;
  readonly stdin: () => NodeJS.ReadableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly colour: boolean;
  /** called before a question is shown: what is drawn on the terminal would overwrite it */
  readonly clear?: (() => void) | undefined;
  /** aborts a question, as a signal to the process does */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Questions, asked on stderr. Each throws `usage`, naming its flag, when it is not possible to ask, and `interrupted`
 * on Ctrl-C or Ctrl-D.
 */
export class Prompts {
  readonly #place: PromptPlace;

  constructor(place: PromptPlace) {
    this.#place = place;
  }

  /** Yes or no; Enter alone means `preset`, by default no. */
  async confirm({
    message,
    flag,
    preset = false,
  }: Question & { readonly preset?: boolean | undefined }): Promise<boolean> {
    this.#mustBeInteractive(message, flag, "usage");
    const { default: ask } = await import("@inquirer/confirm");
    const japanese = this.#place.language === "ja";
    return this.#ask(flag, (context) =>
      ask(
        {
          message: this.#line(message),
          default: preset,
          transformer: (yes) => this.#line(yes ? text("yes", "はい") : text("no", "いいえ")),
          theme: japanese ? { keywords: { error: () => "y か n で答えてください" } } : {},
        },
        context,
      ),
    );
  }

  /**
   * Asks for a number that must equal `expected`, as proof that it was read: for deletions.
   *
   * @throws `input-rejected` when it is not possible to ask, or another number was typed
   */
  async typedNumber({ message, flag, expected }: Question & { readonly expected: number }): Promise<void> {
    this.#mustBeInteractive(message, flag, "input-rejected");
    const typed = (await this.input({ message, flag })).normalize("NFKC").replaceAll(",", "").trim();
    if (!/^\d+$/.test(typed) || Number(typed) !== expected) {
      throw new Failure("input-rejected", {
        what: text(
          `"${typed}" is not the expected number; nothing was changed`,
          `「${typed}」は求められた数と違います。何も変更していません`,
        ),
      });
    }
  }

  /** One of several choices, by the arrow keys. */
  async select<T>({ message, flag, choices }: Question & { readonly choices: readonly Choice<T>[] }): Promise<T> {
    this.#mustBeInteractive(message, flag, "usage");
    const { default: ask } = await import("@inquirer/select");
    const help = this.#line(text("↑↓ move, Enter choose", "↑↓ で移動、Enter で決定"));
    return this.#ask(flag, (context) =>
      ask(
        {
          message: this.#line(message),
          choices: choices.map(({ value, name }) => ({ value, name: this.#line(name) })),
          theme: { style: { keysHelpTip: () => help } },
        },
        context,
      ),
    );
  }

  /** A line of text; `check` returns what is wrong with it, if anything. */
  async input(
    question: Question & {
      readonly preset?: string | undefined;
      readonly check?: (typed: string) => Text | undefined;
    },
  ): Promise<string> {
    return this.#typed(question);
  }

  /** A secret, of which nothing is shown as it is typed: one that `check` refuses is typed anew, from nothing. */
  async secret({
    message,
    flag,
    check,
  }: Question & { readonly check?: (typed: string) => Text | undefined }): Promise<string> {
    return this.#typed({
      message,
      flag,
      check,
      transformer: () => "",
      theme: { validationFailureMode: "clear" },
    });
  }

  async #typed({
    message,
    flag,
    preset,
    check,
    transformer,
    theme = {},
  }: Question & {
    readonly preset?: string | undefined;
    readonly check?: ((typed: string) => Text | undefined) | undefined;
    /** what is shown of what was typed */
    readonly transformer?: (typed: string) => string;
    /** whether what is refused stays in the line */
    readonly theme?: { readonly validationFailureMode?: "keep" | "clear" };
  }): Promise<string> {
    this.#mustBeInteractive(message, flag, "usage");
    const { default: ask } = await import("@inquirer/input");
    const validate = (typed: string): true | string => {
      const wrong = check?.(typed);
      return wrong === undefined ? true : this.#line(wrong);
    };
    const config = {
      message: this.#line(message),
      validate,
      theme,
      ...(preset === undefined ? {} : { default: preset }),
      ...(transformer === undefined ? {} : { transformer }),
    };
    return this.#ask(flag, (context) => ask(config, context));
  }

  #line(message: Text): string {
    return escapeForPeople(message[this.#place.language]);
  }

  #mustBeInteractive(message: Text, flag: string, code: "usage" | "input-rejected"): void {
    if (this.#place.interactive()) {
      return;
    }
    throw new Failure(code, {
      what: text(
        `not interactive, cannot ask: ${message.en}`,
        `対話できないため入力を受け付けられません: ${message.ja}`,
      ),
      hint: text(`pass ${flag}`, `${flag} を指定してください`),
    });
  }

  async #ask<T>(flag: string, question: (context: PromptContext) => Promise<T>): Promise<T> {
    const { stderr, colour, clear, signal } = this.#place;
    const stdin = this.#place.stdin();
    clear?.();
    const leaving = new AbortController();
    const leave = (): void => leaving.abort();
    const leaveOnEndKey = (_: unknown, key?: { readonly ctrl?: boolean; readonly name?: string }): void => {
      if (key?.ctrl === true && key.name === "d") {
        leave();
      }
    };
    const output = colour ? new PassThrough() : withoutColours();
    output.pipe(stderr, { end: false });
    stdin.once("end", leave).on("keypress", leaveOnEndKey);
    const ended = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
    try {
      return await question({ input: stdin, output, signal: ended });
    } catch (cause) {
      throw isLeaving(cause) ? interrupted(flag, cause) : cause;
    } finally {
      stdin.off("end", leave).off("keypress", leaveOnEndKey);
    }
  }
}

interface PromptContext {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

const LEAVING = new Set(["ExitPromptError", "AbortPromptError", "CancelPromptError"]);

const isLeaving = (cause: unknown): boolean => cause instanceof Error && LEAVING.has(cause.name);

const interrupted = (where: string, cause: unknown): Failure =>
  new Failure("interrupted", {
    what: text("the question was not answered", "質問に答えずに中断しました"),
    where,
    cause,
  });

/** Removes colours and keeps cursor movements; prompts write each escape sequence whole. */
function withoutColours(): Transform {
  const escape = String.fromCharCode(0x1b);
  const colours = new RegExp(`${escape}\\[[0-9;]*m`, "g");
  return new Transform({
    decodeStrings: false,
    transform(chunk: string | Buffer, _encoding, done) {
      done(null, chunk.toString().replaceAll(colours, ""));
    },
  });
}
