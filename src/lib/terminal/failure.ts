import { ERRORS, type Failure } from "../errors/index.ts";
import type { Language } from "../text/index.ts";
import { escapeForPeople } from "./escape.ts";

/** A failure as people read it: what, where, what to do next; three lines at most, escaped, without line ends. */
export function failureLines({ what, where, hint }: Failure, language: Language): readonly string[] {
  const lines = [what[language], where, hint?.[language]];
  return lines.filter((line) => line !== undefined).map(escapeForPeople);
}

/**
 * A failure as programs read it: a problem object on one line, `where` and `hint` as its extension members.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function problemLine({ code, what, where, hint }: Failure, language: Language): string {
  const { title, status } = ERRORS[code];
  return JSON.stringify({ type: code, title, status, detail: what[language], where, hint: hint?.[language] });
}
