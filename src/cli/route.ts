import { Failure } from "../lib/errors/index.ts";
import { findNearestWord } from "../lib/text/nearest.ts";
import { text } from "../lib/text/index.ts";
import { isOption } from "../commands/field.ts";
import { listSubcommands, type NounNode, type VerbNode } from "../commands/command.ts";
import { GLOBAL_FLAGS, type CommandLine, type StrayWord } from "./line.ts";

/** The destination of a command line. `path` contains the nouns and the verb, without the program's name. */
export type Route =
  | { readonly to: "version" }
  | {
      readonly to: "noun-help";
      readonly path: readonly string[];
      readonly noun: NounNode;
      /** the failure that is reported with the help; undefined if help was requested */
      readonly failure?: Failure;
    }
  | { readonly to: "verb-help"; readonly path: readonly string[]; readonly verb: VerbNode }
  | {
      readonly to: "verb";
      readonly path: readonly string[];
      readonly verb: VerbNode;
      /** all words except the nouns and the verb; they are not parsed yet */
      readonly words: readonly string[];
    };

const formatTypedCommand = (path: readonly string[]): string => ["clomoctl", ...path].join(" ");

function createUnknownOptionFailure({ word, path }: StrayWord): Failure {
  const [flag = ""] = word.split("=");
  const near = findNearestWord(flag, [
    ...GLOBAL_FLAGS.keys(),
    "--help",
    "--help-all",
    ...(path.length === 0 ? ["--version"] : []),
  ]);
  return new Failure("usage", {
    what: text(`unknown option ${word} before the subcommand`, `サブコマンドの前のオプション ${word} は不明です`),
    where: formatTypedCommand(path),
    hint:
      near === undefined
        ? text(
            "put the options of a subcommand after the subcommand",
            "サブコマンド固有のオプションはサブコマンドの後に書いてください",
          )
        : text(`did you mean ${near}?`, `「${near}」ではありませんか?`),
  });
}

const findCommands = (verb: string, noun: NounNode, path: readonly string[]): string[] => [
  ...(noun.verbs.some(({ name }) => name === verb) ? [formatTypedCommand([...path, verb])] : []),
  ...noun.nouns.flatMap((below) => findCommands(verb, below, [...path, below.name])),
];

const VERB_SYNONYMS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    add: ["create", "set"],
    create: ["add"],
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
    mirror: ["console"],
  }),
);

function createUnknownWordFailure({ word, path, noun }: StrayWord): Failure {
  const words = listSubcommands(noun).map(({ name }) => name);
  const synonym = VERB_SYNONYMS.get(word)?.find((verb) => words.includes(verb));
  const below = findCommands(word, noun, path);
  if (below.length > 0) {
    const commands = [...(synonym === undefined ? [] : [formatTypedCommand([...path, synonym])]), ...below];
    return new Failure("usage", {
      what: text(`specify what "${word}" applies to`, `${word} の対象を指定してください`),
      where: formatTypedCommand([...path, word]),
      hint: text(`use one of these: ${commands.join(", ")}`, `次のいずれかを指定してください: ${commands.join(", ")}`),
    });
  }
  const near = synonym ?? findNearestWord(word, [...words, ...noun.nouns.flatMap((n) => n.aliases)]);
  return new Failure("usage", {
    what: text(`unknown command ${word}`, `コマンド ${word} は不明です`),
    where: formatTypedCommand([...path, word]),
    hint:
      near === undefined
        ? text(`use one of these: ${words.join(", ")}`, `次のいずれかを指定してください: ${words.join(", ")}`)
        : text(
            `did you mean ${formatTypedCommand([...path, near])}?`,
            `「${formatTypedCommand([...path, near])}」ではありませんか?`,
          ),
  });
}

function createMissingVerbFailure(path: readonly string[]): Failure {
  return new Failure("usage", {
    what: text("specify a subcommand", "サブコマンドを指定してください"),
    where: formatTypedCommand(path),
  });
}

/**
 * Returns the destination of a command line.
 *
 * @throws `usage` for an unknown noun, verb or option before the verb; the failure suggests the most similar word
 */
export function resolveRoute({ path, noun, namesake, words, version, help, stray, ...line }: CommandLine): Route {
  if (version) return { to: "version" };
  const verb = line.verb ?? (help ? undefined : namesake);
  if (stray !== undefined)
    throw isOption(stray.word) ? createUnknownOptionFailure(stray) : createUnknownWordFailure(stray);
  if (verb !== undefined) return help ? { to: "verb-help", path, verb } : { to: "verb", path, verb, words };
  if (!help && path.length > 0) return { to: "noun-help", path, noun, failure: createMissingVerbFailure(path) };
  return { to: "noun-help", path, noun };
}
