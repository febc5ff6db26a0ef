import type { Command, NounGroup, NounNode } from "../commands/kit/command.ts";
import { toFlagName, type Field, formatOptionTerm, formatPlaceholder, type Fields } from "../commands/kit/field.ts";
import { markCommands, paintCommands } from "../lib/terminal/commands.ts";
import {
  padPlainText,
  plainTextWidth,
  splitIntoLinePieces,
  wrapPieces,
  wrapIntoLines,
} from "../lib/terminal/word-width.ts";
import { text, type Language, type Text, same } from "../lib/text/index.ts";
import { ALL_ERROR_CODES, listExits } from "./exit-codes.ts";
import { GLOBAL_OPTIONS, HELP_OPTIONS, VERSION_OPTION } from "../commands/kit/globals.ts";

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

const HEADINGS = {
  usage: text("Usage", "使い方"),
  subcommands: text("Subcommands", "サブコマンド"),
  arguments: text("Arguments", "引数"),
  options: text("Options", "オプション"),
  everywhere: text("Options of every command", "全コマンド共通のオプション"),
  examples: text("Examples", "例"),
  exits: text("Exit codes", "終了コード"),
} as const;

const PAGE_COLUMNS = 80;
const PAGE_LINES = 23;

/** Does not wrap indented lines, such as the lines of a sample file. */
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

const COMMAND_PARTS = /(?:^| -)(?:'[^']*'|"[^"]*"|(?! -)[^'"])*/gu;

function wrapCommand(command: string): readonly string[] {
  const room = PAGE_COLUMNS - "  ".length;
  if (plainTextWidth(command) <= room) return [command];
  const folded = wrapPieces(command.match(COMMAND_PARTS) ?? [], room - " \\".length, { indent: "  " });
  return folded.map((line, at) => (at === folded.length - 1 ? line : `${line} \\`));
}

const buildExampleEntries = (line: string, about = text("", "")): readonly HelpEntry[] =>
  wrapCommand(line).map((term, at, { length }) => (at === length - 1 ? { term, about } : toPlainEntry(term)));

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
  const entries = buildOptionEntries({ ...options, ...HELP_OPTIONS, ...(path.length === 0 && VERSION_OPTION) });
  return renderSection(HEADINGS.everywhere, entries, language);
};

export function renderNounHelp(path: readonly string[], noun: NounNode, language: Language, all: boolean): string {
  if (path.length > 0) return joinLines(renderNounPage(path, noun, language, all));
  const first = renderFirstScreen(noun, language);
  if (!all) return joinLines([...first, ...renderMoreHelpHint(path, HEADINGS.everywhere[language])]);
  const exits = buildExitEntries({ exits: ALL_ERROR_CODES, opensTenant: false });
  const options = renderGlobalOptions(path, language, all);
  return joinLines([...first, ...options, ...renderSection(HEADINGS.exits, exits, language)]);
}

const renderNounPage = (path: readonly string[], noun: NounNode, language: Language, all: boolean): string[] => {
  const examples = noun.examples.slice(0, MAX_NOUN_EXAMPLES).flatMap((line) => buildExampleEntries(line));
  const below = [
    ...noun.nouns.map(({ name, aliases, summary }) => ({ term: [name, ...aliases].join(", "), about: summary })),
    ...noun.verbs.map(({ name, summary }) => ({ term: name, about: summary })),
  ];
  return [
    ...wrapParagraph(noun.summary[language]),
    ...(noun.advice === undefined ? [] : wrapParagraph(noun.advice[language])),
    ...renderSection(HEADINGS.examples, examples, language),
    ...renderSection(HEADINGS.subcommands, below, language),
    ...renderGlobalOptions(path, language, all),
  ];
};

const MAX_NOUN_EXAMPLES = 2;

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
    .filter((name) => name !== STATUS_VERB_NAME)
    .toSorted();
  return [
    ...noun.examples.map((line) => `  ${line}`),
    ...rows,
    `${MORE_LABEL[language]}: ${others.join(", ")}`,
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

const MORE_LABEL = text("More", "その他");

const STATUS_VERB_NAME = "status";

/** If `all` is false, lists some options without descriptions, so that the help fits on one screen. */
export function renderVerbHelp(path: readonly string[], command: Command, language: Language, all: boolean): string {
  const whole = [
    ...renderVerbOpening(path, command, language),
    ...renderSection(HEADINGS.arguments, buildArgumentEntries(command.args), language),
    ...renderSection(HEADINGS.options, buildOptionEntries(selectHelpOptions(command)), language),
    ...renderGlobalOptions(path, language, all, selectHelpOptions(command)),
    ...[command.details ?? []].flat().flatMap((words) => ["", ...wrapParagraph(words[language])]),
    ...renderSection(HEADINGS.exits, buildExitEntries(command), language),
  ];
  if (all || countRows(whole) <= PAGE_LINES) return joinLines(whole);
  const ranked = rankOptions(command);
  const { length: needed } = ranked.filter(({ rank }) => rank === 0);
  let [count, examples] = [ranked.length, command.examples];
  for (;;) {
    const explained = new Set(ranked.slice(0, count).map(({ key }) => key));
    const page = renderShortVerbHelp(path, { ...command, examples }, language, explained);
    if (countRows(page) <= PAGE_LINES || (count === needed && examples.length === 0)) return joinLines(page);
    if (count > needed) count -= 1;
    else examples = examples.slice(0, -1);
  }
}

function renderVerbOpening(path: readonly string[], command: Command, language: Language): string[] {
  const words = splitIntoLinePieces(formatUsageLine(path, command));
  const usage = wrapPieces(words, PAGE_COLUMNS - "  ".length, { indent: "  " });
  const examples = command.examples.flatMap(({ line, about }) => buildExampleEntries(line, about));
  return [
    ...wrapParagraph(command.summary[language]),
    ...(command.caution === undefined ? [] : wrapParagraph(command.caution[language])),
    ...renderSection(HEADINGS.usage, usage.map(toPlainEntry), language),
    ...renderSection(HEADINGS.examples, examples, language),
  ];
}

const ALL_OPTIONS_LABEL = text("All options, details and exit codes", "すべてのオプション、説明、終了コード");

function renderShortVerbHelp(
  path: readonly string[],
  command: Command,
  language: Language,
  explained: ReadonlySet<string>,
): string[] {
  const options = Object.entries(selectHelpOptions(command));
  const named = options.flatMap(([key]) => (explained.has(key) ? [] : [`--${toFlagName(key)}`]));
  if (command.plans === true) named.push("--yes");
  const shown = options.filter(([key]) => explained.has(key));
  const brief = shown.map(([key, field]) => [key, { ...field, about: field.brief ?? field.about }] as const);
  return [
    ...renderVerbOpening(path, command, language),
    ...renderSection(HEADINGS.options, buildOptionEntries(Object.fromEntries(brief)), language),
    "",
    ...renderMoreHelpHint(path, ALL_OPTIONS_LABEL[language]),
    ...(named.length === 0 ? [] : wrapParagraph(named.join(", "), "  ")),
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
