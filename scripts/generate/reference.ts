import { listExits, type ExitCodeMeaning } from "../../src/cli/exit-codes.ts";
import { GLOBAL_OPTIONS } from "../../src/commands/kit/globals.ts";
import {
  buildArgumentEntries,
  selectHelpOptions,
  buildOptionEntries,
  formatUsageLine,
  type HelpEntry,
} from "../../src/cli/help.ts";
import { text, type Language } from "../../src/lib/text/index.ts";
import type { NounFolder, VerbFile } from "./commands.ts";

/** A page of the command reference. `path` is relative to `docs/commands`. */
export interface ReferencePage {
  readonly path: string;
  readonly page: string;
}

const REFERENCE_LABELS = {
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
} as const;

const escapeCell = (value: string): string => value.replaceAll("|", String.raw`\|`);

/** The codes of a page, once. Verbs with meanings of their own say them; which verb has which is in its `--help`. */
function renderExits(verbs: readonly VerbFile[], language: Language): string[] {
  const all = verbs.flatMap(({ command }) => (command.ownExits === undefined ? listExits(command) : []));
  const meanings = new Map(all.map(({ code, meaning }) => [code, meaning]));
  if (meanings.size === 0) return [];
  const sorted = [...meanings].toSorted(([one], [other]) => one - other);
  const exits = sorted.map(([code, meaning]) => ({ code, meaning }));
  return ["", `## ${REFERENCE_LABELS.exits[language]}`, "", renderMeanings(exits, language)];
}

const renderMeanings = (exits: readonly ExitCodeMeaning[], language: Language): string =>
  exits.map(({ code, meaning }) => `\`${code}\` ${meaning[language]}`).join(" · ");

function renderEntryTable(first: string, entries: readonly HelpEntry[], language: Language): string[] {
  if (entries.length === 0) return [];
  const rows = entries.map(({ term, about }) => `| \`${escapeCell(term)}\` | ${escapeCell(about[language])} |`);
  return ["", `| ${first} | ${REFERENCE_LABELS.purpose[language]} |`, "| --- | --- |", ...rows];
}

function renderVerbSection(folder: NounFolder, { name, command }: VerbFile, language: Language): string[] {
  const path = [...folder.path, name];
  const examples = command.examples.flatMap(({ line, about }) => [
    ...(about === undefined ? [] : [`# ${about[language]}`]),
    line,
  ]);
  const exits = renderMeanings(listExits(command), language);
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
    ...renderEntryTable(REFERENCE_LABELS.argument[language], buildArgumentEntries(command.args), language),
    ...renderEntryTable(REFERENCE_LABELS.option[language], buildOptionEntries(selectHelpOptions(command)), language),
    "",
    `${REFERENCE_LABELS.examples[language]}:`,
    "",
    "```sh",
    ...examples,
    "```",
    ...(command.ownExits === undefined ? [] : ["", `${REFERENCE_LABELS.exits[language]}: ${exits}`]),
  ];
}

const renderAllVerbs = (folder: NounFolder): string[][] => [
  ...folder.verbs.map(({ name }) => [...folder.path, name]),
  ...folder.nouns.flatMap(renderAllVerbs),
];

const listVerbs = ({ verbs, nouns }: NounFolder): readonly VerbFile[] => [...verbs, ...nouns.flatMap(listVerbs)];

const renderSections = (folder: NounFolder, language: Language): string[] => [
  ...folder.verbs.flatMap((verb) => renderVerbSection(folder, verb, language)),
  ...folder.nouns.flatMap((noun) => renderSections(noun, language)),
];

const joinPageLines = (lines: readonly string[]): string => `${lines.join("\n")}\n`;

function renderNounReference(folder: NounFolder, language: Language): string {
  return joinPageLines([
    `# clomoctl ${folder.path.join(" ")}`,
    "",
    folder.noun.summary[language],
    "",
    `<!-- ${REFERENCE_LABELS.note[language]} -->`,
    ...renderSections(folder, language),
    ...renderExits(listVerbs(folder), language),
  ]);
}

function renderVerbReference(program: NounFolder, verb: VerbFile, language: Language): string {
  return joinPageLines([
    `# clomoctl ${verb.name}`,
    "",
    `<!-- ${REFERENCE_LABELS.note[language]} -->`,
    ...renderVerbSection(program, verb, language),
    ...renderExits([verb], language),
  ]);
}

function renderOverview(program: NounFolder, language: Language): string {
  const nouns = program.nouns.map(
    ({ name, noun, ...folder }) =>
      `| [\`${name}\`](${name}.md) | ${escapeCell(noun.summary[language])}: ${renderAllVerbs({ name, noun, ...folder })
        .map((path) => `\`${path.slice(1).join(" ")}\``)
        .join(" ")} |`,
  );
  const verbs = program.verbs.map(
    ({ name, command }) => `| [\`${name}\`](${name}.md) | ${escapeCell(command.summary[language])} |`,
  );
  return joinPageLines([
    `# ${REFERENCE_LABELS.title[language]}`,
    "",
    `<!-- ${REFERENCE_LABELS.note[language]} -->`,
    "",
    `| ${REFERENCE_LABELS.command[language]} | ${REFERENCE_LABELS.purpose[language]} |`,
    "| --- | --- |",
    ...nouns,
    ...verbs,
    "",
    `## ${REFERENCE_LABELS.everywhere[language]}`,
    ...renderEntryTable(REFERENCE_LABELS.option[language], buildOptionEntries(GLOBAL_OPTIONS), language),
  ]);
}

/** Renders the command reference in English and, below `ja/`, in Japanese: an overview, and a page for each noun. */
export function renderReferencePages(program: NounFolder): ReferencePage[] {
  return (["en", "ja"] as const).flatMap((language) => {
    const folder = language === "ja" ? "ja/" : "";
    return [
      { path: `${folder}README.md`, page: renderOverview(program, language) },
      ...program.verbs.map((verb) => ({
        path: `${folder}${verb.name}.md`,
        page: renderVerbReference(program, verb, language),
      })),
      ...program.nouns.map((noun) => ({ path: `${folder}${noun.name}.md`, page: renderNounReference(noun, language) })),
    ];
  });
}
