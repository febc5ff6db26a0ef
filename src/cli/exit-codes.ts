import type { Command, Outcome, VerbNode } from "../commands/command.ts";
import { ERRORS, OPENING, type ErrorCode } from "../lib/errors/index.ts";
import { joined, text, type Language, type Text } from "../lib/text/index.ts";

const DONE = text("done", "完了");
const INTERRUPTED = text("interrupted (143: terminated)", "中断された(143: 終了要求)");

/** The meaning of an exit code in help and reference: that of all failures with this code. */
function meaningOf(code: number): Text {
  if (code === 0) return DONE;
  if (code === ERRORS.interrupted.exit) return INTERRUPTED;
  const meanings = Object.values(ERRORS).filter(({ exit }) => exit === code);
  const of = (language: Language): string[] => meanings.map(({ meaning }) => meaning[language]);
  return text(of("en").join(", or "), of("ja").join("、または"));
}

/** The failures a script should expect of the program as a whole, besides `usage` and `unexpected`. */
export const EVERY_FAILURE = Object.keys(ERRORS) as readonly ErrorCode[];

/** An exit code of a command, and its meaning. */
export interface Exit {
  readonly code: number;
  readonly meaning: Text;
}

/** The exit code of a command that ended by itself. */
export const exitOf = (outcome: Outcome): number => {
  if (typeof outcome === "number") return outcome;
  return outcome === undefined ? 0 : ERRORS[outcome].exit;
};

/** The exit code for a verb's failure; `interrupted` keeps its own, whatever the verb declares. @param isNagios with `--nagios` */
export function failureExit(
  failure: ErrorCode,
  verb: Pick<VerbNode, "failureExit" | "nagios"> | undefined,
  isNagios = false,
): number {
  if (failure === "interrupted") return ERRORS.interrupted.exit;
  return (isNagios ? verb?.nagios?.failureExit : undefined) ?? verb?.failureExit ?? ERRORS[failure].exit;
}

/** Whether a command changes something, whatever its options; it is refused in a home that others may write. */
export const changesAlways = ({ changes, shows }: Pick<Command, "changes" | "shows">): boolean =>
  changes === true || shows !== undefined;

/** What a command may fail with besides `usage` and `unexpected`: what it declares, and what keeps it from being run. */
export const failuresOf = ({
  exits,
  opensTenant,
  ...command
}: Pick<Command, "exits" | "opensTenant" | "changes" | "changesBy" | "shows">): readonly ErrorCode[] => {
  if (opensTenant !== false) return [...exits, ...OPENING];
  return changesAlways(command) || command.changesBy !== undefined ? [...exits, "not-permitted"] : exits;
};

/** The exit codes of a command, sorted and without duplicates. */
export function exitsOf({
  exitMeanings,
  ownExits,
  ...command
}: Parameters<typeof failuresOf>[0] & Pick<Command, "exitMeanings" | "ownExits">): Exit[] {
  const failures = failuresOf(command);
  const isOnlyNagios = ownExits?.onlyNagios === true;
  const isUsual = ownExits === undefined || isOnlyNagios;
  const usual = isUsual ? [0, 1, 2, ...failures.map((failure) => ERRORS[failure].exit)] : [];
  const own = new Map([...(exitMeanings ?? []), ...(isUsual ? [] : ownExits.meanings)]);
  const all = new Map(
    [...own.keys(), ...usual, ERRORS.interrupted.exit].map((code) => [code, own.get(code) ?? meaningOf(code)]),
  );
  for (const [code, meaning] of isOnlyNagios ? ownExits.meanings : [])
    all.set(code, withNagios(all.get(code), meaning));
  return [...all].map(([code, meaning]) => ({ code, meaning })).toSorted((one, other) => one.code - other.code);
}

const withNagios = (usual: Text | undefined, { en, ja }: Text): Text => {
  const nagios = text(`with --nagios: ${en}`, `--nagios では: ${ja}`);
  return usual === undefined ? nagios : joined([usual, nagios], text("; ", "。"));
};
