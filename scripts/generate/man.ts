import { ALL_ERROR_CODES, listExits, type ExitCodeMeaning } from "../../src/cli/exit-codes.ts";
import {
  buildArgumentEntries,
  selectHelpOptions,
  buildOptionEntries,
  formatUsageLine,
  type HelpEntry,
} from "../../src/cli/help.ts";
import { GLOBAL_OPTIONS } from "../../src/commands/kit/globals.ts";
import { text, type Language, type Text } from "../../src/lib/text/index.ts";
import type { NounFolder, VerbFile } from "./commands.ts";
import type { ReferencePage } from "./reference.ts";

const MAN_LABELS = {
  name: text("NAME", "名前"),
  synopsis: text("SYNOPSIS", "書式"),
  description: text("DESCRIPTION", "説明"),
  commands: text("COMMANDS", "コマンド"),
  arguments: text("Arguments:", "引数:"),
  options: text("OPTIONS", "オプション"),
  ownOptions: text("Options:", "オプション:"),
  examples: text("Examples:", "例:"),
  exits: text("EXIT STATUS", "終了コード"),
  ownExits: text("Exit status:", "終了コード:"),
  environment: text("ENVIRONMENT", "環境変数"),
  also: text("SEE ALSO", "関連項目"),
  manual: text("clomoctl manual", "clomoctl マニュアル"),
} as const;

const HELP_OPTIONS: readonly HelpEntry[] = [
  { term: "-h, --help", about: text("show help (of any command)", "ヘルプを表示する(どのコマンドでも使用可)") },
  { term: "-V, --version", about: text("show the program's version", "バージョンを表示する") },
];

const ENVIRONMENT_VARIABLES: readonly HelpEntry[] = [
  {
    term: "CLOMOCTL_HOME",
    about: text(
      "folder of all contexts, tenants and temporary files (default: the platform's folders for settings and data)",
      "コンテキスト・テナント・一時ファイルをすべて置くフォルダー(既定: OS の設定・データ用フォルダー)",
    ),
  },
  { term: "CLOMOCTL_CONTEXT", about: text("context to work on", "操作するコンテキスト") },
  { term: "CLOMOCTL_LANG", about: text("language of messages: ja or en", "表示言語: ja か en") },
  { term: "NO_COLOR", about: text("if set, disables colours", "設定されていれば色を付けない") },
];

/** Escapes a text for roff, so that it is printed literally and no line is interpreted as a request. */
const escapeRoff = (words: string): string =>
  words
    .replaceAll("\\", String.raw`\e`)
    .replaceAll("-", String.raw`\-`)
    .replaceAll("'", String.raw`\(aq`)
    .replaceAll("`", String.raw`\(ga`)
    .replaceAll("^", String.raw`\(ha`)
    .replaceAll("~", String.raw`\(ti`)
    // allow a break there: groff 1.22 with the Japanese macros never ends on text that is longer than a line
    .replaceAll("|", String.raw`|\:`)
    .replaceAll(/^\./gm, String.raw`\&.`);

