import { flagName } from "../commands/field.ts";
import { GLOBAL_OPTIONS } from "../commands/globals.ts";
import type { NounNode, VerbNode } from "../commands/node.ts";

/** The flags of the options every command takes, and whether each takes a value. */
export const GLOBAL_FLAGS: ReadonlyMap<string, boolean> = new Map(
  Object.entries(GLOBAL_OPTIONS).map(([key, field]) => [`--${flagName(key)}`, field.kind !== "boolean"]),
);

/** A word that leads nowhere: no noun or verb of the noun it stands behind, or an option that is not every command's. */
export interface StrayWord {
  readonly word: string;
  readonly path: readonly string[];
  readonly noun: NounNode;
}

/** What a command line says, as far as that can be told without its verb's own options. */
export interface CommandLine {
  /** the nouns and the verb, by their own names */
  readonly path: readonly string[];
  /** the last noun; the program itself where there is none */
  readonly noun: NounNode;
  readonly verb: VerbNode | undefined;
  /** all words but the nouns and the verb */
  readonly words: readonly string[];
  /** the options that every command takes, by flag; of several the last; a switch is blank */
  readonly globals: ReadonlyMap<string, string>;
  /** all options, by flag, the verb's own too */
  readonly flags: ReadonlySet<string>;
  /** asked for before anything was wrong */
  readonly version: boolean;
  readonly help: boolean;
  /** the first one, before the verb */
  readonly stray: StrayWord | undefined;
}

const HELP = ["--help", "-h"];
const VERSION = ["--version", "-V"];

/** `-` alone is the name of stdin or stdout. */
export const isOption = (word: string): boolean => word.startsWith("-") && word !== "-";

const nounBelow = (noun: NounNode, word: string): NounNode | undefined =>
  noun.nouns.find(({ name, aliases }) => name === word || aliases.includes(word));

/** Walks over a command line once. Global options may stand anywhere; the verb's own stand after it. It never fails. */
export function readLine(root: NounNode, argv: readonly string[]): CommandLine {
  const path: string[] = [];
  const words: string[] = [];
  const globals = new Map<string, string>();
  const flags = new Set<string>();
  let noun = root;
  let verb: VerbNode | undefined;
  let version = false;
  let help = false;
  let stray: StrayWord | undefined;
  const isStray = (word: string): void => void (stray ??= { word, path: [...path], noun });
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? "";
    if (word === "--") {
      words.push(...argv.slice(at));
      break;
    }
    if (!isOption(word)) {
      const below = verb === undefined ? nounBelow(noun, word) : undefined;
      const found = verb === undefined ? noun.verbs.find(({ name }) => name === word) : undefined;
      if (verb !== undefined) words.push(word);
      else if (found === undefined && below === undefined) isStray(word);
      else path.push((found ?? below ?? root).name);
      verb ??= found;
      noun = found === undefined ? (below ?? noun) : noun;
      continue;
    }
    const [flag = "", ...rest] = word.split("=");
    const takesValue = GLOBAL_FLAGS.get(flag);
    flags.add(flag);
    if (VERSION.includes(word) && path.length === 0 && stray === undefined) version = true;
    else if (HELP.includes(word)) help = true;
    else if (takesValue === undefined && verb === undefined) isStray(word);
    if (!HELP.includes(word) || verb !== undefined) words.push(word);
    if (takesValue === undefined) continue;
    const isApart = takesValue && rest.length === 0;
    const value = isApart ? argv[(at += 1)] : rest.join("=");
    if (value === undefined) continue;
    if (isApart) words.push(value);
    globals.set(flag, value);
  }
  return { path, noun, verb, words, globals, flags, version, help, stray };
}
