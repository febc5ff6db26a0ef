import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { toFlagName, type Fields } from "../../src/commands/field.ts";
import type { Command, Noun } from "../../src/commands/command.ts";
import { GLOBAL_OPTIONS } from "../../src/commands/globals.ts";

/** A verb and where its file is, relative to `src/commands`. */
export interface VerbFile {
  readonly name: string;
  readonly file: string;
  /** it stands under its name in a file with several verbs */
  readonly isInTable?: true;
  readonly command: Command;
}

/** A noun's folder. */
export interface NounFolder {
  readonly name: string;
  /** the nouns from the root to this one */
  readonly path: readonly string[];
  readonly noun: Noun;
  readonly nouns: readonly NounFolder[];
  readonly verbs: readonly VerbFile[];
}

/** The verbs of a noun that are declared in one file. */
const TABLE = "verbs.ts";

const NOT_A_VERB = /(?:\.test|^noun|^index)\.ts$/;

async function load<T>(file: string): Promise<T | undefined> {
  const module = (await import(pathToFileURL(file).href)) as { default?: T };
  return module.default;
}

/** What a verb may declare itself: `output` if its result is a file, `format` if it writes documents, `as` if it opens no tenant. */
const OWN: readonly string[] = ["output", "format", "as"];

function check(file: string, command: Command, globals: Fields): Command {
  const isTaken = (key: string): boolean => key in command.args || (key in globals && !OWN.includes(key));
  const clash = Object.keys(command.options).find(isTaken);
  if (clash !== undefined) throw new Error(`${file}: --${toFlagName(clash)} is taken already`);
  if (command.examples.length === 0) throw new Error(`${file}: an example is missing`);
  checkOrder(file, command.args);
  return command;
}

function checkOrder(file: string, args: Fields): void {
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

async function readNoun(root: string, path: readonly string[], globals: Fields): Promise<NounFolder> {
  const folder = join(root, ...path);
  const entries = (await readdir(folder, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const names = entries
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "noun.ts")))
    .map(({ name }) => name);
  const files = entries.filter((entry) => entry.isFile() && !NOT_A_VERB.test(entry.name));
  const verbs = await Promise.all(
    files.map(async ({ name }): Promise<readonly VerbFile[]> => {
      const file = [...path, name].join("/");
      if (name === TABLE) {
        const table = (await load<Record<string, Command>>(join(folder, name))) ?? {};
        return Object.entries(table).map(([name, verb]) => ({
          name,
          file,
          isInTable: true,
          command: check(file, verb, globals),
        }));
      }
      const command = await load<Command>(join(folder, name));
      return command?.run === undefined
        ? []
        : [{ name: name.replace(/\.ts$/, ""), file, command: check(file, command, globals) }];
    }),
  );
  const noun = await load<Noun>(join(folder, "noun.ts"));
  if (noun === undefined) throw new Error(`${folder}: noun.ts exports no noun by default`);
  return {
    name: path.at(-1) ?? "clomoctl",
    path,
    noun,
    nouns: await Promise.all(names.map((name) => readNoun(root, [...path, name], globals))),
    verbs: verbs.flat(),
  };
}

/**
 * Reads all commands: each folder below `src/commands` with a `noun.ts` is a noun, each other file in it that exports a
 * command by default is a verb, and so is each of a table `verbs.ts`; the rest, and folders without `noun.ts`, is what several verbs share.
 *
 * @param folder `src/commands` of a checkout
 * @param globals the global options of that checkout
 */
export function readCommands(folder: string, globals: Fields = GLOBAL_OPTIONS): Promise<NounFolder> {
  return readNoun(folder, [], globals);
}
