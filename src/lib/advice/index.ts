import { same, text, type Text } from "../text/index.ts";
import { quoteCommandWord } from "../text/shell-word.ts";
import type { Catalogue, GlobalOptions } from "./catalogue.ts";

/** All options of a command: own options, and the global options that the command does not redefine. */
type LineOptions<C extends keyof Catalogue> = Catalogue[C]["options"] &
  Omit<GlobalOptions, keyof Catalogue[C]["options"]> & { readonly help?: true; readonly helpAll?: true };

type WordValue = string | number | true | undefined;

/**
 * A command to suggest in a message. `words` are the unquoted arguments and options. Only {@link line} creates this
 * object. In a sentence, backticks delimit the command until the terminal prints the sentence.
 */
export class CommandLine {
  readonly name: keyof Catalogue;
  readonly words: readonly string[];

  constructor(name: keyof Catalogue, words: readonly string[]) {
    this.name = name;
    this.words = words;
  }

  /** Returns the command in backticks, quoted for a POSIX shell. */
  toString(): string {
    return `\`${this.toJSON()}\``;
  }

  /** Returns the command without backticks. */
  toJSON(): string {
    return ["clomoctl", this.name, ...this.words.map(quoteCommandWord)].join(" ");
  }
}

/** Returns the flag for the key of an option: `dryRun` → `--dry-run`. */
const toFlag = (key: string): string => `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Returns an option with its value. The key `output` becomes `-o`, or `--output=…` if the value begins with `-`. */
const formatOption = (key: string, value: string): readonly string[] => {
  const flag = toFlag(key);
  if (value.startsWith("-")) return [`${flag}=${value}`];
  return [key === "output" ? "-o" : flag, value];
};

const formatOptions = ([key, value]: readonly [string, WordValue | readonly WordValue[]]): readonly string[] => {
  if (value === undefined) return [];
  if (value === true) return [toFlag(key)];
  const values = Array.isArray(value) ? (value as readonly WordValue[]) : [value as WordValue];
  return values.flatMap((one) => formatOption(key, String(one)));
};

/**
 * Returns a command line for a message: `clomoctl users edit taro@example.jp --title 課長`. An unknown command, option or
 * choice is a compile error. The terminal adds the context and the acting account to the printed message.
 * @param options by their keys in the declaration; options with the value undefined are omitted
 */
export const line = <C extends keyof Catalogue>(
  command: C,
  args: Catalogue[C]["args"],
  options?: LineOptions<C>,
): CommandLine => {
  const words = (args as readonly WordValue[]).filter((word) => word !== undefined).map(String);
  const flags = Object.entries((options ?? {}) as Readonly<Record<string, WordValue | readonly WordValue[]>>).flatMap(
    formatOptions,
  );
  const readsAsOption = words.some((word) => word.startsWith("-"));
  return new CommandLine(command, readsAsOption ? [...flags, "--", ...words] : [...words, ...flags]);
};

/** Returns the full name of a command, such as `clomoctl renewals edit`. To suggest a command, use {@link line}. */
export const commandName = (command: keyof Catalogue): string => `clomoctl ${command}`;

/** Advice that says what to do. `line` is the command for this step, if there is one. */
export interface Step {
  readonly why: Text;
  readonly line?: CommandLine | undefined;
}

export type Advice = Step | CommandLine | Text;

/** Creates a step from its text in both languages. @param line the command for this step, if there is one */
export const step = <L extends CommandLine | undefined>(en: string, ja: string, line?: L) => ({
  why: text(en, ja),
  line: line as L,
});

/** Returns advice as one sentence, such as `to list them: clomoctl devices list`. */
export const renderAdvice = (advice: Advice): Text => {
  if (advice instanceof CommandLine) return same(`${advice}`);
  if (!("why" in advice)) return advice;
  const { why, line } = advice;
  return line === undefined ? why : text(`${why.en}: ${line}`, `${why.ja}: ${line}`);
};
