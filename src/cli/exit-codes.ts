import type { Command, Outcome } from "../commands/command.ts";
import type { VerbNode } from "../commands/node.ts";
import { ERRORS, type ErrorCode } from "../lib/errors/index.ts";
import { text, type Text } from "../lib/text/index.ts";

/** What each exit code means, as help and the reference say it; the numbers are a promise to scripts. */
const MEANINGS: ReadonlyMap<number, Text> = new Map([
  [0, text("done", "完了")],
  [1, text("unexpected failure", "予期しない失敗")],
  [2, text("the command line is wrong", "使い方の誤り")],
  [3, text("the input was rejected, nothing was changed", "入力を拒否した(何も変更していない)")],
  [4, text("not signed in, or not permitted", "サインインしていない、または権限がない")],
  [5, text("the tenant changed meanwhile, or is locked", "テナントがその間に変更された、またはロック中")],
  [6, text("not found", "見つからない")],
  [7, text("the other side is unavailable", "相手側が利用できない")],
  [8, text("done in part, as asked", "指定どおり一部だけ完了")],
  [9, text("differs", "差異あり")],
  [130, text("interrupted (143: terminated)", "中断された(143: 終了要求)")],
]);

/** A code a command may end with, and what it says. */
export interface Exit {
  readonly code: number;
  readonly meaning: Text;
}

/** The exit code of a command that ended by itself. */
export const exitOf = (outcome: Outcome): number => {
  if (typeof outcome === "number") return outcome;
  return outcome === undefined ? 0 : ERRORS[outcome].exit;
};

/** The exit code of a failure of a verb; one that was interrupted says so whatever its own codes are. */
export const failureExit = (failure: ErrorCode, verb: Pick<VerbNode, "failureExit"> | undefined): number =>
  failure === "interrupted" ? ERRORS.interrupted.exit : (verb?.failureExit ?? ERRORS[failure].exit);

/** The exit codes of a command, in order, each once. */
export function exitsOf({ exits, ownExits }: Pick<Command, "exits" | "ownExits">): Exit[] {
  const usual = ownExits === undefined ? [0, 1, 2, ...exits.map((failure) => ERRORS[failure].exit)] : [];
  const own = new Map(ownExits?.meanings);
  return [...new Set([...own.keys(), ...usual, ERRORS.interrupted.exit])]
    .toSorted((a, b) => a - b)
    .flatMap((code) => {
      const meaning = own.get(code) ?? MEANINGS.get(code);
      return meaning === undefined ? [] : [{ code, meaning }];
    });
}
