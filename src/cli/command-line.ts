import { isOption, toFlagName, type Field } from "../commands/kit/field.ts";
import type { NounNode, VerbNode } from "../commands/kit/command.ts";
import { GLOBAL_OPTIONS, HELP_OPTIONS, VERSION_OPTION } from "../commands/kit/globals.ts";
import { tryOrUndefined } from "../lib/errors/index.ts";
import { chooseLanguage, type EnvironmentVariables } from "../lib/terminal/output-choice.ts";
import { shouldUseColour } from "../lib/terminal/commands.ts";
import type { ErrorStyle } from "../lib/terminal/failure.ts";

/** The values of each typed option, by its key and as they were typed; `[""]` for a switch. */
export type TypedOptions = Readonly<Record<string, readonly string[] | undefined>>;

export interface Route {
  readonly path: readonly string[];
  readonly noun: NounNode;
  readonly verb: VerbNode | undefined;
  /** all words but those of the path */
  readonly words: readonly string[];
  /** global options before the verb */
  readonly options: TypedOptions;
  /** first unknown word or option before the verb */
  readonly stray: { readonly word: string; readonly path: readonly string[]; readonly noun: NounNode } | undefined;
}

const GLOBAL_FLAGS: ReadonlyMap<string, { readonly key: string; readonly isSwitch: boolean }> = new Map(
  Object.entries<Field>({ ...GLOBAL_OPTIONS, ...HELP_OPTIONS, ...VERSION_OPTION }).flatMap(([key, field]) => {
    const flags = [`--${toFlagName(key)}`, ...(field.short === undefined ? [] : [`-${field.short}`])];
    return flags.map((flag) => [flag, { key, isSwitch: field.kind === "boolean" }] as const);
  }),
);

/**
 * Finds the verb without commander, so that help and version start quickly. Never fails. A verb's options must follow
 * the verb; global options and the word `help` can be anywhere before.
 */
export function findVerb(root: NounNode, argv: readonly string[]): Route {
  const path: string[] = [];
  const words: string[] = [];
  const options: Record<string, string[]> = {};
  let noun = root;
  let verb: VerbNode | undefined;
  let stray: Route["stray"];
  const rest = argv.values();
  for (const word of rest) {
    if (word === "--") {
      words.push(word);
      break;
    }
    if (isOption(word)) {
      words.push(word);
      const [flag = word] = /^(?:--[^=]+|-[^-])/.exec(word) ?? [];
      const option = GLOBAL_FLAGS.get(flag);
      const takesNext = flag === word && option?.isSwitch === false;
      const values = takesNext ? [...rest.take(1)] : [word.slice(flag.length).replace(/^=/, "")];
      if (takesNext) words.push(...values);
      if (option === undefined) stray ??= { word: flag, path: [...path], noun };
      else (options[option.key] ??= []).push(...values);
      continue;
    }
    const below = noun.nouns.find(({ name, aliases }) => name === word || aliases.includes(word));
    verb = below === undefined ? noun.verbs.find(({ name }) => name === word) : undefined;
    const found = below ?? verb;
    if (word === "help") options["help"] = [""];
    else if (found === undefined) stray ??= { word, path: [...path], noun };
    else path.push(found.name);
    noun = below ?? noun;
    if (verb !== undefined) break;
  }
  return { path, noun, verb, words: [...words, ...rest], options, stray };
}

/** Ignores an invalid `--lang`, because a later check rejects it. */
export const selectErrorStyle = (
  { lang, format, verbose, noColor }: TypedOptions,
  environment: EnvironmentVariables,
  stderr: { readonly isTTY?: boolean; readonly columns?: number } = {},
): ErrorStyle => ({
  language:
    tryOrUndefined(() => chooseLanguage(lang?.at(-1), environment)) ??
    chooseLanguage(undefined, { ...environment, CLOMOCTL_LANG: "" }),
  json: format?.at(-1) === "json",
  verbose: verbose !== undefined,
  columns: stderr.isTTY === true && stderr.columns !== 0 ? stderr.columns : undefined,
  colour: shouldUseColour(stderr.isTTY === true, noColor === undefined, environment),
});

export const formatTypedCommand = (path: readonly string[]): string => ["clomoctl", ...path].join(" ");
