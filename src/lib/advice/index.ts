import { same, text, type Text } from "../text/index.ts";
import { shownOption, shownWord } from "../text/shell-word.ts";
import type { Catalogue, GlobalOptions } from "./catalogue.ts";

/** A command's own options, and the general ones that it does not declare itself. */
type LineOptions<C extends keyof Catalogue> = Catalogue[C]["options"] &
  Omit<GlobalOptions, keyof Catalogue[C]["options"]> & { readonly help?: true; readonly helpAll?: true };

type WordValue = string | number | true | undefined;

declare const typed: unique symbol;

/** A command line that was built from the declared commands: only {@link line} returns one. */
export type CommandLine = string & { readonly [typed]: true };

/** `dryRun` → `--dry-run` */
const flagOf = (key: string): string => `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** `output`, which every command has, is short: but `-o=…` would be read as a value. */
const optionOf = (key: string, value: string): string =>
  key === "output" && !value.startsWith("-") ? shownOption("-o", value) : shownOption(flagOf(key), value);

const optionWords = ([key, value]: readonly [string, WordValue | readonly WordValue[]]): readonly string[] => {
  if (value === undefined) return [];
  if (value === true) return [flagOf(key)];
  const values = Array.isArray(value) ? (value as readonly WordValue[]) : [value as WordValue];
  return values.map((one) => optionOf(key, String(one)));
};

/**
 * Returns a command line for a message: `clomoctl users edit taro@example.jp --title 課長`. The types come from the declared
 * commands, so an unknown verb, option or choice does not compile. Words are quoted for a POSIX shell. The terminal adds
 * the context and the acting account when it prints the message.
 *
 * @param options by their keys in the declaration; those without a value are left out
 */
export const line = <C extends keyof Catalogue>(
  command: C,
  args: Catalogue[C]["args"],
  options?: LineOptions<C>,
): CommandLine => {
  const words = (args as readonly WordValue[])
    .filter((word) => word !== undefined)
    .map((word) => shownWord(String(word)));
  const flags = Object.entries((options ?? {}) as Readonly<Record<string, WordValue | readonly WordValue[]>>).flatMap(
    optionWords,
  );
  const readsAsOption = (args as readonly WordValue[]).some((word) => String(word).startsWith("-"));
  const all = ["clomoctl", command, ...(readsAsOption ? [...flags, "--", ...words] : [...words, ...flags])];
  return all.join(" ") as CommandLine;
};

/** The name of a command, for a message that proposes nothing to type: `clomoctl renewals edit`. */
export const commandName = (command: keyof Catalogue): string => `clomoctl ${command}`;

/** One piece of advice: what to do, or what a command is for, and what to type. */
export interface Step {
  readonly why: Text;
  readonly line?: CommandLine | undefined;
}

/** What people are advised: a step, or a command or words that say enough alone. */
export type Advice = Step | CommandLine | Text;

/** Returns a step from its words in both languages. @param line what to type, if a command does it */
export const step = <L extends CommandLine | undefined>(en: string, ja: string, line?: L) => ({
  why: text(en, ja),
  line: line as L,
});

/** Returns advice in one sentence: `to list them: clomoctl devices list`. The terminal adds the context and the account. */
export const renderAdvice = (advice: Advice): Text => {
  if (typeof advice === "string") return same(advice);
  if (!("why" in advice)) return advice;
  const { why, line } = advice;
  return line === undefined ? why : text(`${why.en}: ${line}`, `${why.ja}: ${line}`);
};
