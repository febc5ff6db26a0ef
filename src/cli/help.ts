import type { Command } from "../commands/command.ts";
import type { NounNode } from "../commands/node.ts";
import { text, type Language, type Text } from "../lib/text/index.ts";
import { EVERY_FAILURE, exitsOf } from "./exit-codes.ts";
import { GLOBAL_OPTIONS } from "../commands/globals.ts";
import { argumentEntries, optionEntries, usageLine, type Entry } from "./usage.ts";

const HEADINGS = {
  usage: text("Usage", "使い方"),
  commands: text("Commands", "コマンド"),
  groups: text("Subcommand groups", "サブコマンドのグループ"),
  subcommands: text("Subcommands", "サブコマンド"),
  arguments: text("Arguments", "引数"),
  options: text("Options", "オプション"),
  everywhere: text("Options of every command", "全コマンド共通のオプション"),
  examples: text("Examples", "例"),
  exits: text("Exit codes", "終了コード"),
} as const;

/** A titled list, its terms (ASCII) padded to one width; no lines for an empty list. */
function section(title: Text, entries: readonly Entry[], language: Language): string[] {
  if (entries.length === 0) return [];
  const width = Math.min(34, Math.max(...entries.map(({ term }) => term.length)));
  return [
    "",
    title[language],
    ...entries.flatMap(({ term, about }) =>
      term.length > width && about[language] !== ""
        ? [`  ${term}`, `  ${" ".repeat(width)}  ${about[language]}`]
        : [`  ${term.padEnd(width)}  ${about[language]}`.trimEnd()],
    ),
  ];
}

const exitEntries = (command: Pick<Command, "exits" | "ownExits">): Entry[] =>
  exitsOf(command).map(({ code, meaning }) => ({ term: String(code), about: meaning }));

const lines = (all: readonly string[]): string => `${all.join("\n")}\n`;

/** Help for the program (`path` empty) or a noun. */
export function nounHelp(path: readonly string[], noun: NounNode, language: Language): string {
  const verbs = noun.verbs.map(({ name, summary }) => ({ term: name, about: summary }));
  const nouns = noun.nouns.map(({ name, summary, aliases }) => ({
    term: [name, ...aliases].join(", "),
    about: summary,
  }));
  const group = path.length === 0 ? ["<command>"] : verbs.length === 0 ? ["<group>"] : [];
  const usage = `clomoctl ${[...path, ...group, "<subcommand>"].join(" ")} [OPTIONS]`;
  const examples = noun.examples.map((line) => ({ term: line, about: text("", "") }));
  return lines([
    noun.summary[language],
    ...section(HEADINGS.usage, [{ term: usage, about: text("", "") }], language),
    ...section(path.length === 0 ? HEADINGS.commands : HEADINGS.groups, nouns, language),
    ...section(HEADINGS.subcommands, verbs, language),
    ...section(
      HEADINGS.everywhere,
      [...optionEntries(GLOBAL_OPTIONS), ...ALWAYS, ...(path.length === 0 ? [VERSION] : [])],
      language,
    ),
    ...section(HEADINGS.examples, examples, language),
    ...section(HEADINGS.exits, exitEntries({ exits: path.length === 0 ? EVERY_FAILURE : [] }), language),
  ]);
}

const ALWAYS: readonly Entry[] = [
  { term: "-h, --help", about: text("show help, at every level", "ヘルプを表示する(各階層で使用可)") },
];

const VERSION: Entry = { term: "-V, --version", about: text("show the program's version", "バージョンを表示する") };

/** Help for a verb. */
export function verbHelp(path: readonly string[], command: Command, language: Language): string {
  const examples = command.examples.map(({ line, about }) => ({ term: line, about: about ?? text("", "") }));
  const general = Object.fromEntries(Object.entries(GLOBAL_OPTIONS).filter(([key]) => !(key in command.options)));
  return lines([
    command.summary[language],
    ...section(HEADINGS.usage, [{ term: usageLine(path, command), about: text("", "") }], language),
    ...(command.details ?? []).flatMap((paragraph) => ["", paragraph[language]]),
    ...section(HEADINGS.arguments, argumentEntries(command.args), language),
    ...section(HEADINGS.options, optionEntries(command.options), language),
    ...section(HEADINGS.everywhere, [...optionEntries(general), ...ALWAYS], language),
    ...section(HEADINGS.examples, examples, language),
    ...section(HEADINGS.exits, exitEntries(command), language),
  ]);
}
