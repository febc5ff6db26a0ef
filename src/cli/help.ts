import type { Command, NounGroup, NounNode } from "../commands/command.ts";
import { toFlagName, OPTION_GROUPS, type Field, type Fields, type OptionGroup } from "../commands/field.ts";
import { markCommands, paintCommands } from "../lib/terminal/commands.ts";
import { padPlainText, plainTextWidth, wrapPieces, wrapIntoLines } from "../lib/terminal/table/word-width.ts";
import { text, type Language, type Text } from "../lib/text/index.ts";
import { ALL_ERROR_CODES, listExits } from "./exit-codes.ts";
import { GLOBAL_OPTIONS } from "../commands/globals.ts";
import {
  buildArgumentEntries,
  selectHelpOptions,
  buildOptionEntries,
  formatUsageLine,
  type HelpEntry,
} from "./usage.ts";

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

const PAGE_COLUMNS = 80;

const PAGE_LINES = 23;

/** Wraps a paragraph to the width of a help page. Indented lines, such as those of a sample file, are not wrapped. */
const wrapParagraph = (words: string, indent = ""): string[] =>
  words
    .split("\n")
    .flatMap((line) =>
      line.startsWith(" ") ? [line] : wrapIntoLines(markCommands(line, {}), PAGE_COLUMNS - indent.length),
    )
    .map((line) => indent + paintCommands(line, false));

function renderSection(title: Text, entries: readonly HelpEntry[], language: Language): string[] {
  if (entries.length === 0) return [];
  const widths = entries.map(({ term }) => plainTextWidth(term)).filter((width) => width <= MAX_TERM_WIDTH);
  const width = Math.max(0, ...widths);
  const indent = " ".repeat(width + 4);
  return [
    "",
    title[language],
    ...entries.flatMap(({ term, about: { [language]: words } }) => {
      if (words === "") return [`  ${term}`];
      const [first = "", ...more] = wrapParagraph(words, indent);
      const head = `  ${padPlainText(term, width)}  `;
      return plainTextWidth(term) > width ? [`  ${term}`, first, ...more] : [head + first.trimStart(), ...more];
    }),
  ];
}

const MAX_TERM_WIDTH = 28;

const countRows = (page: readonly string[]): number =>
  page.reduce((rows, line) => rows + Math.max(1, Math.ceil(plainTextWidth(line) / PAGE_COLUMNS)), 0);

const buildExitEntries = (command: Parameters<typeof listExits>[0]): HelpEntry[] =>
  listExits(command).map(({ code, meaning }) => ({ term: String(code), about: meaning }));

const joinLines = (all: readonly string[]): string => `${all.join("\n")}\n`;

const toPlainEntry = (term: string): HelpEntry => ({ term, about: text("", "") });

const COMMAND_PIECES = /(?:^| -)(?:'[^']*'|"[^"]*"|(?! -)[^'"])*/gu;

function foldCommand(command: string): readonly string[] {
  const room = PAGE_COLUMNS - "  ".length;
  if (plainTextWidth(command) <= room) return [command];
  const folded = wrapPieces(command.match(COMMAND_PIECES) ?? [], room - " \\".length, { indent: "  " });
  return folded.map((line, at) => (at === folded.length - 1 ? line : `${line} \\`));
}

const buildExampleEntries = (line: string, about = text("", "")): readonly HelpEntry[] =>
  foldCommand(line).map((term, at, { length }) => (at === length - 1 ? { term, about } : toPlainEntry(term)));

const HELP_OPTION_ENTRIES: readonly HelpEntry[] = [
  { term: "-h, --help", about: text("show help (at any level)", "ヘルプを表示する(各階層で使用可)") },
  {
    term: "--help-all",
    about: text("show help that includes these options", "これらのオプションを含むヘルプを表示する"),
  },
];

const VERSION_ENTRY: HelpEntry = {
  term: "-V, --version",
  about: text("show the program's version", "バージョンを表示する"),
};

const renderMoreHelpHint = (path: readonly string[], label: string): string[] => {
  const typed = ["clomoctl", ...path, "--help-all"].join(" ");
  const line = `${label}: ${typed}`;
  return plainTextWidth(line) > PAGE_COLUMNS ? [`${label}:`, `  ${typed}`] : [line];
};

const renderGlobalOptions = (
  path: readonly string[],
  language: Language,
  all: boolean,
  own: Command["options"] = {},
): string[] => {
  if (!all) return ["", ...renderMoreHelpHint(path, HEADINGS.everywhere[language])];
  const options = Object.fromEntries(Object.entries(GLOBAL_OPTIONS).filter(([key]) => !(key in own)));
  const entries = [
    ...buildOptionEntries(options),
    ...HELP_OPTION_ENTRIES,
    ...(path.length === 0 ? [VERSION_ENTRY] : []),
  ];
  return renderSection(HEADINGS.everywhere, entries, language);
};

/**
 * Renders the help of the program (`path` empty) or of a noun; unless `all`, on one screen that also holds `below` more
 * lines.
 */
