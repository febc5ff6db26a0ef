import { Failure } from "../errors/index.ts";
import type { Text } from "../text/index.ts";

/** A change that a rule judges. */
export interface Change<T, Facts = undefined> {
  /** undefined for a new record */
  readonly before: T | undefined;
  /** undefined for a deleted record */
  readonly after: T | undefined;
  /** what the tenant knows besides the record, such as how many others have a role */
  readonly facts: Facts;
}

/** A reason why a change is not allowed. */
export interface RuleProblem {
  /** the field of the thing, if one field alone is the reason */
  readonly field?: string | undefined;
  readonly what: Text;
  readonly hint?: Text | undefined;
}

/** A rule of a thing. Every writer calls it: edits by hand, imports, `handover apply` and the tenant API. */
export type Rule<T, Facts = undefined> = (change: Change<T, Facts>) => readonly RuleProblem[];

/** Returns the first of some problems that there is: of those of which one hides the others. */
export const firstOf = (problems: readonly (readonly [boolean, RuleProblem])[]): readonly RuleProblem[] =>
  problems
    .filter(([isThere]) => isThere)
    .slice(0, 1)
    .map(([, problem]) => problem);

/**
 * @param where the option that the problems come from, if one alone does
 * @throws Failure `input-rejected` with the first problem
 */
export const enforce = ([problem]: readonly RuleProblem[], where?: string): void => {
  if (problem !== undefined) throw new Failure("input-rejected", { what: problem.what, where, hint: problem.hint });
};
