import { chooseLanguage, type Environment } from "../lib/terminal/language.ts";
import type { Language } from "../lib/text/index.ts";
import type { CommandLine } from "./line.ts";

/** How to show errors that occur before, or while, the command line is parsed. */
export interface ErrorStyle {
  readonly language: Language;
  /** also print a problem object */
  readonly json: boolean;
  readonly verbose: boolean;
  /** width at which sentences are folded; undefined where stderr is no terminal, or one without a known width */
  readonly columns?: number | undefined;
}

/** An invalid `--lang` is rejected later, in the language of the environment. */
function languageOf(flag: string | undefined, environment: Environment): Language {
  try {
    return chooseLanguage(flag, environment);
  } catch {
    return chooseLanguage(undefined, { ...environment, CLOMOCTL_LANG: "" });
  }
}

/**
 * The style that a command line selects, even if the rest of it is wrong.
 *
 * @param stderr where errors are shown
 */
export const errorStyleOf = (
  { globals }: Pick<CommandLine, "globals">,
  environment: Environment,
  stderr: { readonly isTTY?: boolean; readonly columns?: number } = {},
): ErrorStyle => ({
  language: languageOf(globals.get("--lang"), environment),
  json: globals.get("--format") === "json",
  verbose: globals.has("--verbose"),
  columns: stderr.isTTY === true && stderr.columns !== 0 ? stderr.columns : undefined,
});
