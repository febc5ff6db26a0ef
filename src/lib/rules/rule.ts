import { Failure } from "../errors/index.ts";
import type { Text } from "../text/index.ts";
import type { ProblemCode, ProblemParams } from "../model/problem.ts";

/**
 * Facts that rules need in addition to the record. The engine fetches the requested facts as they are after the change.
 */
export interface Facts {
  readonly otherSystemAdministrators: number;
  /** the other accounts that have the support option, such as `alice (山田 花子)` */
  readonly otherSupportOptions: readonly string[];
  /** the other devices on which the owner's account is in use; a device in Fully Managed mode comes first */
  readonly sharedDevices: readonly SharedDevice[];
  /** time of the change, a UTC instant */
  readonly now: string;
}

/** A device on which the owner's account is in use. */
export interface SharedDevice {
  readonly serialNumber: string;
  readonly isFullyManaged: boolean;
  /** the owner, as shown in messages */
  readonly owner: string;
}

export interface Change<T, F = undefined> {
  /** undefined for a new record */
  readonly before: T | undefined;
  /** undefined for a deleted record */
  readonly after: T | undefined;
  readonly facts: F;
}

/** A reason why a change is not allowed. */
export interface RuleProblem {
  /** the field that is the reason; undefined if more than one field is the reason */
  readonly field?: string | undefined;
  readonly what: Text;
  readonly hint?: Text | undefined;
  /** code of the same problem in an imported file */
  readonly code?: ProblemCode | undefined;
  readonly params?: ProblemParams | undefined;
}

/**
 * Pattern of the states that a rule can refuse. Each field of the pattern matches one value, or every value except one.
 */
export type StatePattern<T> = { readonly [K in keyof T]?: T[K] | { readonly not: T[K] } | undefined };

export type RuleAction = "create" | "edit" | "delete";

/** A rule in the form that the engine uses, for any record type. */
export interface AnyRule {
  /** name in tests and internal messages, such as `support-options` */
  readonly name: string;
  /** name of the record type that the rule applies to */
  readonly of: string;
  readonly on: readonly RuleAction[];
  /**
   * fields that the rule reads. The rule applies to an edit that changes one of them, and to a new record that has one
   * of them. If a field is not known, the rule is applied later or elsewhere.
   */
  readonly fields: readonly string[];
  /** pattern of the records that the rule can refuse; the engine does not read records that do not match */
  readonly before?: Readonly<Record<string, unknown>> | undefined;
  readonly after?: Readonly<Record<string, unknown>> | undefined;
  /** facts about the tenant that the rule needs */
  readonly facts?: readonly (keyof Facts)[] | undefined;
  /** set for a rule that does not apply to values that come from the console; `restored`: nor to what an undo restores */
  readonly spares?: "console" | "restored" | undefined;
  judge(change: Change<object, object>): readonly RuleProblem[];
}

/** A rule for a record type. Every change to the tenant is checked against all rules in the list in `index.ts`. */
export interface Rule<T extends object, F extends Partial<Facts> = object> extends AnyRule {
  readonly fields: readonly (keyof T & string)[];
  readonly before?: StatePattern<T> | undefined;
  readonly after?: StatePattern<T> | undefined;
  readonly facts?: readonly (keyof F & keyof Facts)[] | undefined;
  judge(change: Change<T, F>): readonly RuleProblem[];
}

/** Returns the first problem whose condition is true. Used if a problem makes the problems after it irrelevant. */
export const takeFirstProblem = (problems: readonly (readonly [boolean, RuleProblem])[]): readonly RuleProblem[] =>
  problems
    .filter(([isThere]) => isThere)
    .slice(0, 1)
    .map(([, problem]) => problem);

/**
 * Throws the first problem, if there is one.
 *
 * @param where the option that causes the problem, if it is a single option
 * @throws Failure `input-rejected` with the first problem
 */
export const throwFirstProblem = ([problem]: readonly RuleProblem[], where?: string): void => {
  if (problem !== undefined) throw new Failure("input-rejected", { what: problem.what, where, hint: problem.hint });
};
