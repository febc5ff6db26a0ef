import { parseArgs } from "node:util";
import type { PartialLine } from "../commands/completion/answer.ts";
import { isOption, toFlagName, type Field } from "../commands/kit/field.ts";
import { GLOBAL_OPTIONS, HELP_OPTIONS, VERSION_OPTION } from "../commands/kit/globals.ts";
import type { NounNode, VerbNode } from "../commands/kit/command.ts";
import { Failure, tryOrUndefined } from "../lib/errors/index.ts";
import { chooseLanguage, type EnvironmentVariables } from "../lib/terminal/output-choice.ts";
import { shouldUseColour } from "../lib/terminal/commands.ts";
import type { ErrorStyle } from "../lib/terminal/failure.ts";
import { text, type Text, findNearestWord } from "../lib/text/index.ts";

export interface CommandLine extends PartialLine {
  readonly path: readonly string[];
  /** values of the global options by flag without dashes; true for a switch */
  readonly values: ReturnType<typeof parseArgs>["values"];
  readonly help: boolean;
  readonly stray: { readonly word: string; readonly path: readonly string[]; readonly noun: NounNode } | undefined;
}

const EARLY_OPTIONS = Object.fromEntries(
  Object.entries<Field>({ ...GLOBAL_OPTIONS, ...HELP_OPTIONS, ...VERSION_OPTION }).map(([key, { kind, short }]) => [
    toFlagName(key),
    { type: kind === "boolean" ? ("boolean" as const) : ("string" as const), ...(short !== undefined && { short }) },
  ]),
);

/** Never fails. A verb's options must follow the verb; global options and the word `help` can be anywhere before. */
export function scanCommandLine(root: NounNode, argv: readonly string[]): CommandLine {
  const { values, tokens } = parseArgs({ args: [...argv], options: EARLY_OPTIONS, strict: false, tokens: true });
  const path: string[] = [];
  const pathIndexes = new Set<number>();
  let noun = root;
  let verb: VerbNode | undefined;
  let stray: CommandLine["stray"];
  for (const token of tokens) {
    if (verb !== undefined || token.kind === "option-terminator") break;
    if (token.kind === "option") {
      if (!Object.hasOwn(EARLY_OPTIONS, token.name)) stray ??= { word: token.rawName, path: [...path], noun };
      continue;
    }
    const { value: word, index } = token;
    if (word === "help") {
      values["help"] = true;
      continue;
    }
    const below = noun.nouns.find(({ name, aliases }) => name === word || aliases.includes(word));
    verb = below === undefined ? noun.verbs.find(({ name }) => name === word) : undefined;
    const found = below ?? verb;
    if (found === undefined) {
      stray ??= { word, path: [...path], noun };
      continue;
    }
    path.push(found.name);
    pathIndexes.add(index);
    noun = below ?? noun;
  }
  const words = argv.filter((_, at) => !pathIndexes.has(at));
  const flags = new Set(tokens.flatMap((token) => (token.kind === "option" ? [token.rawName] : [])));
  return { path, noun, verb, words, values, flags, help: "help" in values || "help-all" in values, stray };
}

/** Ignores an invalid `--lang`, because a later check rejects it. */
export const selectErrorStyle = (
  { values: { lang, format, ...switches } }: Pick<CommandLine, "values">,
  environment: EnvironmentVariables,
  stderr: { readonly isTTY?: boolean; readonly columns?: number } = {},
): ErrorStyle => ({
  language:
    tryOrUndefined(() => chooseLanguage(typeof lang === "string" ? lang : undefined, environment)) ??
    chooseLanguage(undefined, { ...environment, CLOMOCTL_LANG: "" }),
  json: format === "json",
  verbose: "verbose" in switches,
  columns: stderr.isTTY === true && stderr.columns !== 0 ? stderr.columns : undefined,
  colour: shouldUseColour(stderr.isTTY === true, !("no-color" in switches), environment),
});

export const formatTypedCommand = (path: readonly string[]): string => ["clomoctl", ...path].join(" ");

export const suggestWord = (near: string): Text => text(`did you mean ${near}?`, `「${near}」ではありませんか?`);

export const suggestHelp = (typed: string): Text => text(`see ${typed} --help`, `${typed} --help を参照してください`);

/** @throws `usage` for an unknown noun, verb or option before the verb */
export function requireKnownWords({ stray }: CommandLine): void {
  if (stray === undefined) return;
  const { word, path, noun } = stray;
  const known = isOption(word)
    ? Object.keys(EARLY_OPTIONS).map((name) => `--${name}`)
    : [...noun.nouns.flatMap(({ name, aliases }) => [name, ...aliases]), ...noun.verbs.map(({ name }) => name)];
  const near = findNearestWord(word, known);
  throw new Failure("usage", {
    what: isOption(word)
      ? text(`unknown option ${word} before the subcommand`, `サブコマンドの前のオプション ${word} は不明です`)
      : text(`unknown command ${word}`, `コマンド ${word} は不明です`),
    where: formatTypedCommand([...path, word]),
    hint: near === undefined ? suggestHelp(formatTypedCommand(path)) : suggestWord(formatTypedCommand([...path, near])),
  });
}
