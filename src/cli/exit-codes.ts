import type { Command, VerbNode } from "../commands/kit/command.ts";
import { isModifyingCommand } from "../commands/kit/globals.ts";
import { ERRORS, OPEN_TENANT_ERRORS, type ErrorCode } from "../lib/errors/index.ts";
import { text, type Language, type Text } from "../lib/text/index.ts";

function describeExitCode(code: number): Text {
  if (code === 0) return text("done", "完了");
  if (code === ERRORS.interrupted.exit)
    return text("interrupted (143 after SIGTERM)", "中断された(SIGTERM による中断は 143)");
  const meanings = Object.values(ERRORS).filter(({ exit }) => exit === code);
  const of = (language: Language): string[] => meanings.map(({ meaning }) => meaning[language]);
  return text(of("en").join(", or "), of("ja").join("、または"));
}

export const ALL_ERROR_CODES = Object.keys(ERRORS) as readonly ErrorCode[];

export interface ExitCodeMeaning {
  readonly code: number;
  readonly meaning: Text;
}

export const toFailureExitCode = (failure: ErrorCode, verb: Pick<VerbNode, "failureExit"> | undefined): number =>
  (failure === "interrupted" ? undefined : verb?.failureExit) ?? ERRORS[failure].exit;

export const listFailures = ({
  exits,
  opensTenant,
  ...command
}: Pick<Command, "exits" | "opensTenant" | "changes" | "changesBy" | "shows">): readonly ErrorCode[] => {
  if (opensTenant !== false) return [...exits, ...OPEN_TENANT_ERRORS];
  return isModifyingCommand(command) || command.changesBy !== undefined ? [...exits, "not-permitted"] : exits;
};

export function listExits({
  ownExits,
  ...command
}: Parameters<typeof listFailures>[0] & Pick<Command, "ownExits">): ExitCodeMeaning[] {
  const failures = listFailures(command);
  const usual = ownExits === undefined ? [0, 1, 2, ...failures.map((failure) => ERRORS[failure].exit)] : [];
  const own = new Map(ownExits?.meanings);
  const all = new Map(
    [...own.keys(), ...usual, ERRORS.interrupted.exit].map((code) => [code, own.get(code) ?? describeExitCode(code)]),
  );
  return [...all].map(([code, meaning]) => ({ code, meaning })).toSorted((one, other) => one.code - other.code);
}
