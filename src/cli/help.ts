import type { Command } from "../commands/command.ts";
import type { NounNode } from "../commands/node.ts";
import { padWords, wordWidth, wrapWords } from "../lib/terminal/table/word-width.ts";
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

/** Columns of a help page: those of the smallest terminal. */
const COLUMNS = 80;

const paragraph = (words: string, indent = ""): string[] =>
  wrapWords(words, COLUMNS - indent.length).map((line) => indent + line);

/** A titled list, its terms padded to one width, explanations wrapped beside them; no lines for an empty list. */
function section(title: Text, entries: readonly Entry[], language: Language): string[] {
  if (entries.length === 0) return [];
  const widths = entries.map(({ term }) => wordWidth(term)).filter((width) => width <= MOST);
  const width = Math.max(0, ...widths);
  const indent = " ".repeat(width + 4);
  return [
    "",
    title[language],
    ...entries.flatMap(({ term, about: { [language]: words } }) => {
      if (words === "") return [`  ${term}`];
      const [first = "", ...more] = paragraph(words, indent);
      const head = `  ${padWords(term, width)}  `;
      return wordWidth(term) > width ? [`  ${term}`, first, ...more] : [head + first.trimStart(), ...more];
    }),
  ];
}

/** Longest term that has its explanation beside it. */
const MOST = 28;

const exitEntries = (command: Pick<Command, "exits" | "ownExits">): Entry[] =>
  exitsOf(command).map(({ code, meaning }) => ({ term: String(code), about: meaning }));

const lines = (all: readonly string[]): string => `${all.join("\n")}\n`;

const plain = (term: string): Entry => ({ term, about: text("", "") });

const ALWAYS: readonly Entry[] = [
  { term: "-h, --help", about: text("show help, at every level", "ヘルプを表示する(各階層で使用可)") },
  { term: "--help-all", about: text("show help with these options", "これらのオプションを含むヘルプを表示する") },
];

const VERSION: Entry = { term: "-V, --version", about: text("show the program's version", "バージョンを表示する") };

/** The options of every command but those that one declares itself, or how to see them. */
const general = (path: readonly string[], language: Language, all: boolean, own: Command["options"] = {}): string[] => {
  const typed = ["clomoctl", ...path, "--help-all"].join(" ");
  if (!all) return ["", text(`Options of every command: ${typed}`, `全コマンド共通のオプション: ${typed}`)[language]];
  const options = Object.fromEntries(Object.entries(GLOBAL_OPTIONS).filter(([key]) => !(key in own)));
  const entries = [...optionEntries(options), ...ALWAYS, ...(path.length === 0 ? [VERSION] : [])];
  return section(HEADINGS.everywhere, entries, language);
};

/** Help for the program (`path` empty) or a noun. @param all with what holds for every command */
export function nounHelp(path: readonly string[], noun: NounNode, language: Language, all: boolean): string {
  const verbs = noun.verbs.map(({ name, summary }) => ({ term: name, about: summary }));
  const nouns = noun.nouns.map(({ name, summary, aliases }) => ({
    term: [name, ...aliases].join(", "),
    about: summary,
  }));
  const isRoot = path.length === 0;
  const group = isRoot ? ["<command>"] : verbs.length === 0 ? ["<group>"] : [];
  const usage = `clomoctl ${[...path, ...group, "<subcommand>"].join(" ")} [OPTIONS]`;
  const exits = all ? exitEntries({ exits: isRoot ? EVERY_FAILURE : [] }) : [];
  return lines([
    ...paragraph(noun.summary[language]),
    ...section(HEADINGS.usage, [plain(usage)], language),
    ...section(HEADINGS.examples, noun.examples.map(plain), language),
    ...section(isRoot ? HEADINGS.commands : HEADINGS.groups, isRoot ? [...nouns, ...HELP_WORDS] : nouns, language),
    ...section(HEADINGS.subcommands, verbs, language),
    ...general(path, language, all),
    ...section(HEADINGS.exits, exits, language),
  ]);
}

/** What is answered without a command of its own. */
const HELP_WORDS: readonly Entry[] = [
  {
    term: "help",
    about: text("show the help of a command: help users import", "ヘルプを表示する(例: help users import)"),
  },
  { term: "version", about: VERSION.about },
];

/** Help for a verb. @param all with the general options */
export function verbHelp(path: readonly string[], command: Command, language: Language, all: boolean): string {
  const examples = command.examples.map(({ line, about }) => ({ term: line, about: about ?? text("", "") }));
  return lines([
    ...paragraph(command.summary[language]),
    ...section(HEADINGS.usage, [plain(usageLine(path, command))], language),
    ...section(HEADINGS.examples, examples, language),
    ...section(HEADINGS.arguments, argumentEntries(command.args), language),
    ...section(HEADINGS.options, optionEntries(command.options), language),
    ...general(path, language, all, command.options),
    ...(command.details ?? []).flatMap((words) => ["", ...paragraph(words[language])]),
    ...section(HEADINGS.exits, exitEntries(command), language),
  ]);
}
