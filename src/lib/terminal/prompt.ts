import type askInput from "@inquirer/input";
import { PassThrough, Transform } from "node:stream";
import { Failure } from "../errors/index.ts";
import { same, text, type Language, type Text } from "../text/index.ts";
import { escapeForPeople } from "../text/shell-word.ts";

export interface PromptQuestion {
  readonly message: Text;
  /** option that answers the question in a script, such as `--yes` */
  readonly flag: string;
}

interface TextQuestion extends PromptQuestion {
  readonly check?: ((typed: string) => Text | undefined) | undefined;
}

export interface PromptEnvironment {
  readonly interactive: () => boolean;
  readonly language: Language;
  readonly stdin: () => NodeJS.ReadableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly colour: boolean;
  readonly show?: ((line: string) => string) | undefined;
  /** called before a question is shown, to stop a spinner that would overwrite the question */
  readonly clear?: (() => void) | undefined;
  readonly asked?: (() => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type Questions = Pick<Prompts, keyof Prompts>;

/** Asks questions on stderr. @throws `usage` if questions cannot be asked, `interrupted` on Ctrl-C or Ctrl-D */
export class Prompts {
  readonly #place: PromptEnvironment;

  constructor(place: PromptEnvironment) {
    this.#place = place;
  }

  async confirm({ message, flag, preset = false }: PromptQuestion & { readonly preset?: boolean | undefined }) {
    this.#mustBeInteractive(flag, "usage", message);
    await this.#place.asked?.();
    const { default: ask } = await import("@inquirer/confirm");
    const config = {
      message: this.#line(message),
      default: preset,
      transformer: (yes: boolean) => this.#line(yes ? text("yes", "はい") : text("no", "いいえ")),
      theme: this.#place.language === "ja" ? { keywords: { error: () => "y か n で答えてください" } } : {},
    };
    return this.#ask(flag, (context) => ask(config, context));
  }

  async typedNumber({ message, flag, expected }: PromptQuestion & { readonly expected: number }): Promise<void> {
    this.#mustBeInteractive(flag, "input-rejected");
    await this.#place.asked?.();
    const typed = (await this.input({ message, flag })).normalize("NFKC").replaceAll(",", "").trim();
    if (/^\d+$/.test(typed) && Number(typed) === expected) return;
    throw new Failure("input-rejected", {
      what: text(`wrong number "${typed}"; nothing was changed`, `「${typed}」は数が違います。何も変更していません`),
    });
  }

  async select<T>({
    message,
    flag,
    choices,
  }: PromptQuestion & { readonly choices: readonly { readonly value: T; readonly name: Text }[] }): Promise<T> {
    this.#mustBeInteractive(flag);
    const { default: ask } = await import("@inquirer/select");
    const help = this.#line(text("↑↓ to move, Enter to select", "↑↓ で移動、Enter で決定"));
    const config = {
      message: this.#line(message),
      choices: choices.map(({ value, name }) => ({ value, name: this.#line(name) })),
      theme: { style: { keysHelpTip: () => help } },
    };
    return this.#ask(flag, (context) => ask(config, context));
  }

  async input({ preset, ...question }: TextQuestion & { readonly preset?: string | undefined }): Promise<string> {
    return this.#typed(question, preset === undefined ? {} : { default: preset });
  }

  async secret(question: TextQuestion): Promise<string> {
    // Each character needs an asterisk, because the position of the cursor is calculated from the length of the text.
    const mask = (typed: string, at: { isFinal: boolean }): string => (at.isFinal ? "" : "*".repeat(typed.length));
    return this.#typed(question, { transformer: mask, theme: { validationFailureMode: "clear" } });
  }

  async #typed(
    { message, flag, check }: TextQuestion,
    how: Pick<Parameters<typeof askInput>[0], "default" | "transformer" | "theme">,
  ): Promise<string> {
    this.#mustBeInteractive(flag);
    const { default: ask } = await import("@inquirer/input");
    const validate = (typed: string): true | string => {
      const wrong = check?.(typed);
      return wrong === undefined ? true : this.#line(wrong);
    };
    return this.#ask(flag, (context) => ask({ message: this.#line(message), validate, ...how }, context));
  }

  #line(message: Text): string {
    const line = escapeForPeople(message[this.#place.language]);
    return this.#place.show?.(line) ?? line;
  }

  #mustBeInteractive(flag: string, code: "usage" | "input-rejected" = "usage", question = same("")): void {
    if (this.#place.interactive()) return;
    throw new Failure(code, {
      what: text(
        `cannot ask, because the session is not interactive${question.en && `: ${question.en}`}`,
        `対話モードではないため、確認や入力ができません${question.ja && `: ${question.ja}`}`,
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
      if (key?.ctrl === true && key.name === "d") leave();
    };
    const output = colour ? new PassThrough() : createColourFilter();
    output.pipe(stderr, { end: false });
    stdin.once("end", leave).on("keypress", leaveOnEndKey);
    const ended = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
    try {
      return await question({ input: stdin, output, signal: ended });
    } catch (cause) {
      const isAborted = cause instanceof Error && ABORT_ERROR_NAMES.has(cause.name);
      throw isAborted ? createInterruptedFailure(flag, cause) : cause;
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

const ABORT_ERROR_NAMES = new Set(["ExitPromptError", "AbortPromptError", "CancelPromptError"]);

const createInterruptedFailure = (where: string, cause: unknown): Failure =>
  new Failure("interrupted", {
    what: text("the question was not answered", "質問に答えずに中断しました"),
    where,
    cause,
  });

/** Removes colours from the output, but not cursor movements. A chunk must not end inside an escape sequence. */
function createColourFilter(): Transform {
  const escape = String.fromCharCode(0x1b);
  const colours = new RegExp(`${escape}\\[[0-9;]*m`, "g");
  return new Transform({
    decodeStrings: false,
    transform(chunk: string | Buffer, _encoding, done) {
      done(null, chunk.toString().replaceAll(colours, ""));
    },
  });
}
