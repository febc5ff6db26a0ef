import { redactSecrets, type Failure } from "../errors/index.ts";
import type { Language } from "../text/index.ts";
import { toPlainCommands } from "./commands.ts";
import { escapeForPeople, escapeJson } from "./escape.ts";

/**
 * Renders a failure in at most three escaped lines without line endings and secrets: what happened, where, what to do
 * next.
 */
export function renderFailureLines({ what, where, hint }: Failure, language: Language): readonly string[] {
  const place = language === "ja" ? where?.replace(/^stdin(?=$|:)/, "標準入力") : where;
  const lines = [what[language], place, hint?.[language]];
  return lines.filter((line) => line !== undefined).map((line) => escapeForPeople(redactSecrets(line)));
}

/** Members that subclasses of {@link Failure} may add for programs. */
interface FailureMembers {
  /** all problems of an input; a terminal shows only the first problems */
  readonly problems?: readonly unknown[] | undefined;
  /** the server's id of this occurrence of the failure */
  readonly instance?: string | undefined;
}

/**
 * Renders a failure for programs: a problem object on one line, with `where`, `hint` and `problems` as extension
 * members.
 *
 * @param named completes the commands that a text proposes, for example with `--context`
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function renderFailureJson(
  failure: Failure & FailureMembers,
  language: Language,
  named: (line: string) => string = (line) => toPlainCommands(line, {}),
): string {
  const { detail, hint, ...problem } = failure.toJSON();
  const { problems, instance } = failure;
  const [what, next] = [named(detail[language]), hint && named(hint[language])];
  const problemObject = { ...problem, detail: what, hint: next, instance, problems };
  return escapeJson(redactSecrets(JSON.stringify(problemObject)));
}
