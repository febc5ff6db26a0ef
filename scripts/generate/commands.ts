import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { toFlagName, type Fields } from "../../src/commands/kit/field.ts";
import type { Command, Noun } from "../../src/commands/kit/command.ts";
import { GLOBAL_OPTIONS } from "../../src/commands/kit/globals.ts";

/** A verb, and the path of its file relative to `src/commands`. */
export interface VerbFile {
  readonly name: string;
  readonly file: string;
  /** true if the verb is an entry of a file that declares several verbs */
  readonly isInTable?: true;
  readonly command: Command;
}

/** A noun with its verbs and nested nouns. */
export interface NounFolder {
  readonly name: string;
  /** the nouns from the root down to this noun */
  readonly path: readonly string[];
  readonly noun: Noun;
  readonly nouns: readonly NounFolder[];
  readonly verbs: readonly VerbFile[];
}

/** Name of the file in which a noun can declare several verbs. */
const VERB_TABLE_FILE = "verbs.ts";

const NOT_A_VERB_FILE = /(?:\.test|^index)\.ts$/;

async function loadDefaultExport<T>(file: string): Promise<T | undefined> {
  const module = (await import(pathToFileURL(file).href)) as { default?: T };
  return module.default;
}

/**
 * Global options that a verb may declare itself: `output` if its result is a file, `format` if it writes documents,
 * `as` if it does not open a tenant.
 */
const OVERRIDABLE_OPTIONS: readonly string[] = ["output", "format", "as"];

function validateCommand(file: string, command: Command, globals: Fields): Command {
  const isTaken = (key: string): boolean =>
    key in command.args || (key in globals && !OVERRIDABLE_OPTIONS.includes(key));
  const clash = Object.keys(command.options).find(isTaken);
  if (clash !== undefined) throw new Error(`${file}: --${toFlagName(clash)} is taken already`);
  if (command.examples.length === 0) throw new Error(`${file}: an example is missing`);
  validateArgumentOrder(file, command.args);
  return command;
}

function validateArgumentOrder(file: string, args: Fields): void {
  const fields = Object.values(args);
  for (const [i, field] of fields.entries()) {
    if (field.kind === "boolean") throw new Error(`${file}: an argument cannot be a switch`);
    if (field.repeatable === true && i + 1 < fields.length) {
      throw new Error(`${file}: only the last argument may be repeatable`);
    }
    const before = fields[i - 1];
    if (field.required === true && before !== undefined && before.kind !== "boolean" && before.required !== true) {
      throw new Error(`${file}: a required argument follows an optional one`);
    }
  }
}

interface NounTable {
  /** nouns by path, such as `secured groups` */
  readonly NOUNS: Readonly<Record<string, Noun>>;
}

async function readNoun(
  root: string,
  all: NounTable["NOUNS"],
  path: readonly string[],
  globals: Fields,
): Promise<NounFolder> {
  const { [path.join(" ")]: noun } = all;
  if (noun === undefined) throw new Error(`${path.join(" ")}: not in nouns.ts`);
  const folder = join(root, ...path);
  const entries = (await readdir(folder, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const below = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => [...path, name])
    .filter((words) => words.join(" ") in all);
  const files = entries.filter((entry) => entry.isFile() && !NOT_A_VERB_FILE.test(entry.name));
  const verbs = await Promise.all(
    files.map(async ({ name }): Promise<readonly VerbFile[]> => {
      const file = [...path, name].join("/");
      if (name === VERB_TABLE_FILE) {
        const table = (await loadDefaultExport<Record<string, Command>>(join(folder, name))) ?? {};
        return Object.entries(table).map(([name, verb]) => ({
          name,
          file,
          isInTable: true,
          command: validateCommand(file, verb, globals),
        }));
      }
      const command = await loadDefaultExport<Command>(join(folder, name));
      return command?.run === undefined
        ? []
        : [{ name: name.replace(/\.ts$/, ""), file, command: validateCommand(file, command, globals) }];
    }),
  );
  return {
    name: path.at(-1) ?? "clomoctl",
    path,
    noun,
    nouns: await Promise.all(below.map((words) => readNoun(root, all, words, globals))),
    verbs: verbs.flat(),
  };
}

/**
 * Reads all commands. The nouns are the folders below `src/commands` that `nouns.ts` lists. Every file in them that
 * exports a command by default is a verb, and so is every entry of `verbs.ts`. All remaining files and folders are
 * shared code.
 *
 * @param folder `src/commands` of a checkout
 * @param globals the global options of that checkout
 */
export async function readCommands(folder: string, globals: Fields = GLOBAL_OPTIONS): Promise<NounFolder> {
  const { NOUNS } = (await import(pathToFileURL(join(folder, "nouns.ts")).href)) as NounTable;
  return readNoun(folder, NOUNS, [], globals);
}
