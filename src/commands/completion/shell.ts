import { escapeForPeople } from "../../lib/terminal/escape.ts";
import type { Language } from "../../lib/text/index.ts";
import { completeWord, type CompletionCandidate, type CompletionResponse, type NameReader } from "./answer.ts";
import { quoteForBash, readBashLine } from "./bash-line.ts";
import type { PartialLine } from "./place.ts";

/** What completion needs from the program. */
export interface CompletionSource {
  /** reads the words before the one that is completed */
  readonly read: (words: readonly string[]) => PartialLine;
  /** returns the language that a line selects */
  readonly languageOf: (line: PartialLine) => Language;
  readonly readNames: NameReader;
}

/** Returns the lines for a shell's script: first `words` or `files`, then each word. */
const renderAnswer = (found: CompletionResponse, lineOf: (candidate: CompletionCandidate) => string): string =>
  [found.with, ...(found.with === "words" ? found.candidates.map(lineOf) : [])].map((line) => `${line}\n`).join("");

/**
 * Answers the completion script of a shell.
 *
 * @param asked for bash: `bash`, the line up to the cursor, and COMP_WORDBREAKS; for other shells: the shell's name,
 * the number of words before the one to complete, these words, and the word to complete (which some shells omit if it
 * is empty)
 * @returns lines for the script: for bash, the words quoted as the line needs them; for other shells, the plain words,
 * each with a tab and its description
 */
export async function answerShell(asked: readonly string[], program: CompletionSource): Promise<string> {
  const [shell, ...given] = asked;
  const answer = (words: readonly string[], current: string): Promise<CompletionResponse> => {
    const line = program.read(words);
    return completeWord(line, current, program.languageOf(line), program.readNames);
  };
  if (shell === "bash") {
    const [typed = "", breaks = ""] = given;
    const line = readBashLine(typed, breaks);
    return renderAnswer(await answer(line.words.slice(1), line.current), ({ value }) => quoteForBash(value, line));
  }
  const [count, ...words] = given;
  const before = Number(count);
  const found = await answer(words.slice(0, before), words[before] ?? "");
  return renderAnswer(found, ({ value, about }) => (about === "" ? value : `${value}\t${escapeForPeople(about)}`));
}