export function renderNounHelp(
  path: readonly string[],
  noun: NounNode,
  language: Language,
  all: boolean,
  below = 0,
): string {
  if (path.length === 0 && !all) return joinLines(renderFirstScreen(noun, language));
  if (all) return joinLines(renderNounPage(path, noun, language, all));
  const fewer = [noun.examples, ...listFewerExamples(noun.examples)];
  const pages = fewer.map((examples) => renderNounPage(path, { ...noun, examples }, language, all));
  return joinLines(chooseFittingPage(pages, below));
}

const listFewerExamples = <T>(examples: readonly T[]): readonly (readonly T[])[] =>
  examples.map((_, at, { length }) => examples.slice(0, length - at - 1));

const chooseFittingPage = (pages: readonly string[][], below = 0): string[] =>
  pages.find((page) => countRows(page) <= PAGE_LINES - below) ?? pages.at(-1) ?? [];

const renderNounOpening = (path: readonly string[], noun: NounNode, language: Language): string[] => {
  const group = path.length === 0 ? ["<command>"] : noun.verbs.length === 0 ? ["<group>"] : [];
  const usage = `clomoctl ${[...path, ...group, "<subcommand>"].join(" ")} [OPTIONS]`;
  return [
    ...wrapParagraph(noun.summary[language]),
    ...(noun.advice === undefined ? [] : wrapParagraph(noun.advice[language])),
    ...renderSection(HEADINGS.usage, [toPlainEntry(usage)], language),
    ...renderSection(
      HEADINGS.examples,
      noun.examples.flatMap((line) => buildExampleEntries(line)),
      language,
    ),
  ];
};

const buildNounEntries = ({ nouns }: NounNode): HelpEntry[] =>
  nouns.map(({ name, summary, aliases }) => ({ term: [name, ...aliases].join(", "), about: summary }));

const buildVerbEntries = ({ verbs }: NounNode): HelpEntry[] =>
  verbs.map(({ name, summary }) => ({ term: name, about: summary }));

const renderNounPage = (path: readonly string[], noun: NounNode, language: Language, all: boolean): string[] => {
  const [nouns, verbs] = [buildNounEntries(noun), buildVerbEntries(noun)];
  const isRoot = path.length === 0;
  return [
    ...renderNounOpening(path, noun, language),
    ...(isRoot
      ? renderRootSections(noun, [...verbs, HELP_COMMAND_ENTRY, VERSION_COMMAND_ENTRY], language)
      : renderSection(HEADINGS.subcommands, [...nouns, ...verbs], language)),
    ...renderGlobalOptions(path, language, all),
    ...(all
      ? renderSection(
          HEADINGS.exits,
          buildExitEntries({ exits: isRoot ? ALL_ERROR_CODES : [], opensTenant: false }),
          language,
        )
      : []),
  ];
};

const renderRootSections = (noun: NounNode, verbs: readonly HelpEntry[], language: Language): string[] => [
  ...[...Object.entries(NOUN_GROUP_LABELS), [undefined, HEADINGS.groups] as const].flatMap(([group, label]) => {
    const nouns = noun.nouns.filter((one) => one.group === group);
    return renderSection(label, buildNounEntries({ ...noun, nouns }), language);
  }),
  ...renderSection(HEADINGS.commands, verbs, language),
];

function renderFirstScreen(noun: NounNode, language: Language): string[] {
  const groups = Object.entries(NOUN_GROUP_LABELS);
  const labelWidth = Math.max(...groups.map(([, label]) => plainTextWidth(label[language])));
  const grouped = noun.nouns.filter(({ group }) => group !== undefined);
  const ungrouped = noun.nouns.filter(({ group }) => group === undefined);
  const nameWidth = Math.max(...grouped.map(({ name }) => plainTextWidth(name)));
  const rows = groups.flatMap(([group, label]) =>
    grouped
      .filter((one) => one.group === group)
      .map(({ name, summary }, at) =>
        [
          padPlainText(at === 0 ? label[language] : "", labelWidth),
          padPlainText(name, nameWidth),
          wrapIntoLines(summary[language], PAGE_COLUMNS - labelWidth - nameWidth - 4)[0],
        ].join("  "),
      ),
  );
  const others = [...noun.verbs.map(({ name }) => name), ...ungrouped.map(({ name }) => name)]
    .filter((name) => name !== STATUS_VERB_NAME && name !== COMPLETION_VERB_NAME)
    .toSorted();
  return [
    ...noun.examples.map((line) => `  ${line}`),
    ...rows,
    `${ALSO_LABEL[language]}: ${others.join(", ")}; --help-all`,
    `clomoctl ${STATUS_VERB_NAME}: ${noun.verbs.find(({ name }) => name === STATUS_VERB_NAME)?.summary[language] ?? ""}`,
  ];
}

const NOUN_GROUP_LABELS: Readonly<Record<NounGroup, Text>> = {
  daily: text("Daily work", "日常の作業"),
  tenant: text("Tenant", "テナント"),
  apple: text("Apple", "Apple"),
  handover: text("Handover", "引き継ぎ"),
  "set-up": text("Set-up", "準備"),
};

