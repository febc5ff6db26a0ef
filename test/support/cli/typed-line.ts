import { findVerb } from "../../../src/cli/command-line.ts";
import { createStrayFailure, readWords, type TypedWords } from "../../../src/cli/parse.ts";
import { PROGRAM } from "../../../src/commands/index.ts";
import { splitWords } from "./home.ts";

/** Reads the words of a line that names a command. @throws if the program has no such command */
export async function readTypedLine(line: string): Promise<TypedWords & { readonly words: readonly string[] }> {
  const { path, verb, words, options, stray } = findVerb(PROGRAM, splitWords(line).slice(1));
  if (stray !== undefined) throw createStrayFailure(stray);
  if (verb === undefined || "help" in options) throw new Error(`not a command: ${line}`);
  const { default: command } = await verb.load();
  return { ...readWords(path, command, words), words };
}
