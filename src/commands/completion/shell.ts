import { escapeForPeople } from "../../lib/terminal/escape.ts";
import type { Language } from "../../lib/text/index.ts";
import { completeWord, type ContextReader } from "./answer.ts";
import type { PartialLine } from "./place.ts";

export interface CompletionSource {
  readonly read: (words: readonly string[]) => PartialLine;
  readonly languageOf: (line: PartialLine) => Language;
  readonly readContexts: ContextReader;
}

/**
 * Answers the completion script of a shell.
 *
 * @param asked the number of words before the one to complete, these words, and the word to complete (which some shells
 * omit if it is empty)
 * @returns lines for the script: `words` or `files`, then each word with a tab and its description
 */
export async function answerShell(asked: readonly string[], program: CompletionSource): Promise<string> {
  const [count, ...words] = asked;
  const before = Number(count);
  const line = program.read(words.slice(0, before));
  const found = await completeWord(line, words[before] ?? "", program.languageOf(line), program.readContexts);
  const lines = (found.with === "words" ? found.candidates : []).map(({ value, about }) =>
    about === "" ? value : `${value}\t${escapeForPeople(about)}`,
  );
  return [found.with, ...lines].map((one) => `${one}\n`).join("");
}
