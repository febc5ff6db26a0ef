import { escapeForPeople } from "../../lib/terminal/escape.ts";
import type { Language } from "../../lib/text/index.ts";
import { complete, type Candidate, type Completion, type NameReader } from "./answer.ts";
import { bashWord, readBashLine } from "./bash-line.ts";
import type { LineSoFar } from "./place.ts";

/** What completion needs of the program. */
export interface CompletionSource {
  /** reads the words before the one that is completed */
  readonly read: (words: readonly string[]) => LineSoFar;
  /** the language a line chooses */
  readonly languageOf: (line: LineSoFar) => Language;
  readonly readNames: NameReader;
}

/** The lines a shell's script reads: first `words` or `files`, then each word. */
const linesOf = (found: Completion, lineOf: (candidate: Candidate) => string): string =>
  [found.with, ...(found.with === "words" ? found.candidates.map(lineOf) : [])].map((line) => `${line}\n`).join("");

/**
 * Answers the script of a shell.
 *
 * @param asked `bash`, the line up to the cursor and COMP_WORDBREAKS; or the shell's name, the number of words before the
 *   one that is completed, those words, and that one (some shells leave out an empty one)
 * @returns lines for the script: for bash the words quoted, as they stand in the line; else the words as they are, each
 *   with a tab and what it means
 */
export async function answerShell(asked: readonly string[], program: CompletionSource): Promise<string> {
  const [shell, ...given] = asked;
  const answer = (words: readonly string[], current: string): Promise<Completion> => {
    const line = program.read(words);
    return complete(line, current, program.languageOf(line), program.readNames);
  };
  if (shell === "bash") {
    const [typed = "", breaks = ""] = given;
    const line = readBashLine(typed, breaks);
    return linesOf(await answer(line.words.slice(1), line.current), ({ value }) => bashWord(value, line));
  }
  const [count, ...words] = given;
  const before = Number(count);
  const found = await answer(words.slice(0, before), words[before] ?? "");
  return linesOf(found, ({ value, about }) => (about === "" ? value : `${value}\t${escapeForPeople(about)}`));
}
