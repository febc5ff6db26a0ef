import { ALL_ERROR_CODES, listExits, type Exit } from "../../src/cli/exit-codes.ts";
import {
  buildArgumentEntries,
  selectHelpOptions,
  buildOptionEntries,
  formatUsageLine,
  type HelpEntry,
} from "../../src/cli/usage.ts";
import { GLOBAL_OPTIONS } from "../../src/commands/globals.ts";
import { text, type Language, type Text } from "../../src/lib/text/index.ts";
import type { NounFolder, VerbFile } from "./commands.ts";
import type { Page } from "./reference.ts";

const WORDS = {
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

const HELP: readonly HelpEntry[] = [
  { term: "-h, --help", about: text("show help, at every level", "ヘルプを表示する(各階層で使用可)") },
  { term: "-V, --version", about: text("show the program's version", "バージョンを表示する") },
];

const ENVIRONMENT: readonly HelpEntry[] = [
  {
    term: "CLOMOCTL_HOME",
    about: text(
      "the folder that holds all contexts, tenants and temporary files (default: the platform's folders for settings and data)",
      "コンテキスト・テナント・一時ファイルをすべて置くフォルダー(既定: OS の設定・データ用フォルダー)",
    ),
  },
  { term: "CLOMOCTL_CONTEXT", about: text("the context to work on", "操作するコンテキスト") },
  { term: "CLOMOCTL_LANG", about: text("language of messages: ja or en", "表示言語: ja か en") },
  {
    term: "CHROME_PATH",
    about: text(
      "the Chrome, Chromium or Edge that prints reports (default: the one that is installed)",
      "レポートの PDF を作る Chrome・Chromium・Edge(既定: インストールされているもの)",
    ),
  },
  { term: "NO_COLOR", about: text("disables colours, where it is set", "設定されていれば色を付けない") },
];

/** Words of ours as roff takes them: to the letter, and no line a request. */
const roff = (words: string): string =>
  words
    .replaceAll("\\", String.raw`\e`)
    .replaceAll("-", String.raw`\-`)
    .replaceAll("'", String.raw`\(aq`)
    .replaceAll("`", String.raw`\(ga`)
    .replaceAll("^", String.raw`\(ha`)
    .replaceAll("~", String.raw`\(ti`)
    // may be broken there: on what is longer than a line groff 1.22, with the macros for Japanese, never ends
    .replaceAll("|", String.raw`|\:`)
    .replaceAll(/^\./gm, String.raw`\&.`);

/** An argument of a request. */
const quoted = (words: string): string => `"${roff(words).replaceAll('"', String.raw`\(dq`)}"`;

const heading = (title: Text, language: Language): string => `.SH ${quoted(title[language])}`;

const listed = (entries: readonly HelpEntry[], language: Language): readonly string[] =>
  entries.flatMap(({ term, about }) => [".TP", `.B ${quoted(term)}`, roff(about[language])]);

/** A list with a title of its own; nothing for an empty one. */
const titled = (title: Text, entries: readonly HelpEntry[], language: Language): readonly string[] =>
  entries.length === 0 ? [] : [".PP", roff(title[language]), ...listed(entries, language)];

const exitEntries = (exits: readonly Exit[]): readonly HelpEntry[] =>
  exits.map(({ code, meaning }) => ({ term: String(code), about: meaning }));

/** Lines to type, as they are. */
const typed = (lines: readonly string[]): readonly string[] => [
  ".PP",
  ".RS 4",
  ".nf",
  ...lines.map(roff),
  ".fi",
  ".RE",
];

function verbPart({ command }: VerbFile, language: Language): readonly string[] {
  const examples = command.examples.flatMap(({ line, about }) => [
    ...(about === undefined ? [] : [`# ${about[language]}`]),
    line,
  ]);
  return [
    roff(command.summary[language]),
    ...[command.caution ?? [], command.details ?? []].flat().flatMap((words) => [".PP", roff(words[language])]),
    ...titled(WORDS.arguments, buildArgumentEntries(command.args), language),
    ...titled(WORDS.ownOptions, buildOptionEntries(selectHelpOptions(command)), language),
    ".PP",
    roff(WORDS.examples[language]),
    ...typed(examples),
    ...titled(WORDS.ownExits, exitEntries(listExits(command)), language),
  ];
}

interface Verb {
  readonly path: readonly string[];
  readonly verb: VerbFile;
}

const verbsBelow = (folder: NounFolder): readonly Verb[] => [
  ...folder.verbs.map((verb) => ({ path: [...folder.path, verb.name], verb })),
  ...folder.nouns.flatMap(verbsBelow),
];

const usages = (verbs: readonly Verb[]): readonly string[] =>
  verbs.flatMap(({ path, verb }, at) => [...(at === 0 ? [] : [".br"]), roff(formatUsageLine(path, verb.command))]);

/** One page, without a date: the same declarations give the same bytes. */
function manPage(name: string, about: Text, version: string, language: Language, lines: readonly string[]): string {
  const title = [name.toUpperCase(), "1", "", `clomoctl ${version}`, WORDS.manual[language]];
  return [
    String.raw`.\" Generated from the commands by npm run generate; do not edit.`,
    `.TH ${title.map(quoted).join(" ")}`,
    // a line of an example is not hyphenated, nor is a line of words stretched
    ".nh",
    ".ad l",
    heading(WORDS.name, language),
    String.raw`${roff(name)} \- ${roff(about[language])}`,
    ...lines,
    "",
  ].join("\n");
}

const also = (names: readonly string[], language: Language): readonly string[] => [
  heading(WORDS.also, language),
  names.map((name) => String.raw`\fB${roff(name)}\fR(1)`).join(",\n"),
];

function programPage(program: NounFolder, version: string, language: Language): string {
  const below: readonly HelpEntry[] = [
    ...program.nouns.map(({ name, noun }) => ({ term: name, about: noun.summary })),
    ...program.verbs.map(({ name, command }) => ({ term: name, about: command.summary })),
  ];
  const about = text("a command line for administrators of CLOMO tenants", "CLOMO テナントの管理者のためのコマンド");
  return manPage("clomoctl", about, version, language, [
    heading(WORDS.synopsis, language),
    roff("clomoctl COMMAND SUBCOMMAND [ARGUMENT] [OPTIONS]"),
    heading(WORDS.description, language),
    roff(program.noun.summary[language]),
    heading(WORDS.commands, language),
    ...listed(below, language),
    heading(WORDS.options, language),
    ...listed([...buildOptionEntries(GLOBAL_OPTIONS), ...HELP], language),
    heading(WORDS.environment, language),
    ...listed(ENVIRONMENT, language),
    heading(WORDS.exits, language),
    ...listed(exitEntries(listExits({ exits: ALL_ERROR_CODES })), language),
    ...also(
      below.map(({ term }) => `clomoctl-${term}`),
      language,
    ),
  ]);
}

function nounPage(folder: NounFolder, version: string, language: Language): string {
  const verbs = verbsBelow(folder);
  return manPage(`clomoctl-${folder.name}`, folder.noun.summary, version, language, [
    heading(WORDS.synopsis, language),
    ...usages(verbs),
    heading(WORDS.commands, language),
    ...verbs.flatMap(({ path, verb }) => [`.SS ${quoted(path.join(" "))}`, ...verbPart(verb, language)]),
    ...also(["clomoctl"], language),
  ]);
}

const verbPage = (verb: VerbFile, version: string, language: Language): string =>
  manPage(`clomoctl-${verb.name}`, verb.command.summary, version, language, [
    heading(WORDS.synopsis, language),
    ...usages([{ path: [verb.name], verb }]),
    heading(WORDS.description, language),
    ...verbPart(verb, language),
    ...also(["clomoctl"], language),
  ]);

/**
 * The manual pages, in English and, below `ja/`, in Japanese: one of the program, one of each noun, one of each verb without
 * a noun; `path` below `man`.
 */
export function manPages(program: NounFolder, version: string): readonly Page[] {
  return (["en", "ja"] as const).flatMap((language) => {
    const folder = language === "ja" ? "ja/" : "";
    return [
      { path: `${folder}clomoctl.1`, page: programPage(program, version, language) },
      ...[
        ...program.nouns.map((noun) => ({ name: noun.name, page: nounPage(noun, version, language) })),
        ...program.verbs.map((verb) => ({ name: verb.name, page: verbPage(verb, version, language) })),
      ].map(({ name, page }) => ({ path: `${folder}clomoctl-${name}.1`, page })),
    ];
  });
}
