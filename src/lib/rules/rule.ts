import { Failure } from "../errors/index.ts";
import type { Operation } from "../model/role.ts";
import type { Text } from "../text/index.ts";
import type { ProblemCode, ProblemParams } from "../model/problem.ts";

/** What the tenant knows besides a record. The engine fetches what rules ask for, as it is after the change. */
export interface Facts {
  /** number of other accounts that are system administrators */
  readonly otherSystemAdministrators: number;
  /** the other accounts with the support option: `alice (山田 花子)` */
  readonly otherSupportOptions: readonly string[];
  /** the other devices on which the owner's account is in use, the first one in Fully Managed before others */
  readonly sharedDevices: readonly SharedDevice[];
  /** when the change is made, a UTC instant */
  readonly now: string;
}

/** A device on which the account of an owner is in use. */
export interface SharedDevice {
  readonly serialNumber: string;
  readonly isFullyManaged: boolean;
  /** what people call the owner */
  readonly owner: string;
}

/** A change that a rule judges. */
export interface Change<T, F = undefined> {
  /** undefined for a new record */
  readonly before: T | undefined;
  /** undefined for a deleted record */
  readonly after: T | undefined;
  readonly facts: F;
}

/** A reason why a change is not allowed. */
export interface RuleProblem {
  /** the field of the thing, if one field alone is the reason */
  readonly field?: string | undefined;
  readonly what: Text;
  readonly hint?: Text | undefined;
  /** what the hint takes: who may not do that asks a system administrator instead */
  readonly needs?: Operation | undefined;
  /** the problem of a file that says the same */
  readonly code?: ProblemCode | undefined;
  readonly params?: ProblemParams | undefined;
}

/** The states that a rule can refuse, by field: a value, one of several, or all but one. */
export type Suspects<T> = { readonly [K in keyof T]?: T[K] | { readonly not: T[K] } | undefined };

export type Action = "create" | "edit" | "delete";

/** A rule as the engine has it, of whichever thing. */
export interface AnyRule {
  /** names it in tests and messages of ours: `support-options` */
  readonly name: string;
  /** name of the thing */
  readonly of: string;
  readonly on: readonly Action[];
  /** what it reads: an edit has to change one of these, and a new record to have one. Where one of them is not known it is judged later, or elsewhere */
  readonly fields: readonly string[];
  /** the only records that it can refuse: of a million others the engine reads none */
  readonly before?: Readonly<Record<string, unknown>> | undefined;
  readonly after?: Readonly<Record<string, unknown>> | undefined;
  /** what it asks of the tenant */
  readonly facts?: readonly (keyof Facts)[] | undefined;
  /**
   * What it does not judge: `console`: what comes from there, or is brought back by an undo, may be otherwise; `states`: it
   * judges a step, so whole states, as a bundle brings them, may be otherwise, too
   */
  readonly spares?: "console" | "states" | undefined;
  judge(change: Change<object, object>): readonly RuleProblem[];
}

/** A rule of a thing, as a value. Every writer enforces all rules of the list in `index.ts`. */
export interface Rule<T extends object, F extends Partial<Facts> = object> extends AnyRule {
  readonly fields: readonly (keyof T & string)[];
  readonly before?: Suspects<T> | undefined;
  readonly after?: Suspects<T> | undefined;
  readonly facts?: readonly (keyof F & keyof Facts)[] | undefined;
  judge(change: Change<T, F>): readonly RuleProblem[];
}

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