const ALSO_LABEL = text("Also", "他");

const STATUS_VERB_NAME = "status";

const COMPLETION_VERB_NAME = "completion";

const HELP_COMMAND_ENTRY: HelpEntry = {
  term: "help",
  about: text("show help for a command, e.g. help users import", "ヘルプを表示する(例: help users import)"),
};
const VERSION_COMMAND_ENTRY: HelpEntry = { term: "version", about: VERSION_ENTRY.about };

/**
 * Renders the help of a verb, unless `all` on one screen: options are explained as far as they fit (required and brief
 * ones first, then those of the examples), and the others only named.
 */
export function renderVerbHelp(path: readonly string[], command: Command, language: Language, all: boolean): string {
  const whole = renderFullVerbHelp(path, command, language, all);
  if (all || countRows(whole) <= PAGE_LINES) return joinLines(whole);
  const ranked = rankOptions(command);
  const { length: needed } = ranked.filter(({ rank }) => rank === 0);
  const pages = Array.from({ length: ranked.length - needed + 1 }, (_, left) => ranked.length - left).map((count) =>
    renderShortVerbHelp(path, command, language, new Set(ranked.slice(0, count).map(({ key }) => key))),
  );
  const explained = new Set(ranked.slice(0, needed).map(({ key }) => key));
  const short = listFewerExamples(command.examples).map((examples) =>
    renderShortVerbHelp(path, { ...command, examples }, language, explained),
  );
  return joinLines(chooseFittingPage([...pages, ...short]));
}

function renderVerbOpening(path: readonly string[], command: Command, language: Language): string[] {
  const examples = command.examples.flatMap(({ line, about }) => buildExampleEntries(line, about));
  return [
    ...wrapParagraph(command.summary[language]),
    ...(command.caution === undefined ? [] : wrapParagraph(command.caution[language])),
    ...renderSection(HEADINGS.usage, [toPlainEntry(formatUsageLine(path, command))], language),
    ...renderSection(HEADINGS.examples, examples, language),
  ];
}

const renderFullVerbHelp = (path: readonly string[], command: Command, language: Language, all: boolean): string[] => [
  ...renderVerbOpening(path, command, language),
  ...renderSection(HEADINGS.arguments, buildArgumentEntries(command.args), language),
  ...renderOptionSections(selectHelpOptions(command), language),
  ...renderGlobalOptions(path, language, all, selectHelpOptions(command)),
  ...(command.details ?? []).flatMap((words) => ["", ...wrapParagraph(words[language])]),
  ...renderSection(HEADINGS.exits, buildExitEntries(command), language),
];

function renderOptionSections(options: Fields, language: Language): string[] {
  const fields = Object.entries(options);
  return [undefined, ...OPTION_GROUPS].flatMap((group) => {
    const own = Object.fromEntries(fields.filter(([, field]) => field.group === group));
    return renderSection(
      group === undefined ? HEADINGS.options : OPTION_GROUP_HEADINGS[group],
      buildOptionEntries(own),
      language,
    );
  });
}

const OPTION_GROUP_HEADINGS: Readonly<Record<OptionGroup, Text>> = {
  input: text("Input options", "入力のオプション"),
  matching: text("Matching options", "照合のオプション"),
  safety: text("Safety options", "安全のためのオプション"),
  output: text("Output options", "出力のオプション"),
};

const ALL_OPTIONS_LABEL = text("All options, details and exit codes", "すべてのオプション、説明、終了コード");

function renderShortVerbHelp(
  path: readonly string[],
  command: Command,
  language: Language,
  explained: ReadonlySet<string>,
): string[] {
  const options = Object.entries(selectHelpOptions(command));
  const named = options.flatMap(([key]) => (explained.has(key) ? [] : [`--${toFlagName(key)}`]));
  const shown = options.filter(([key]) => explained.has(key));
  const brief = shown.map(([key, field]) => [key, { ...field, about: field.brief ?? field.about }] as const);
  return [
    ...renderVerbOpening(path, command, language),
    ...renderSection(HEADINGS.options, buildOptionEntries(Object.fromEntries(brief)), language),
    "",
    ...renderMoreHelpHint(path, ALL_OPTIONS_LABEL[language]),
    ...wrapParagraph([...named, ...(command.plans === true ? ["--yes"] : [])].join(", "), "  "),
  ];
}

function rankOptions(command: Command): readonly { readonly key: string; readonly rank: number }[] {
  const words = new Set(command.examples.flatMap(({ line }) => line.split(" ")));
  const rank = (key: string, field: Field): number => {
    if (field.brief !== undefined || (field.kind !== "boolean" && field.required === true)) return 0;
    return words.has(`--${toFlagName(key)}`) || (field.short !== undefined && words.has(`-${field.short}`)) ? 1 : 2;
  };
  return Object.entries(selectHelpOptions(command))
    .map(([key, field]) => ({ key, rank: rank(key, field) }))
    .toSorted((one, other) => one.rank - other.rank);
}
