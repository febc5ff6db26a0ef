import { deniedFailureOf, diskFailureOf } from "../lib/errors/disk.ts";
import { Failure, unsuppressed } from "../lib/errors/index.ts";
import { foldLine } from "../lib/terminal/commands.ts";
import { escapeForPeople } from "../lib/terminal/escape.ts";
import { failureLines, problemLine } from "../lib/terminal/failure.ts";
import { text } from "../lib/text/index.ts";
import type { ErrorStyle } from "./error-style.ts";

const HINT = text(
  "run it again with --verbose to see where it happened",
  "--verbose を付けて実行すると発生した場所が表示されます",
);

/** Turns any thrown value into a failure that can be shown; anything but a {@link Failure} is `unexpected`. */
export function asFailure(thrown: unknown): Failure {
  const { first: error } = unsuppressed(thrown);
  if (error instanceof Failure) return error;
  const explained = diskFailureOf(error) ?? deniedFailureOf(error);
  if (explained !== undefined) return explained;
  const reason = error instanceof Error ? error.message : String(error);
  const what = text(`unexpected error: ${reason}`, `予期しないエラーです: ${reason}`);
  return new Failure("unexpected", { what, hint: HINT, cause: error });
}

/** The stack of an unexpected error, line by line; empty for a {@link Failure}, which explains itself. */
export function stackOf(error: unknown): string[] {
  if (error instanceof Failure || !(error instanceof Error)) return [];
  return (error.stack ?? "").split("\n").slice(1);
}

/** The lines of stderr for a failure, if there is no {@link Terminal} to show it: folded on a terminal, as there. */
export function reportOf(failure: Failure, { language, json, verbose, columns = 0 }: ErrorStyle): string {
  const [what = "", ...rest] = failureLines(failure, language);
  const stack = verbose ? stackOf(failure.cause).map(escapeForPeople) : [];
  const label = text("error:", "エラー:")[language];
  const said = [`${label} ${what}`, ...rest.map((line) => `  ${line}`)];
  const lines = [...stack, ...said.flatMap((line) => foldLine(line, columns))];
  return `${[...lines, ...(json ? [problemLine(failure, language)] : [])].join("\n")}\n`;
}
