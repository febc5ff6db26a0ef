import { Failure } from "../lib/errors/index.ts";
import { nearest } from "../lib/text/nearest.ts";
import { text } from "../lib/text/index.ts";
import { isOption } from "../commands/field.ts";
import { wordsBelow, type NounNode, type VerbNode } from "../commands/command.ts";
import { GLOBAL_FLAGS, type CommandLine, type StrayWord } from "./line.ts";

/** The destination of a command line; `path` holds the nouns and the verb, without the program's name. */
export type Route =
  | { readonly to: "version" }
  | {
      readonly to: "noun-help";
      readonly path: readonly string[];
      readonly noun: NounNode;
      /** why the help is shown unasked */
      readonly failure?: Failure;
    }
  | { readonly to: "verb-help"; readonly path: readonly string[]; readonly verb: VerbNode }
  | {
      readonly to: "verb";
      readonly path: readonly string[];
      readonly verb: VerbNode;
      /** all words except the nouns and the verb, still to be parsed */
      readonly words: readonly string[];
    };

/** The command as typed so far. */
const typed = (path: readonly string[]): string => ["clomoctl", ...path].join(" ");

function unknownOption({ word, path }: StrayWord): Failure {
  const [flag = ""] = word.split("=");
  const near = nearest(flag, [
    ...GLOBAL_FLAGS.keys(),
    "--help",
    "--help-all",
    ...(path.length === 0 ? ["--version"] : []),
  ]);
  return new Failure("usage", {
    what: text(`unknown option ${word} before the subcommand`, `サブコマンドの前のオプション ${word} は不明です`),
    where: typed(path),
    hint:
      near === undefined
        ? text(
            "put the subcommand's own options after it",
            "サブコマンド固有のオプションはサブコマンドの後に書いてください",
          )
        : text(`did you mean ${near}?`, `${near} ですか?`),
  });
}

/** The commands below a noun that end in this verb, as typed. */
const commandsOf = (verb: string, noun: NounNode, path: readonly string[]): string[] => [
  ...(noun.verbs.some(({ name }) => name === verb) ? [typed([...path, verb])] : []),
  ...noun.nouns.flatMap((below) => commandsOf(verb, below, [...path, below.name])),
];

/** The verbs of this program for those of others, the most likely first. */
const SYNONYMS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    add: ["create", "set", "grant"],
    new: ["create", "add"],
    update: ["edit", "set", "import"],
    change: ["edit", "set"],
    modify: ["edit", "set"],
    remove: ["delete", "revoke", "unassign", "discard"],
    rm: ["delete", "remove", "revoke"],
    delete: ["remove", "revoke", "discard"],
    get: ["show", "list"],
    view: ["show", "list"],
    describe: ["show"],
    ls: ["list"],
    apply: ["commit"],
    revert: ["undo", "drop"],
  }),
);

function unknownWord({ word, path, noun }: StrayWord): Failure {
  const commands = commandsOf(word, noun, path);
  if (commands.length > 0) {
    return new Failure("usage", {
      what: text(`${word} of what?`, `何の ${word} ですか?`),
      where: typed([...path, word]),
      hint: text(`one of: ${commands.join(", ")}`, `次のいずれか: ${commands.join(", ")}`),
    });
  }
  const words = wordsBelow(noun).map(({ name }) => name);
  const near =
    SYNONYMS.get(word)?.find((verb) => words.includes(verb)) ??
    nearest(word, [...words, ...noun.nouns.flatMap((n) => n.aliases)]);
  return new Failure("usage", {
    what: text(`unknown command ${word}`, `コマンド ${word} は不明です`),
    where: typed([...path, word]),
    hint:
      near === undefined
        ? text(`one of: ${words.join(", ")}`, `次のいずれか: ${words.join(", ")}`)
        : text(`did you mean ${typed([...path, near])}?`, `${typed([...path, near])} ですか?`),
  });
}

/** The help of the noun, which is shown too, tells what there is. */
function missingVerb(path: readonly string[]): Failure {
  return new Failure("usage", {
    what: text("specify a subcommand", "サブコマンドを指定してください"),
    where: typed(path),
  });
}

/**
 * The destination of a command line.
 *
 * @throws `usage` for an unknown noun, verb or option before the verb, naming the nearest
 */
export function routeOf({ path, noun, namesake, words, version, help, stray, ...line }: CommandLine): Route {
  if (version) return { to: "version" };
  const verb = line.verb ?? (help ? undefined : namesake);
  if (stray !== undefined) throw isOption(stray.word) ? unknownOption(stray) : unknownWord(stray);
  if (verb !== undefined) return help ? { to: "verb-help", path, verb } : { to: "verb", path, verb, words };
  if (!help && path.length > 0) return { to: "noun-help", path, noun, failure: missingVerb(path) };
  return { to: "noun-help", path, noun };
}
