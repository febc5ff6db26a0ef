import type { Command } from "../commands/kit/command.ts";
import { toFlagName, formatOptionTerm, formatPlaceholder, type Field, type Fields } from "../commands/kit/field.ts";
import { GLOBAL_OPTIONS } from "../commands/kit/globals.ts";
import { same, text, type Text } from "../lib/text/index.ts";

export interface HelpEntry {
  readonly term: string;
  readonly about: Text;
}

export function formatUsageLine(path: readonly string[], command: Command): string {
  const args = Object.entries(command.args).map(([key, field]) => {
    const name = formatPlaceholder(key, field);
    const repeatable = field.kind !== "boolean" && field.repeatable === true;
    const required = field.kind !== "boolean" && field.required === true;
    const repeated = repeatable ? `${name}…` : name;
    return required ? repeated : `[${repeated}]`;
  });
  const options = Object.entries(command.options)
    .filter(([, field]) => field.kind !== "boolean" && field.required === true)
    .map(([key, field]) => `--${toFlagName(key)} ${formatPlaceholder(key, field)}`);
  return ["clomoctl", ...path, ...args, ...options, "[OPTIONS]"].join(" ");
}

function describeField(field: Field): Text {
  if (field.kind === "boolean") return field.about;
  const choices = field.kind === "choice" && field.value !== undefined ? [same(`(${field.choices.join("|")})`)] : [];
  const usual = field.default === undefined ? [] : [text(`(default: ${field.default})`, `(既定: ${field.default})`)];
  const repeated = field.repeatable === true ? [text("(may be repeated)", "(複数回指定可)")] : [];
  const all = [field.about, ...choices, ...usual, ...repeated];
  return text(all.map(({ en }) => en).join(" "), all.map(({ ja }) => ja).join(""));
}

export function buildArgumentEntries(args: Fields): HelpEntry[] {
  return Object.entries(args).map(([key, field]) => ({
    term: formatPlaceholder(key, field),
    about: describeField(field),
  }));
}

export function selectHelpOptions({ args, options }: Pick<Command, "args" | "options">): Fields {
  const writes = Object.values({ ...args, ...options }).some(({ kind }) => kind === "output");
  return writes ? { ...options, overwrite: GLOBAL_OPTIONS.overwrite } : options;
}

export function buildOptionEntries(options: Fields): HelpEntry[] {
  return Object.entries(options).map(([key, field]) => ({
    term: formatOptionTerm(key, field),
    about: describeField(field),
  }));
}
