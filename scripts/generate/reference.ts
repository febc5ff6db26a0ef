import { listExits } from "../../src/cli/exit-codes.ts";
import { GLOBAL_OPTIONS } from "../../src/commands/globals.ts";
import {
  buildArgumentEntries,
  selectHelpOptions,
  buildOptionEntries,
  formatUsageLine,
  type HelpEntry,
} from "../../src/cli/usage.ts";
import { text, type Language } from "../../src/lib/text/index.ts";
import type { NounFolder, VerbFile } from "./commands.ts";

/** A page of the command reference; `path` below `docs/commands`. */
export interface Page {
  readonly path: string;
  readonly page: string;
}

const WORDS = {
  title: text("Commands", "コマンド"),
  note: text(
    "Generated from the commands by `npm run generate`; do not edit.",
    "コマンドの定義から `npm run generate` で生成したものです。直接編集しないでください。",
  ),
  command: text("command", "コマンド"),
  purpose: text("what it does", "内容"),
  option: text("option", "オプション"),
  argument: text("argument", "引数"),
  everywhere: text("Options of every command", "全コマンド共通のオプション"),
  examples: text("Examples", "例"),
  exits: text("Exit codes", "終了コード"),
  code: text("code", "コード"),
} as const;

const cell = (value: string): string => value.replaceAll("|", String.raw`\|`);

function table(first: string, entries: readonly HelpEntry[], language: Language): string[] {
  if (entries.length === 0) return [];
  const rows = entries.map(({ term, about }) => `| \`${cell(term)}\` | ${cell(about[language])} |`);
  return ["", `| ${first} | ${WORDS.purpose[language]} |`, "| --- | --- |", ...rows];
}

function verbSection(folder: NounFolder, { name, command }: VerbFile, language: Language): string[] {
  const path = [...folder.path, name];
  const examples = command.examples.flatMap(({ line, about }) => [
    ...(about === undefined ? [] : [`# ${about[language]}`]),
    line,
  ]);
  const exits = listExits(command).map(({ code, meaning }) => `\`${code}\` ${meaning[language]}`);
  return [
    "",
    `## ${path.join(" ")}`,
    "",
    command.summary[language],
    ...[command.caution ?? [], command.details ?? []].flat().flatMap((paragraph) => ["", paragraph[language]]),
    "",
    "```",
    formatUsageLine(path, command),
    "```",
    ...table(WORDS.argument[language], buildArgumentEntries(command.args), language),
    ...table(WORDS.option[language], buildOptionEntries(selectHelpOptions(command)), language),
    "",
    `${WORDS.examples[language]}:`,
    "",
    "```sh",
    ...examples,
    "```",
    "",
    `${WORDS.exits[language]}: ${exits.join(" · ")}`,
  ];
}

const allVerbs = (folder: NounFolder): string[][] => [
  ...folder.verbs.map(({ name }) => [...folder.path, name]),
  ...folder.nouns.flatMap(allVerbs),
];

const sections = (folder: NounFolder, language: Language): string[] => [
  ...folder.verbs.flatMap((verb) => verbSection(folder, verb, language)),
  ...folder.nouns.flatMap((noun) => sections(noun, language)),
];

const page = (lines: readonly string[]): string => `${lines.join("\n")}\n`;

function nounPage(folder: NounFolder, language: Language): string {
  return page([
    `# clomoctl ${folder.path.join(" ")}`,
    "",
    folder.noun.summary[language],
    "",
    `<!-- ${WORDS.note[language]} -->`,
    ...sections(folder, language),
  ]);
}

function verbPage(program: NounFolder, verb: VerbFile, language: Language): string {
  return page([
    `# clomoctl ${verb.name}`,
    "",
    `<!-- ${WORDS.note[language]} -->`,
    ...verbSection(program, verb, language),
  ]);
}

function overview(program: NounFolder, language: Language): string {
  const nouns = program.nouns.map(
    ({ name, noun, ...folder }) =>
      `| [\`${name}\`](${name}.md) | ${cell(noun.summary[language])}: ${allVerbs({ name, noun, ...folder })
        .map((path) => `\`${path.slice(1).join(" ")}\``)
        .join(" ")} |`,
  );
  const verbs = program.verbs.map(
    ({ name, command }) => `| [\`${name}\`](${name}.md) | ${cell(command.summary[language])} |`,
  );
  return page([
    `# ${WORDS.title[language]}`,
    "",
    `<!-- ${WORDS.note[language]} -->`,
    "",
    `| ${WORDS.command[language]} | ${WORDS.purpose[language]} |`,
    "| --- | --- |",
    ...nouns,
    ...verbs,
    "",
    `## ${WORDS.everywhere[language]}`,
    ...table(WORDS.option[language], buildOptionEntries(GLOBAL_OPTIONS), language),
  ]);
}

/** The command reference: an overview and a page a noun, in English and, below `ja/`, in Japanese. */
export function referencePages(program: NounFolder): Page[] {
  return (["en", "ja"] as const).flatMap((language) => {
    const folder = language === "ja" ? "ja/" : "";
    return [
      { path: `${folder}README.md`, page: overview(program, language) },
      ...program.verbs.map((verb) => ({ path: `${folder}${verb.name}.md`, page: verbPage(program, verb, language) })),
      ...program.nouns.map((noun) => ({ path: `${folder}${noun.name}.md`, page: nounPage(noun, language) })),
    ];
  });
}
