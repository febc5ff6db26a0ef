import { same, text, type Text } from "../text/index.ts";
import { quoteCommandWord } from "../text/shell-word.ts";
import type { Catalogue, GlobalOptions } from "./catalogue.ts";

type LineOptions<C extends keyof Catalogue> = Catalogue[C]["options"] &
  Omit<GlobalOptions, keyof Catalogue[C]["options"]> & { readonly help?: true; readonly helpAll?: true };

type OptionValue = string | number | true | undefined;

/** Only {@link line} creates a command, so that the compiler checks every word. */
export class CommandLine {
  readonly name: keyof Catalogue;
  readonly words: readonly string[];

  constructor(name: keyof Catalogue, words: readonly string[]) {
    this.name = name;
    this.words = words;
  }

  toString(): string {
    return `\`${this.toJSON()}\``;
  }

  toJSON(): string {
    return ["clomoctl", this.name, ...this.words.map(quoteCommandWord)].join(" ");
  }
}

const toFlag = (key: string): string => `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

const formatOption = (key: string, value: string): readonly string[] => {
  const flag = toFlag(key);
  if (value.startsWith("-")) return [`${flag}=${value}`];
  return [key === "output" ? "-o" : flag, value];
};

const formatOptions = ([key, value]: readonly [string, OptionValue | readonly OptionValue[]]): readonly string[] => {
  if (value === undefined) return [];
  if (value === true) return [toFlag(key)];
  const values = Array.isArray(value) ? (value as readonly OptionValue[]) : [value as OptionValue];
  return values.flatMap((one) => formatOption(key, String(one)));
};

/**
 * Returns a command such as `clomoctl users edit taro@example.jp --title 課長`. An unknown command, option or choice is a
 * compile error.
 */
export const line = <C extends keyof Catalogue>(
  command: C,
  args: Catalogue[C]["args"],
  options?: LineOptions<C>,
): CommandLine => {
  const words = (args as readonly OptionValue[]).filter((word) => word !== undefined).map(String);
  const flags = Object.entries(
    (options ?? {}) as Readonly<Record<string, OptionValue | readonly OptionValue[]>>,
  ).flatMap(formatOptions);
  const readsAsOption = words.some((word) => word.startsWith("-"));
  return new CommandLine(command, readsAsOption ? [...flags, "--", ...words] : [...words, ...flags]);
};

export const commandName = (command: keyof Catalogue): string => `clomoctl ${command}`;

export interface Step {
  readonly why: Text;
  readonly line?: CommandLine | undefined;
}

export type Advice = Step | CommandLine | Text;

export const step = <L extends CommandLine | undefined>(en: string, ja: string, line?: L) => ({
  why: text(en, ja),
  line: line as L,
});

export const renderAdvice = (advice: Advice): Text => {
  if (advice instanceof CommandLine) return same(`${advice}`);
  if (!("why" in advice)) return advice;
  const { why, line } = advice;
  return line === undefined ? why : text(`${why.en}: ${line}`, `${why.ja}: ${line}`);
};