/** Quotes an argument of a roff request. */
const quoteArgument = (words: string): string => `"${escapeRoff(words).replaceAll('"', String.raw`\(dq`)}"`;

const renderHeading = (title: Text, language: Language): string => `.SH ${quoteArgument(title[language])}`;

const renderEntries = (entries: readonly HelpEntry[], language: Language): readonly string[] =>
  entries.flatMap(({ term, about }) => [".TP", `.B ${quoteArgument(term)}`, escapeRoff(about[language])]);

/** Renders a list with its own title; returns nothing for an empty list. */
const renderTitledEntries = (title: Text, entries: readonly HelpEntry[], language: Language): readonly string[] =>
  entries.length === 0 ? [] : [".PP", escapeRoff(title[language]), ...renderEntries(entries, language)];

const toExitEntries = (exits: readonly ExitCodeMeaning[]): readonly HelpEntry[] =>
  exits.map(({ code, meaning }) => ({ term: String(code), about: meaning }));

/** Renders lines to type without filling or wrapping them. */
const renderLiteralLines = (lines: readonly string[]): readonly string[] => [
  ".PP",
  ".RS 4",
  ".nf",
  ...lines.map(escapeRoff),
  ".fi",
  ".RE",
];

function renderVerbBody({ command }: VerbFile, language: Language): readonly string[] {
  const examples = command.examples.flatMap(({ line, about }) => [
    ...(about === undefined ? [] : [`# ${about[language]}`]),
    line,
  ]);
  return [
    escapeRoff(command.summary[language]),
    ...[command.caution ?? [], command.details ?? []].flat().flatMap((words) => [".PP", escapeRoff(words[language])]),
    ...renderTitledEntries(MAN_LABELS.arguments, buildArgumentEntries(command.args), language),
    ...renderTitledEntries(MAN_LABELS.ownOptions, buildOptionEntries(selectHelpOptions(command)), language),
    ".PP",
    escapeRoff(MAN_LABELS.examples[language]),
    ...renderLiteralLines(examples),
    ...renderTitledEntries(MAN_LABELS.ownExits, toExitEntries(listExits(command)), language),
  ];
}

interface VerbWithPath {
  readonly path: readonly string[];
  readonly verb: VerbFile;
}

const listVerbsBelow = (folder: NounFolder): readonly VerbWithPath[] => [
  ...folder.verbs.map((verb) => ({ path: [...folder.path, verb.name], verb })),
  ...folder.nouns.flatMap(listVerbsBelow),
];

const renderUsages = (verbs: readonly VerbWithPath[]): readonly string[] =>
  verbs.flatMap(({ path, verb }, at) => [
    ...(at === 0 ? [] : [".br"]),
    escapeRoff(formatUsageLine(path, verb.command)),
  ]);

/** Renders a manual page. The page does not contain a date, so the same declarations always give the same bytes. */
function renderManPage(
  name: string,
  about: Text,
  version: string,
  language: Language,
  lines: readonly string[],
): string {
  const title = [name.toUpperCase(), "1", "", `clomoctl ${version}`, MAN_LABELS.manual[language]];
  return [
    String.raw`.\" Generated from the commands by npm run generate; do not edit.`,
    `.TH ${title.map(quoteArgument).join(" ")}`,
    // do not hyphenate examples, and do not justify text
    ".nh",
    ".ad l",
    renderHeading(MAN_LABELS.name, language),
    String.raw`${escapeRoff(name)} \- ${escapeRoff(about[language])}`,
    ...lines,
    "",
  ].join("\n");
}

const renderSeeAlso = (names: readonly string[], language: Language): readonly string[] => [
  renderHeading(MAN_LABELS.also, language),
  names.map((name) => String.raw`\fB${escapeRoff(name)}\fR(1)`).join(",\n"),
];

function renderProgramPage(program: NounFolder, version: string, language: Language): string {
  const below: readonly HelpEntry[] = [
    ...program.nouns.map(({ name, noun }) => ({ term: name, about: noun.summary })),
    ...program.verbs.map(({ name, command }) => ({ term: name, about: command.summary })),
  ];
  const about = text("a command line for administrators of CLOMO tenants", "CLOMO テナントの管理者のためのコマンド");
  return renderManPage("clomoctl", about, version, language, [
    renderHeading(MAN_LABELS.synopsis, language),
    escapeRoff("clomoctl COMMAND SUBCOMMAND [ARGUMENT] [OPTIONS]"),
    renderHeading(MAN_LABELS.description, language),
    escapeRoff(program.noun.summary[language]),
    renderHeading(MAN_LABELS.commands, language),
    ...renderEntries(below, language),
    renderHeading(MAN_LABELS.options, language),
    ...renderEntries([...buildOptionEntries(GLOBAL_OPTIONS), ...HELP_OPTIONS], language),
    renderHeading(MAN_LABELS.environment, language),
    ...renderEntries(ENVIRONMENT_VARIABLES, language),
    renderHeading(MAN_LABELS.exits, language),
    ...renderEntries(toExitEntries(listExits({ exits: ALL_ERROR_CODES })), language),
    ...renderSeeAlso(
      below.map(({ term }) => `clomoctl-${term}`),
      language,
    ),
  ]);
}

function renderNounManPage(folder: NounFolder, version: string, language: Language): string {
  const verbs = listVerbsBelow(folder);
  return renderManPage(`clomoctl-${folder.name}`, folder.noun.summary, version, language, [
    renderHeading(MAN_LABELS.synopsis, language),
    ...renderUsages(verbs),
    renderHeading(MAN_LABELS.commands, language),
    ...verbs.flatMap(({ path, verb }) => [`.SS ${quoteArgument(path.join(" "))}`, ...renderVerbBody(verb, language)]),
    ...renderSeeAlso(["clomoctl"], language),
  ]);
}

const renderVerbManPage = (verb: VerbFile, version: string, language: Language): string =>
  renderManPage(`clomoctl-${verb.name}`, verb.command.summary, version, language, [
    renderHeading(MAN_LABELS.synopsis, language),
    ...renderUsages([{ path: [verb.name], verb }]),
    renderHeading(MAN_LABELS.description, language),
    ...renderVerbBody(verb, language),
    ...renderSeeAlso(["clomoctl"], language),
  ]);

/**
 * Renders the manual pages in English and, below `ja/`, in Japanese: one for the program, one for each noun, and one
 * for each verb without a noun. `path` is relative to `man`.
 */
export function renderManPages(program: NounFolder, version: string): readonly ReferencePage[] {
  return (["en", "ja"] as const).flatMap((language) => {
    const folder = language === "ja" ? "ja/" : "";
    return [
      { path: `${folder}clomoctl.1`, page: renderProgramPage(program, version, language) },
      ...[
        ...program.nouns.map((noun) => ({ name: noun.name, page: renderNounManPage(noun, version, language) })),
        ...program.verbs.map((verb) => ({ name: verb.name, page: renderVerbManPage(verb, version, language) })),
      ].map(({ name, page }) => ({ path: `${folder}clomoctl-${name}.1`, page })),
    ];
  });
}
