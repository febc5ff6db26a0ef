import { diskFailureOf } from "../lib/errors/disk.ts";
import { Failure } from "../lib/errors/index.ts";
import { escapeForPeople } from "../lib/terminal/escape.ts";
import { failureLines, problemLine } from "../lib/terminal/failure.ts";
import { text } from "../lib/text/index.ts";
import type { ErrorStyle } from "./error-style.ts";

const HINT = text(
  "run it again with --verbose to see where it happened",
  "--verbose を付けて実行すると発生した場所が表示されます",
);

/** Whatever was thrown, as a failure that can be shown; what is not a {@link Failure} is `unexpected`. */
export function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const disk = diskFailureOf(error);
  if (disk !== undefined) return disk;
  const reason = error instanceof Error ? error.message : String(error);
  const what = text(`unexpected error: ${reason}`, `予期しないエラーです: ${reason}`);
  return new Failure("unexpected", { what, hint: HINT, cause: error });
}

/** Where an unexpected error was thrown, line by line; nothing for a failure, which says all by itself. */
export function stackOf(error: unknown): string[] {
  if (error instanceof Failure || !(error instanceof Error)) return [];
  return (error.stack ?? "").split("\n").slice(1);
}

/** All of stderr that a failure makes before there is a terminal to show it on, and after. */
export function reportOf(failure: Failure, { language, json, verbose }: ErrorStyle): string {
  const [what = "", ...rest] = failureLines(failure, language);
  const stack = verbose ? stackOf(failure.cause).map(escapeForPeople) : [];
  const label = text("error:", "エラー:")[language];
  const lines = [...stack, `${label} ${what}`, ...rest.map((line) => `  ${line}`)];
  return `${[...lines, ...(json ? [problemLine(failure, language)] : [])].join("\n")}\n`;
}
