import { flagName } from "../commands/field.ts";
import { Failure } from "../lib/errors/index.ts";
import { nearest } from "../lib/terminal/nearest.ts";
import { text } from "../lib/text/index.ts";
import { GLOBAL_OPTIONS } from "../commands/globals.ts";
import type { NounNode, VerbNode } from "../commands/node.ts";

/** Where a command line leads; `path` is what was meant so far, without the program's name. */
export type Route =
  | { readonly to: "version" }
  | { readonly to: "noun-help"; readonly path: readonly string[]; readonly noun: NounNode }
  | { readonly to: "verb-help"; readonly path: readonly string[]; readonly verb: VerbNode }
  | {
      readonly to: "verb";
      readonly path: readonly string[];
      readonly verb: VerbNode;
      /** all words but the nouns and the verb, still to be parsed */
      readonly words: readonly string[];
    };

const HELP = ["--help", "-h"];

const GLOBAL_FLAGS = new Map<string, boolean>(
  Object.entries(GLOBAL_OPTIONS).map(([key, field]) => [`--${flagName(key)}`, field.kind !== "boolean"]),
);

/** The words that may follow a noun, in the order help shows them. */
const wordsBelow = (noun: NounNode): string[] => [...noun.nouns, ...noun.verbs].map(({ name }) => name);

const nounBelow = (noun: NounNode, word: string): NounNode | undefined =>
  noun.nouns.find(({ name, aliases }) => name === word || aliases.includes(word));

/** How the user calls what was typed so far. */
const typed = (path: readonly string[]): string => ["clomoctl", ...path].join(" ");

function unknownOption(flag: string, path: readonly string[]): Failure {
  const near = nearest(flag, [...GLOBAL_FLAGS.keys(), "--help", ...(path.length === 0 ? ["--version"] : [])]);
  return new Failure("usage", {
    what: text(`unknown option ${flag} before the verb`, `動詞の前のオプション ${flag} は不明です`),
    where: typed(path),
    hint:
      near === undefined
        ? text("put the verb's own options after it", "動詞固有のオプションは動詞の後に書いてください")
        : text(`did you mean ${near}?`, `${near} ですか?`),
  });
}

function unknownWord(word: string, path: readonly string[], noun: NounNode): Failure {
  const words = wordsBelow(noun);
  const near = nearest(word, [...words, ...noun.nouns.flatMap((n) => n.aliases)]);
  return new Failure("usage", {
    what: text(`unknown command ${word}`, `コマンド ${word} は不明です`),
    where: typed([...path, word]),
    hint:
      near === undefined
        ? text(`one of: ${words.join(", ")}`, `次のどれか: ${words.join(", ")}`)
        : text(`did you mean ${typed([...path, near])}?`, `${typed([...path, near])} ですか?`),
  });
}

function missingVerb(path: readonly string[], noun: NounNode): Failure {
  return new Failure("usage", {
    what: text("a verb is missing", "動詞がありません"),
    where: typed(path),
    hint: text(
      `one of: ${wordsBelow(noun).join(", ")}; see ${typed(path)} --help`,
      `次のどれか: ${wordsBelow(noun).join(", ")}。${typed(path)} --help を参照`,
    ),
  });
}

/**
 * Finds the verb a command line means. Global options may stand anywhere; the verb's own stand after it.
 *
 * @throws `usage` for an unknown noun, verb or option before the verb, naming the nearest
 */
export function route(root: NounNode, argv: readonly string[]): Route {
  const end = argv.indexOf("--");
  const asksHelp = (end === -1 ? argv : argv.slice(0, end)).some((word) => HELP.includes(word));
  const words: string[] = [];
  const path: string[] = [];
  let noun = root;
  for (let i = 0; i < argv.length; i += 1) {
    const word = argv[i] ?? "";
    if (path.length === 0 && (word === "--version" || word === "-V")) return { to: "version" };
    if (HELP.includes(word)) continue;
    if (word.startsWith("-") && word !== "-") {
      const takesValue = GLOBAL_FLAGS.get(word.split("=", 1)[0] ?? word);
      if (takesValue === undefined) throw unknownOption(word, path);
      words.push(word);
      if (takesValue && !word.includes("=") && i + 1 < argv.length) words.push(argv[(i += 1)] ?? "");
      continue;
    }
    const verb = noun.verbs.find((v) => v.name === word);
    if (verb !== undefined) {
      path.push(verb.name);
      return asksHelp
        ? { to: "verb-help", path, verb }
        : { to: "verb", path, verb, words: [...words, ...argv.slice(i + 1)] };
    }
    const below = nounBelow(noun, word);
    if (below === undefined) throw unknownWord(word, path, noun);
    path.push(below.name);
    noun = below;
  }
  if (!asksHelp && path.length > 0) throw missingVerb(path, noun);
  return { to: "noun-help", path, noun };
}

/** The verb that a command line means which {@link route} refuses, for its exit code; undefined where none is named. */
export function verbMeant(root: NounNode, argv: readonly string[]): VerbNode | undefined {
  let noun = root;
  for (const word of argv) {
    const verb = noun.verbs.find(({ name }) => name === word);
    if (verb !== undefined) return verb;
    noun = nounBelow(noun, word) ?? noun;
  }
  return undefined;
}
