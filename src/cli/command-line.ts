import type { PartialLine } from "../commands/completion/answer.ts";
import { toFlagName, isOption, formatPlaceholder, type Field } from "../commands/field.ts";
import { GLOBAL_OPTIONS } from "../commands/globals.ts";
import type { NounNode, VerbNode } from "../commands/command.ts";
import { Failure } from "../lib/errors/index.ts";
import { chooseLanguage, type EnvironmentVariables } from "../lib/terminal/output-choice.ts";
import { shouldUseColour } from "../lib/terminal/commands.ts";
import type { ErrorStyle } from "../lib/terminal/failure.ts";
import { text, type Language, type Text, findNearestWord } from "../lib/text/index.ts";

const GLOBAL_FLAGS: ReadonlyMap<string, boolean> = new Map(
  Object.entries(GLOBAL_OPTIONS).map(([key, field]) => [`--${toFlagName(key)}`, field.kind !== "boolean"]),
);

interface StrayWord {
  readonly word: string;
  readonly path: readonly string[];
  readonly noun: NounNode;
}

export interface CommandLine extends PartialLine {
  readonly path: readonly string[];
  readonly helpAll: boolean;
  readonly stray: StrayWord | undefined;
}

const HELP_ALL_FLAG = "--help-all";
const HELP_FLAGS = ["--help", "-h", HELP_ALL_FLAG];
const VERSION_FLAGS = ["--version", "-V"];

const findNoun = (noun: NounNode, word: string): NounNode | undefined =>
  noun.nouns.find(({ name, aliases }) => name === word || aliases.includes(word));

/** Never fails. A verb's options must follow the verb; global options can be anywhere. */
export function scanCommandLine(root: NounNode, argv: readonly string[]): CommandLine {
  const path: string[] = [];
  const words: string[] = [];
  const globals = new Map<string, string>();
  const flags = new Set<string>();
  let noun = root;
  let verb: VerbNode | undefined;
  let [version, help, helpAll] = [false, false, false];
  let stray: StrayWord | undefined;
  const isStray = (word: string): void => void (stray ??= { word, path: [...path], noun });
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? "";
    if (word === "--") {
      words.push(...argv.slice(at));
      break;
    }
    if (!isOption(word)) {
      if (verb !== undefined) {
        words.push(word);
        continue;
      }
      const below = findNoun(noun, word);
      if (below === undefined) verb = noun.verbs.find(({ name }) => name === word);
      const found = below ?? verb;
      if (found === undefined) isStray(word);
      else path.push(found.name);
      noun = below ?? noun;
      continue;
    }
    const [flag = "", ...rest] = word.split("=");
    const takesValue = GLOBAL_FLAGS.get(flag);
    flags.add(flag);
    if (VERSION_FLAGS.includes(word) && path.length === 0 && stray === undefined) version = true;
    else if (HELP_FLAGS.includes(word)) help = true;
    else if (takesValue === undefined && verb === undefined) isStray(word);
    helpAll ||= word === HELP_ALL_FLAG;
    if (!HELP_FLAGS.includes(word) || verb !== undefined) words.push(word);
    if (takesValue === undefined) continue;
    const isApart = takesValue && rest.length === 0;
    const value = isApart ? argv[(at += 1)] : rest.join("=");
    if (value === undefined) continue;
    if (isApart) words.push(value);
    globals.set(flag, value);
  }
  return { path, noun, verb, words, globals, flags, version, help, helpAll, stray };
}

export function formatOptionTerm(key: string, field: Field): string {
  const short = field.short === undefined ? "" : `-${field.short}, `;
  return `${short}--${toFlagName(key)} ${formatPlaceholder(key, field)}`.trimEnd();
}

/** Ignores an invalid `--lang`, because a later check rejects it. */
function selectLanguage(flag: string | undefined, environment: EnvironmentVariables): Language {
  try {
    return chooseLanguage(flag, environment);
  } catch {
    return chooseLanguage(undefined, { ...environment, CLOMOCTL_LANG: "" });
  }
}

export const selectErrorStyle = (
  { globals }: Pick<CommandLine, "globals">,
  environment: EnvironmentVariables,
  stderr: { readonly isTTY?: boolean; readonly columns?: number } = {},
): ErrorStyle => ({
  language: selectLanguage(globals.get("--lang"), environment),
  json: globals.get("--format") === "json",
  verbose: globals.has("--verbose"),
  columns: stderr.isTTY === true && stderr.columns !== 0 ? stderr.columns : undefined,
  colour: shouldUseColour(stderr.isTTY === true, !globals.has("--no-color"), environment),
});

export const formatTypedCommand = (path: readonly string[]): string => ["clomoctl", ...path].join(" ");

export const suggestWord = (near: string): Text => text(`did you mean ${near}?`, `「${near}」ではありませんか?`);

const listWords = (words: readonly string[]): Text =>
  text(`use one of these: ${words.join(", ")}`, `次のいずれかを指定してください: ${words.join(", ")}`);

function createUnknownOptionFailure({ word, path }: StrayWord): Failure {
  const version = path.length === 0 ? ["--version"] : [];
  const near = findNearestWord(word.split("=")[0] ?? "", [...GLOBAL_FLAGS.keys(), "--help", HELP_ALL_FLAG, ...version]);
  return new Failure("usage", {
    what: text(`unknown option ${word} before the subcommand`, `サブコマンドの前のオプション ${word} は不明です`),
    where: formatTypedCommand(path),
    hint: near === undefined ? undefined : suggestWord(near),
  });
}

const findCommands = (verb: string, noun: NounNode, path: readonly string[]): string[] => [
  ...(noun.verbs.some(({ name }) => name === verb) ? [formatTypedCommand([...path, verb])] : []),
  ...noun.nouns.flatMap((below) => findCommands(verb, below, [...path, below.name])),
];

function createUnknownWordFailure({ word, path, noun }: StrayWord): Failure {
  const words = [...noun.nouns, ...noun.verbs].map(({ name }) => name);
  const below = findCommands(word, noun, path);
  const where = formatTypedCommand([...path, word]);
  if (below.length > 0) {
    const what = text(`specify what "${word}" applies to`, `${word} の対象を指定してください`);
    return new Failure("usage", { what, where, hint: listWords(below) });
  }
  const near = findNearestWord(word, [...words, ...noun.nouns.flatMap((n) => n.aliases)]);
  const hint = near === undefined ? listWords(words) : suggestWord(formatTypedCommand([...path, near]));
  return new Failure("usage", { what: text(`unknown command ${word}`, `コマンド ${word} は不明です`), where, hint });
}

/** @throws `usage` for an unknown noun, verb or option before the verb */
export function requireKnownWords({ stray }: CommandLine): void {
  if (stray === undefined) return;
  throw isOption(stray.word) ? createUnknownOptionFailure(stray) : createUnknownWordFailure(stray);
}
