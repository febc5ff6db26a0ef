import { chooseLanguage, type Environment } from "../lib/terminal/language.ts";
import type { Language } from "../lib/text/index.ts";

/** What must be known before the command line is understood, to say what is wrong with it. */
export interface Manner {
  readonly language: Language;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** The language to complain in: a wrong `--lang` is refused later, in the language the environment asks for. */
function languageOf(flag: string | undefined, environment: Environment): Language {
  try {
    return chooseLanguage(flag, environment);
  } catch {
    return chooseLanguage(undefined, { ...environment, CLOMOCTL_LANG: "" });
  }
}

/** Reads the manner off a command line that may be wrong elsewhere; of several values the last counts. */
export function mannerOf(argv: readonly string[], environment: Environment): Manner {
  const end = argv.indexOf("--");
  const words = end === -1 ? argv : argv.slice(0, end);
  const valueOf = (flag: string): string | undefined => {
    const joined = words.findLastIndex((word) => word.startsWith(`${flag}=`));
    const apart = words.lastIndexOf(flag);
    return joined > apart ? words[joined]?.slice(flag.length + 1) : apart === -1 ? undefined : words[apart + 1];
  };
  return {
    language: languageOf(valueOf("--lang"), environment),
    json: valueOf("--format") === "json",
    verbose: words.includes("--verbose"),
  };
}
