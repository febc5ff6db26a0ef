import { same, text, type Text } from "../text/index.ts";
import type { CommandLine } from "./line.ts";

/** One piece of advice: what to do, or what a command is for, and what to type. */
export interface Step {
  readonly why: Text;
  readonly line?: CommandLine | undefined;
}

/** What people are advised: a step, or a command or words that say enough alone. */
export type Advice = Step | CommandLine | Text;

/** Returns a step from its words in both languages. @param line what to type, if a command does it */
export const step = <L extends CommandLine | undefined>(en: string, ja: string, line?: L) => ({
  why: text(en, ja),
  line: line as L,
});

/** Returns advice in one sentence: `to list them: clomoctl devices list`. The terminal adds the context and the account. */
export const renderAdvice = (advice: Advice): Text => {
  if (typeof advice === "string") return same(advice);
  if (!("why" in advice)) return advice;
  const { why, line } = advice;
  return line === undefined ? why : text(`${why.en}: ${line}`, `${why.ja}: ${line}`);
};
