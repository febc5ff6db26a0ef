import type { Command } from "../commands/command.ts";
import { flagName, placeholder, type Field, type Fields } from "../commands/field.ts";
import { GLOBAL_OPTIONS } from "../commands/globals.ts";
import { text, type Text } from "../lib/text/index.ts";
import { optionTerm } from "./line.ts";

/** One line of a list in help: a term as typed, and its explanation. */
export interface HelpEntry {
  readonly term: string;
  readonly about: Text;
}

/** `clomoctl context add NAME [OPTIONS]`: the syntax of a verb. */
export function usageLine(path: readonly string[], command: Command): string {
  const args = Object.entries(command.args).map(([key, field]) => {
    const name = placeholder(key, field);
    const repeatable = field.kind !== "boolean" && field.repeatable === true;
    const required = field.kind !== "boolean" && field.required === true;
    const repeated = repeatable ? `${name}…` : name;
    return required ? repeated : `[${repeated}]`;
  });
  const options = Object.entries(command.options)
    .filter(([, field]) => field.kind !== "boolean" && field.required === true)
    .map(([key, field]) => `--${flagName(key)} ${placeholder(key, field)}`);
  return ["clomoctl", ...path, ...args, ...options, "[OPTIONS]"].join(" ");
}

/** The purpose of a field, with its default and whether it may be repeated. */
function describe(field: Field): Text {
  if (field.kind === "boolean") return field.about;
  let about = field.about;
  const add = (en: string, ja: string): void => {
    about = text(`${about.en} ${en}`, `${about.ja}${ja}`);
  };
  if (field.kind === "choice" && field.value !== undefined) {
    add(`(${field.choices.join("|")})`, `(${field.choices.join("|")})`);
  }
  if (field.default !== undefined) add(`(default: ${field.default})`, `(既定: ${field.default})`);
  if (field.repeatable === true) add("(may be repeated)", "(複数回指定可)");
  return about;
}

/** The arguments of a command for a list in help. */
export function argumentEntries(args: Fields): HelpEntry[] {
  return Object.entries(args).map(([key, field]) => ({ term: placeholder(key, field), about: describe(field) }));
}

/** The options that the help of a command lists: its own, and `--overwrite` if it writes a file that the user names. */
export function listedOptions({ args, options }: Pick<Command, "args" | "options">): Fields {
  const output = [args, options].flatMap((fields) => Object.values(fields)).find(({ kind }) => kind === "output");
  return output === undefined
    ? options
    : { ...options, overwrite: { ...GLOBAL_OPTIONS.overwrite, group: output.group } };
}

/** Options for a list in help. */
export function optionEntries(options: Fields): HelpEntry[] {
  return Object.entries(options).map(([key, field]) => ({ term: optionTerm(key, field), about: describe(field) }));
}
