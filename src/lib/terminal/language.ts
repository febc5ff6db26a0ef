import { Failure } from "../errors/index.ts";
import { text, type Language } from "../text/index.ts";

/** Environment variables, as in `process.env`. */
export type EnvironmentVariables = Readonly<Record<string, string | undefined>>;

/**
 * Returns the user's language: `--lang`, then `CLOMOCTL_LANG`, then the locale; English unless one of these selects
 * Japanese.
 *
 * As in POSIX, the first locale variable that is not empty decides: `LC_ALL`, `LC_MESSAGES`, `LANG`.
 *
 * @throws `usage` if `--lang` or `CLOMOCTL_LANG` names a language other than Japanese and English
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html#tag_08_02
 */
export function chooseLanguage(flag: string | undefined, environment: EnvironmentVariables): Language {
  const requested = flag ?? (environment["CLOMOCTL_LANG"] || undefined);
  if (requested !== undefined) {
    return parseLanguage(requested, flag === undefined ? "CLOMOCTL_LANG" : "--lang");
  }
  const locale = environment["LC_ALL"] || environment["LC_MESSAGES"] || environment["LANG"] || "";
  return isLocaleOf("ja", locale) ? "ja" : "en";
}

function parseLanguage(requested: string, where: string): Language {
  for (const language of ["ja", "en"] as const) {
    if (isLocaleOf(language, requested)) {
      return language;
    }
  }
  throw new Failure("usage", {
    what: text("the language must be ja or en", "言語は ja か en で指定してください"),
    where,
  });
}

const isLocaleOf = (language: Language, locale: string): boolean =>
  locale.toLowerCase().split(/[_.@-]/)[0] === language;
