import type { Failure } from "../errors/index.ts";
import type { Language } from "../text/index.ts";
import { escapeForPeople, escapeJson } from "./escape.ts";

/** A failure for people: what, where, what to do next; at most three lines, escaped, without line endings. */
export function failureLines({ what, where, hint }: Failure, language: Language): readonly string[] {
  const lines = [what[language], where, hint?.[language]];
  return lines.filter((line) => line !== undefined).map(escapeForPeople);
}

/** Members that subclasses of {@link Failure} may add for programs. */
interface FailureMembers {
  /** all problems of an input, of which people see only the first */
  readonly problems?: readonly unknown[] | undefined;
  /** the server's id of this occurrence */
  readonly instance?: string | undefined;
}

/**
 * A failure for programs: a problem object on one line, with `where`, `hint` and `problems` as extension members.
 *
 * @param named adds to the commands that a text proposes what they are to be typed with
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function problemLine(
  failure: Failure & FailureMembers,
  language: Language,
  named: (line: string) => string = (line) => line,
): string {
  const { detail, hint, ...problem } = failure.toJSON();
  const { problems, instance } = failure;
  const [what, next] = [named(detail[language]), hint && named(hint[language])];
  const problemObject = { ...problem, detail: what, hint: next, instance, problems };
  return escapeJson(JSON.stringify(problemObject));
}
