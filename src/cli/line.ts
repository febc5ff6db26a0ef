import type { LineSoFar } from "../commands/completion/place.ts";
import { flagName, isOption, placeholder, type Field } from "../commands/field.ts";
import { GLOBAL_OPTIONS } from "../commands/globals.ts";
import type { NounNode, VerbNode } from "../commands/command.ts";

/** The flags of the options every command takes, and whether each takes a value. */
export const GLOBAL_FLAGS: ReadonlyMap<string, boolean> = new Map(
  Object.entries(GLOBAL_OPTIONS).map(([key, field]) => [`--${flagName(key)}`, field.kind !== "boolean"]),
);

/** A word that cannot be routed: neither a noun nor a verb of the noun before it, or an option that is not global. */
export interface StrayWord {
  readonly word: string;
  readonly path: readonly string[];
  readonly noun: NounNode;
}

/** A command line, read as far as possible without the options of its verb. */
export interface CommandLine extends LineSoFar {
  /** the nouns and the verb, by their canonical names */
  readonly path: readonly string[];
  /** help with the general options */
  readonly helpAll: boolean;
  /** the first stray word before the verb */
  readonly stray: StrayWord | undefined;
}

const HELP_ALL = "--help-all";
const HELP = ["--help", "-h", HELP_ALL];
const VERSION = ["--version", "-V"];

const nounBelow = (noun: NounNode, word: string): NounNode | undefined =>
  noun.nouns.find(({ name, aliases }) => name === word || aliases.includes(word));

const verbOf = (noun: NounNode, word: string): VerbNode | undefined => noun.verbs.find(({ name }) => name === word);

/** Scans a command line once. Global options may be anywhere; the verb's own follow it. It never fails. */
export function readLine(root: NounNode, argv: readonly string[]): CommandLine {
  const path: string[] = [];
  const words: string[] = [];
  const globals = new Map<string, string>();
  const flags = new Set<string>();
  let noun = root;
  let verb: VerbNode | undefined;
  let version = false;
  let help = false;
  let helpAll = false;
  let stray: StrayWord | undefined;
  let namesake: VerbNode | undefined;
  const isStray = (word: string): void => void (stray ??= { word, path: [...path], noun });
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? "";
    if (word === "--") {
      words.push(...argv.slice(at));
      break;
    }
    const isFirst = path.length === 0 && stray === undefined && !help && !version;
    if (isFirst && (word === "help" || word === "version")) {
      help = word === "help";
      version = word === "version";
      continue;
    }
    if (!isOption(word)) {
      const below = verb === undefined ? nounBelow(noun, word) : undefined;
      if (below !== undefined) {
        path.push(below.name);
        namesake = verbOf(noun, below.name);
        noun = below;
        continue;
      }
      const found = verb === undefined ? verbOf(noun, word) : undefined;
      if (found !== undefined) path.push(word);
      else if (verb !== undefined || namesake !== undefined) words.push(word);
      else isStray(word);
      verb ??= found ?? namesake;
      continue;
    }
    const [flag = "", ...rest] = word.split("=");
    const takesValue = GLOBAL_FLAGS.get(flag);
    flags.add(flag);
    if (VERSION.includes(word) && path.length === 0 && stray === undefined) version = true;
    else if (HELP.includes(word)) help = true;
    else if (takesValue === undefined && verb === undefined && namesake === undefined) isStray(word);
    else if (takesValue === undefined) verb ??= namesake;
    if (word === HELP_ALL) helpAll = true;
    if (!HELP.includes(word) || verb !== undefined) words.push(word);
    if (takesValue === undefined) continue;
    const isApart = takesValue && rest.length === 0;
    const value = isApart ? argv[(at += 1)] : rest.join("=");
    if (value === undefined) continue;
    if (isApart) words.push(value);
    globals.set(flag, value);
  }
  return { path, noun, namesake, verb, words, globals, flags, version, help, helpAll, stray };
}

/** `-o, --output FILE`: the syntax of an option. */
export function optionTerm(key: string, field: Field): string {
  const short = field.short === undefined ? "" : `-${field.short}, `;
  return `${short}--${flagName(key)} ${placeholder(key, field)}`.trimEnd();
}
