import { type Command, type NounGroup, type NounNode, wordsBelow } from "../commands/command.ts";
import { flagName, OPTION_GROUPS, type Field, type Fields, type OptionGroup } from "../commands/field.ts";
import { padWords, wordWidth, wrapPieces, wrapWords } from "../lib/terminal/table/word-width.ts";
import { text, type Language, type Text } from "../lib/text/index.ts";
import { EVERY_FAILURE, exitsOf } from "./exit-codes.ts";
import { GLOBAL_OPTIONS } from "../commands/globals.ts";
import { argumentEntries, listedOptions, optionEntries, usageLine, type HelpEntry } from "./usage.ts";

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

/** Lines of a help page: those of the smallest terminal, but one for its prompt. */
const LINES = 23;

/** Wrapped words; lines that are indented, such as those of a sample file, stay as they are. */
const paragraph = (words: string, indent = ""): string[] =>
  words
    .split("\n")
    .flatMap((line) => (line.startsWith(" ") ? [line] : wrapWords(line, COLUMNS - indent.length)))
    .map((line) => indent + line);

/** A titled list, its terms padded to one width, explanations wrapped beside them; no lines for an empty list. */
function section(title: Text, entries: readonly HelpEntry[], language: Language): string[] {
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

/** The lines a page takes on a terminal of 80 columns, which wraps commands itself. */
const rowsOf = (page: readonly string[]): number =>
  page.reduce((rows, line) => rows + Math.max(1, Math.ceil(wordWidth(line) / COLUMNS)), 0);

const exitEntries = (command: Parameters<typeof exitsOf>[0]): HelpEntry[] =>
  exitsOf(command).map(({ code, meaning }) => ({ term: String(code), about: meaning }));

const lines = (all: readonly string[]): string => `${all.join("\n")}\n`;

const plain = (term: string): HelpEntry => ({ term, about: text("", "") });

/** A command up to its first option, or an option with its value; quotes may hold blanks. */
const OPTIONS = /(?:^| -)(?:'[^']*'|"[^"]*"|(?! -)[^'"])*/gu;

/** A command in lines that fit into a list: those that go on end with a backslash, as shells have it. */
function foldCommand(command: string): readonly string[] {
  const room = COLUMNS - "  ".length;
  if (wordWidth(command) <= room) return [command];
  const folded = wrapPieces(command.match(OPTIONS) ?? [], room - " \\".length, { indent: "  " });
  return folded.map((line, at) => (at === folded.length - 1 ? line : `${line} \\`));
}

/** An example in a list, with what is said of it behind or below its last line. */
const exampleEntries = (line: string, about = text("", "")): readonly HelpEntry[] =>
  foldCommand(line).map((term, at, { length }) => (at === length - 1 ? { term, about } : plain(term)));

const ALWAYS: readonly HelpEntry[] = [
  { term: "-h, --help", about: text("show help, at every level", "ヘルプを表示する(各階層で使用可)") },
  { term: "--help-all", about: text("show help with these options", "これらのオプションを含むヘルプを表示する") },
];

const VERSION: HelpEntry = { term: "-V, --version", about: text("show the program's version", "バージョンを表示する") };

/** What to type for more: in two lines where a name is long. */
const moreBy = (path: readonly string[], label: string): string[] => {
  const typed = ["clomoctl", ...path, "--help-all"].join(" ");
  const line = `${label}: ${typed}`;
  return wordWidth(line) > COLUMNS ? [`${label}:`, `  ${typed}`] : [line];
};

/** The options of every command but those that one declares itself, or how to see them. */
const general = (path: readonly string[], language: Language, all: boolean, own: Command["options"] = {}): string[] => {
  if (!all) return ["", ...moreBy(path, HEADINGS.everywhere[language])];
  const options = Object.fromEntries(Object.entries(GLOBAL_OPTIONS).filter(([key]) => !(key in own)));
  const entries = [...optionEntries(options), ...ALWAYS, ...(path.length === 0 ? [VERSION] : [])];
  return section(HEADINGS.everywhere, entries, language);
};

/**
 * Help for the program (`path` empty) or a noun: one screen, where need be with fewer examples and blank lines.
 *
 * @param all with what holds for every command, however long
 * @param below lines of the screen that are written behind it
 */
export function nounHelp(path: readonly string[], noun: NounNode, language: Language, all: boolean, below = 0): string {
  if (path.length === 0 && !all) return lines(firstScreen(noun, language));
  let page = wholeNounHelp(path, noun, language, all);
  if (all) return lines(page);
  for (let shown = noun.examples.length; rowsOf(page) > LINES - below && shown >= 0; shown -= 1) {
    page = screenNounHelp(path, { ...noun, examples: noun.examples.slice(0, shown) }, language);
  }
  return lines(page);
}

const nounOpening = (path: readonly string[], noun: NounNode, language: Language): string[] => {
  const group = path.length === 0 ? ["<command>"] : noun.verbs.length === 0 ? ["<group>"] : [];
  const usage = `clomoctl ${[...path, ...group, "<subcommand>"].join(" ")} [OPTIONS]`;
  return [
    ...paragraph(noun.summary[language]),
    ...section(HEADINGS.usage, [noun.usage ?? [], usage].flat().map(plain), language),
    ...section(
      HEADINGS.examples,
      noun.examples.flatMap((line) => exampleEntries(line)),
      language,
    ),
  ];
};

const nounEntries = ({ nouns }: NounNode): HelpEntry[] =>
  nouns.map(({ name, summary, aliases }) => ({ term: [name, ...aliases].join(", "), about: summary }));

const verbEntries = (noun: NounNode): HelpEntry[] =>
  wordsBelow(noun)
    .slice(noun.nouns.length)
    .map(({ name, summary }) => ({ term: name, about: summary }));

function wholeNounHelp(path: readonly string[], noun: NounNode, language: Language, all: boolean): string[] {
  const isRoot = path.length === 0;
  const nouns = nounEntries(noun);
  const exits = all ? exitEntries({ exits: isRoot ? EVERY_FAILURE : [], opensTenant: false }) : [];
  return [
    ...nounOpening(path, noun, language),
    ...(isRoot ? rootSections(noun, language) : section(HEADINGS.groups, nouns, language)),
    ...section(
      isRoot ? HEADINGS.commands : HEADINGS.subcommands,
      [...verbEntries(noun), ...(isRoot ? [HELP, VERSION_WORD] : [])],
      language,
    ),
    ...general(path, language, all),
    ...section(HEADINGS.exits, exits, language),
  ];
}

/** All nouns by group. */
const rootSections = (noun: NounNode, language: Language): string[] =>
  Object.entries(GROUPS).flatMap(([group, label]) => {
    const nouns = noun.nouns.filter((one) => one.group === group);
    return section(label, nounEntries({ ...noun, nouns }), language);
  });

/** Help with everything below it in one list. */
function screenNounHelp(path: readonly string[], noun: NounNode, language: Language): string[] {
  return [
    ...nounOpening(path, noun, language),
    ...section(HEADINGS.subcommands, [...nounEntries(noun), ...verbEntries(noun)], language),
    ...general(path, language, false),
  ];
}

/** The first screen: what to type on an ordinary day, the nouns by group, the verbs by name, and where to begin. */
function firstScreen(noun: NounNode, language: Language): string[] {
  const groups = Object.entries(GROUPS);
  const labelWidth = Math.max(...groups.map(([, label]) => wordWidth(label[language])));
  const nameWidth = Math.max(...noun.nouns.map(({ name }) => wordWidth(name)));
  const rows = groups.flatMap(([group, label]) =>
    noun.nouns
      .filter((one) => one.group === group)
      .map(({ name, summary }, at) =>
        [
          padWords(at === 0 ? label[language] : "", labelWidth),
          padWords(name, nameWidth),
          wrapWords(summary[language], COLUMNS - labelWidth - nameWidth - 4)[0],
        ].join("  "),
      ),
  );
  const others = [...noun.verbs.map(({ name }) => name), HELP.term].filter((name) => name !== STATUS).toSorted();
  return [
    ...noun.examples.map((line) => `  ${line}`),
    ...rows,
    `${ALSO[language]}: ${others.join(", ")}; --help-all`,
    `clomoctl ${STATUS}: ${noun.verbs.find(({ name }) => name === STATUS)?.summary[language] ?? ""}`,
  ];
}

const GROUPS: Readonly<Record<NounGroup, Text>> = {
  daily: text("Daily work", "日常の作業"),
  tenant: text("Tenant", "テナント"),
  apple: text("Apple", "Apple"),
  handover: text("Handover", "引き継ぎ"),
  "set-up": text("Set-up", "準備"),
};

const ALSO = text("Also", "ほかのコマンド");

/** The command that shows people where to begin. */
const STATUS = "status";

/** What is answered without a command of its own. */
const HELP: HelpEntry = {
  term: "help",
  about: text("show the help of a command: help users import", "ヘルプを表示する(例: help users import)"),
};
const VERSION_WORD: HelpEntry = { term: "version", about: VERSION.about };

/**
 * Help for a verb: one screen. What it has room for is explained: required options, those of the examples, exit codes, the
 * other options; what is left is named.
 *
 * @param all every option, the general ones too, and all there is to say, however long
 */
export function verbHelp(path: readonly string[], command: Command, language: Language, all: boolean): string {
  const whole = wholeHelp(path, command, language, all);
  if (all || rowsOf(whole) <= LINES) return lines(whole);
  if (Object.values(command.options).some(({ brief }) => brief !== undefined))
    return lines(briefHelp(path, command, language));
  const explained: string[] = [];
  for (const word of byUse(command)) {
    const more = screenHelp(path, command, language, [...explained, word]);
    if (rowsOf(more) <= LINES) explained.push(word);
  }
  return lines(screenHelp(path, command, language, explained));
}

/** A verb's help from its summary to its examples. */
function opening(path: readonly string[], command: Command, language: Language): string[] {
  const examples = command.examples.flatMap(({ line, about }) => exampleEntries(line, about));
  return [
    ...paragraph(command.summary[language]),
    ...(command.caution === undefined ? [] : paragraph(command.caution[language])),
    ...section(HEADINGS.usage, [plain(usageLine(path, command))], language),
    ...section(HEADINGS.examples, examples, language),
  ];
}

const wholeHelp = (path: readonly string[], command: Command, language: Language, all: boolean): string[] => [
  ...opening(path, command, language),
  ...section(HEADINGS.arguments, argumentEntries(command.args), language),
  ...optionSections(listedOptions(command), language),
  ...general(path, language, all, listedOptions(command)),
  ...(command.details ?? []).flatMap((words) => ["", ...paragraph(words[language])]),
  ...section(HEADINGS.exits, exitEntries(command), language),
];

/** The options of a command: by group, if they have one. */
function optionSections(options: Fields, language: Language): string[] {
  const fields = Object.entries(options);
  return [undefined, ...OPTION_GROUPS].flatMap((group) => {
    const own = Object.fromEntries(fields.filter(([, field]) => field.group === group));
    return section(group === undefined ? HEADINGS.options : GROUP_HEADINGS[group], optionEntries(own), language);
  });
}

const GROUP_HEADINGS: Readonly<Record<OptionGroup, Text>> = {
  input: text("Input options", "入力のオプション"),
  matching: text("Matching options", "照合のオプション"),
  safety: text("Safety options", "安全のためのオプション"),
  output: text("Output options", "出力のオプション"),
};

/** Help with only the options that are required or have a brief text, and as many examples as there is room for. */
function briefHelp(path: readonly string[], command: Command, language: Language): string[] {
  const options = Object.entries(command.options)
    .filter(([, field]) => field.brief !== undefined || (field.kind !== "boolean" && field.required === true))
    .map(([key, field]) => [key, { ...field, about: field.brief ?? field.about }] as const);
  const page = (examples: Command["examples"]): string[] => [
    ...opening(path, { ...command, examples }, language),
    ...section(HEADINGS.options, optionEntries(Object.fromEntries(options)), language),
    ...moreBy(path, ALL_OPTIONS[language]),
    ...paragraph(
      `${HEADINGS.exits[language]}: ${exitsOf(command)
        .map(({ code }) => code)
        .join(" · ")}`,
    ),
  ];
  const pages = command.examples.map((_, at, all) => page(all.slice(0, all.length - at)));
  return pages.find((one) => rowsOf(one) <= LINES) ?? page([]);
}

const ALL_OPTIONS = text("All options and details", "すべてのオプションと説明");

/** Help with these explained, {@link EXITS} or keys of options, and the others named. */
function screenHelp(
  path: readonly string[],
  command: Command,
  language: Language,
  explained: readonly string[],
): string[] {
  const options = Object.entries(listedOptions(command));
  const named = options.flatMap(([key]) => (explained.includes(key) ? [] : [`--${flagName(key)}`]));
  const shown = Object.fromEntries(options.filter(([key]) => explained.includes(key)));
  const own = command.ownExits !== undefined || command.exitMeanings !== undefined;
  const codes =
    own || explained.includes(EXITS)
      ? exitsOf(command).map(({ code, meaning }) => `${code} ${meaning[language]}`)
      : exitsOf(command).map(({ code }) => String(code));
  return [
    ...opening(path, command, language),
    ...section(HEADINGS.options, optionEntries(shown), language),
    "",
    ...moreBy(path, ALL_OPTIONS[language]),
    ...(named.length === 0 ? [] : paragraph(named.join(", "), "  ")),
    "",
    ...paragraph(`${HEADINGS.exits[language]}: ${codes.join(" · ")}`),
  ];
}

/** The exit codes, among what help explains; no option is called so. */
const EXITS = "exit codes";

/** What a command's help explains, the most useful first. */
function byUse(command: Command): string[] {
  const { examples } = command;
  const words = new Set(examples.flatMap(({ line }) => line.split(" ")));
  const rank = ([key, field]: readonly [string, Field]): number => {
    if (field.kind !== "boolean" && field.required === true) return 0;
    return words.has(`--${flagName(key)}`) || (field.short !== undefined && words.has(`-${field.short}`)) ? 1 : 2;
  };
  const all = Object.entries(listedOptions(command)).toSorted((a, b) => rank(a) - rank(b));
  const usual = all.filter((option) => rank(option) < 2);
  return [...usual.map(([key]) => key), EXITS, ...all.slice(usual.length).map(([key]) => key)];
}
