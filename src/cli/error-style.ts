import { chooseLanguage, type EnvironmentVariables } from "../lib/terminal/language.ts";
import { shouldUseColour } from "../lib/terminal/commands.ts";
import type { ErrorStyle } from "../lib/terminal/failure.ts";
import type { Language } from "../lib/text/index.ts";
import type { CommandLine } from "./line.ts";

/** Returns the language of error messages. An invalid `--lang` is ignored here, because it is rejected later. */
function selectLanguage(flag: string | undefined, environment: EnvironmentVariables): Language {
  try {
    return chooseLanguage(flag, environment);
  } catch {
    return chooseLanguage(undefined, { ...environment, CLOMOCTL_LANG: "" });
  }
}

/**
 * Returns the error style that a command line selects, even if the rest of the command line is invalid.
 *
 * @param stderr the stream to which errors are written
 */
export const selectErrorStyle = (
  { globals }: Pick<CommandLine, "globals">,
  environment: EnvironmentVariables,
  stderr: { readonly isTTY?: boolean; readonly columns?: number } = {},
): ErrorStyle => ({
  language: selectLanguage(globals.get("--lang"), environment),
  json: globals.get("--format") === "json",
  verbose: globals.has("--verbose"),
  columns: stderr.isTTY === true && stderr.columns !== 0 ? stderr.columns : undefined,
  colour: shouldUseColour(stderr.isTTY === true, !globals.has("--no-color"), environment),
});
